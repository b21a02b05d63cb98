"""Viewer: the routes; thin handlers that turn plain values into JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from datagen.errors import DatagenError, ReviewError, StaleRevision
from datagen.viewer.guard import Guard
from datagen.viewer.listing import Query
from datagen.viewer.pictures import check_size
from datagen.viewer.refusals import RefusedError
from datagen.viewer.session import Decided, Session

STATIC = Path(__file__).resolve().parent / "static"

_KEPT = {"cache-control": "private, max-age=3600"}
_CHECKED = {"cache-control": "private, no-cache"}  # asked again each time, mostly answered by 304


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A change that needs no more than its address."""


class Edit(msgspec.Struct, forbid_unknown_fields=True):
    """Turns that the checks shall look at."""

    key: int
    turns: list[dict[str, Any]]


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """A candidate by its blind label, `tie` or `none`."""

    revision: int
    label: str


class Reason(msgspec.Struct):
    """A reason of a list; its key and its version follow from its place."""

    code: str
    label: str


class ReasonList(msgspec.Struct, forbid_unknown_fields=True):
    """A list of reasons in place of the one of this version."""

    reasons: list[Reason]
    version: int


_Given = TypeVar("_Given", bound=msgspec.Struct)


def make_app(session: Session, *, host: str, port: int, token: str) -> Guard:
    """The application, behind its guard.

    Args:
        session: what it shows.
        host: that the server listens to, and that requests must name.
        port: likewise.
        token: that the first request must show.
    """
    routes = [
        Route("/", _serve_page),
        Mount("/static", _Static(directory=STATIC)),
        Route("/picture/{key:int}", _with(session, _serve_picture)),
        Route("/thumb/{key:int}", _with(session, _serve_thumbnail)),
        Route("/api/about", _with(session, lambda session, request: to_json(session.describe()))),
        Route("/api/settings", _with(session, lambda s, request: to_json(s.describe_settings()))),
        Route("/api/overview", _with(session, lambda s, request: to_json(s.describe_overview()))),
        Route("/api/records", _with(session, _list_records)),
        Route("/api/facets", _with(session, _count_facets)),
        Route("/api/find", _with(session, _find_record)),
        Route("/api/records/{key:int}", _with(session, _describe_record)),
        Route("/api/records/{key:int}/candidates", _with(session, _describe_candidates)),
        Route("/api/progress", _with(session, _describe_progress)),
        Route("/api/agreement", _with(session, _describe_agreement)),
        _change("/api/records/{key:int}/choice", session, Choice, _choose),
        _change(
            "/api/records/{key:int}/review",
            session,
            Decided,
            lambda s, given, key: s.decide(key, given),
        ),
        _change("/api/undo", session, Nothing, lambda s, given, key: s.turn_back("undo")),
        _change("/api/redo", session, Nothing, lambda s, given, key: s.turn_back("redo")),
        _change(
            "/api/check", session, Edit, lambda s, given, key: s.check_turns(given.key, given.turns)
        ),
        _change("/api/reasons", session, ReasonList, _set_reasons),
    ]

    def refuse_stale(request: Request, error: Exception) -> Response:
        assert isinstance(error, StaleRevision)
        return to_json(
            {"error": str(error), "review": session.need_reviews().state(error.record)}, 409
        )

    handlers: Any = {
        StaleRevision: refuse_stale,
        DatagenError: _refuse,
        HTTPException: _refuse,
        Exception: _fail,
    }
    app = Starlette(routes=routes, exception_handlers=handlers)
    return Guard(app, host=host, port=port, token=token)


def to_json(value: object, status: int = 200) -> Response:
    """A JSON response; text that is no Unicode does not break it."""
    try:
        body = msgspec.json.encode(value)
    except UnicodeEncodeError:
        import json

        body = json.dumps(value).encode()
    return Response(body, status, media_type="application/json")


def _with(
    session: Session, handler: Callable[[Session, Request], Response]
) -> Callable[[Request], Response]:
    """A handler that knows the session; being no coroutine it is run in a thread."""

    def handle(request: Request) -> Response:
        return handler(session, request)

    return handle


def _change(
    path: str,
    session: Session,
    kind: type[_Given],
    handler: Callable[[Session, _Given, int], dict[str, Any]],
) -> Route:
    """A route that takes a JSON body of one kind; nothing else is a change."""
    decoder = msgspec.json.Decoder(kind)

    async def handle(request: Request) -> Response:
        try:
            given = decoder.decode(await request.body())
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as exc:
            raise RefusedError(f"the change is not as it should be: {exc}") from exc
        key = request.path_params.get("key", 0)
        return to_json(await run_in_threadpool(handler, session, given, key))

    return Route(path, handle, methods=["POST"])


def _set_reasons(session: Session, given: ReasonList, key: int) -> dict[str, Any]:
    return session.set_reasons([(each.code, each.label) for each in given.reasons], given.version)


def _choose(session: Session, given: Choice, key: int) -> dict[str, Any]:
    return session.choose(key, given.revision, given.label)


def _describe_candidates(session: Session, request: Request) -> Response:
    return to_json(session.describe_candidates(request.path_params["key"]))


def _describe_agreement(session: Session, request: Request) -> Response:
    return to_json(session.describe_agreement(request.query_params.get("sample")))


def _describe_progress(session: Session, request: Request) -> Response:
    return to_json(session.describe_progress(request.query_params.get("sample")))


def _list_records(session: Session, request: Request) -> Response:
    return to_json(session.view.list_records(Query.parse(request.query_params.multi_items())))


def _count_facets(session: Session, request: Request) -> Response:
    return to_json(session.view.count_facets(Query.parse(request.query_params.multi_items())))


def _describe_record(session: Session, request: Request) -> Response:
    return to_json(session.describe_record(request.path_params["key"]))


def _find_record(session: Session, request: Request) -> Response:
    key = session.view.index.find_key(request.query_params.get("id", ""))
    if key is None:
        raise RefusedError("there is no record with this id", 404)
    return to_json({"key": key})


def _serve_picture(session: Session, request: Request) -> Response:
    picture = session.find_picture(request.path_params["key"])
    headers = {**_KEPT, "etag": f'"{picture.etag}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    check_size(picture)
    return FileResponse(picture.path, media_type=picture.kind, headers=headers)


def _serve_thumbnail(session: Session, request: Request) -> Response:
    picture = session.find_picture(request.path_params["key"])
    headers = {**_KEPT, "etag": f'"t{picture.etag}"'}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(session.thumbnails.get(picture), media_type="image/jpeg", headers=headers)


def _serve_page(request: Request) -> Response:
    return FileResponse(STATIC / "index.html", media_type="text/html", headers=_CHECKED)


class _Static(StaticFiles):
    """Files of the page; a browser asks again whether they have changed."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.update(_CHECKED)
        return response


def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, ReviewError):
        return to_json({"error": str(error)}, 400)
    if isinstance(error, HTTPException):
        return to_json({"error": str(error.detail).lower()}, error.status_code)
    status = error.status if isinstance(error, RefusedError) else 500
    return to_json({"error": str(error)}, status)


def _fail(request: Request, error: Exception) -> Response:
    return to_json({"error": "the viewer failed at this; its terminal says more"}, 500)
