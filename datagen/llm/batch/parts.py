"""Ask stage, batches: the files of requests, written whole and small enough for the endpoint.

A file has its final name when it is complete and on disk; the journal learns of it after that, so
a kill in between leaves a file that the next start writes over.
"""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from datagen.errors import RunError
from datagen.llm.batch.journal import Journal, Part, PartState
from datagen.llm.batch.lines import find_custom_id

FOLDER = "batches"

# OpenAI's limits for the input file of a batch (API reference, "Create batch"), in its own MB.
MOST_REQUESTS = 50_000
MOST_BYTES = 200 * 10**6

REQUESTS, OUTPUT, ERRORS = "requests", "output", "errors"


@dataclass(frozen=True, slots=True)
class PartLimits:
    """What one file may hold."""

    requests: int = MOST_REQUESTS
    size: int = MOST_BYTES


class PartFiles:
    """The folder that the files of all parts lie in."""

    def __init__(self, folder: Path) -> None:
        """Make it inside the run folder.

        Raises:
            RunError: the run folder cannot be written.
        """
        self._folder = folder / FOLDER
        with _translated(self._folder):
            self._folder.mkdir(parents=True, exist_ok=True)

    def get_path(self, number: int, kind: str) -> Path:
        """Where a part's requests, output or errors lie."""
        return self._folder / f"{number:05}.{kind}.jsonl"

    def read_lines(self, number: int, *kinds: str) -> Iterator[bytes]:
        """The lines of a part's files, one file after the other; a missing one has none.

        Raises:
            RunError: a file cannot be read.
        """
        for kind in kinds:
            path = self.get_path(number, kind)
            with _translated(path), suppress(FileNotFoundError), path.open("rb") as file:
                yield from (line for line in file if line.strip())

    def remove(self, number: int, kind: str) -> None:
        """Remove a file that nobody needs any more."""
        path = self.get_path(number, kind)
        with _translated(path):
            path.unlink(missing_ok=True)

    @contextmanager
    def write(self, number: int, kind: str) -> Iterator[Callable[[bytes], None]]:
        """Write a file that takes its name when the block ends well; the value writes bytes.

        Raises:
            RunError: it cannot be written.
        """
        path = self.get_path(number, kind)
        unfinished = path.with_suffix(".unfinished")
        with ExitStack() as stack:
            with _translated(path):
                file = stack.enter_context(unfinished.open("wb"))

            def write(data: bytes) -> None:
                with _translated(path):
                    file.write(data)

            yield write  # what goes wrong in the block is not the disk's fault
            with _translated(path):
                file.flush()
                os.fsync(file.fileno())
                unfinished.replace(path)
                _sync_folder(path.parent)


class PartWriter:
    """Collects requests in files and tells the journal of each file that is complete."""

    def __init__(self, journal: Journal, files: PartFiles, limits: PartLimits) -> None:
        """Start without a file."""
        self._journal = journal
        self._files = files
        self._limits = limits
        self._stack = ExitStack()
        self._begin()

    def _begin(self) -> None:
        self._requests: dict[str, tuple[int, str]] = {}
        self._size = 0
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        """Write inside a `with` block."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Complete the last file; after an error leave it unfinished."""
        if error is None:
            self.finish()
        self._stack.__exit__(kind, error, trace)

    def has(self, custom_id: str) -> bool:
        """Whether a request stands in the file that is being written."""
        return custom_id in self._requests

    def add(self, custom_id: str, line: bytes, *, tries: int = 1, tag: str = "") -> None:
        """Add a request; a file that it does not fit in any more is completed first."""
        is_full = len(self._requests) >= self._limits.requests
        if is_full or self._size + len(line) > self._limits.size:
            self.finish()
        if not self._requests:
            self._number = self._journal.get_next_number()
            self._write = self._stack.enter_context(self._files.write(self._number, REQUESTS))
        self._write(line)
        self._digest.update(line)
        self._size += len(line)
        self._requests[custom_id] = tries, tag

    def finish(self) -> None:
        """Complete the file; does nothing where none was begun."""
        if not self._requests:
            return
        self._stack.close()  # the file takes its name
        digest, count = self._digest.hexdigest(), len(self._requests)
        part = Part(self._number, PartState.WRITTEN, digest, count, self._size)
        self._journal.add_part(part, self._requests)
        self._begin()


def move_requests(
    part: Part,
    chosen: Mapping[str, tuple[int, str]],
    journal: Journal,
    files: PartFiles,
    limits: PartLimits,
) -> None:
    """Write some of a part's requests into new parts, line by line.

    A request whose line is not found, because somebody has removed the file, is released.

    Args:
        part: where they stand now.
        chosen: tries and tag of each, by custom_id.
        journal: learns of the new parts.
        files: where the parts lie.
        limits: of each new part.
    """
    missing = set(chosen)
    with PartWriter(journal, files, limits) as writer:
        for line in files.read_lines(part.number, REQUESTS) if chosen else ():
            custom_id = find_custom_id(line)
            if custom_id in missing:
                missing.discard(custom_id)
                tries, tag = chosen[custom_id]
                writer.add(custom_id, line, tries=tries, tag=tag)
    journal.release(missing)


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        is_full = exc.errno in {errno.ENOSPC, errno.EDQUOT}
        advice = "; free some space and start again" if is_full else ""
        raise RunError(path, f"cannot be used: {exc.strerror or exc}{advice}") from exc


def _sync_folder(folder: Path) -> None:
    with suppress(OSError):  # some file systems cannot sync a folder; the file itself is safe
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
