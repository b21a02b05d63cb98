"""Grounding, reading: which noun phrases a sentence says are not there.

Denying something else of a thing that is there ("the dog is not running", "a man without an
umbrella") is no absence; the things so mentioned make no claim at all.
"""

from collections.abc import Sequence

import msgspec

from datagen.checks.grounding.phrases import Phrase
from datagen.checks.grounding.scope import ASSERTED, HEDGED, NONE
from datagen.checks.grounding.word_classes import (
    AUXILIARIES,
    DEFINITE,
    PREPOSITIONS,
    split_set,
)

_NOTS = split_set(
    "not never cannot can't isn't aren't wasn't weren't don't doesn't didn't couldn't won't wouldn't "
    "hasn't haven't nor hardly barely scarcely"
)
NEGATORS = _NOTS | split_set(
    "no without neither none nobody no-one absence lack devoid free empty instead "
    "anyone anybody any"
)
_NOBODY = frozenset({"nobody", "no one", "no-one"})
ANYBODY = frozenset({"anyone", "anybody", "anyone else", "anybody else"})
_OTHER = split_set("other more further additional else better extra longer")
_PRESENT = split_set(
    "there here visible present seen shown pictured depicted around anywhere nearby appears appear"
)
_AFTERTHOUGHTS = split_set("and or nor but either that to at as though")
_WHOLE = split_set(
    "image photo picture scene photograph frame shot view sight room street road kitchen area place "
    "anywhere all"
)
_SEEING = split_set("see spot notice find detect identify observe make discern")
_SEERS = split_set("i we you one")
_SHOWING = split_set("show contain include feature have depict display")
_SHOWERS = split_set("image photo picture scene photograph frame shot it room street")
_EMPTY = split_set("be any really out appear seem to")
_SIGHTS = split_set("sight seen visible view anywhere")
_SIGNS = split_set("sign signs trace traces evidence hint indication trace")
_VOID = split_set("absence devoid free empty lack void clear")


class Denial(msgspec.Struct, frozen=True, gc=False):
    """What negation makes of a mention.

    Attributes:
        negated, dropped: as in `Mention`.
        mood: at least this mood.
        counts: whether its number may stand ("not just one person" counts nobody).
    """

    negated: bool = False
    dropped: str = ""
    mood: int = ASSERTED
    counts: bool = True


_PLAIN = Denial()


def read_denial(words: Sequence[str], phrase: Phrase, first: int, last: int, part: int) -> Denial:
    """What the sentence's negations say of one noun phrase; `part` is where its clause begins."""
    name = " ".join(words[first : last + 1])
    if phrase.determiner == "no" or name.removesuffix(" else") in _NOBODY:
        return _deny_phrase(words, phrase, name, last)
    if phrase.determiner == "neither" and "nor" in words[last:]:
        return Denial(negated=True)
    if phrase.determiner in {"none of", "neither of", "neither"}:
        return Denial(mood=NONE)
    before = words[phrase.head - 1] if phrase.head else ""
    if before == "without":
        return _deny_without(words, phrase)
    if before in {"of", "from"} and phrase.head > 1:
        return _deny_lack(words, phrase.head - 2)
    if before in {"neither", "nor"} and words[phrase.head - 2 : phrase.head - 1] != ["is"]:
        return Denial(negated=True)
    return _deny_clause(words, phrase, first, last, part)


def _deny_phrase(words: Sequence[str], phrase: Phrase, name: str, last: int) -> Denial:
    """As in "no dog", "nobody"."""
    if not _OTHER.isdisjoint(phrase.words) or name.endswith(" else"):
        return Denial(negated=True, dropped="other")
    if (
        not _NOTS.isdisjoint(words[max(phrase.head - 8, 0) : phrase.head])
        or "without" in words[: phrase.head][-1:]
    ):
        return Denial(negated=True, dropped="double")
    return Denial(negated=True, mood=_weigh_absence(words, last))


def _weigh_absence(words: Sequence[str], last: int) -> int:
    """The mood of "no dog", by what follows.

    Asserted where it speaks of being there and of nothing else; hedged where it speaks of one
    place ("no one near it"); none where it denies something else ("nobody is riding").
    """
    at = last + 1
    if at < len(words) and (words[at] in AUXILIARIES or words[at] == "'s"):
        at += 1
        if words[at : at + 1] and words[at] not in _PRESENT and words[at] not in PREPOSITIONS:
            return NONE if "seen" not in words[at : at + 3] else ASSERTED
    while at < len(words) and words[at] in _PRESENT:
        at += 1
    if at >= len(words) or not words[at].isalpha() or words[at] in _AFTERTHOUGHTS:
        return ASSERTED
    if words[at] in PREPOSITIONS:
        return HEDGED if _WHOLE.isdisjoint(words[at + 1 : at + 4]) else ASSERTED
    return NONE


def _deny_without(words: Sequence[str], phrase: Phrase) -> Denial:
    """As in "an empty street without any cars" is an absence, "a man without a hat" is none."""
    prior = words[phrase.head - 2] if phrase.head > 1 else ""
    if prior in {",", "empty", "bare", "deserted"} or (prior and phrase.determiner == "any"):
        return Denial(negated=True)
    return Denial(mood=NONE)


def _deny_lack(words: Sequence[str], at: int) -> Denial:
    word = words[at]
    if word in _SIGNS and words[at - 1 : at] == ["no"]:
        return Denial(negated=True, mood=HEDGED)
    if word in _VOID:
        return Denial(mood=NONE) if words[at - 1 : at] == ["no"] else Denial(negated=True)
    return _PLAIN


def _deny_clause(words: Sequence[str], phrase: Phrase, first: int, last: int, part: int) -> Denial:
    """A "not" in the same clause, before the phrase or after it."""
    at = next((i for i in range(phrase.head - 1, part - 1, -1) if words[i] in _NOTS), -1)
    if at < 0:
        return _deny_subject(words, phrase, last)
    following = words[at + 1] if at + 1 < len(words) else ""
    if following in {"only", "just", "merely", "simply"}:
        return Denial(counts=False)
    if phrase.determiner in DEFINITE:
        # "I can't see the driver": nobody says that there is one to be seen.
        return Denial(mood=NONE) if following in _SEEING else _PLAIN
    if following in {"sure", "clear", "certain", "necessarily"}:
        return Denial(mood=HEDGED)
    if words[at] in {"hardly", "barely", "scarcely"}:
        return Denial(mood=NONE)
    if at == phrase.head - 1 and not _SIGHTS.isdisjoint(words[last + 1 : last + 5]):
        return Denial(negated=True)  # "not a dog in sight"
    if words[at + 1 : at + 3] == ["a", "single"] and phrase.head <= at + 2:
        return Denial(negated=True)
    if _is_denied_sight(words, at, phrase.head):
        return Denial(negated=True)
    return Denial(mood=NONE)


def _is_denied_sight(words: Sequence[str], at: int, head: int) -> bool:
    """As in "there isn't a dog", "I don't see any dog", "the picture does not show a dog"."""
    before = words[max(at - 4, 0) : at]
    between = [word for word in words[at + 1 : head] if word not in _EMPTY]
    if "there" in before[-3:]:
        return len(between) < 2
    if not between:
        return False
    if len(between) > 1:
        return False
    verb = between[0]
    if verb in _SEEING:
        return any(word in _SEERS for word in before) or words[at] == "nor"
    return verb in _SHOWING and any(word in _SHOWERS for word in before)


def _deny_subject(words: Sequence[str], phrase: Phrase, last: int) -> Denial:
    """As in "a dog is not visible", "people cannot be seen"."""
    rest = words[last + 1 : last + 6]
    if not rest or _NOTS.isdisjoint(rest[:2]) or phrase.determiner in DEFINITE:
        return _PLAIN
    at = next(i for i, word in enumerate(rest) if word in _NOTS)
    told = rest[at + 1 : at + 3]
    if any(word in {"visible", "present", "seen", "shown", "pictured"} for word in told):
        return Denial(negated=True)
    return _PLAIN
