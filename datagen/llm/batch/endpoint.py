"""Ask stage, batches: files and batches over HTTP, one attempt a call.

The same endpoint, key, model and request bodies as online: a `BatchEndpoint` is an
`OpenAIChatClient` that can hand in files. Answers are read here, typed, as bodies are there: the
models of the openai package take whatever a server writes.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

import aiohttp
import httpx2
import msgspec
import openai

from datagen.errors import AskError, EndpointError
from datagen.llm.batch.lines import URL, Verdict, read_result, write_line
from datagen.llm.client import Complaint, judge, read_complaint
from datagen.llm.openai_chat import OpenAIChatClient
from datagen.llm.retry import TransientError, read_retry_after
from datagen.records import Prompt, Reply

_TOKEN = "datagen_part"
_WINDOW: Literal["24h"] = "24h"  # the only one there is
_PAGE = 100  # the most batches that a listing shows at a time
_SLOWEST = 50_000  # bytes a second of an upload, below which it counts as broken

_T = TypeVar("_T")


class BatchProblem(msgspec.Struct):
    """What validation says against a batch; lines count from 1, None is the whole."""

    code: str | None = None
    message: str | None = None
    line: int | None = None
    param: str | None = None


class _Problems(msgspec.Struct):
    data: list[BatchProblem] | None = None


class _Counts(msgspec.Struct):
    total: int | None = None
    completed: int | None = None
    failed: int | None = None


class Batch(msgspec.Struct):
    """A batch as the endpoint shows it; empty and missing file names are the same."""

    id: str
    status: str
    input_file_id: str = ""
    output_file_id: str | None = None
    error_file_id: str | None = None
    created_at: float = 0.0
    errors: _Problems | None = None
    metadata: dict[str, Any] | None = None
    request_counts: _Counts | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in {"completed", "failed", "expired", "cancelled"}

    def list_problems(self) -> list[BatchProblem]:
        """What validation said."""
        return (self.errors and self.errors.data) or []

    def count(self) -> tuple[int, int]:
        """Requests that have a reply, and that failed, so far."""
        counts = self.request_counts or _Counts()
        return counts.completed or 0, counts.failed or 0


class StoredFile(msgspec.Struct):
    """A file as the endpoint shows it."""

    id: str
    filename: str = ""
    bytes: int | None = None


class _Files(msgspec.Struct):
    data: list[StoredFile]
    has_more: bool | None = None


class _Batches(msgspec.Struct):
    data: list[Batch]
    has_more: bool | None = None


class BatchEndpoint(OpenAIChatClient):
    """An endpoint that takes batches; set up with the arguments of `OpenAIChatClient`.

    Every method makes one attempt and raises `TransientError` where another may succeed, except
    `persist`, which makes as many as the retry policy allows.
    """

    @property
    def address(self) -> str:
        """The base URL, for messages."""
        return self._endpoint

    def write_request(self, custom_id: str, prompt: Prompt) -> bytes:
        """The line of a batch file; its body is what `ask` would send.

        Raises:
            AskError: the prompt cannot be written as UTF-8.
        """
        return write_line(custom_id, self._write_body(prompt, self._limit_name))

    def read_result(self, line: bytes) -> tuple[str, Verdict]:
        """Read a line of an output or error file; raises ValueError where it is none."""
        custom_id, verdict = read_result(line, self.judge_request, self._key)
        if isinstance(verdict, Reply) and not verdict.model:
            verdict = replace(verdict, model=self._model)
        return custom_id, verdict

    def judge_request(self, complaint: Complaint) -> TransientError | AskError | EndpointError:
        """What a refusal of one request of a batch means."""
        options = [*self._options, self._limit_name, "response_format"]
        return judge(complaint, endpoint=self._endpoint, options=options)

    def read_problem(self, problem: BatchProblem) -> Complaint:
        """What validation said, as if a request had been refused with status 400."""
        param = (problem.param or "").removeprefix("body.")
        error = {"message": problem.message, "code": problem.code, "param": param}
        return read_complaint(400, msgspec.json.encode({"error": error}), self._key)

    async def persist(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Await `attempt()` until it returns, by the retry policy.

        Raises:
            EndpointError: it failed for good.
        """
        try:
            return await self._retry.run(attempt)
        except AskError as exc:
            problem = f"{exc}; nothing is lost: start the same command again to go on"
            raise EndpointError(problem) from exc

    async def upload(self, path: Path, filename: str) -> str:
        """Hand in a file under a name; returns the endpoint's id of it."""
        with path.open("rb") as file:
            seconds = self._timeout + path.stat().st_size / _SLOWEST
            with self._translated():
                async with asyncio.timeout(seconds):
                    raw = await self._openai.files.with_raw_response.create(
                        file=(filename, file, "application/jsonl"),
                        purpose="batch",
                        timeout=httpx2.Timeout(seconds, connect=self._timeout),
                    )
        return self._read(raw.content, StoredFile).id

    async def create(self, file_id: str, token: str) -> str:
        """Make a batch of an uploaded file; returns its id."""
        with self._translated():
            async with asyncio.timeout(self._timeout):
                raw = await self._openai.batches.with_raw_response.create(
                    input_file_id=file_id,
                    endpoint=URL,
                    completion_window=_WINDOW,
                    metadata={_TOKEN: token},
                )
        return self._read(raw.content, Batch).id

    async def retrieve(self, batch_id: str, token: str, file_id: str) -> Batch:
        """How far a batch is; its status is `missing` where the endpoint has no such batch of ours.

        Another endpoint, or a mock started anew, may have given its id to somebody else's.
        """
        try:
            with self._translated():
                async with asyncio.timeout(self._timeout):
                    raw = await self._openai.batches.with_raw_response.retrieve(batch_id)
        except EndpointError as exc:
            if isinstance(exc.__cause__, openai.NotFoundError):
                return Batch(batch_id, "missing")
            raise
        batch = self._read(raw.content, Batch)
        is_ours = _is_of(batch, token, file_id) or _is_nameless(batch)
        return batch if is_ours else Batch(batch_id, "missing")

    async def cancel(self, batch_id: str) -> None:
        """Stop a batch; one that has ended is left as it is."""
        with self._translated():
            async with asyncio.timeout(self._timeout):
                await self._openai.batches.with_raw_response.cancel(batch_id)

    async def find_file(self, filename: str, size: int) -> str:
        """The id of a whole file that was handed in under a name; empty for none."""
        after = ""
        while True:
            with self._translated():
                async with asyncio.timeout(self._timeout):
                    raw = await self._openai.files.with_raw_response.list(
                        purpose="batch", after=after or openai.omit
                    )
            page = self._read(raw.content, _Files)
            for file in page.data:
                if file.filename == filename and file.bytes in {size, None}:
                    return file.id
            if not page.has_more or not page.data:
                return ""
            after = page.data[-1].id

    async def find_batches(self, token: str, file_id: str) -> list[Batch]:
        """All batches that were made for a part, the oldest first, failed ones left out.

        A batch that failed has done nothing, so it is as good as none. Where an endpoint keeps no
        metadata, the file tells whose batch it is: it was handed in for this part alone.
        """
        found: list[Batch] = []
        after = ""
        while True:
            with self._translated():
                async with asyncio.timeout(self._timeout):
                    raw = await self._openai.batches.with_raw_response.list(
                        limit=_PAGE, after=after or openai.omit
                    )
            page = self._read(raw.content, _Batches)
            ours = [batch for batch in page.data if _is_of(batch, token, file_id)]
            found += [batch for batch in ours if batch.status != "failed"]
            if not page.has_more or not page.data:
                return sorted(found, key=lambda batch: (batch.created_at, batch.id))
            after = page.data[-1].id

    async def download(self, file_id: str, write: Callable[[bytes], None]) -> None:
        """Fetch a file in pieces; nothing is told of how many bytes there are."""
        with self._translated(f"the results {file_id} are not there"):
            async with self._openai.files.with_streaming_response.content(file_id) as response:
                async for chunk in response.iter_bytes():
                    write(chunk)

    @contextmanager
    def _translated(self, missing: str = "") -> Iterator[None]:
        """Say what went wrong in the terms of `datagen.errors`; `missing` explains a 404."""
        try:
            yield
        except openai.APIStatusError as exc:
            raise self._refuse(exc.response, missing) from exc
        except (openai.APIConnectionError, aiohttp.ClientError, OSError) as exc:
            raise self._explain(exc) from exc

    def _refuse(
        self, response: httpx2.Response, missing: str
    ) -> TransientError | AskError | EndpointError:
        complaint = read_complaint(response.status_code, response.content, self._key)
        if complaint.status in {404, 405, 410, 501}:
            told = missing or "this endpoint takes no batches: ask it online"
            return EndpointError(f"{self._endpoint} answered {complaint}; {told}")
        return judge(
            complaint,
            endpoint=self._endpoint,
            retry_after=read_retry_after(response.headers, time.time),
        )

    def _read(self, body: bytes, kind: type[_T]) -> _T:
        try:
            return msgspec.json.decode(body, type=kind)
        except (ValueError, RecursionError) as exc:
            said = read_complaint(200, body, self._key)
            raise TransientError(f"{self._endpoint} sent no {kind.__name__} but {said}") from exc


def _is_of(batch: Batch, token: str, file_id: str) -> bool:
    named = (batch.metadata or {}).get(_TOKEN)
    return named == token if named else batch.input_file_id == file_id


def _is_nameless(batch: Batch) -> bool:
    return not (batch.metadata or batch.input_file_id)
