"""Viewer: the routes; thin handlers that turn plain values into JSON."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from datagen.errors import DatagenError
from datagen.viewer.guard import Guard
from datagen.viewer.listing import Query
from datagen.viewer.pictures import check_size
from datagen.viewer.refusals import RefusedError
from datagen.viewer.session import Session

STATIC = Path(__file__).resolve().parent / "static"

_KEPT = {"cache-control": "private, max-age=3600"}
_CHECKED = {"cache-control": "private, no-cache"}  # asked again each time, mostly answered by 304


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
        Mount("/static", _Static(directory=STATIC, check_dir=False)),
        Route("/picture/{key:int}", _with(session, _serve_picture)),
        Route("/thumb/{key:int}", _with(session, _serve_thumbnail)),
        Route("/api/about", _with(session, lambda session, request: to_json(session.describe()))),
        Route("/api/settings", _with(session, lambda s, request: to_json(s.describe_settings()))),
        Route("/api/records", _with(session, _list_records)),
        Route("/api/facets", _with(session, _count_facets)),
        Route("/api/find", _with(session, _find_record)),
        Route("/api/records/{key:int}", _with(session, _describe_record)),
    ]
    handlers: Any = {DatagenError: _refuse, HTTPException: _refuse, Exception: _fail}
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


def _list_records(session: Session, request: Request) -> Response:
    return to_json(session.list_records(Query.parse(request.query_params.multi_items())))


def _count_facets(session: Session, request: Request) -> Response:
    return to_json(session.count_facets(Query.parse(request.query_params.multi_items())))


def _describe_record(session: Session, request: Request) -> Response:
    return to_json(session.describe_record(request.path_params["key"]))


def _find_record(session: Session, request: Request) -> Response:
    key = session.index.find_key(request.query_params.get("id", ""))
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

    def file_response(self, *args: Any, **values: Any) -> Response:
        response = super().file_response(*args, **values)
        response.headers.update(_CHECKED)
        return response


def _refuse(request: Request, error: Exception) -> Response:
    if isinstance(error, HTTPException):
        return to_json({"error": str(error.detail).lower()}, error.status_code)
    status = error.status if isinstance(error, RefusedError) else 500
    return to_json({"error": str(error)}, status)


def _fail(request: Request, error: Exception) -> Response:
    return to_json({"error": "the viewer failed at this; its terminal says more"}, 500)
