"""Ask stage, the mock endpoint's batches: an uploaded file is checked, then answered line by line.

Which lines go wrong depends on the seed, the line's body and how often that body came, never on
the order of work.
"""

import asyncio
import hashlib
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Literal

import msgspec

from datagen.llm import mock_protocol
from datagen.llm.batch.mock_records import BatchCounters, BatchSettings, Problem, StoredBatch
from datagen.llm.faults import FaultDraw
from datagen.llm.mock_protocol import RefusedError, Writer

_REFUSALS = {
    "400": (400, "This request cannot be served.", "invalid_request_error", None),
    "429": (429, "Too many requests.", "requests", "rate_limit_exceeded"),
    "500": (500, "The server had an error.", "server_error", None),
}
"""Status, message, type and code of the line faults that are refusals."""

_ENDS = {"expired": "expired", "cancelled": "cancelled"}
_PAUSES = 10  # pieces into which the time of a batch's work is cut
_MOST_PROBLEMS = 20  # problems told of one file


class _Line(msgspec.Struct):
    custom_id: str
    method: Literal["POST"]
    url: Literal["/v1/chat/completions"]
    body: msgspec.Raw


class _Model(msgspec.Struct):
    model: str = ""


_lines = msgspec.json.Decoder(_Line)
_models = msgspec.json.Decoder(_Model)


class BatchWorker:
    """Works through batches; several may be under way side by side."""

    def __init__(
        self,
        settings: BatchSettings,
        counters: BatchCounters,
        writer: Writer,
        count_tokens: Callable[[str], int],
        models: Sequence[str],
    ) -> None:
        """Start with no request known; `models` are those that are served, none for all."""
        self._settings = settings
        self._counters = counters
        self._writer = writer
        self._count_tokens = count_tokens
        self._models = models
        self._draw = FaultDraw(settings.faults, settings.seed)

    async def work(self, batch: StoredBatch, others: Iterable[StoredBatch]) -> None:
        """Lead a batch to its end; called again after an interruption, it goes on.

        Args:
            batch: what is worked on; its output and error file must be there.
            others: all batches, for the length of the queue.
        """
        await asyncio.sleep(self._settings.delay / 4)
        if batch.status == "validating":
            batch.problems = self._validate(batch) or self._check_queue(batch, others)
            batch.status = "failed" if batch.problems else "in_progress"
        if batch.problems:
            return
        await self._work_through(batch)
        is_stopped = batch.status == "cancelling"
        if not is_stopped:
            batch.status = "finalizing"
        await asyncio.sleep(self._settings.delay / 4)
        batch.status = "cancelled" if is_stopped else _ENDS.get(batch.fault, "completed")

    def _validate(self, batch: StoredBatch) -> list[Problem]:
        if batch.fault == "failed":
            return [Problem("invalid_batch", "This batch cannot be worked on.")]
        seen: set[str] = set()
        problems: list[Problem] = []
        batch.total = 0
        for number, line in enumerate(batch.input.read_lines(), 1):
            batch.total = number
            problems += self._check_line(line, number, seen)
        size = batch.input.size
        if batch.total > self._settings.most_requests or size > self._settings.most_bytes:
            return [Problem("too_large", f"{batch.total} requests in {size} bytes are too many.")]
        return problems[:_MOST_PROBLEMS]

    def _check_line(self, line: bytes, number: int, seen: set[str]) -> Iterator[Problem]:
        try:
            request = _lines.decode(line)
            model = _models.decode(request.body).model
        except ValueError as exc:
            yield Problem("invalid_json_line", f"Invalid request: {exc}.", number)
            return
        if request.custom_id in seen:
            yield Problem("duplicate_custom_id", "This custom_id came before.", number)
        seen.add(request.custom_id)
        if self._models and model not in self._models:
            message = f"The model `{model}` does not exist."
            yield Problem("model_not_found", message, number, "body.model")

    def _check_queue(self, batch: StoredBatch, others: Iterable[StoredBatch]) -> list[Problem]:
        most = self._settings.most_queued
        queued = batch.total + sum(
            other.total
            for other in others
            if other is not batch and other.status != "validating" and not other.has_ended
        )
        if most is None or queued <= most:
            return []
        message = f"Enqueued token limit reached. Limit: {most} requests of this mock endpoint."
        return [Problem("token_limit_exceeded", message)]

    async def _work_through(self, batch: StoredBatch) -> None:
        is_cut = batch.fault in _ENDS
        end = math.floor(batch.total * self._settings.share) if is_cut else batch.total
        step = math.ceil(batch.total / _PAUSES)
        for number, line in enumerate(batch.input.read_lines()):
            if batch.status == "cancelling" or (number >= end and batch.fault == "cancelled"):
                return
            if number < batch.worked:
                continue
            await asyncio.sleep(0 if number % step else self._settings.delay / 2 / _PAUSES)
            batch.worked += 1
            self._answer(batch, line, has_expired=number >= end)

    def _answer(self, batch: StoredBatch, line: bytes, *, has_expired: bool) -> None:
        request = _lines.decode(line)
        fault, status = "", 0
        if has_expired:
            message = "This request was not worked on before the batch expired."
            said: dict[str, Any] = {"error": {"code": "batch_expired", "message": message}}
        else:
            fault = self._draw.draw(hashlib.sha256(request.body).digest())
            status, said = self._respond(bytes(request.body), fault)
            self._counters.asked[request.custom_id] += 1
            self._counters.by_fault.update([fault] if fault else [])
            self._counters.answered.update([request.custom_id] if status == 200 else [])
        batch.counts["completed" if status == 200 else "failed"] += 1
        result = {"id": f"batch_req_{batch.id}_{batch.worked}", "custom_id": request.custom_id}
        written = msgspec.json.encode(result | {"response": None, "error": None} | said) + b"\n"
        (batch.output if status == 200 else batch.errors).append(_damage(written, fault))

    def _respond(self, body: bytes, fault: str) -> tuple[int, dict[str, Any]]:
        """The status, 0 for none, and what a result's line says of the answer."""
        if fault == "error":
            return 0, {"error": {"code": "server_error", "message": "The request was lost."}}
        try:
            status, answer = 200, self._compose(body, fault)
        except RefusedError as refusal:
            status, answer = refusal.status, refusal.body
        response = {"status_code": status, "request_id": "", "body": msgspec.Raw(answer)}
        return status, {"response": response}

    def _compose(self, body: bytes, fault: str) -> bytes:
        if fault in _REFUSALS:
            status, message, kind, code = _REFUSALS[fault]
            raise RefusedError(status, message, kind=kind, code=code)
        chat = mock_protocol.read_request(body)
        completion = mock_protocol.compose(chat, self._writer, self._count_tokens, fault)
        return mock_protocol.render(completion, chat, hashlib.sha256(body).hexdigest()[:24])


def _damage(line: bytes, fault: str) -> bytes:
    if fault == "broken":
        return line[: len(line) // 2] + b"\n"
    return line * {"lost": 0, "twice": 2}.get(fault, 1)
