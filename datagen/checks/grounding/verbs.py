"""Grounding, reading: where a verb stands and where a clause of its own begins, without a tagger."""

from collections.abc import Sequence

from datagen.checks.grounding.cues import GENERAL, HEDGES
from datagen.checks.grounding.word_classes import (
    CLAUSE_END,
    DETERMINERS,
    FINITE,
    PREPOSITIONS,
    PRONOUNS,
    split_set,
)

_REACH = 8
_SUBJECT_END = CLAUSE_END | {"to", "."}
_POINTING = split_set("this these those")
_JOINING = split_set("and but so then")
_COMPLEMENTS = DETERMINERS | PREPOSITIONS


def is_verb(words: Sequence[str], index: int) -> bool:
    """Whether a finite verb stands at `index`: a known one, or one by its ending and neighbour.

    >>> is_verb("naps on the bed".split(), 0), is_verb("cups and plates".split(), 0)
    (True, False)
    """
    if index >= len(words):
        return False
    word = words[index]
    if word in FINITE:
        return True
    if not word.endswith("s") or word.endswith("ss") or word in DETERMINERS:
        return False
    return index + 1 < len(words) and words[index + 1] in _COMPLEMENTS


def is_participle(words: Sequence[str], index: int) -> bool:
    """Whether an "-ing" form stands at `index`, perhaps behind an adverb.

    >>> is_participle("possibly waiting for her".split(), 0)
    True
    """
    if index < len(words) and (
        words[index] in HEDGES or words[index] in GENERAL or words[index].endswith("ly")
    ):
        index += 1
    return index < len(words) and words[index].endswith("ing")


def opens_clause(words: Sequence[str], index: int) -> bool:
    """Whether a subject with its verb begins at `index`.

    >>> opens_clause("the man on the left is old".split(), 0), opens_clause("a cup of tea".split(), 0)
    (True, False)
    """
    if index < len(words) and words[index] in _JOINING:
        index += 1
    if index >= len(words):
        return False
    if words[index] in PRONOUNS:
        return words[index] not in _POINTING or not FINITE.isdisjoint(words[index + 1 : index + 5])
    for at, word in enumerate(words[index : index + _REACH]):
        if word in FINITE:
            return at > 0
        if word in _SUBJECT_END:
            return False
    return False
