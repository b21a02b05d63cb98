"""Audit: the sentences that are planted, drawn and filled in."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

Slots = Mapping[str, str]

_TABLE = Path(__file__).with_name("wording.toml")
_SLOT = re.compile(r"\{(\w+)\}")
_NUMBERS = (
    *("no", "one", "two", "three", "four", "five", "six"),
    *("seven", "eight", "nine", "ten", "eleven", "twelve"),
)


@cache
def read_wording() -> Mapping[str, Mapping[str, Any]]:
    """The whole file."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


def capitalize(text: str) -> str:
    """The first letter large, the rest as it is."""
    return text[:1].upper() + text[1:]


def fill(template: str, slots: Slots) -> str:
    """Fill in a template; a slot whose name begins with a capital is capitalized.

    >>> fill("{A} waits near {a}.", {"a": "a bus"})
    'A bus waits near a bus.'
    """

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        return slots[name] if name in slots else capitalize(slots[name[0].lower() + name[1:]])

    return _SLOT.sub(replace, template)


def draw(rng: Random, family: str, *keys: str) -> str:
    """One of the templates of a family under any of the keys."""
    rows = read_wording()[family]
    templates: list[str] = [text for key in keys for text in rows.get(key, ())]
    return rng.choice(templates)


def draw_pair(rng: Random, family: str, key: str = "question") -> tuple[str, str]:
    """A question and its answer."""
    question, answer = rng.choice(read_wording()[family][key])
    return question, answer


def list_words(name: str) -> frozenset[str]:
    """One of the word lists of the file."""
    return frozenset(read_wording()["words"][name])


def spell_number(number: int, rng: Random) -> str:
    """A word, or digits now and then and above twelve."""
    if number < len(_NUMBERS) and rng.random() < 0.75:
        return _NUMBERS[number]
    return str(number)


def read_number(word: str) -> int | None:
    """The number that a word or digits stand for.

    >>> read_number("Four"), read_number("12"), read_number("many")
    (4, 12, None)
    """
    if word.isascii() and word.isdigit():
        return int(word)
    lowered = word.lower()
    return _NUMBERS.index(lowered) if lowered in _NUMBERS[1:] else None
