"""Validate stage, grounding: words that say how a thing is, and of which noun phrase they say it.

Colours and other traits stand in the same places: before the noun ("a red bus"), after a form of
"be" ("the bus is red"), right behind it ("a boy standing"). Captions are read in the same way. A
trait of one thing is held only against captions that can mean no other: the picture has one such
thing, or one beside which the rest are tiny.
"""

from collections.abc import Container, Iterator, Sequence

import msgspec

from datagen.checks.grounding.evidence import CaptionMention, Evidence, Passage, find_boxes
from datagen.checks.grounding.readings import Mention, Sentence, Term
from datagen.checks.grounding.zones import PICTURE_WORDS

PREPOSITIONS = frozenset({
    "with", "of", "on", "in", "at", "behind", "near", "beside", "under", "over", "around",
    "for", "like", "from", "by", "to", "into", "onto", "through", "along", "against", "between",
    "among", "inside", "outside", "above", "below", "without", "past", "toward", "towards",
    "next", "holding", "wearing", "carrying", "riding",
})  # fmt: skip
"""Before a noun phrase they make it a part of another one."""

_BE = frozenset({
    "is", "are", "was", "were", "be", "being", "looks", "look", "appears", "seems",
    "to", "who", "that", "which", "been", "can",
})  # fmt: skip
_RELATIVES = (["that"], ["which"], ["who"])
_COLOUR_NOUNS = frozenset({"color", "colour", "colors", "colours", "one", "all", "both", "each"})
"""Before "of" they make what follows speak of the noun after it ("the colour of the car is")."""
_BASE_FORMS = frozenset({"stand", "sit", "lie", "lay", "walk", "run"})
_INVERTED = frozenset({"is", "are", "was", "were"})
"""Before a noun phrase they ask ("Is the bus red?")."""
_SKIPPED = frozenset({
    "both", "all", "also", "still", "now", "just", "calmly", "peacefully", "quietly", "currently",
    "mostly", "very", "quite", "simply", "seen", "shown", "there", "alone", "together", "either",
})  # fmt: skip
_DENIALS = frozenset({"not", "never", "no", "or", "nor", "neither", "n't"})
_NAMING = frozenset({"class", "kind", "person"})
_POINTING = frozenset({"the", "this"})
_OTHERS = frozenset(
    {"another", "other", "others", "no", "each", "every", "any", "either", "second"}
)
_YES = frozenset({"yes", "yeah", "yep", "right", "correct", "indeed"})
_ASKING_WORDS = frozenset({"what", "which", "who", "where", "why", "how", "whose", "when"})
_CLAUSE_DENIALS = frozenset({
    "not", "no", "never", "or", "isn't", "aren't", "don't", "doesn't", "without", "than", "rather",
})  # fmt: skip
_DOMINANT = 6.0
"""One box this many times larger than the next of its category is what captions speak of."""


def read_traits(
    words: Sequence[str],
    mention: Mention,
    known: Container[str],
    skipped: Container[str] = frozenset(),
    *,
    directly: bool = False,
) -> list[int]:
    """Where the words stand that give a noun phrase a trait.

    Args:
        words: of the sentence.
        mention: the noun phrase.
        known: the words of the trait.
        skipped: words that may stand before them and mean nothing.
        directly: they may stand right behind the noun ("a boy sitting"), without "is".

    Returns:
        Token indices, those before the noun first; empty where the sentence denies or doubts.
    """
    before = [at for at in range(mention.head, mention.first) if words[at] in known]
    after = _skip_picture(words, mention.last + 1)
    after += words[after : after + 1] == [","] and words[after + 1 : after + 2] in _RELATIVES
    if _is_object(words, mention) and words[after : after + 1] not in _RELATIVES:
        # "The cat on the couch is black": only "a man sitting" speaks of the nearest noun.
        return before + [at for at in (after,) if directly and _is_verb_form(words, at, known)]
    is_asked = mention.head > 0 and words[mention.head - 1] in _INVERTED
    found = list(_read_after(words, after, known, skipped, directly or is_asked))
    if found and _is_loose(words, found[-1], mention):
        return before
    return before + found


def _skip_picture(words: Sequence[str], at: int) -> int:
    """Where "in the picture," ends that may stand between a noun and its trait."""
    if (
        words[at : at + 2] == ["in", "the"]
        and at + 2 < len(words)
        and words[at + 2] in PICTURE_WORDS
    ):
        return at + 3 + (words[at + 3 : at + 4] == [","])
    return at


def _is_loose(words: Sequence[str], last: int, mention: Mention) -> bool:
    """Whether a verb says something else: "it makes the dog stand still", "the dog stands out"."""
    if words[last] in _BASE_FORMS and not mention.plural:
        return True
    return last + 1 < len(words) and words[last + 1] in {"out", "for"}


def _is_object(words: Sequence[str], mention: Mention) -> bool:
    """Whether what follows a noun phrase speaks of another one before it."""
    before = words[mention.head - 1] if mention.head else ""
    if before == "of" and mention.head > 1:
        return words[mention.head - 2] not in _COLOUR_NOUNS
    return before in PREPOSITIONS or before.endswith("ing")


def _is_verb_form(words: Sequence[str], at: int, known: Container[str]) -> bool:
    return at < len(words) and words[at].endswith("ing") and words[at] in known


def split_found(mention: Mention, found: Sequence[int]) -> list[list[int]]:
    """Split traits into those before the noun and those after it."""
    parts = [at for at in found if at < mention.first], [at for at in found if at > mention.last]
    return [part for part in parts if part]


def _read_after(
    words: Sequence[str],
    at: int,
    known: Container[str],
    skipped: Container[str],
    is_said: bool,
) -> Iterator[int]:
    """The traits said of a noun phrase that ends before `at`, one or a list of them."""
    found: list[int] = []
    while at < len(words):
        word = words[at]
        if word in _DENIALS or word.endswith("n't"):
            return
        if word in known and is_said:
            found.append(at)
        elif not _goes_on(word, skipped, is_listing=bool(found), is_said=is_said):
            break
        is_said = is_said or word in _BE
        at += 1
    yield from found


def _goes_on(word: str, skipped: Container[str], *, is_listing: bool, is_said: bool) -> bool:
    """Whether more traits may follow a word that is none."""
    if is_listing:
        return word in {",", "and"} or word in skipped
    return word in _BE or word in _SKIPPED or (is_said and word in skipped)


def is_only(evidence: Evidence, classes: Sequence[str], *, loosely: bool = False) -> bool:
    """Whether the picture has one thing of these categories, as far as boxes tell.

    Args:
        evidence: of the image.
        classes: the categories.
        loosely: one beside which the rest are tiny is enough: it is what "the car" means.
    """
    indices = find_boxes(evidence, classes)
    if not evidence.crowds.isdisjoint(classes):
        return False
    if len(indices) < 2 or not loosely:
        return len(indices) < 2
    areas = sorted((_measure(evidence, index) for index in indices), reverse=True)
    return areas[0] >= _DOMINANT * areas[1]


def _measure(evidence: Evidence, index: int) -> float:
    x1, y1, x2, y2 = evidence.image.boxes[index].corners
    return (x2 - x1) * (y2 - y1)


class Stated(msgspec.Struct, frozen=True, gc=False):
    """What captions state of a thing: the words, and which captions have them."""

    words: frozenset[str]
    captions: tuple[int, ...]


def collect_stated(
    evidence: Evidence,
    mention: Mention,
    known: Container[str],
    skipped: Container[str] = frozenset(),
) -> Stated:
    """Collect the traits that captions give the only thing that a noun phrase can mean, or all."""
    classes = mention.term.classes
    words: set[str] = set()
    captions: set[int] = set()
    is_single = is_only(evidence, classes, loosely=mention.determiner in _POINTING)
    total = len(find_boxes(evidence, classes))
    for category in classes:
        for one in evidence.mentions.get(category, ()):
            if one.mention.dropped or not _may_name(one.mention.term, mention.term):
                continue
            spoken = one.sentence.words
            # No caption says "make the bus red", so what stands behind a noun is said of it.
            found = read_traits(spoken, one.mention, known, skipped, directly=True)
            if found and (is_single or _count_group(one, spoken) >= total):
                words.update(spoken[at] for at in found)
                captions.add(one.caption)
    return Stated(frozenset(words), tuple(sorted(captions)))


def _may_name(stated: Term, said: Term) -> bool:
    """Whether both words mean the thing; vague ones ("table", "bag") only where both are the same."""
    if "soft" in {stated.kind, said.kind}:
        return stated.name == said.name
    return stated.kind in _NAMING


def _count_group(one: CaptionMention, words: Sequence[str]) -> int:
    """How many a caption speaks of: "two brown cows", or "a man and a woman sitting"."""
    number, first = 0, one.mention.head
    for mention in reversed(one.sentence.mentions):
        is_joined = mention.last < first and {"and", ","}.issuperset(
            words[mention.last + 1 : first]
        )
        if mention is one.mention or (
            is_joined and mention.term.classes == one.mention.term.classes
        ):
            number += mention.quantity.low if mention.quantity is not None else 1
            first = mention.head
    return number


def is_judged(mention: Mention) -> bool:
    """Whether a noun phrase is a thing of this picture that captions may have described."""
    is_vague = mention.term.kind == "soft"
    return (
        (mention.term.kind in _NAMING or is_vague)
        and (not is_vague or (mention.determiner in _POINTING and not mention.plural))
        and mention.mood == "asserted"
        and not (mention.negated or mention.dropped or mention.generic)
        and mention.determiner not in _OTHERS
        and _OTHERS.isdisjoint(mention.words)
    )


def is_open(sentence: Sentence) -> bool:
    """Whether it is a question that takes nothing for granted ("Is the bus red?")."""
    return sentence.is_question and _ASKING_WORDS.isdisjoint(sentence.words)


def find_affirmed(sentence: Sentence, passage: Passage) -> Sentence | None:
    """The question to which this sentence, the first of an answer, says yes."""
    words = sentence.words
    if passage.is_question or not passage.question or not words or words[0] not in _YES:
        return None
    asked = passage.question[-1]
    return asked if is_open(asked) and opens_answer(sentence, passage) else None


def opens_answer(sentence: Sentence, passage: Passage) -> bool:
    """Whether it is the first sentence of its message."""
    return not passage.text[: sentence.starts[0]].strip()


def find_topic(sentence: Sentence, passage: Passage) -> Mention | None:
    """What the first sentence of an answer speaks of without naming it, as the question tells."""
    if passage.is_question or not sentence.words or not opens_answer(sentence, passage):
        return None
    asked = [one for part in passage.question for one in part.mentions if one.term.classes]
    return asked[0] if len(asked) == 1 and asked[0].term.kind in _NAMING else None


def is_asserted_at(sentence: Sentence, index: int) -> bool:
    """Whether the clause of a token asserts, and nothing in it denies or leaves open."""
    words = sentence.words
    for (start, end), mood in zip(sentence.clauses, sentence.moods, strict=False):
        if start <= index < end:
            return mood == "asserted" and _CLAUSE_DENIALS.isdisjoint(words[start:end])
    return True
