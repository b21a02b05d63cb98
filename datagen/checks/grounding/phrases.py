"""Grounding, reading: the noun phrase in front of a term: determiner, number, modifiers."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from datagen.checks.grounding.quantities import PARTITIVES, is_counter, mark_total, read_quantity
from datagen.checks.grounding.readings import Quantity
from datagen.checks.grounding.word_classes import ADJECTIVES as ADJECTIVES
from datagen.checks.grounding.word_classes import (
    AUXILIARIES,
    COLOURS,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    split_set,
)

_REACH = 6
_BORDERS = (
    AUXILIARIES
    | CONJUNCTIONS
    | PREPOSITIONS
    | PRONOUNS
    | split_set(", . ; : ! ? ( ) - \" ' [ ] not never to there here also too just very only")
)
_COUNTING_DETERMINERS = split_set("few many several")
_CONTRACTING = PRONOUNS | split_set("that what where here how let")  # "there's" owns nothing
_EXISTENTIAL = split_set("is are was were 's be")
_BEFORE_NUMBERS = split_set(
    "at least over about around approximately roughly nearly almost only exactly just precisely all "
    "than"
)
_CHOOSING = split_set("one some each all most none both any either neither")
_GATHERING = ADJECTIVES | split_set("whole wide good great diverse total")


class Phrase(msgspec.Struct, frozen=True, gc=False):
    """What stands before a term.

    Attributes:
        head: where the noun phrase begins.
        determiner, words, quantity: as in `Mention`.
    """

    head: int
    determiner: str
    words: tuple[str, ...]
    quantity: Quantity | None


def read_phrase(words: Sequence[str], first: int, barrier: int) -> Phrase:
    """Read the noun phrase whose term begins at `first`, not looking before `barrier`."""
    head, determiner, number = _walk_back(words, first, barrier)
    if words[head] == "many" and head > barrier and words[head - 1] == "how":
        return Phrase(head - 1, "how many", (), None)
    inner = head + 1 if determiner else head
    quantity = read_quantity(words, number) if number >= 0 else None
    if determiner == "both":
        quantity = quantity or Quantity(2, 2)
    phrase = Phrase(head, determiner, tuple(words[inner:first]), quantity)
    if head > barrier + 1 and words[head - 1] == "of":
        phrase = _read_partitive(words, phrase, barrier)
    if phrase.quantity and _is_whole(words, phrase.head, first):
        phrase = replace(phrase, quantity=mark_total(phrase.quantity))
    return phrase


def _walk_back(words: Sequence[str], first: int, barrier: int) -> tuple[int, str, int]:
    """Where the phrase begins, its determiner, and the token of its number (-1 for none).

    Words that need not be modifiers belong to the phrase only if a determiner or a number stands
    before them: "the tall bar stool", but "holds umbrellas".
    """
    number, begin = -1, first
    for at in range(first - 1, max(barrier, first - _REACH) - 1, -1):
        word = words[at]
        if word in DETERMINERS and (word not in _COUNTING_DETERMINERS or number >= 0):
            if word == "'s" and at and words[at - 1] in _CONTRACTING:
                break
            return at, word, number
        if is_counter(word):
            number = begin = at
        elif number >= 0 or _is_border(words, at, first):
            break
        elif word in ADJECTIVES and begin == at + 1:
            begin = at
    return begin, "", number


def _is_border(words: Sequence[str], at: int, first: int) -> bool:
    word = words[at]
    if word == "and":  # "a black and white dog"
        return not (at and words[at - 1] in COLOURS and words[at + 1] in COLOURS)
    if word == ",":  # "a small, brown dog"
        return not (words[at - 1] in ADJECTIVES and at + 1 < first)
    if word in _BORDERS:
        return True
    return word.endswith("s") and not word.endswith("ss") and word not in {"sports", "tennis"}


def _read_partitive(words: Sequence[str], phrase: Phrase, barrier: int) -> Phrase:
    """Look through "one of the dogs", "a couple of dogs", "a group of three dogs"."""
    at = phrase.head - 2
    word = words[at]
    if word in PARTITIVES:
        return _read_gathering(words, phrase, at, barrier)
    if not phrase.determiner or not (word in _CHOOSING or is_counter(word)):
        return phrase
    quantity = read_quantity(words, at) if is_counter(word) else phrase.quantity
    inner = (*words[at + 2 : phrase.head + 1], *phrase.words)
    return Phrase(at, f"{word} of", inner, quantity)


def _read_gathering(words: Sequence[str], phrase: Phrase, at: int, barrier: int) -> Phrase:
    begin = at
    while begin > max(barrier, at - 4) and (
        words[begin - 1] in _GATHERING or is_counter(words[begin - 1])
    ):
        begin -= 1
    modifiers = words[begin:at]
    determiner = phrase.determiner
    if begin > barrier and words[begin - 1] in DETERMINERS:
        begin -= 1
        determiner = determiner or words[begin]
    quantity = phrase.quantity or PARTITIVES[words[at]]
    if words[at] == "dozen":
        quantity = read_quantity(words, at)
    elif words[at] == "pairs" and modifiers and is_counter(modifiers[-1]):
        quantity = None
    return Phrase(begin, determiner, (*modifiers, words[at], "of", *phrase.words), quantity)


def _is_whole(words: Sequence[str], head: int, first: int) -> bool:
    """Whether all there are is told: "there are two dogs", "a total of two dogs"."""
    at = head
    while at and words[at - 1] in _BEFORE_NUMBERS:
        at -= 1
    if at > 1 and words[at - 1] in _EXISTENTIAL and words[at - 2] == "there":
        return True
    return "total" in words[max(at - 2, 0) : first]
