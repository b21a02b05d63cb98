"""Validate stage: answers of a record -> whether they go round in circles.

Small models loop: a sentence again and again, or a few words over and over. People repeat words
as well ("one on the left, one on the right"); so only equal sentences count and runs of equal
words without anything between them. What stands in quotation marks is the picture's.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from datagen.checks.reasons import make_finding
from datagen.checks.texts import Passage, quote_words, split_words
from datagen.records import Finding

_SENTENCE_END = re.compile(r"[.!?\u3002\uff01\uff1f;]+|\n+")
_UNSPACED = re.compile(r"[\u3041-\u30fa\u3400-\u4dbf\u4e00-\u9fff]")
_NOT_WORD = re.compile(r"[\W_]+")
_LIST_NUMBER = re.compile(r"(?m)^\s*\(?\d{1,3}[.)]\s|(?<=\s)\d{1,3}[.)]\s")

# Fewer words than this cannot repeat enough for any rule below.
_MIN_WORDS = 5
_GRAM = 4

# A sentence of so many words, said twice in a row; so many times in all; or so long and twice.
_MIN_SENTENCE = 4
_MANY_TIMES = 3
_LONG_SENTENCE = 8

# Length of the repeated run of words -> times in a row that are too many. Rows of beads and flags
# repeat short runs honestly ("red, white, blue, red, white, blue").
_TOO_OFTEN = {1: 5, 2: 5, 3: 4}
_TOO_OFTEN_ELSE = 3
_LONGEST_RUN = 24

# The same so many words again and again, with others between.
_LONG_GRAM = 10

_LETTERS_IN_A_ROW = re.compile(r"([^\W\d_])\1{9,}")
_LONG_WORD = 16

_SOUNDS = frozenset(
    (
        "ha",
        "haha",
        "hee",
        "ho",
        "la",
        "na",
        "no",
        "yes",
        "oh",
        "tick",
        "tock",
        "woof",
        "meow",
        "beep",
    )
)


def check_repetition(passages: Iterable[Passage]) -> Iterator[Finding]:
    """Say which answers repeat themselves: `repeated-sentence`, else `repeated-words`."""
    for passage in passages:
        if passage.is_answer:
            yield from _check_answer(passage)


def _check_answer(passage: Passage) -> Iterator[Finding]:
    words = passage.words
    if max(map(len, words), default=0) >= _LONG_WORD:
        yield from _check_letters(passage)
        if _UNSPACED.search(passage.plain):
            words = list(_NOT_WORD.sub("", passage.plain))
    if not _has_equal_grams(words):
        return
    span = _find_sentence(passage.plain)
    if span:
        yield make_finding("repeated-sentence", turn=passage.turn, span=span)
        return
    run = _find_run(passage, words)
    if run:
        span = quote_words(passage, run)
        yield make_finding("repeated-words", turn=passage.turn, span=span)


def _has_equal_grams(words: Sequence[str]) -> bool:
    """Whether any four words in a row stand there twice, without which nothing here applies."""
    grams = len(words) - _GRAM + 1
    if len(words) < _MIN_WORDS:
        return False
    return len(set(zip(words, words[1:], words[2:], words[3:], strict=False))) < grams


def _check_letters(passage: Passage) -> Iterator[Finding]:
    match = _LETTERS_IN_A_ROW.search(passage.plain)
    if match:
        yield make_finding("repeated-words", turn=passage.turn, span=match[0])


def _find_sentence(plain: str) -> str:
    """A sentence that is said too often, as it stands in the text."""
    parts = [part.strip() for part in _SENTENCE_END.split(plain)]
    said = [(tuple(_weigh_words(part)), part) for part in parts if part]
    for (before, _), (now, part) in pairwise(said):
        if before == now and len(now) >= _MIN_SENTENCE:
            return part
    times = Counter(words for words, _ in said)
    for words, part in said:
        if times[words] >= _MANY_TIMES and len(words) >= _MIN_SENTENCE:
            return part
        if times[words] > 1 and len(words) >= _LONG_SENTENCE:
            return part
    return ""


def _weigh_words(part: str) -> list[str]:
    """The words of a sentence; where no blanks divide them, two letters weigh as one."""
    if _UNSPACED.search(part):
        letters = _NOT_WORD.sub("", part)
        return [letters[start : start + 2] for start in range(0, len(letters), 2)]
    return split_words(part.lower())


def _find_run(passage: Passage, words: Sequence[str]) -> Sequence[str]:
    """Words that come over and over, once."""
    if words is passage.words:  # the numbers of a list are no words between
        words = split_words(_LIST_NUMBER.sub(" ", passage.lowered))
    for length in _list_distances(words):
        run = _find_period(words, length)
        if run:
            return run
    grams = Counter(zip(*(words[start:] for start in range(_LONG_GRAM)), strict=False))
    gram, times = grams.most_common(1)[0] if grams else ((), 0)
    return gram if times >= _MANY_TIMES and not _is_sound(gram) else ()


def _list_distances(words: Sequence[str]) -> list[int]:
    """How far apart equal four words stand, where that is near enough for a run, nearest first."""
    last: dict[tuple[str, ...], int] = {}
    found: set[int] = set()
    for place, gram in enumerate(zip(words, words[1:], words[2:], words[3:], strict=False)):
        found.add(place - last.get(gram, place))
        last[gram] = place
    return sorted(distance for distance in found if 0 < distance <= _LONGEST_RUN)


def _find_period(words: Sequence[str], length: int) -> Sequence[str]:
    """A run of `length` words that is repeated too often without a break."""
    wanted = length * (_TOO_OFTEN.get(length, _TOO_OFTEN_ELSE) - 1)
    equal = 0
    for index, (one, other) in enumerate(zip(words, words[length:], strict=False)):
        equal = equal + 1 if one == other else 0
        if equal >= wanted and not _is_sound(words[index + 1 : index + 1 + length]):
            return words[index + 1 : index + 1 + length]
    return ()


def _is_sound(run: Sequence[str]) -> bool:
    """Laughter, a clock, a score board: honestly repeated."""
    return all(word in _SOUNDS or word.strip("\0") == "" or not word.isalpha() for word in run)
