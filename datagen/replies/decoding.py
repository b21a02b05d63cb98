"""Parse stage, JSON in a text: where it is, whether it is whole, and what it says."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from datagen.replies.notes import Notes

_OPENING = re.compile(r"""\{(?=\s*["'}])|\[(?=\s*[\[{\]])""")
"""Where JSON may begin; other brackets are prose. A first one that is broken is not passed over,
for the whole objects within it would be what is left of a reply that says more."""

_BEGINNING = re.compile(r"""(?:```\w{0,20}\s*)?(?:\[\s*)?\{\s*["'}]""")
_LIST_BEGINNING = re.compile(r'(?:\{\s*"[^"\n]{0,40}"\s*:\s*)?\[\s*(?=\{)')


class BrokenJsonError(ValueError):
    """JSON that cannot be read: `problem` with its place, and `span`, the text there.

    `runs_out` says that it is sound as far as it goes, and just ends too early.
    """

    def __init__(self, problem: str, span: str = "", *, runs_out: bool = False) -> None:
        """Keep the parts."""
        self.problem = problem
        self.span = span
        self.runs_out = runs_out
        super().__init__(problem)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A JSON value that stands at `text[start:end]`; `partial` if it is a list without its end."""

    value: Any
    start: int
    end: int
    partial: bool = False


def is_json_like(text: str) -> bool:
    """Whether a text begins as a JSON object, or list of such, bare or in a code fence.

    >>> is_json_like('{"answer": "A bus.')
    True
    >>> is_json_like("[Left] A bus.")
    False
    """
    return _BEGINNING.match(text) is not None


def find_json(
    text: str, is_usable: Callable[[Any], bool], notes: Notes, *, cut: bool = False
) -> Decoded:
    """The first JSON value of use; objects one after the other (JSON Lines) count as a list.

    Args:
        text: a text with JSON somewhere in it.
        is_usable: tells whether a value has the wanted shape.
        notes: gets every liberty taken.
        cut: the text was cut off; of a list without its end the whole objects are taken.

    Raises:
        BrokenJsonError: there is none, or the first one is broken.
    """
    end = 0
    for match in _OPENING.finditer(text):
        if match.start() < end:
            continue  # inside a value that was read, but is of no use
        try:
            decoded = _decode_run(text, match.start(), notes)
        except BrokenJsonError as exc:
            if cut and exc.runs_out:
                return _decode_open_list(text, match.start(), notes)
            raise
        if is_usable(decoded.value):
            return decoded
        end = decoded.end
    problem = "nothing in it has the keys that were asked for" if end else "it holds no JSON"
    raise BrokenJsonError(problem, text)


def _decode_run(text: str, start: int, notes: Notes) -> Decoded:
    value, end = _decode(text, start, notes)
    values = [value]
    while isinstance(value, dict) and text.startswith("{", after := _skip(text, end)):
        try:
            value, end = _decode(text, after, notes)
        except BrokenJsonError:
            break  # what follows is noted as text after the JSON
        values.append(value)
    return Decoded(values[0] if len(values) == 1 else values, start, end)


def _decode_open_list(text: str, start: int, notes: Notes) -> Decoded:
    """The whole objects of a list that ends too early, bare or the first member of an object."""
    match = _LIST_BEGINNING.match(text, start)
    if match is None:
        raise BrokenJsonError("it ends too early", text[start:], runs_out=True)
    values: list[Any] = []
    end = match.end()
    while text.startswith("{", end):
        try:
            value, end = _decode(text, end, notes)
        except BrokenJsonError as exc:
            if not (exc.runs_out and values):
                raise
            notes.add("last-pair-dropped", text[end:])
            return Decoded(values, start, len(text), partial=True)
        values.append(value)
        end = _skip(text, end)
    if text[end:].strip("] \t\n"):
        raise BrokenJsonError("an object is not followed by a comma", text[end:])
    notes.add("cut-after-end")
    return Decoded(values, start, len(text), partial=True)


def _skip(text: str, position: int) -> int:
    while position < len(text) and text[position] in " \t\n,":
        position += 1
    return position


def _decode(text: str, start: int, notes: Notes) -> tuple[Any, int]:
    try:
        try:
            return _STRICT.raw_decode(text, start)
        except json.JSONDecodeError as exc:
            if not exc.msg.startswith("Invalid control character"):
                raise
        decoded = _LENIENT.raw_decode(text, start)
    except json.JSONDecodeError as exc:
        problem = f"line {exc.lineno}, column {exc.colno}: {exc.msg}"
        runs_out = exc.msg.startswith("Unterminated string") or exc.pos + 8 >= len(text)
        raise BrokenJsonError(problem, text[max(0, exc.pos - 20) :], runs_out=runs_out) from exc
    except ValueError as exc:
        raise BrokenJsonError(str(exc).partition(";")[0], text[start:]) from exc
    except RecursionError as exc:
        raise BrokenJsonError("it is nested too deep", text[start:]) from exc
    notes.add("json-control-characters")
    return decoded


def _refuse_twins(members: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in members:
        if key in found:
            raise ValueError(f"the key {key!r} stands twice in one object")
        found[key] = value
    return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON value")


_STRICT, _LENIENT = (
    json.JSONDecoder(
        object_pairs_hook=_refuse_twins, parse_constant=_refuse_constant, strict=strict
    )
    for strict in (True, False)
)
