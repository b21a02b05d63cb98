"""Fleet, segments: the replies of a worker on shared storage, a file every few seconds.

    <start>/replies/<shard>/<lease>/<number>.jsonl.gz

A segment is never changed. Those of one lease are numbered from 1 without a gap, so how many of
them were taken over says which. One that ends before its end, which a file system without atomic
writes may leave, counts as not written.
"""

import gzip
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec

from datagen.errors import RunError
from datagen.fleet.storage import Storage
from datagen.records import Item
from datagen.store import Answer, Request

SUFFIX = ".jsonl.gz"


@dataclass(frozen=True, slots=True)
class Kept:
    """One answer, with the item and the key of its request; the rest follows from the item."""

    item: Item
    key: bytes
    answer: Answer


class SegmentWriter:
    """Keeps answers in the segments of one lease; what a `StoreWriter` commits to."""

    def __init__(self, storage: Storage, start: str, shard: int, lease: int) -> None:
        """Begin with segment 1."""
        self._storage = storage
        self._folder = f"{name_replies(start, shard)}/{lease:06d}"
        self._number = 0
        self._lines: list[bytes] = []

    def insert(self, rows: Iterable[tuple[Request, Answer]]) -> None:
        """Take answers to be kept by the next `commit`."""
        for request, answer in rows:
            self._lines.append(msgspec.json.encode(Kept(request.item, request.key, answer)) + b"\n")

    def commit(self) -> None:
        """Write what was taken; it is durable when this returns.

        Raises:
            RunError: the storage cannot be written.
        """
        data = gzip.compress(b"".join(self._lines), compresslevel=5, mtime=0)
        self._storage.put(f"{self._folder}/{self._number + 1:06d}{SUFFIX}", data)
        self._number += 1
        self._lines.clear()


def name_replies(start: str, shard: int | None = None) -> str:
    """The folder of the replies of a start, or of one of its shards."""
    return f"{start}/replies" + ("" if shard is None else f"/{shard:06d}")


def list_segments(storage: Storage, folder: str) -> dict[str, list[str]]:
    """The segments in a folder and below: by lease, in the order of writing.

    Raises:
        RunError: the storage cannot be read.
    """
    found: dict[str, list[str]] = {}
    for name in storage.list_names(folder, SUFFIX):
        found.setdefault(name.rpartition("/")[0], []).append(name)
    return found


def read_segment(storage: Storage, name: str) -> Iterator[Kept]:
    """The answers of a segment; none where it is torn.

    Raises:
        RunError: the storage cannot be read, or the file is no segment.
    """
    try:
        data = gzip.decompress(storage.get(name))
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return
    for line in data.splitlines():
        try:
            yield msgspec.json.decode(line, type=Kept)
        except msgspec.DecodeError as exc:
            raise RunError(f"{storage.url}/{name}", f"is no segment of replies: {exc}") from exc
