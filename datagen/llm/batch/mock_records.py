"""Ask stage, the mock endpoint's batches: settings, what is kept, what is counted."""

import math
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from io import FileIO
from typing import Any

import msgspec

from datagen.errors import SettingsError

LINE_FAULTS: Mapping[str, str] = {
    "400": "the request is refused for good",
    "429": "the request met a rate limit",
    "500": "the request met a server error",
    "error": "the request failed without an HTTP answer",
    "broken": "half of the result's line",
    "lost": "no line at all",
    "twice": "the same line two times",
    "refusal": "a reply that declines to answer",
    "length": "a reply cut in the middle, finish reason length",
}
"""What can happen to a line of a batch, by name."""

BATCH_FAULTS: Mapping[str, str] = {
    "": "nothing",
    "503": "the call is refused, nothing is made",
    "reset": "the batch (the file) is made, but the connection breaks before the answer",
    "failed": "a batch that does not pass validation, for a reason that names no line",
    "expired": "a batch that runs out of time after a share of its lines",
    "cancelled": "a batch that somebody cancels after a share of its lines",
}
"""What can happen to a batch, by name; an upload takes the first three."""


_CHUNK = 2**18


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """How the batch part behaves.

    Attributes:
        delay: seconds from a batch's creation to its end.
        faults: share of lines, 0-1, by the name of the fault (`LINE_FAULTS`).
        seed: of the draw of line faults.
        batches: what happens to the first batch, the second, … (`BATCH_FAULTS`); then nothing.
        uploads: the same for files.
        share: how much of an expired or cancelled batch is answered, 0-1.
        most_queued: requests in all unfinished batches; a batch beyond it fails as OpenAI's do
            when the queue of an account is full.
        most_requests, most_bytes: of one file.
    """

    delay: float = 0.0
    faults: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    batches: Sequence[str] = ()
    uploads: Sequence[str] = ()
    share: float = 0.5
    most_queued: int | None = None
    most_requests: int = 50_000
    most_bytes: int = 200 * 10**6

    def __post_init__(self) -> None:
        """Refuse what cannot be served.

        Raises:
            SettingsError: names the setting.
        """
        if not 0 <= self.delay < math.inf:
            raise SettingsError("the mock endpoint's batch delay must be 0 s or more")
        shares = [self.share, *self.faults.values(), sum(self.faults.values())]
        if not all(0 <= share <= 1 + 1e-9 for share in shares):
            raise SettingsError("the mock endpoint's shares must lie between 0 and 1, as their sum")
        _check_names(self.faults, LINE_FAULTS, "line fault")
        _check_names(self.batches, BATCH_FAULTS, "batch fault")
        _check_names(self.uploads, ("", "503", "reset"), "upload fault")


def _check_names(names: Iterable[str], known: Iterable[str], what: str) -> None:
    known = list(known)
    for name in names:
        if name not in known:
            told = ", ".join(filter(None, known))
            raise SettingsError(f"{what} {name!r} is not known; known are {told}")


@dataclass(slots=True)
class BatchCounters:
    """What has happened since the start or the last reset.

    Attributes:
        calls: `POST /v1/batches` that came through; 503s make no batch.
        batches: batches made.
        asked: how often each request was worked on, by its custom_id.
        answered: how often each got a reply; these are what OpenAI would charge.
    """

    uploads: int = 0
    downloads: int = 0
    calls: int = 0
    batches: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_fault: Counter[str] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    answered: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class StoredFile:
    """A file that was uploaded, or results.

    Attributes:
        data: an unbuffered file without a name, so that nothing stays behind even after a kill.
    """

    id: str
    created_at: int
    data: FileIO
    filename: str = ""
    purpose: str = ""

    @property
    def size(self) -> int:
        """Its bytes."""
        return os.fstat(self.data.fileno()).st_size

    def append(self, content: bytes) -> None:
        """Write at the end."""
        self.data.seek(0, os.SEEK_END)
        self.data.write(content)

    def read_chunks(self) -> Iterator[bytes]:
        """All of it in pieces; reading does not depend on who else reads or writes."""
        place = 0
        while chunk := os.pread(self.data.fileno(), _CHUNK, place):
            place += len(chunk)
            yield chunk

    def read_lines(self) -> Iterator[bytes]:
        """Its lines without their ends, blank ones left out."""
        rest = b""
        for chunk in self.read_chunks():
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line for line in lines if line.strip())
        if rest.strip():
            yield rest

    def describe(self) -> dict[str, Any]:
        """The file as OpenAI shows it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.size,
            "created_at": self.created_at,
            "filename": self.filename,
            "purpose": self.purpose,
            "status": "processed",
        }


class Problem(msgspec.Struct):
    """Why a batch did not pass validation; lines count from 1."""

    code: str
    message: str
    line: int | None = None
    param: str | None = None


@dataclass(slots=True)
class StoredBatch:
    """A batch and how far it is.

    Attributes:
        fault: what happens to it (`BATCH_FAULTS`).
        total: its requests, once they have been counted.
        worked: how many of them have been worked on.
        counts: `completed` and `failed` requests.
    """

    id: str
    input: StoredFile
    output: StoredFile
    errors: StoredFile
    metadata: dict[str, str] | None
    created_at: int
    fault: str
    status: str = "validating"
    total: int = 0
    worked: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def has_ended(self) -> bool:
        """Whether nothing happens to it any more."""
        return self.status in {"completed", "failed", "expired", "cancelled"}

    def describe(self) -> dict[str, Any]:
        """The batch as OpenAI shows it; results are named when it has ended."""
        return {
            "id": self.id,
            "object": "batch",
            "endpoint": "/v1/chat/completions",
            "errors": {"object": "list", "data": self.problems} if self.problems else None,
            "input_file_id": self.input.id,
            "completion_window": "24h",
            "status": self.status,
            "output_file_id": self._show(self.output, "completed"),
            "error_file_id": self._show(self.errors, "failed"),
            "created_at": self.created_at,
            "request_counts": {
                "total": self.total,
                "completed": self.counts["completed"],
                "failed": self.counts["failed"],
            },
            "metadata": self.metadata,
        }

    def _show(self, file: StoredFile, count: str) -> str | None:
        return file.id if self.counts[count] and self.has_ended else None
