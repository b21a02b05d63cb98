"""Grounding, reading: what a parse takes back of what a mention claims.

Where the parse disagrees with the rules of the first reader, a mention claims less: its mood falls,
never rises. It stays a mention, so that what captions name goes on supporting what answers say.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from datagen.checks.grounding.clauses import is_finite
from datagen.checks.grounding.cues import GENERAL, SEE, VISIBLE
from datagen.checks.grounding.parses import CLAUSES, NOUN_TAGS, VERB_TAGS, Parse
from datagen.checks.grounding.readings import Mention, Mood
from datagen.checks.grounding.word_classes import (
    ADJECTIVES,
    DEFINITE,
    FINITE,
    PREPOSITIONS,
    split_set,
)

_ORDER: dict[Mood, int] = {"asserted": 0, "hedged": 1, "none": 2}
_CONDITIONS = split_set("if unless whether lest until")
_FACTS = split_set("as because since although though while whereas")
_MAYBE = split_set("may might could")
_WOULD = split_set("would should must ought")
_LIKELY = split_set(
    "possible likely probable plausible conceivable imaginable possibility chance probability "
    "guess impression hypothesis"
)
_BEFORE_NOW = split_set("earlier before once previously formerly originally")
_MINDING = split_set(
    "think know like love enjoy prefer hate use need associate expect imagine want dream"
)
_SHOWING = SEE | split_set("note observe look admire check watch")
_NO_HEADS = PREPOSITIONS | split_set(
    "close whole present visible wet head heads handle handles piece pieces half halves tip tips top "
    "tops bottom end ends edge edges corner corners side sides"
)
_SINGULAR = split_set("a an each every this that another")
_LEADS = split_set("please just also then always so and now")


def restrain(parse: Parse, mentions: Sequence[Mention], *, asks: bool) -> tuple[Mention, ...]:
    """The mentions of one sentence, some with a mood that claims less.

    Args:
        parse: of the sentence.
        mentions: as the first reader's rules give them.
        asks: whether it is a question.
    """
    return tuple([_restrain(parse, mention, asks) for mention in mentions])


def _restrain(parse: Parse, mention: Mention, asks: bool) -> Mention:
    if mention.mood == "none" or mention.dropped:
        return mention
    if _is_predicate(parse, mention) or (not asks and _is_modifier(parse, mention)):
        return replace(mention, mood="none")
    mood = _find_mood(parse, mention)
    return replace(mention, mood=mood) if _ORDER[mood] > _ORDER[mention.mood] else mention


def _is_predicate(parse: Parse, mention: Mention) -> bool:
    """Whether the word is a verb here."""
    at = mention.last
    if parse.tags[at] not in VERB_TAGS or not mention.head == mention.first == at:
        return False
    if parse.deps[at] == "conj" and parse.tags[parse.heads[at]] in NOUN_TAGS:
        return False
    return parse.deps[at] in CLAUSES or parse.deps[at] in {"amod", "aux"}


def _is_modifier(parse: Parse, mention: Mention) -> bool:
    """Whether it only tells of what sort another thing is ("a camera flash", "light stone")."""
    at = mention.last
    head = parse.heads[at]
    if not at < head <= at + 3 or parse.tags[head] not in NOUN_TAGS:
        return False
    if parse.tags[at] == "NNS" or _is_doubtful(parse.words[head]) or "," in parse.words[at:head]:
        return False
    if parse.tags[head] == "NNS" and _lacks_verb(parse, mention):
        return False
    return parse.deps[at] == "compound" or (parse.deps[at] == "amod" and parse.tags[at] == "JJ")


def _lacks_verb(parse: Parse, mention: Mention) -> bool:
    """Whether the parser may have taken a verb for a plural, as in "a boat drifts"."""
    if mention.determiner in _SINGULAR:
        return True
    return bool(mention.determiner) and VERB_TAGS.isdisjoint(parse.tags)


def _is_doubtful(word: str) -> bool:
    """Whether a word that the parser takes for a noun may be another, or names no other thing."""
    return word in _NO_HEADS or word in ADJECTIVES or word in FINITE or word.endswith("ing")


def _find_mood(parse: Parse, mention: Mention) -> Mood:
    """The least that the words over a mention make of it."""
    found: Mood = "asserted"
    below, is_definite = mention.last, _is_definite(parse, mention)
    for at in parse.climb(mention.last):
        mood = _weigh(parse, at, below, is_definite=is_definite)
        if _ORDER[mood] > _ORDER[found]:
            found = mood
        if found == "none" or _stands_alone(parse, at):
            break
        below = at
    return found


def _is_definite(parse: Parse, mention: Mention) -> bool:
    """Whether a definite determiner is the noun's own, not that of a phrase before it."""
    if mention.determiner not in DEFINITE:
        return False
    own = {parse.words[child] for child in parse.children[mention.last]}
    return mention.determiner == "'s" or mention.determiner in own


def _stands_alone(parse: Parse, at: int) -> bool:
    """Whether what a word hangs on says nothing of its mood."""
    dep = parse.deps[at]
    if dep in {"conj", "parataxis"}:
        return is_finite(parse, at)
    if dep == "advcl":
        return any(parse.words[child] in _FACTS for child in parse.children[at] if child < at)
    if dep == "relcl":
        return "," in parse.words[max(parse.find_start(at) - 1, 0) : at]
    return dep in {"nsubj", "nsubjpass"} and any(
        parse.words[child] in DEFINITE for child in parse.children[at]
    )


def _weigh(parse: Parse, at: int, below: int, *, is_definite: bool) -> Mood:
    """What one word over a mention makes of it; `below` is the step before on the way up."""
    words, deps = parse.words, parse.deps
    if deps[below] in {"ccomp", "acl"} and words[at] in _LIKELY:
        return "hedged"
    if parse.tags[at] in VERB_TAGS:
        return _weigh_verb(parse, at, below, is_definite=is_definite)
    is_compared = words[at] == "with" and words[max(at - 1, 0) : at] in (["as"], ["like"])
    return "none" if is_compared and not is_definite else "asserted"


def _weigh_verb(parse: Parse, at: int, below: int, *, is_definite: bool) -> Mood:
    words = parse.words
    around = [words[child] for child in parse.children[at] if child != below]
    marks = [words[child] for child in parse.children[at] if parse.deps[child] == "mark"]
    if not _CONDITIONS.isdisjoint(marks):
        return "none"
    if is_definite:
        return "asserted"
    if not GENERAL.isdisjoint(around) or _is_general(parse, at):
        return "none"
    if parse.tags[at] == "VBD" and not _BEFORE_NOW.isdisjoint(around):
        return "none"
    if _is_advice(parse, at) or _is_musing(parse, at):
        return "none"
    return _weigh_modal(parse, at)


def _is_general(parse: Parse, at: int) -> bool:
    """As in "in general, …"."""
    words = parse.words
    return any(
        words[child] == "in" and words[child + 1 : child + 2] == ["general"]
        for child in parse.children[at]
    )


def _is_advice(parse: Parse, at: int) -> bool:
    """As in "bring an umbrella"; "notice the umbrella" asserts."""
    return (
        parse.deps[at] == "ROOT"
        and parse.tags[at] == "VB"
        and parse.words[at] not in _SHOWING
        and not parse.has_subject(at)
        and _LEADS.issuperset(parse.words[:at])
    )


def _is_musing(parse: Parse, at: int) -> bool:
    """As in "many people think of dogs": nobody of this picture does."""
    if parse.words[at] not in _MINDING or parse.tags[at] != "VBP":
        return False
    subject = parse.find_child(at, frozenset({"nsubj"}))
    if subject < 0 or parse.tags[subject] != "NNS":
        return False
    owners = parse.children[subject]
    return all(parse.words[one] not in DEFINITE and parse.tags[one] != "CD" for one in owners)


def _weigh_modal(parse: Parse, at: int) -> Mood:
    modals = {parse.words[child] for child in parse.children[at] if parse.tags[child] == "MD"}
    if not modals or parse.words[at] in VISIBLE or parse.words[at] in SEE:
        return "asserted"
    if not modals.isdisjoint(_MAYBE):
        return "hedged"
    return "asserted" if modals.isdisjoint(_WOULD) else "none"
