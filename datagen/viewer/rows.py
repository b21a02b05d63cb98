"""Viewer: what the list knows of a record, read from a run folder or from any LLaVA file.

The lines of a JSONL file stay where they are: a row keeps the place of its line. Only what has no
line of its own (records of a JSON array, of a packed file) is copied into the index.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import msgspec

from datagen import pipeline
from datagen.errors import RunError
from datagen.records import IMAGE_TOKEN, AnnotatedImage, Item


class Place(NamedTuple):
    """Where the JSON text of a record stands: which file of the source, from where, how long."""

    file: int
    start: int
    size: int


@dataclass(frozen=True, slots=True)
class Row:
    """One record as the list knows it.

    Attributes:
        id: its own id; where a file repeats one, the index makes it `id#2`, `id#3`, ….
        is_accepted: it stands in the data set.
        image: as the record names it, empty where it names none.
        words: of its answers, or of the raw reply where there is no record.
        score: 0 to 1; None where nothing was held against it.
        cost: USD for all its replies; None where no price is known.
        reasons: codes of what rejected it, or pairs of it.
        findings: codes of all that was found in it.
        flags: codes of what a spot-check said of it.
        objects: categories with a box in its picture.
        text: what a search looks at.
        body: its JSON text or where that stands.
        annotated: id of the image that it is about, where the index keeps that.
    """

    id: str
    type: str
    is_accepted: bool
    image: str
    words: int
    text: str
    body: bytes | Place
    score: float | None = None
    cost: float | None = None
    reasons: Sequence[str] = ()
    findings: Sequence[str] = ()
    flags: Sequence[str] = ()
    objects: Sequence[str] = ()
    annotated: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the store of a run knows of one item beyond its record."""

    cost: float | None = None
    objects: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A row as the index holds it."""

    key: int
    id: str
    type: str
    is_accepted: bool
    image: str
    words: int
    score: float | None
    cost: float | None
    reasons: str
    flags: str
    annotated: str
    file: int | None
    start: int | None
    size: int | None


class _Message(msgspec.Struct):
    value: str


class _Record(msgspec.Struct):
    conversations: list[_Message]
    image: str = ""


class _Score(msgspec.Struct):
    id: str
    response_type: str
    score: float | None
    notes: list[str] = []


class _Rejected(msgspec.Struct):
    id: str
    image_id: str
    image: str
    response_type: str
    reason: str
    findings: list[str]
    reply: str
    pair: int | None = None


def read_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The lines of a file that are not blank, each with the place where it begins in bytes."""
    start = 0
    with path.open("rb") as file:
        for line in file:
            if not line.isspace():
                yield start, line
            start += len(line)


class RunRows:
    """The records and rejections of a run folder in the order of its items."""

    FILES = (pipeline.DATASET_FILE, pipeline.REJECTED_FILE, pipeline.SCORES_FILE)
    has_repeated_ids = False

    def __init__(
        self,
        folder: Path,
        facts: Callable[[Item], Facts] = lambda _: Facts(),
        flags: Mapping[str, Sequence[str]] | None = None,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            folder: of the run.
            facts: what the store knows of an item; asked in the order of the items.
            flags: codes of the spot-check by record id.
        """
        self._folder = folder
        self._facts = facts
        self._flags = flags or {}
        self._dropped: dict[str, list[str]] = {}
        self.files = [folder / name for name in self.FILES]

    def count(self) -> int:
        """Lines to come, roughly."""
        return sum(count_lines(path) for path in self.files[:2])

    def __iter__(self) -> Iterator[Row]:
        """Read the files.

        Raises:
            RunError: a line is not what a run writes, or the scores do not fit the records.
        """
        self._dropped = {}
        for line in self._read_rejected(pairs=True):
            self._dropped.setdefault(line[2].id, []).append(line[2].reason)
        accepted = (
            (_sort_item(item), partial(self._make_row, item, start, line, score))
            for item, start, line, score in self._read_accepted()
        )
        rejected = (
            (_sort_item(item), partial(self._make_rejected, item, start, line, rejection))
            for start, line, rejection in self._read_rejected(pairs=False)
            for item in [to_item(rejection.id, rejection.response_type)]
        )
        # A row is made when its turn has come, so that the store is asked in the order of items.
        for _, make in heapq.merge(accepted, rejected, key=itemgetter(0)):
            yield make()

    def list_images(self) -> Iterable[AnnotatedImage]:
        """None: the store of the run has them."""
        return ()

    def _read_accepted(self) -> Iterator[tuple[Item, int, bytes, _Score]]:
        dataset, _, scores = self.files
        if not dataset.is_file():
            return
        if not scores.is_file():
            raise RunError(self._folder, f"holds no {scores.name}; `datagen build` writes it")
        score_lines = read_lines(scores)
        for start, line in read_lines(dataset):
            _, text = next(score_lines, (0, b""))
            try:
                score = _decode_score(text)
            except msgspec.DecodeError as exc:
                raise RunError(
                    scores, f"does not fit {dataset.name}; `datagen build` mends it"
                ) from exc
            yield to_item(score.id, score.response_type), start, line, score

    def _read_rejected(self, *, pairs: bool) -> Iterator[tuple[int, bytes, _Rejected]]:
        path = self.files[1]
        if not path.is_file():
            return
        for start, line in read_lines(path):
            if pairs and b'"pair"' not in line:
                continue
            try:
                rejected = _decode_rejected(line)
            except msgspec.DecodeError as exc:
                raise RunError(
                    path, f"byte {start} is no rejection; `datagen build` mends it"
                ) from exc
            if (rejected.pair is not None) == pairs:
                yield start, line, rejected

    def _make_row(self, item: Item, start: int, line: bytes, score: _Score) -> Row:
        try:
            record = _decode_record(line)
        except msgspec.DecodeError as exc:
            raise RunError(
                self.files[0], f"byte {start} is no record; `datagen build` mends it"
            ) from exc
        facts = self._facts(item)
        texts = [message.value for message in record.conversations]
        dropped = self._dropped.get(score.id, ())
        return Row(
            score.id,
            item.response_type,
            True,
            record.image,
            len(" ".join(texts[1::2]).split()),
            join_texts(texts),
            Place(0, start, len(line)),
            score.score,
            facts.cost,
            dropped,
            sorted({*score.notes, *dropped}) if dropped else score.notes,
            self._flags.get(score.id, ()),
            facts.objects,
        )

    def _make_rejected(self, item: Item, start: int, line: bytes, rejected: _Rejected) -> Row:
        facts = self._facts(item)
        return Row(
            rejected.id,
            rejected.response_type,
            False,
            rejected.image,
            len(rejected.reply.split()),
            rejected.reply,
            Place(1, start, len(line)),
            None,
            facts.cost,
            (rejected.reason,),
            rejected.findings,
            self._flags.get(rejected.id, ()),
            facts.objects,
        )


_decode_record = msgspec.json.Decoder(_Record).decode
_decode_score = msgspec.json.Decoder(_Score).decode
_decode_rejected = msgspec.json.Decoder(_Rejected).decode


def join_texts(texts: Sequence[str]) -> str:
    """What a search looks at."""
    return "\n".join(texts).replace(IMAGE_TOKEN, "")


def to_item(record_id: str, response_type: str) -> Item:
    """The item that an id of a run was made from.

    >>> to_item("000000033471_detail_description_0", "detail_description").image_id
    '000000033471'
    """
    head, _, index = record_id.rpartition("_")
    return Item(head.removesuffix(f"_{response_type}"), response_type, int(index))


def _sort_item(item: Item) -> tuple[str, str, int]:
    return item.image_id, item.response_type, item.index


def count_lines(path: Path) -> int:
    """How many lines a file has; 0 where there is none."""
    if not path.is_file():
        return 0
    with path.open("rb") as file:
        return sum(block.count(b"\n") for block in iter(lambda: file.read(1 << 20), b""))
