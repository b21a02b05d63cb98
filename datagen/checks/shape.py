"""Validate stage: raw JSON value -> what can be read of it, and where it breaks the LLaVA model.

The pydantic model finds the defects of shape; what it leaves is read leniently, so that every
other part still sees the rest of a broken record.
"""

import json
import reprlib
from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from datagen.checks.reasons import make_finding
from datagen.records import Finding, LlavaRecord

Speaker = Literal["human", "gpt"]

_SPEAKERS: Mapping[object, Speaker] = {"human": "human", "gpt": "gpt"}

# Where the model found an error (indices as `*`) and of which kind -> reason code.
_CODES: Mapping[tuple[str, str], str] = {
    ("", "model_type"): "not-an-object",
    ("", "string_unicode"): "broken-unicode",
    ("id", "missing"): "no-id",
    ("id.str", "string_type"): "id-not-text",
    ("id.int", "int_type"): "id-not-text",
    ("image", "string_type"): "image-not-text",
    ("conversations", "missing"): "no-conversations",
    ("conversations", "list_type"): "conversations-not-list",
    ("conversations", "too_short"): "conversations-empty",
    ("conversations.*", "model_type"): "turn-not-object",
    ("conversations.*", "string_unicode"): "broken-unicode",
    ("conversations.*.from", "missing"): "no-speaker",
    ("conversations.*.from", "literal_error"): "unknown-speaker",
    ("conversations.*.from", "string_unicode"): "unknown-speaker",
    ("conversations.*.value", "missing"): "no-value",
    ("conversations.*.value", "string_type"): "value-not-text",
}


class ReadTurn(NamedTuple):
    """One turn as far as it can be read; None where speaker or text is unusable."""

    place: int
    speaker: Speaker | None
    text: str | None


class ReadRecord(NamedTuple):
    """A record as far as it can be read.

    Attributes:
        names: id and image where they are text.
        has_image: the key `image` is there, whatever its value; the trainer asks for no more.
    """

    names: tuple[str, ...]
    has_image: bool
    turns: tuple[ReadTurn, ...]


def read_record(record: object) -> ReadRecord:
    """Read what is readable of any decoded JSON value; never raises."""
    fields: Mapping[Any, Any] = record if isinstance(record, dict) else {}
    turns = fields.get("conversations")
    return ReadRecord(
        names=tuple([name for key in ("id", "image") if isinstance(name := fields.get(key), str)]),
        has_image="image" in fields,
        turns=tuple(
            [_read_turn(index, turn) for index, turn in enumerate(turns)]
            if isinstance(turns, list)
            else ()
        ),
    )


def _read_turn(index: int, turn: object) -> ReadTurn:
    if not isinstance(turn, dict):
        return ReadTurn(index, None, None)
    speaker, text = turn.get("from"), turn.get("value")
    return ReadTurn(
        index,
        _SPEAKERS.get(speaker) if isinstance(speaker, str) else None,
        text if isinstance(text, str) else None,
    )


def check_shape(record: object) -> Iterator[Finding]:
    """Say where a value does not fit `LlavaRecord`; the same defect may be said twice."""
    try:
        LlavaRecord.model_validate(record)
    except ValidationError as exc:
        yield from map(_translate, exc.errors(include_url=False, include_context=False))
    if isinstance(record, dict):
        yield from _check_names(record)
        yield from _check_keys(record)


def _translate(error: ErrorDetails) -> Finding:
    place = ".".join("*" if isinstance(part, int) else part for part in error["loc"])
    code = _CODES.get((place, error["type"]), "malformed")
    value = error["input"]
    return make_finding(
        _refine(code, value),
        turn=_find_turn(error["loc"]),
        span="" if error["type"] in {"missing", "too_short"} else _show(value),
        detail=f"{place}: {error['msg']}" if code == "malformed" else "",
    )


def _find_turn(location: tuple[int | str, ...]) -> int | None:
    match location:
        case ("conversations", int(index), *_):
            return index
    return None


def _refine(code: str, value: object) -> str:
    """Tell apart what the model calls by one name."""
    if code == "value-not-text" and value is None:
        return "value-null"
    if code == "id-not-text" and value is None:
        return "no-id"
    if code == "image-not-text" and isinstance(value, list):
        return "image-list"
    return code


def _check_names(record: Mapping[Any, Any]) -> Iterator[Finding]:
    """Names that the model takes and the trainer or a report cannot use."""
    name, image = record.get("id"), record.get("image")
    if isinstance(name, str) and not name.strip():
        yield make_finding("no-id", span=name)
    if "image" in record and image is None:
        yield make_finding("image-null", span="null")
    if isinstance(image, str) and not image.strip():
        yield make_finding("image-empty", span=image)


def _check_keys(record: Mapping[Any, Any]) -> Iterator[Finding]:
    """The model also takes its field name `speaker` for `from`; the trainer does not."""
    turns = record.get("conversations")
    for index, turn in enumerate(turns if isinstance(turns, list) else ()):
        if isinstance(turn, dict) and "from" not in turn:
            yield make_finding("no-speaker", turn=index)


def _show(value: object) -> str:
    """A value as a reader of the JSON file knows it, short."""
    if isinstance(value, str):
        return value
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    return reprlib.repr(value)
