"""Parse stage, layout `text`: a reply that is the answer alone, and what comes around it."""

import re
from itertools import groupby

from datagen.layouts import SEPARATOR
from datagen.replies.dialogue import Part, read_parts
from datagen.replies.lines import LABELS, classify_line
from datagen.replies.notes import Notes
from datagen.replies.wrapping import split_postamble, split_preamble, trim

_LOOK = 80
_TITLE = re.compile(
    r"(?P<lead>[#*_\s]{0,8})(?:(?:full|detailed|image|picture|scene)\s){0,3}"
    r"(?:description|response|reply)(?P<end>[*_\s]{0,4}(?:[:\uff1a][*_]{0,3}|$))",
    re.IGNORECASE,
)
_FENCE = re.compile(r"(?:```|~~~)\w{0,20}[ \t]{0,4}")


def read_prose(text: str, notes: Notes) -> str:
    """Read the answer of a plain reply; empty if nothing of that kind is there.

    Args:
        text: the reply, cleaned, not cut off.
        notes: gets every liberty taken, and the rejection when there is a layout but a wrong one.
    """
    text, farewell = split_postamble(text)
    if farewell:
        notes.add("postamble", farewell)
    text = _unwrap(text, notes)
    first_line = text.partition("\n")[0]
    if classify_line(first_line).kind in LABELS:
        return _read_answer(text, notes)
    return _drop_separators(_drop_title(text, first_line, notes), notes)


def _unwrap(text: str, notes: Notes) -> str:
    preamble, text = split_preamble(text)
    text = _drop_fence(text, notes)
    if not preamble:
        preamble, text = split_preamble(text)
    if preamble:
        notes.add("preamble", preamble)
    return text


def _drop_fence(text: str, notes: Notes) -> str:
    """Leave out a fence around the whole text; fences inside pair up and stay."""
    lines = text.split("\n")
    fences = [i for i, line in enumerate(lines) if _FENCE.fullmatch(line)]
    if len(fences) % 2 or not fences or fences[0] != 0 or fences[-1] != len(lines) - 1:
        return text
    notes.add("code-fence", lines[0])
    return trim("\n".join(lines[1:-1]))


def _read_answer(text: str, notes: Notes) -> str:
    parts: list[Part] = [part for part in read_parts(text, notes) if part.role != "other"]
    roles = [part.role for part in parts]
    if roles not in (["answer"], ["question", "answer"]):
        detail = f"a dialogue of {len(parts)} parts came where one text was asked for"
        notes.reject("layout-not-found", text, detail)
        return ""
    if len(parts) == 1:
        notes.add("label-stripped", text.partition("\n")[0])
    elif parts[0].filled:
        notes.add("question-dropped", parts[0].text)
    return parts[-1].text


def _drop_title(text: str, first_line: str, notes: Notes) -> str:
    match = _TITLE.match(first_line[:_LOOK])
    if match is None or not (match["lead"].strip() or match["end"].strip("*_ \t")):
        return text
    if not match["end"].strip() and len(first_line) > _LOOK:
        return text
    rest = trim(text[match.end() :])
    if rest:
        notes.add("label-stripped", first_line[: match.end()])
    return rest


def _drop_separators(text: str, notes: Notes) -> str:
    runs = groupby(text.split("\n"), key=lambda line: line.rstrip(" \t") == SEPARATOR)
    parts = [None if separates else trim("\n".join(run)) for separates, run in runs]
    if None not in parts:
        return text
    filled = [part for part in parts if part]
    if len(filled) > 1:
        detail = f"`{SEPARATOR}` lines divide it, but no labels say which part is the answer"
        notes.reject("layout-not-found", text, detail)
        return ""
    notes.add("extra-separator")
    return "".join(filled)
