"""Viewer: what a person types into the search field -> a query of SQLite's full text, and marks.

Words, "phrases", beginnings* and -exclusions; everything else in the text is taken as it stands, so
nothing that is typed can be an error of SQLite's own language.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from datagen.viewer.refusals import RefusedError

LONGEST = 400  # characters of a search
MOST_TERMS = 16

_TERM = re.compile(r'(-?)(?:"([^"]*)"|([^\s"]+))')
_WORD = re.compile(r"[^\W_]+")
_BEFORE, _AFTER = 40, 120  # characters shown about the first hit


@dataclass(frozen=True, slots=True)
class Term:
    """One thing looked for: words that follow each other.

    Attributes:
        is_excluded: it must not be there.
        is_start: the last word may go on.
    """

    words: tuple[str, ...]
    is_excluded: bool = False
    is_start: bool = False


def parse_search(text: str) -> list[Term]:
    """Read what was typed.

    Raises:
        RefusedError: too long, a quotation mark without its partner, nothing to look for.

    >>> [term.words for term in parse_search('"red bus" -dog')]
    [('red', 'bus'), ('dog',)]
    """
    if len(text) > LONGEST:
        raise RefusedError(f"a search has at most {LONGEST} characters")
    if text.count('"') % 2:
        raise RefusedError('a quotation mark has no partner: write "red bus"')
    terms = []
    for minus, phrase, word in _TERM.findall(text):
        words = tuple(_WORD.findall(_fold(phrase or word)))
        if words:
            terms.append(Term(words, bool(minus), not phrase and word.endswith("*")))
    if len(terms) > MOST_TERMS:
        raise RefusedError(f"a search has at most {MOST_TERMS} words or phrases")
    if terms and all(term.is_excluded for term in terms):
        raise RefusedError("say also what to look for: -dog alone excludes from nothing")
    if not terms:
        raise RefusedError("there is no word to look for in this search")
    return terms


def write_match(terms: Sequence[Term]) -> str:
    """The query in SQLite's language.

    >>> write_match(parse_search('"red bus" -dog cat*'))
    '("red bus" AND "cat"*) NOT "dog"'
    """
    wanted = " AND ".join(_quote(term) for term in terms if not term.is_excluded)
    excluded = "".join(f" NOT {_quote(term)}" for term in terms if term.is_excluded)
    return f"({wanted}){excluded}"


def mark_hits(text: str, terms: Sequence[Term]) -> list[tuple[str, bool]]:
    """A text about its first hit in pieces, each with whether it was looked for."""
    hits = sorted(_find_hits(text, terms))
    first = hits[0][0] if hits else 0
    start = _find_gap(text, max(0, first - _BEFORE)) if first > _BEFORE else 0
    end = min(len(text), max(first + _AFTER, hits[0][1] if hits else 0))
    pieces: list[tuple[str, bool]] = []
    place = start
    for begin, stop in hits:
        if begin < place or stop > end:
            continue
        pieces += [(text[place:begin], False), (text[begin:stop], True)]
        place = stop
    pieces.append((text[place:end] + ("…" if end < len(text) else ""), False))
    if start:
        pieces.insert(0, ("…", False))
    return [(piece, is_hit) for piece, is_hit in pieces if piece]


def _find_hits(text: str, terms: Sequence[Term]) -> Iterator[tuple[int, int]]:
    """Where terms stand; several may overlap."""
    wanted = [term for term in terms if not term.is_excluded]
    if text.isascii():  # nothing moves when it is folded, so a pattern tells, ten times as fast
        for term in wanted:
            for match in _write_pattern(term).finditer(text):
                yield match.span()
        return
    spans = [match.span() for match in _WORD.finditer(text)]
    words = [_fold(text[start:end]) for start, end in spans]
    for term in wanted:
        count = len(term.words)
        for place in range(len(words) - count + 1):
            if _fits(words[place : place + count], term):
                yield spans[place][0], spans[place + count - 1][1]


@lru_cache(maxsize=64)
def _write_pattern(term: Term) -> re.Pattern[str]:
    words = r"[\W_]+".join(map(re.escape, term.words))
    end = r"[^\W_]*" if term.is_start else r"(?![^\W_])"
    return re.compile(rf"(?<![^\W_]){words}{end}", re.IGNORECASE | re.ASCII)


def _fits(words: Sequence[str], term: Term) -> bool:
    *head, last = term.words
    ends = words[-1].startswith(last) if term.is_start else words[-1] == last
    return ends and list(words[:-1]) == head


def _quote(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_start else ""}'


def _fold(text: str) -> str:
    """Small letters without their marks, as the full text keeps them."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFD", text.lower())
    return "".join(part for part in parts if not unicodedata.combining(part))


def _find_gap(text: str, place: int) -> int:
    """The beginning of the word after a place, or the place where there is none near."""
    gap = text.find(" ", place, place + 20)
    return gap + 1 if gap >= 0 else place
