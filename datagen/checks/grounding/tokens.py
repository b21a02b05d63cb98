"""Grounding, reading: text -> sentences of tokens.

Everything works on lower-case words in plain lists, since most sentences of a record are only
walked through.
"""

import re
from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from datagen.checks.grounding.readings import Sentence

_TOKEN = re.compile(
    r"(\w++(?:'t\b|(?:-\w++|[.,:]\d\w*+)*+)"  # dog, isn't, two-seat, 2.5
    r"|'(?:s|re|ve|ll|d|m|clock)\b"
    r"|\.{2,}|[^\w\s]|\n)"
)
# One character for one, so that offsets hold in the text as it was given.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("*_`#|\t\r", " ")  # Markdown
    | dict.fromkeys("\u2013\u2014\u2015", "-")
    | dict.fromkeys("\u201c\u201d", '"')
)
_PLACEHOLDER = "<image>"
_ENDERS = frozenset({".", "!", "?", "...", "....", "\u2026", "?!"})
_CLOSERS = frozenset({'"', "'", ")", "]"})
_BULLETS = frozenset({"-", "\u2022", "\u00b7", "+"})
_STOPS = _ENDERS | {"\n"}
_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "st", "vs", "etc", "approx", "jr", "sr", "prof"}
)


class Tokens(NamedTuple):
    """The tokens of one sentence.

    Attributes:
        words: in lower case, with straight apostrophes; numbers and punctuation marks too.
        starts: their offsets in the text.
    """

    words: Sequence[str]
    starts: Sequence[int]


def split_words(text: str) -> list[str]:
    """The words of a phrase, as they stand in sentences.

    >>> split_words("Catcher's mitt")
    ['catcher', "'s", 'mitt']
    """
    return _TOKEN.findall(_lower(text))


def split_sentences(text: str) -> list[Tokens]:
    r"""Split a message into sentences; list markers and markup belong to none.

    A full stop of an abbreviation ends nothing; a line break does, unless the next line goes on in
    lower case without any punctuation before it.

    >>> [s.words for s in split_sentences("1. Two cows, 3.5 m away.\n2. A horse")]
    [['two', 'cows', ',', '3.5', 'm', 'away', '.'], ['a', 'horse']]
    """
    pieces = _TOKEN.split(_lower(text))
    words = pieces[1::2]
    starts = list(accumulate(map(len, pieces)))[0::2]
    sentences: list[Tokens] = []
    first = _skip_marker(words, 0)
    for index in [index for index, word in enumerate(words) if word in _STOPS]:
        if index < first:
            continue
        if words[index] == "\n":
            if _goes_on(words, index, text, starts):
                continue
            _add(sentences, words, starts, first, index)
            first = _skip_marker(words, index)
        elif not _is_abbreviated(words, index):
            end = index + 1
            while end < len(words) and (words[end] in _CLOSERS or words[end] in _ENDERS):
                end += 1
            _add(sentences, words, starts, first, end)
            first = end
    _add(sentences, words, starts, first, len(words))
    return sentences


def _lower(text: str) -> str:
    plain = text.translate(_PLAIN)
    if _PLACEHOLDER in plain:
        plain = plain.replace(_PLACEHOLDER, " " * len(_PLACEHOLDER))
    lowered = plain.lower()
    if len(lowered) != len(text):  # a few letters have a longer lower case
        lowered = "".join(low if len(low := char.lower()) == 1 else char for char in plain)
    return lowered


def _add(
    sentences: list[Tokens], words: list[str], starts: list[int], first: int, end: int
) -> None:
    if end <= first:
        return
    part = words[first:end]
    if "\n" in part:  # a line that went on: the break is blank space
        kept = [index for index in range(first, end) if words[index] != "\n"]
        tokens = Tokens([words[index] for index in kept], [starts[index] for index in kept])
    else:
        tokens = Tokens(part, starts[first:end])
    if tokens.words:
        sentences.append(tokens)


def _skip_marker(words: list[str], index: int) -> int:
    """Step over line breaks and the marker of a list at the beginning of a line."""
    while index < len(words) and (words[index] == "\n" or words[index] in _BULLETS):
        index += 1
    if index + 1 < len(words) and words[index].isdigit() and words[index + 1] in {".", ")"}:
        return index + 2
    return index


def _goes_on(words: list[str], index: int, text: str, starts: list[int]) -> bool:
    if index == 0 or index + 1 >= len(words):
        return False
    before, initial = words[index - 1], text[starts[index + 1]]
    return initial.islower() and (before == "," or before[-1:].isalnum())


def _is_abbreviated(words: list[str], index: int) -> bool:
    """Whether the full stop at `index` belongs to the word before it."""
    if words[index] != "." or index == 0 or index + 1 >= len(words) or words[index + 1] == "\n":
        return False
    before = words[index - 1]
    return before in _ABBREVIATIONS or (len(before) == 1 and before.isalpha())


def measure_span(sentence: Sentence, first: int, last: int) -> tuple[int, int]:
    """Character offsets of some tokens in a row: where `first` begins and where `last` ends."""
    starts = sentence.starts
    return starts[first], starts[last] + len(sentence.words[last])


def measure_start(sentence: Sentence) -> int:
    """Character offset at which a sentence begins."""
    return sentence.starts[0]
