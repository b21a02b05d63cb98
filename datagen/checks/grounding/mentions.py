"""Grounding, reading: a sentence's words -> mentions of the lexicon's terms.

A dictionary walk finds the terms, longest match first. Each gets its noun phrase, its mood, and
what negation, likenesses and the list that it stands in make of it.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from datagen.checks.grounding.depiction import DEPICTING, is_depicted
from datagen.checks.grounding.generics import mark_generic
from datagen.checks.grounding.homographs import Found, is_modifier, keep_nouns
from datagen.checks.grounding.lexicon import Form, Lexicon
from datagen.checks.grounding.lists import join_list
from datagen.checks.grounding.negation import ANYBODY, NEGATORS, read_denial
from datagen.checks.grounding.phrases import Phrase, read_phrase
from datagen.checks.grounding.quantities import is_counter
from datagen.checks.grounding.readings import Mention, Term
from datagen.checks.grounding.scope import MOODS, NONE, Scope
from datagen.checks.grounding.word_classes import DEFINITE, PREPOSITIONS, split_set

_YES_NO = split_set(
    "is are was were does do did can could has have will would should isn't aren't doesn't any"
)
_SINGULAR = frozenset({"a", "an", "another", "each", "every", "this", "that", "one", "one of"})
_REAL = split_set("polar grizzly real living actual wild live")
_SIGHT = split_set("there find see spot")
_POSSESSIVES = frozenset({"'s", "'"})
_PART_OWNERS = split_set("'s my his her their its our your")
_PARTS = split_set("face trunk seat light screen engine blade figure plate display")


class _Sentence(msgspec.Struct, frozen=True, gc=False):
    """What every step needs to know of the sentence."""

    words: Sequence[str]
    lexicon: Lexicon
    scope: Scope
    denies: bool
    depicts: bool
    asks: bool


def find_terms(words: Sequence[str], lexicon: Lexicon) -> list[Found]:
    """Walk over the words; first and last token of each form found, masks left out."""
    forms, longest, seconds = lexicon.forms, lexicon.longest, lexicon.seconds
    found: list[Found] = []
    end = 0
    for index in [index for index, word in enumerate(words) if word in longest]:
        if index < end:
            continue
        word = words[index]
        if word in seconds and index + 1 < len(words) and words[index + 1] in seconds[word]:
            length, form = _find_longest(words, index, lexicon)
        else:
            length, form = 1, forms.get(word)
        if form is not None:
            end = index + length
            if form.term is not None:
                found.append((index, end - 1, form))
    return found


def _find_longest(words: Sequence[str], index: int, lexicon: Lexicon) -> tuple[int, Form | None]:
    """The longest form that begins at a word, and its number of words."""
    for length in range(min(lexicon.longest[words[index]], len(words) - index), 1, -1):
        form = lexicon.forms.get(" ".join(words[index : index + length]))
        if form is not None:
            return length, form
    return 1, lexicon.forms.get(words[index])


def make_mentions(
    words: Sequence[str], found: Sequence[Found], lexicon: Lexicon, scope: Scope
) -> tuple[Mention, ...]:
    """The mentions of one sentence in which these forms were found."""
    sentence = _Sentence(
        words,
        lexicon,
        scope,
        denies=not NEGATORS.isdisjoint(words),
        depicts=not DEPICTING.isdisjoint(words),
        asks=words[-1] == "?" and _asks_whether(words),
    )
    nouns = keep_nouns(words, found)
    mentions: list[Mention] = []
    barrier = 0
    for index, noun in enumerate(nouns):
        follower = nouns[index + 1] if index + 1 < len(nouns) else None
        mention = _make_mention(sentence, noun, follower, barrier)
        if mentions:
            mention = join_list(words, mentions, mention)
        if mention.plural and not mention.determiner:
            mention = mark_generic(words, scope.find_part(mention.first), mentions, mention)
        mentions.append(mention)
        barrier = noun[1] + 1
    return tuple(mentions)


def _asks_whether(words: Sequence[str]) -> bool:
    """As in "is there a dog?", "any dogs?", "and on the boat, do you see a dog?"."""
    return words[0] in _YES_NO or len(words) < 4 or ("you" in words and "see" in words)


def _make_mention(
    sentence: _Sentence, noun: Found, follower: Found | None, barrier: int
) -> Mention:
    words, scope = sentence.words, sentence.scope
    first, last, form = noun
    phrase = read_phrase(words, first, barrier)
    term = _narrow(form.term, phrase.words)
    clause = scope.find_clause(first)
    mood = max(scope.moods[clause], _find_mood(sentence, phrase, first, last))
    dropped = _find_drop(sentence, noun, follower, phrase, term)
    negated, counts = False, True
    if sentence.denies:
        denial = read_denial(words, phrase, first, last, scope.find_part(first))
        negated, counts = denial.negated, denial.counts
        mood, dropped = max(mood, denial.mood), dropped or denial.dropped
    if not negated and _is_open(words, phrase, term, last):
        mood = NONE
    return Mention(
        term=term,
        first=first,
        last=last,
        head=phrase.head,
        determiner=phrase.determiner,
        words=phrase.words,
        quantity=phrase.quantity if counts else None,
        plural=_reads_plural(phrase) if form.plural is None else form.plural,
        mood=MOODS[mood],
        negated=negated,
        dropped=dropped,
        clause=clause,
    )


def _narrow(term: Term | None, modifiers: Sequence[str]) -> Term:
    """As in "a real bear" is no teddy."""
    assert term is not None  # masks never get here
    if term.name == "bear" and not _REAL.isdisjoint(modifiers):
        return replace(term, classes=("bear",))
    return term


def _reads_plural(phrase: Phrase) -> bool:
    """Whether a word with one form for both numbers ("sheep") stands in the plural."""
    if phrase.quantity and phrase.quantity.low > 1:
        return True
    return phrase.determiner not in _SINGULAR


def _find_mood(sentence: _Sentence, phrase: Phrase, first: int, last: int) -> int:
    """Moods that come from elsewhere than the place: cues further on, "or", questions."""
    if phrase.determiner in DEFINITE:
        if phrase.head == 1 and sentence.words[0] == "about":
            return NONE  # "About the chair I can't judge."
        return NONE if sentence.asks and not _SIGHT.isdisjoint(sentence.words[:first]) else 0
    if sentence.asks or phrase.determiner in {"most", "how many"}:
        return NONE
    mood = 0
    for part, cue, raised in sentence.scope.backwards:
        if part <= first < cue:
            mood = max(mood, raised)
    return mood


def _is_open(words: Sequence[str], phrase: Phrase, term: Term, last: int) -> bool:
    """Whether the phrase leaves open what or whether: "any dog", "a dog or a cat"."""
    if phrase.determiner == "any" or term.name in ANYBODY:
        return True
    return phrase.determiner not in DEFINITE and _is_alternative(words, phrase.head, last)


def _is_alternative(words: Sequence[str], head: int, last: int) -> bool:
    """As in "a road or a train", "a cup or some bowl"; negation has its own reading of "or"."""
    if head and words[head - 1] in {"or", "either"}:
        return not (is_counter(words[head]) and is_counter(words[head - 2]))  # "two or three"
    return words[last + 1 : last + 2] == ["or"] and words[last + 2 : last + 3] not in (
        ["so"],
        ["more"],
        ["less"],
    )


def _find_drop(
    sentence: _Sentence, noun: Found, follower: Found | None, phrase: Phrase, term: Term
) -> str:
    words = sentence.words
    first, last, _ = noun
    after = words[last + 1] if last + 1 < len(words) else ""
    if '"' in words and words[:first].count('"') % 2:
        return "idiom"  # what a sign says
    if is_modifier(words, noun, follower, sentence.lexicon):
        return "modifier"
    if after in _POSSESSIVES and phrase.determiner not in DEFINITE and _is_owner(words, last):
        return "modifier"
    if sentence.depicts and is_depicted(words, first, last, phrase, term):
        return "depicted"
    if (
        term.kind == "soft"
        and term.name in _PARTS
        and (phrase.determiner in _PART_OWNERS or after == "of")
    ):
        return "part"
    return ""


def _is_owner(words: Sequence[str], last: int) -> bool:
    """As in "a child's toilet", but not "a child's running"."""
    after = words[last + 2] if last + 2 < len(words) else ""
    return (
        bool(after)
        and after.isalpha()
        and not after.endswith("ing")
        and after not in {"a", "an", "the", "not"}
        and after not in PREPOSITIONS
    )
