"""Grounding, reading: does a bare plural speak of this picture?

"Dogs are known for their loyalty" claims nothing of it, "dogs are lying in the grass" does. What
ties a bare plural to the picture is a word for the picture or a place in it, a definite thing
beside it, or a verb in the progressive form.
"""

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from datagen.checks.grounding.readings import Mention
from datagen.checks.grounding.word_classes import DEFINITE, PREPOSITIONS, split_set

_ANCHORS = split_set(
    "image photo picture scene photograph background foreground here visible seen shown nearby "
    "left right center centre middle surrounding surrounded distance front behind top bottom "
    "corner sitting standing including"
)
_TIES = split_set("of with on by in")
_SPECIFIC = DEFINITE | {"a", "an", "another", "one", "two", "three"}
_PLACES = split_set(
    "on in at behind beside near under below above next along across around inside outside by "
    "against over through beneath between"
)
_ARTICLES = split_set("a an the two this")
_BEING = split_set("is were are 're was")
_EXISTS = _BEING | {"'s", "isn't", "aren't", "also"}
_BASE_FORMS = split_set("need feed breed bring sing swing cling sting succeed bleed")
_LAID = split_set("laid set hung held seen kept put left spread built shown drawn made")
_PLURAL_THINGS = {"broccoli", "scissors", "skis"}  # one of them is said without an article
_TYING_WORDS = split_set("nearby parked other surrounding more visible various")


def mark_generic(
    words: Sequence[str], start: int, before: Sequence[Mention], mention: Mention
) -> Mention:
    """Mark a bare plural that nothing ties to this picture.

    Args:
        words: of the sentence.
        start: where the mention's grammatical clause begins.
        before: the mentions before it.
        mention: the one in question.
    """
    if not mention.plural or mention.determiner or mention.quantity or mention.negated:
        return mention
    if mention.term.name in _PLURAL_THINGS:
        return mention
    if not _TYING_WORDS.isdisjoint(mention.words) or _is_anchored(words, start, before, mention):
        return mention
    return replace(mention, generic=True)


def _is_anchored(
    words: Sequence[str], start: int, before: Sequence[Mention], mention: Mention
) -> bool:
    if len(words) < 4 or not _ANCHORS.isdisjoint(words) or _is_there(words):
        return True
    begins = mention.head == 0 or words[mention.head - 1] == ":"
    if begins and words[mention.last + 1 : mention.last + 2] in ([","], [";"]):
        return True  # a list and no sentence
    if any(m.clause == mention.clause and not m.generic and not m.dropped for m in before):
        return True
    return _is_tied(words, start, mention.head) or _is_placed(
        words[mention.last + 1 : mention.last + 6]
    )


def _is_there(words: Sequence[str]) -> bool:
    return "there" in words and any(
        word == "there" and following in _EXISTS for word, following in pairwise(words)
    )


def _is_tied(words: Sequence[str], start: int, head: int) -> bool:
    """As in "the stands are dotted with [spectators]", "they are holding [glasses]"."""
    if head == start:
        return False
    if words[head - 1] in _TIES:
        return not _SPECIFIC.isdisjoint(words[start:head])
    return words[head - 1].endswith("ing") and not _BEING.isdisjoint(words[:head])


def _is_placed(after: Sequence[str]) -> bool:
    """As in "[forks] are laid out", "[cows] behind a fence"."""
    if after and after[0] in _BEING:
        after = after[1:]
        if after and after[0] in PREPOSITIONS:
            return True
    if after and _is_participle(after[0]):
        return True
    return any(word in _PLACES and following in _ARTICLES for word, following in pairwise(after))


def _is_participle(word: str) -> bool:
    return word in _LAID or (word.endswith(("ing", "ed")) and word not in _BASE_FORMS)
