"""Spot-check, page: text from records -> text that is safe to look at.

Escaping for HTML is the template's; here is what HTML would let through: characters that cannot be
seen, or that change the order in which their neighbours are read.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

_SHOWN = frozenset("\n\t")
_JOINERS = frozenset("\u200c\u200d")
"""Words of some scripts and many emoji need them; they reorder nothing."""

_HIDDEN = frozenset(["Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"])


def reveal(text: str) -> str:
    r"""Give every control, bidi and other invisible character as its code.

    >>> reveal("a\u202eb\0")
    'a⟨U+202E⟩b⟨U+0000⟩'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(f"⟨U+{ord(char):04X}⟩" if _is_hidden(char) else char for char in text)


def _is_hidden(char: str) -> bool:
    if char in _SHOWN or char in _JOINERS:
        return False
    return unicodedata.category(char) in _HIDDEN


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of an answer, and whether the model doubts it."""

    text: str
    doubtful: bool


def cut_answer(answer: str, spans: Iterable[tuple[int, int]]) -> tuple[Piece, ...]:
    """Cut an answer at its doubtful spans; together the pieces are the answer.

    Spans may touch, overlap or reach past the answer; those with only blanks between them become
    one, so that doubtful tokens of one phrase are not marked one by one.

    >>> [(piece.text, piece.doubtful) for piece in cut_answer("A red bus.", [(2, 5), (6, 9)])]
    [('A ', False), ('red bus', True), ('.', False)]
    """
    pieces = []
    at = 0
    for start, end in _merge(answer, spans):
        pieces += [Piece(answer[at:start], False), Piece(answer[start:end], True)]
        at = end
    pieces.append(Piece(answer[at:], False))
    return tuple(piece for piece in pieces if piece.text)


def _merge(answer: str, spans: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for first, last in sorted(spans):
        start, end = max(first, 0), min(last, len(answer))
        if not answer[start:end].strip():
            continue
        if merged and not answer[merged[-1][1] : start].strip():
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
