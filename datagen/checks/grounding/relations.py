"""Validate stage, grounding: where an answer says that things stand, held against the boxes.

Parts of the picture ("on the left", "in the lower right corner"), relations between two boxed
things ("to the left of the dog"), and spread ("scattered across the scene"). Existence comes
first: of a category without a box nothing is contradicted. Of several boxes any may be meant, so
a claim is wrong only if too few of them may stand there. Crowds and long lists of boxes, which
annotators cut short, decide nothing.
"""

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.evidence import Evidence, Passage, find_boxes
from datagen.checks.grounding.geometry import (
    Corners,
    may_be_scattered,
    may_relate,
    may_stand_in,
)
from datagen.checks.grounding.places import Place, find_places
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.subjects import Subject, find_subjects
from datagen.checks.grounding.tokens import measure_span
from datagen.checks.grounding.traits import find_affirmed, is_open, opens_answer

_MANY = 10
"""From this number on annotators may have left boxes out (they draw at most about 15 a class)."""

_DECIDED_KINDS = frozenset({"class", "kind", "person"})
_EMPTY_DETERMINERS = frozenset({"no", "each", "every", "any", "either", "neither"})
_DENIALS = frozenset({"not", "n't", "never", "no", "neither", "nor", "without", "or", "than"})


def judge_relations(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge the places of one sentence.

    Yields:
        A claim for each place and each thing that it is said of, where the thing is boxed.
    """
    if not sentence.mentions and not passage.question:
        return
    places = find_places(sentence)
    if not places or is_open(sentence):
        yield from _judge_yes(sentence, passage)
        return
    owners = _find_topics(sentence, passage)
    for place, subjects in zip(places, find_subjects(sentence, places, owners), strict=True):
        if place.kind == "local" or _is_denied(sentence, place, places):
            continue
        for subject in subjects:
            claim = _judge_place(place, subject, sentence, passage)
            if claim is not None:
                yield claim


def _judge_yes(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge what "Yes." says to "Is the dog on the left?"."""
    asked = find_affirmed(sentence, passage)
    if asked is None:
        return
    places = find_places(asked)
    if len(places) != 1 or _is_denied(asked, places[0], places):
        return
    for subject in find_subjects(asked, places)[0]:
        claim = _judge_place(places[0], subject, asked, passage)
        if claim is not None:
            start, end = measure_span(sentence, 0, 0)
            yield replace(claim, start=start, end=end)


def _find_topics(sentence: Sentence, passage: Passage) -> list[Mention]:
    """What "it" may mean in the first sentence of an answer: what the question names."""
    if passage.is_question or not sentence.words or not opens_answer(sentence, passage):
        return []
    # What a question asks about is there all the same ("Where can the dog be found?").
    return [
        replace(mention, mood="asserted")
        for asked in passage.question
        for mention in asked.mentions
    ]


def _is_denied(sentence: Sentence, place: Place, places: Sequence[Place]) -> bool:
    """Whether the words between the last place and this one deny or leave open."""
    start = max((one.last + 1 for one in places if one.last < place.first), default=0)
    words = sentence.words[start : place.first]
    return any(word in _DENIALS or word.endswith("n't") for word in words)


def _judge_place(
    place: Place, subject: Subject, sentence: Sentence, passage: Passage
) -> Claim | None:
    evidence = passage.evidence
    options = subject.mentions
    if not all(_is_decided(mention) for mention in options):
        return None
    boxes = [find_boxes(evidence, mention.term.classes) for mention in options]
    if not all(boxes) or (subject.is_picked and len(boxes[0]) > 1):
        return None
    main = options[0]
    anchor = _find_anchor(place, options, sentence)
    if place.kind == "relation" and anchor is None:
        return None
    verdicts = [_decide(place, mention, subject.number, anchor, evidence) for mention in options]
    verdict: Verdict = "unverifiable" if "unverifiable" in verdicts else "contradicted"
    if "supported" in verdicts:
        verdict = "supported" if len(verdicts) == 1 else "unverifiable"
    return _make_claim(place, main, anchor, verdict, boxes[0], sentence, passage)


def _is_decided(mention: Mention) -> bool:
    """Whether a noun phrase is asserted to be in the picture and means one category."""
    is_vague = mention.term.kind == "soft"
    if is_vague and (mention.plural or mention.determiner not in {"the", "this"}):
        return False  # "a bag" may be one that nobody boxed
    return (
        (mention.term.kind in _DECIDED_KINDS or is_vague)
        and mention.mood == "asserted"
        and not mention.negated
        and not mention.generic
        and mention.dropped in {"", "other"}
        and mention.determiner not in _EMPTY_DETERMINERS
    )


def _find_anchor(place: Place, options: Sequence[Mention], sentence: Sentence) -> Mention | None:
    """What a relation is to; "its left" is that of the only other thing named before."""
    if place.anchor is not None or place.kind != "relation":
        return place.anchor
    others = [
        mention
        for mention in sentence.mentions
        if mention.last < place.first and mention not in options
    ]
    close = [mention for mention in others if mention.clause == options[0].clause] or others
    return close[0] if len(close) == 1 else None


def _decide(
    place: Place, mention: Mention, number: int, anchor: Mention | None, evidence: Evidence
) -> Verdict:
    """Whether enough boxes of the thing may be where it is said to be."""
    corners = _find_corners(mention, evidence)
    if corners is None:
        return "unverifiable"
    if place.kind == "spread":
        if len(corners) < 2:
            return "unverifiable"
        return "supported" if may_be_scattered(corners) else "contradicted"
    if anchor is None:
        fitting = sum(may_stand_in(place.zones, box) for box in corners)
        if place.also and not any(may_stand_in(place.also, box) for box in corners):
            fitting = 0
    else:
        others = _find_corners(anchor, evidence)
        if others is None or not set(anchor.term.classes).isdisjoint(mention.term.classes):
            return "unverifiable"
        fitting = sum(_may_relate_any(place, box, others) for box in corners)
    return "supported" if fitting >= min(number, len(corners)) else "contradicted"


def _may_relate_any(place: Place, box: Corners, others: Sequence[Corners]) -> bool:
    relation = place.relation
    return relation is None or any(may_relate(relation, box, other) for other in others)


def _find_corners(mention: Mention, evidence: Evidence) -> list[Corners] | None:
    """The boxes that a noun phrase may mean; None where they cannot decide."""
    classes = mention.term.classes
    boxes = find_boxes(evidence, classes)
    if not boxes or len(boxes) >= _MANY or not evidence.crowds.isdisjoint(classes):
        return None
    if not _is_decided(mention):
        return None
    return [evidence.image.boxes[index].corners for index in boxes]


def _make_claim(
    place: Place,
    mention: Mention,
    anchor: Mention | None,
    verdict: Verdict,
    boxes: Sequence[int],
    sentence: Sentence,
    passage: Passage,
) -> Claim:
    first, last = place.first, place.last
    if any(mention is one for one in sentence.mentions):
        first, last = min(first, mention.head), max(last, mention.last)
    words = passage.text[slice(*measure_span(sentence, place.first, place.last))]
    start, end = measure_span(sentence, first, last)
    name = ", ".join(mention.term.classes)
    return Claim(
        family="relation",
        verdict=verdict,
        rule=f"place-{place.kind}",
        turn=passage.turn,
        start=start,
        end=end,
        subject=mention.term.name,
        classes=mention.term.classes,
        anchor=_name_place(place, anchor),
        boxes=tuple(boxes),
        detail=f"no box of {name} is {words}" if verdict == "contradicted" else "",
    )


def _name_place(place: Place, anchor: Mention | None) -> str:
    if place.kind == "zone":
        return f"{' '.join(place.zones)} of the picture"
    if anchor is not None:
        return f"{place.relation} {anchor.term.name}"
    return "over the picture"
