"""Audit: noun phrases in answers, as far as they can be replaced without doubt."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from tests.audit.categories import Named, find_named
from tests.audit.planting import is_asserted, list_clauses
from tests.audit.wording import list_words, read_number

_WORD_BEFORE = re.compile(r"(?:^|(?<=\s))([A-Za-z-]+|\d+)\s+$")
_DETERMINERS = list_words("determiners")
_ADJECTIVES = list_words("adjectives")
# What may follow a head noun; anything else could make it a modifier ("car door").
_AFTER = re.compile(
    r"\s*(?:$|[,.;:!?)]|(?:is|are|was|were|has|have|in|on|at|with|and|near|by|that|which|who|behind"
    r"|under|over|to|from|beside|next|sits?|stands?|lies?|hangs?|rests?|can|also|there|here|too"
    r"|while|as|but|just|right|left|above|below|standing|sitting|lying|parked|moving)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase as it stands in an answer, offsets of the message.

    Attributes:
        start, end: the noun.
        words: what stands before it, the nearest last, each with its start: adjectives, before
            them a number, before that a determiner.
    """

    turn: int
    start: int
    end: int
    category: str
    plural: bool
    words: tuple[tuple[str, int], ...]

    @property
    def article(self) -> tuple[str, int] | None:
        """The indefinite article right before the noun."""
        return next((word for word in self.words[-1:] if word[0].lower() in {"a", "an"}), None)

    @property
    def number(self) -> tuple[str, int] | None:
        """The number before the noun."""
        return next((word for word in self.words if read_number(word[0]) is not None), None)


@lru_cache(maxsize=64)
def list_claimed(texts: tuple[str, ...]) -> Sequence[Phrase]:
    """Noun phrases of answers that say, or take for granted, that the thing is there."""
    return [
        Phrase(
            turn,
            named.start + offset,
            named.end + offset,
            named.category,
            named.plural,
            tuple((word, start + offset) for word, start in words),
        )
        for turn in range(1, len(texts), 2)
        for clause, offset in list_clauses(texts[turn])
        for named in find_named(clause)
        if (words := _list_before(clause[: named.start]))
        and _AFTER.match(clause[named.end :])
        and _is_claimed(clause, words)
    ]


@lru_cache(maxsize=64)
def list_nouns(texts: tuple[str, ...]) -> Sequence[Phrase]:
    """Every plain noun of answers that heads a noun phrase, whatever is said with it."""
    return [
        Phrase(
            turn,
            named.start,
            named.end,
            named.category,
            named.plural,
            tuple(_list_before(texts[turn][: named.start])),
        )
        for turn in range(1, len(texts), 2)
        for named in find_named(texts[turn])
        if _AFTER.match(texts[turn][named.end :]) and _is_noun(texts[turn], named)
    ]


def _is_noun(text: str, named: Named) -> bool:
    """Whether it is neither the colour nor the time of day ("eight o'clock")."""
    is_colour = named.category == "orange" and not named.plural
    return not is_colour and text[named.start - 1 : named.start] != "'"


def _is_claimed(clause: str, words: Sequence[tuple[str, int]]) -> bool:
    definite = words[0][0].lower() not in {"a", "an"}
    return is_asserted(clause, definite=definite)


def _list_before(text: str) -> list[tuple[str, int]]:
    """The words of a noun phrase before its noun, from its determiner or number on, or none."""
    words: list[tuple[str, int]] = []
    while (match := _WORD_BEFORE.search(text)) and len(words) < 5:
        word = match[1].lower()
        numeral = read_number(word) is not None
        if word not in _ADJECTIVES and word not in _DETERMINERS and not numeral:
            break
        words.insert(0, (match[1], match.start(1)))
        text = text[: match.start(1)]
        if word in _DETERMINERS:
            break
    first = words[0][0].lower() if words else ""
    return words if first in _DETERMINERS or read_number(first) is not None else []
