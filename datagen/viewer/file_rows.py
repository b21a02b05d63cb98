"""Viewer: rows of any LLaVA file, whoever made it; nothing in it is taken for granted."""

import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import msgspec

from datagen.checks.shape import read_record
from datagen.formats.reading import BrokenLine, iter_records
from datagen.pipeline.checking import name_response_type
from datagen.records import AnnotatedImage
from datagen.viewer.facts import list_objects
from datagen.viewer.rows import Place, Row, count_lines, join_texts, read_lines

_PACKED = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


class FileRows:
    """The records of a file in its order; what is no record is a row too, as rejected."""

    has_repeated_ids = True

    def __init__(
        self,
        file: Path,
        types: Iterable[str],
        find_image: Callable[[object], AnnotatedImage | None] = lambda _: None,
    ) -> None:
        """Prepare; nothing is read yet.

        Args:
            file: JSON array or JSONL, perhaps packed.
            types: response types that ids may name.
            find_image: the annotated image that a record is about.
        """
        self._file = file
        self._types = tuple(types)
        self._find_image = find_image
        self._used: dict[str, AnnotatedImage] = {}
        self.files = [file]

    def count(self) -> int:
        """Records to come; 0 where that cannot be told before."""
        return count_lines(self._file) if self._has_lines() else 0

    def __iter__(self) -> Iterator[Row]:
        """Read the file.

        Raises:
            DatasetError: it cannot be read.
        """
        if self._has_lines():
            for number, (start, line) in enumerate(read_lines(self._file), 1):
                body = line.removeprefix(_BYTE_ORDER_MARK) if start == 0 else line
                place = Place(0, start + len(line) - len(body), len(body))
                yield self._make_row(decode_record(body), place, f"line {number}")
            return
        for name, record in iter_records(self._file):
            if isinstance(record, BrokenLine):
                body = msgspec.json.encode(record.span)
                yield self._make_row(msgspec.UNSET, body, name, record.code)
            else:
                yield self._make_row(record, json.dumps(record).encode(), name)

    def list_images(self) -> Iterable[AnnotatedImage]:
        """The images that records are about."""
        return self._used.values()

    def _has_lines(self) -> bool:
        """Whether each record has a line of its own that can be read again."""
        next(iter_records(self._file), None)  # raises where the file is nothing of the kind
        with self._file.open("rb") as file:
            head = file.read(1 << 16).removeprefix(_BYTE_ORDER_MARK).lstrip()
        return not head.startswith((_PACKED, b"["))

    def _make_row(
        self, record: object, body: bytes | Place, place: str, problem: str = "not-json"
    ) -> Row:
        if record is msgspec.UNSET:
            return Row(place, "", False, "", 0, "", body, reasons=(problem,), findings=(problem,))
        fields = record if isinstance(record, dict) else {}
        turns = read_record(record).turns
        annotated = self._find_image(record)
        if annotated is not None:
            self._used[annotated.id] = annotated
        image, own = fields.get("image"), fields.get("id")
        return Row(
            clean(str(own)) if isinstance(own, str | int) and own != "" else place,
            name_response_type(record, self._types),
            True,
            clean(image) if isinstance(image, str) else "",
            sum(len(turn.text.split()) for turn in turns if turn.speaker == "gpt" and turn.text),
            clean(join_texts([turn.text for turn in turns if turn.text])),
            body,
            objects=list_objects(annotated),
            annotated=annotated.id if annotated is not None else "",
        )


def decode_record(body: bytes) -> object:
    """The value of a line; `msgspec.UNSET` where it is no JSON."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass
    try:  # takes half a surrogate pair, which the faster one refuses
        return json.loads(body, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return msgspec.UNSET


def _refuse(name: str) -> None:
    raise ValueError(name)


def clean(text: str) -> str:
    """A text that can be written as UTF-8: half a surrogate pair becomes a question mark."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")
