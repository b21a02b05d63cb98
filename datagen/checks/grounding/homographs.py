"""Grounding, reading: is this word of the lexicon a noun here, and is it what its phrase is about?

"Bear", "train" and "park" are verbs as well, "orange" is a colour, and in "car door" nobody speaks
of the car. Without a tagger the words beside it decide; where they do not, a noun is assumed.
"""

from collections.abc import Sequence

from datagen.checks.grounding.lexicon import Form, Lexicon
from datagen.checks.grounding.quantities import is_counter
from datagen.checks.grounding.verbs import is_verb
from datagen.checks.grounding.word_classes import (
    ADJECTIVES,
    AUXILIARIES,
    COLOURS,
    CONJUNCTIONS,
    DETERMINERS,
    PREPOSITIONS,
    PRONOUNS,
    split_set,
)

Found = tuple[int, int, Form]

_VERB_BEFORE = (PRONOUNS - frozenset(["this", "these", "those"])) | split_set(
    "to can could will would may might must shall should not don't doesn't didn't can't cannot "
    "'ll 'd do does did please"
)
_OBJECTS = DETERMINERS | split_set(
    "them him her it us me you up down out off away over themselves back"
)
_ASKING = frozenset({"does", "did"})  # "What does the monitor show?": a verb follows
_EITHER = split_set("stand show jump ride stop land landing head lead perch")
_ARTWORKS = split_set("painting drawing carving")
_COMPLEMENTS = (DETERMINERS | PREPOSITIONS) - {"of", "with"}
_AFTER_NOUNS = PREPOSITIONS | AUXILIARIES | CONJUNCTIONS
_PAINTS = split_set("bright dark light pale deep neon burnt")


def keep_nouns(words: Sequence[str], found: Sequence[Found]) -> list[Found]:
    """Leave out the homographs that are no nouns here."""
    kept: list[Found] = []
    for term in found:
        if not term[2].homograph or _is_noun(words, term, kept[-1] if kept else None):
            kept.append(term)
    return kept


def is_modifier(
    words: Sequence[str], term: Found, follower: Found | None, lexicon: Lexicon
) -> bool:
    """Whether another noun follows that the phrase is about."""
    _, last, form = term
    if form.plural or last + 1 >= len(words):
        return False
    if follower and follower[0] == last + 1:
        is_person = form.term is not None and form.term.classes == ("person",)
        # "A boy skateboards", "the man bikes"
        return not (follower[2].plural and (is_person or follower[2].homograph))
    return _is_head(words, term, lexicon)


def _is_head(words: Sequence[str], term: Found, lexicon: Lexicon) -> bool:
    """Whether the word after a term is the noun that the phrase is about, and no verb."""
    first, last, _ = term
    if words[last + 1] not in lexicon.heads or not _ASKING.isdisjoint(words[:first]):
        return False
    following = words[last + 2] if last + 2 < len(words) else ""
    if words[last + 1] in _ARTWORKS:
        return following not in DETERMINERS
    return words[last + 1] not in _EITHER or following not in _COMPLEMENTS


def _is_noun(words: Sequence[str], term: Found, previous: Found | None) -> bool:
    first, last, form = term
    before = words[first - 1] if first else ""
    after = words[last + 1] if last + 1 < len(words) else ""
    if words[last] == "orange":
        return _is_orange(words, first, before, after)
    if before in DETERMINERS or is_counter(before) or before in ADJECTIVES or before == "of":
        return True
    if before in _VERB_BEFORE:
        return False
    if previous and previous[1] == first - 1:
        return not _is_predicate(form, previous[2], after)
    if after in _OBJECTS:
        return before in PREPOSITIONS or before == "'s"
    return True


def _is_predicate(form: Form, subject: Form, after: str) -> bool:
    """Right after another noun: "the cars park", "a taxi trains its lights on them"."""
    if subject.plural and not form.plural:
        return True
    is_person = subject.term is not None and subject.term.classes == ("person",)
    return form.plural is True and (is_person or after in _OBJECTS)


def _is_orange(words: Sequence[str], first: int, before: str, after: str) -> bool:
    following = words[first + 2] if first + 2 < len(words) else ""
    ends = not after or not after[0].isalnum() or after in _AFTER_NOUNS
    if not ends and not is_verb(words, first + 1):
        return False
    if after in {"and", "or", ",", "-", "with"} and following in COLOURS:
        return False
    at = first - 1
    while at >= 0 and words[at] in ADJECTIVES and words[at] not in _PAINTS:
        at -= 1
    return at >= 0 and (words[at] in DETERMINERS or words[at] == "of" or is_counter(words[at]))
