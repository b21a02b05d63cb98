"""Ask stage, the mock endpoint's batch part: OpenAI's files and batches over HTTP.

    POST /v1/files                   keep a file (multipart)
    GET  /v1/files                   all files, the newest first; /v1/files/{id} is one of them
    GET  /v1/files/{id}/content      what is in it
    POST /v1/batches                 start a batch
    GET  /v1/batches                 all batches, the newest first; /v1/batches/{id} is one of them
    POST /v1/batches/{id}/cancel     stop it; what was answered by then is kept
    GET  /mock/batches               what has happened so far, as JSON

Batches are worked through in the background (`batch.mock_worker`). Files lie on disk without a
name and go with the process.
"""

import asyncio
import tempfile
import weakref
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack
from typing import Literal, TypeVar

import msgspec
from aiohttp import BodyPartReader, web

from datagen.llm.batch.mock_records import (
    BATCH_FAULTS,
    LINE_FAULTS,
    BatchCounters,
    BatchSettings,
    StoredBatch,
    StoredFile,
)
from datagen.llm.batch.mock_worker import BatchWorker
from datagen.llm.mock_chat import BrokenOff, respond
from datagen.llm.mock_protocol import CREATED, RefusedError, Writer

__all__ = ["BATCH_FAULTS", "LINE_FAULTS", "BatchPart", "BatchSettings", "mount"]

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
_Thing = TypeVar("_Thing", StoredFile, StoredBatch)

_CHUNK = 2**18
_BATCHES_A_PAGE = 20
_FILES_A_PAGE = 10_000


class _Wanted(msgspec.Struct):
    """The body of `POST /v1/batches`."""

    input_file_id: str
    endpoint: Literal["/v1/chat/completions"]
    completion_window: Literal["24h"]
    metadata: dict[str, str] | None = None


class BatchPart:
    """Keeps files and batches; what happens it writes into its counters."""

    def __init__(
        self,
        settings: BatchSettings,
        writer: Writer,
        count_tokens: Callable[[str], int],
        models: Sequence[str] = (),
    ) -> None:
        """Start without a file; `models` are those that are known, none for all."""
        self._settings = settings
        self._counters = BatchCounters()
        self._worker = BatchWorker(settings, self._counters, writer, count_tokens, models)
        self._files: dict[str, StoredFile] = {}
        self._batches: dict[str, StoredBatch] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._made = 0
        self._open = ExitStack()
        weakref.finalize(self, self._open.close)

    async def resume(self) -> None:
        """Go on with the batches that a stop has interrupted."""
        for batch in self._batches.values():
            if not batch.has_ended:
                self._start(batch)

    async def stop(self) -> None:
        """Interrupt all work."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Keep a file."""
        fault = _pick(self._settings.uploads, self._counters.uploads)
        self._counters.uploads += 1
        file = self._make_file()
        await _receive(request, file)
        if fault == "503":
            raise RefusedError(503, "The server is overloaded.", kind="server_error")
        self._files[file.id] = file
        return BrokenOff() if fault == "reset" else _tell(file)

    async def create(self, request: web.Request) -> web.StreamResponse:
        """Make a batch and start it."""
        wanted = _read_wanted(await request.read())
        file = _find(self._files, wanted.input_file_id)
        fault = _pick(self._settings.batches, self._counters.calls)
        self._counters.calls += 1
        if fault == "503":
            raise RefusedError(503, "The server is overloaded.", kind="server_error")
        batch = self._make_batch(file, wanted.metadata, fault)
        self._start(batch)
        return BrokenOff() if fault == "reset" else _tell(batch)

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Stop a batch that has not ended."""
        batch = _find(self._batches, request.match_info["id"])
        if batch.has_ended:
            raise RefusedError(409, f"The batch is {batch.status}: it cannot be cancelled.")
        batch.status = "cancelling"
        return _tell(batch)

    async def show_batch(self, request: web.Request) -> web.StreamResponse:
        """Tell how far a batch is."""
        return _tell(_find(self._batches, request.match_info["id"]))

    async def show_file(self, request: web.Request) -> web.StreamResponse:
        """Describe a file."""
        return _tell(_find(self._files, request.match_info["id"]))

    async def download(self, request: web.Request) -> web.StreamResponse:
        """Send what is in a file."""
        file = _find(self._files, request.match_info["id"])
        self._counters.downloads += 1
        response = web.StreamResponse(headers={"Content-Type": "application/octet-stream"})
        response.content_length = file.size
        await response.prepare(request)
        for chunk in file.read_chunks():
            await response.write(chunk)
        return response

    async def list_batches(self, request: web.Request) -> web.StreamResponse:
        """A page of all batches."""
        return _list_page(request, list(self._batches.values()), _BATCHES_A_PAGE)

    async def list_files(self, request: web.Request) -> web.StreamResponse:
        """A page of all files, perhaps of one purpose only."""
        purpose = request.query.get("purpose")
        files = [file for file in self._files.values() if purpose in {None, file.purpose}]
        return _list_page(request, files, _FILES_A_PAGE)

    async def show_counters(self, _request: web.Request) -> web.StreamResponse:
        """Tell what has happened."""
        self._counters.by_status = Counter(batch.status for batch in self._batches.values())
        return respond(msgspec.json.encode(self._counters))

    def _make_file(self) -> StoredFile:
        self._made += 1
        data = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - the stack closes it
        self._open.enter_context(data)
        return StoredFile(f"file-{self._made:06}", CREATED + self._made, data)

    def _make_result(self, filename: str) -> StoredFile:
        file = self._make_file()
        file.filename, file.purpose = filename, "batch_output"
        self._files[file.id] = file
        return file

    def _make_batch(
        self, file: StoredFile, metadata: dict[str, str] | None, fault: str
    ) -> StoredBatch:
        self._counters.batches += 1
        number = self._counters.batches
        id_ = f"batch_{number:06}"
        output = self._make_result(f"{id_}_output.jsonl")
        errors = self._make_result(f"{id_}_error.jsonl")
        batch = StoredBatch(id_, file, output, errors, metadata, CREATED + number, fault)
        self._batches[id_] = batch
        return batch

    def _start(self, batch: StoredBatch) -> None:
        task = asyncio.create_task(self._worker.work(batch, self._batches.values()))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def mount(app: web.Application, get_part: Callable[[], BatchPart]) -> None:
    """Serve the part that `get_part` names at the time of each request."""

    def serve(
        method: Callable[[BatchPart, web.Request], Awaitable[web.StreamResponse]],
    ) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await method(get_part(), request)

        return handle

    async def resume(_app: web.Application) -> None:
        await get_part().resume()

    async def stop(_app: web.Application) -> None:
        await get_part().stop()

    router = app.router
    router.add_post("/v1/files", serve(BatchPart.upload))
    router.add_get("/v1/files", serve(BatchPart.list_files))
    router.add_get("/v1/files/{id}", serve(BatchPart.show_file))
    router.add_get("/v1/files/{id}/content", serve(BatchPart.download))
    router.add_post("/v1/batches", serve(BatchPart.create))
    router.add_get("/v1/batches", serve(BatchPart.list_batches))
    router.add_get("/v1/batches/{id}", serve(BatchPart.show_batch))
    router.add_post("/v1/batches/{id}/cancel", serve(BatchPart.cancel))
    router.add_get("/mock/batches", serve(BatchPart.show_counters))
    app.on_startup.append(resume)
    app.on_shutdown.append(stop)


def _pick(script: Sequence[str], number: int) -> str:
    return script[number] if number < len(script) else ""


def _find(things: Mapping[str, _Thing], id_: str) -> _Thing:
    if id_ not in things:
        raise RefusedError(404, f"No such object: {id_}", code="not_found")
    return things[id_]


def _tell(thing: StoredFile | StoredBatch) -> web.Response:
    return respond(msgspec.json.encode(thing.describe()))


def _list_page(request: web.Request, things: list[_Thing], limit: int) -> web.Response:
    after, asked = request.query.get("after"), request.query.get("limit", "")
    newest = things[::-1]
    ids = [thing.id for thing in newest]
    start = ids.index(after) + 1 if after in ids else 0
    end = start + (int(asked) if asked.isdecimal() else limit)
    data = [thing.describe() for thing in newest[start:end]]
    page = {"object": "list", "data": data, "has_more": end < len(newest)}
    return respond(msgspec.json.encode(page))


async def _receive(request: web.Request, file: StoredFile) -> None:
    """Read a multipart body; the file goes to disk as it comes."""
    if request.content_type != "multipart/form-data":
        raise RefusedError(400, "The body must be multipart/form-data.")
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise RefusedError(400, "The body is nested.")
        if part.name == "purpose":
            file.purpose = await part.text()
        elif part.name == "file":
            file.filename = part.filename or ""
            while chunk := await part.read_chunk(_CHUNK):
                file.append(chunk)
    if not file.purpose or not file.filename:
        raise RefusedError(400, "Missing: file and purpose.")


def _read_wanted(body: bytes) -> _Wanted:
    try:
        return msgspec.json.decode(body, type=_Wanted)
    except ValueError as exc:
        raise RefusedError(400, f"Invalid request: {exc}.") from exc
