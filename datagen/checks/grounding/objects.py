"""Validate stage, grounding: which things an answer says are in the picture.

A mention claims existence when its clause asserts, or when it points at something definite ("the
dog") that nothing before has brought up: who asks what "the dog" might be thinking says that there
is one. The grounds are asked in an order: a box, a caption's own word, then whatever makes the
thing possible without showing it (a look-alike, a wider word, the question, a supposition). What
has no ground at all is contradicted if the sentence shows it in the picture (`anchors`).
"""

from collections.abc import Iterator

from datagen.checks.grounding.absence import ANYBODY, PLAIN_SOFT
from datagen.checks.grounding.anchors import is_anchored
from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.denials import find_denied
from datagen.checks.grounding.evidence import (
    Evidence,
    Passage,
    find_boxes,
    find_captions,
    singular_of,
)
from datagen.checks.grounding.people import is_other_group
from datagen.checks.grounding.quantities import is_counter
from datagen.checks.grounding.questions import asks_beyond, is_supposing
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.tokens import measure_span
from datagen.checks.grounding.vocabulary import find_noun
from datagen.checks.grounding.word_classes import ADJECTIVES, AUXILIARIES

_POINTING = frozenset({"the", "this", "that", "these", "those", "both"})
_OFFSTAGE = frozenset({
    "owner", "homeowner", "photographer", "viewer", "visitor", "guest", "diner", "driver", "passenger",
    "pilot", "user", "farmer", "resident", "rider", "cook", "chef", "baker", "artist", "worker", "customer",
})  # fmt: skip
"""People that things speak of though they are not in the picture themselves."""

_PASSED_OVER = frozenset({"bottle", "bowl", "cup", "vase", "wine glass", "chair", "book", "tie"})
"""Categories of which annotators leave out many an instance, and sorts that are hardly one."""

_LISTENERS = frozenset({"friend", "someone", "somebody", "stranger", "child"})
_MODALS = frozenset({"may", "might", "could", "must", "would", "will", "can", "should", "probably"})
_SMALL_WORDS = frozenset(
    {"a", "an", "the", "some", "and", "or", "with", "in", "on", "of", "at", ","}
)
_OWNING = frozenset({"his", "her", "its", "their", "my", "your", "our"})
_TAKING = _POINTING | _OWNING
"""Determiners that take for granted that the thing is there."""


def judge_objects(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge every mention that says, or takes for granted, that a COCO category is there."""
    denied = find_denied(sentence, passage)
    for place, mention in enumerate(sentence.mentions):
        if place not in denied and is_claimed(mention, sentence, passage):
            yield judge_presence(mention, sentence, passage)


def is_claimed(mention: Mention, sentence: Sentence, passage: Passage) -> bool:
    """Whether the words say or take for granted that the thing is in the picture."""
    if mention.term.kind == "noun" or mention.negated or mention.dropped or mention.generic:
        return False
    if _is_conditioned(mention, sentence):
        return False
    if passage.is_question:
        return _is_granted(mention, sentence, passage) and not (
            is_supposing(sentence) or _is_about_listener(mention, sentence)
        )
    if mention.mood == "asserted":
        if sentence.is_question or _answers_a_wish(sentence, passage):
            return _is_presupposed(mention, passage)
        return True
    return _is_presupposed(mention, passage)


def _is_conditioned(mention: Mention, sentence: Sentence) -> bool:
    """Whether ", if there is one" follows."""
    return sentence.words[mention.last + 1 : mention.last + 3] == [",", "if"]


def _answers_a_wish(sentence: Sentence, passage: Passage) -> bool:
    """Whether it is a fragment that says what should or might be: "What to add?" "A clock."."""
    if not passage.question or passage.text[: sentence.starts[0]].strip():
        return False
    asking = [one for one in passage.question if one.is_question]
    return bool(asking) and asks_beyond(asking[-1]) and AUXILIARIES.isdisjoint(sentence.words)


def _is_about_listener(mention: Mention, sentence: Sentence) -> bool:
    """Whether it follows somebody whom to tell: "describe it to a friend on the phone"."""
    before = sentence.words[: mention.first]
    return not _LISTENERS.isdisjoint(before) and not {"to", "for"}.isdisjoint(before)


def _is_granted(mention: Mention, sentence: Sentence, passage: Passage) -> bool:
    """Whether a question takes the mention for granted; "are those apples?" does not."""
    before = sentence.words[mention.head - 1] if mention.head else ""
    if before in {"is", "are"} and mention.determiner in {"this", "that", "these", "those"}:
        return False
    return mention.determiner in _TAKING and passage.introduced.isdisjoint(mention.term.classes)


def _is_presupposed(mention: Mention, passage: Passage) -> bool:
    return (
        mention.mood != "none"
        and mention.determiner in _POINTING
        and passage.introduced.isdisjoint(mention.term.classes)
        and (mention.mood == "asserted" or "person" not in mention.term.classes)
    )


def judge_presence(
    mention: Mention,
    sentence: Sentence,
    passage: Passage,
    *,
    span: tuple[int, int] | None = None,
) -> Claim:
    """The claim that the mention's thing is there.

    Args:
        mention: what is there, in an answer or in the question before it.
        sentence: the sentence of the mention.
        passage: the message that makes the claim.
        span: character offsets when the claim stands elsewhere ("Yes." to a question).
    """
    verdict, rule, boxes, captions = weigh_presence(mention, sentence, passage)
    detail = _say(rule, mention) if verdict == "contradicted" else ""
    if passage.is_question and rule == "absent-object":
        rule = "false-premise"
    start, end = span or measure_span(sentence, mention.first, mention.last)
    classes = mention.term.classes
    return Claim(
        family="object",
        verdict=verdict,
        rule=rule,
        turn=passage.turn,
        start=start,
        end=end,
        subject=classes[0] if len(classes) == 1 else mention.term.name,
        classes=classes,
        boxes=boxes,
        captions=captions,
        detail=detail,
    )


def _say(rule: str, mention: Mention) -> str:
    if rule == "other-people":
        return f"captions tell who everybody is, and nobody is a {mention.term.group}"
    return f"no box and no caption has {' or '.join(mention.term.classes)}"


def weigh_presence(
    mention: Mention, sentence: Sentence, passage: Passage
) -> tuple[Verdict, str, tuple[int, ...], tuple[int, ...]]:
    """Verdict, rule, boxes and captions for the claim that a mention's thing is there."""
    evidence, term = passage.evidence, mention.term
    boxes = find_boxes(evidence, term.classes)
    captions = find_captions(evidence, term.classes)
    if boxes or captions:
        if (
            term.group
            and is_other_group(term, evidence)
            and is_anchored(mention, sentence, passage)
        ):
            return "contradicted", "other-people", boxes, captions
        if term.kind == "kind" and not _is_worded(term.name, evidence):
            return "unverifiable", "sub-kind", boxes, captions
        return "supported", "boxed" if boxes else "captioned", boxes, captions
    doubt = (
        _find_doubt(mention, sentence, passage)
        or _find_small_doubt(mention, sentence, evidence)
        or ("" if is_anchored(mention, sentence, passage) else "in-passing")
    )
    return ("unverifiable", doubt, (), ()) if doubt else ("contradicted", "absent-object", (), ())


def _is_worded(name: str, evidence: Evidence) -> bool:
    return all(word in evidence.words for word in name.split())


def _ends_a_word(name: str, evidence: Evidence) -> bool:
    """Whether a longer word of a caption ends in the name: a pitchfork is a fork to many."""
    return any(word.endswith(name) for word in evidence.words)


def _is_offstage(mention: Mention, sentence: Sentence, passage: Passage) -> bool:
    """Whether a person is only spoken of: "the owner of this desk", "the child may be asleep"."""
    if mention.term.kind != "person" or mention.determiner not in _TAKING:
        return False
    if (
        passage.is_question
        or mention.term.name in ANYBODY | _OFFSTAGE
        or mention.determiner == "its"
    ):
        return True
    return not _MODALS.isdisjoint(sentence.words[mention.last + 1 : mention.last + 3])


def _find_doubt(mention: Mention, sentence: Sentence, passage: Passage) -> str:
    """What makes the thing possible though neither box nor caption has it; empty for nothing."""
    evidence, term = passage.evidence, mention.term
    if term.kind in {"soft", "union"} and term.name not in PLAIN_SOFT:
        return "soft-word"
    if not evidence.annotated:
        return "nothing-boxed"
    if not evidence.hinted.isdisjoint(term.classes):
        return "hinted"
    if _ends_a_word(term.name, evidence) or _is_worded(term.name, evidence):
        return "caption-word"
    if _is_offstage(mention, sentence, passage):
        return "offstage"
    if _points_back(mention, sentence, passage):
        return "introduced"
    return "question-word" if _is_asked_about(mention, passage) else ""


def _points_back(mention: Mention, sentence: Sentence, passage: Passage) -> bool:
    """Whether "the dog" or "dogs" goes on about one that the text only supposed."""
    if mention.quantity is not None or mention.determiner not in _POINTING | {""}:
        return False
    classes = set(mention.term.classes)
    return not classes.isdisjoint(passage.introduced) or any(
        one.first < mention.first
        and one.mood != "asserted"
        and not classes.isdisjoint(one.term.classes)
        for one in sentence.mentions
    )


def _find_small_doubt(mention: Mention, sentence: Sentence, evidence: Evidence) -> str:
    """What excuses the small things that annotators often pass over; empty for nothing."""
    term = mention.term
    if _PASSED_OVER.isdisjoint(term.classes):
        return ""
    if term.kind == "kind" or (mention.words and _is_compound(mention.words[-1])):
        return "small-sort"
    if mention.plural and mention.quantity is None:
        return "small-sort"
    after = sentence.words[mention.last + 1 : mention.last + 5]
    content = [singular_of(word) for word in after[1:] if word not in _SMALL_WORDS]
    if after[:1] == ["of"] and any(
        word in evidence.words or word in evidence.boxes for word in content
    ):
        return "holds-known"
    return ""


def _is_compound(word: str) -> bool:
    """Whether a word before the noun makes another sort of it ("drinking bowls")."""
    if word in ADJECTIVES or is_counter(word):
        return False
    noun = find_noun(word)
    return word.endswith("ing") or noun is not None


def _is_asked_about(mention: Mention, passage: Passage) -> bool:
    """Whether the question takes the thing for granted or supposes it; asking for it is neither."""
    return any(
        asked.determiner in _TAKING or is_supposing(sentence)
        for sentence in passage.question
        for asked in sentence.mentions
        if not set(asked.term.classes).isdisjoint(mention.term.classes)
    )
