"""Faults planted into true records: one a record, in one place of one answer.

Made for the small world alone and independent of the false twins that the spot-check makes for
itself, so that a measure cannot be good at this only because it was tuned on the same faults.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from datagen.llm.offline.vocabulary import find_category
from datagen.llm.offline.words import add_article
from tests.benchmarks.small_llava.icons import COLORS, ICONS

_COLOR = re.compile(rf"\b({'|'.join(COLORS)})\b")
_NUMBER = re.compile(r"\b(two|three|[123](?=\.$))\b", re.IGNORECASE)
_SIDE = re.compile(r"\b(left|right)\b")
_OTHER = {"two": "three", "three": "two", "1": "2", "2": "3", "3": "2"}
_OTHER |= {"left": "right", "right": "left"}
_ABSENT = re.compile(r"^No, there is no (.+?)(?: in the picture| to be seen)?\.$")
_SHORT = {"Yes.": "No.", "No.": "Yes."}
_PRESENT = re.compile(r"^Yes, there (?:is an?|are \w+) (.+)\.$")

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """Other words for a part of an answer."""

    start: int
    end: int
    words: str


@dataclass(frozen=True, slots=True)
class Faulty:
    """A record with a fault: which kind, in which turn, at which characters of its answer."""

    record: dict[str, Any]
    kind: str
    turn: int
    start: int
    end: int


Maker = Callable[[str, frozenset[str], Random], Iterator[Change]]


def _change_object(answer: str, present: frozenset[str], rng: Random) -> Iterator[Change]:
    """Another thing, one that is not in the picture."""
    if answer.startswith("No"):
        return
    absent = sorted(ICONS.keys() - present)
    for name in sorted(present):
        category, other = find_category(name), find_category(rng.choice(absent))
        for old, new in (
            (category.one, other.one),
            (category.noun, other.noun),
            (category.many, other.many),
        ):
            for match in re.finditer(rf"\b{re.escape(old)}\b", answer):
                yield Change(match.start(), match.end(), new)


def _change_color(answer: str, present: frozenset[str], rng: Random) -> Iterator[Change]:
    """Another colour."""
    for match in _COLOR.finditer(answer):
        other = rng.choice([color for color in COLORS if color != match[0]])
        yield Change(match.start(), match.end(), other)


def _change_number(answer: str, present: frozenset[str], rng: Random) -> Iterator[Change]:
    """Two for three, three for two; in digits as well."""
    for match in _NUMBER.finditer(answer):
        other = _OTHER[match[0].lower()]
        new = other.capitalize() if match[0][0].isupper() else other
        yield Change(match.start(), match.end(), new)


def _change_side(answer: str, present: frozenset[str], rng: Random) -> Iterator[Change]:
    """Left for right, right for left."""
    for match in _SIDE.finditer(answer):
        yield Change(match.start(), match.end(), _OTHER[match[0]])


def _flip(answer: str, present: frozenset[str], rng: Random) -> Iterator[Change]:
    """Something that is there denied, something that is not there claimed."""
    if answer in _SHORT:
        yield Change(0, len(answer), _SHORT[answer])
    if match := _ABSENT.match(answer):
        yield Change(0, len(answer), f"Yes, there is {add_article(match[1])}.")
    if match := _PRESENT.match(answer):
        named = {find_category(n).many: find_category(n).noun for n in ICONS}
        yield Change(0, len(answer), f"No, there is no {named.get(match[1], match[1])}.")


FAULTS: Mapping[str, Maker] = {
    "object": _change_object,
    "color": _change_color,
    "number": _change_number,
    "side": _change_side,
    "yes-no": _flip,
}


def plant(record: Record, present: frozenset[str], rng: Random) -> Faulty | None:
    """One fault of a kind drawn among those that the record has room for; None for none.

    Args:
        record: a true LLaVA record.
        present: the categories in its picture.
        rng: decides kind, place and words.
    """
    kinds = list(FAULTS)
    rng.shuffle(kinds)
    messages = record["conversations"]
    answers = [message["value"] for message in messages if message["from"] == "gpt"]
    for kind in kinds:
        found = [
            (turn, change)
            for turn, answer in enumerate(answers)
            for change in FAULTS[kind](answer, present, rng)
        ]
        if found:
            turn, change = rng.choice(found)
            changed = _replace(messages, turn, change)
            end = change.start + len(change.words)
            return Faulty({**record, "conversations": changed}, kind, turn, change.start, end)
    return None


def _replace(
    messages: Sequence[Mapping[str, str]], turn: int, change: Change
) -> list[dict[str, str]]:
    copies = [dict(message) for message in messages]
    said = copies[2 * turn + 1]["value"]
    copies[2 * turn + 1]["value"] = said[: change.start] + change.words + said[change.end :]
    return copies
