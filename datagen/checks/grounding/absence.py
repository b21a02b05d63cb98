"""Validate stage, grounding: what an answer says is not in the picture.

Only an absence from the whole picture can be held against boxes: "no dog on the sofa" and "a man
without an umbrella" speak of a part of it and stay open. So every other word of the clause must be
one of a short list ("visible", "anywhere", "in the photo") that does not narrow the claim.
"""

from collections.abc import Iterator, Sequence

from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.denials import find_denied, is_restricted
from datagen.checks.grounding.evidence import Evidence, Passage, find_boxes, find_captions
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.tokens import measure_span

ANYBODY = frozenset({
    "person", "people", "human", "human being", "nobody", "no one", "anyone", "anybody", "somebody",
    "someone", "individual",
})  # fmt: skip
"""Person words that stand for every person."""

_COMPANY = 4
"""From so many people on, "alone" means apart from the others."""

PLAIN_SOFT = frozenset({"ball"})
"""Soft words that claim and deny like others: nothing but a ball is called so."""

_FEW = 3
"""So many tiny things are not overlooked any more."""

_OFFICE = frozenset({"monitor", "screen", "computer", "desktop", "laptop", "desk", "office"})
"""Caption words beside which a boxed `tv` or `keyboard` may be what people call by another name."""

_TINY = 0.0006
"""Share of the picture below which a thing is easily overlooked: 14 pixels square of 640 by 480."""


def judge_absences(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge every mention that is said not to be there, and people said to be alone."""
    if sentence.is_question or passage.is_question:
        return
    denied = find_denied(sentence, passage)
    for place in sorted(denied):
        mention = sentence.mentions[place]
        if mention.term.kind != "noun":
            whole = not is_restricted(mention, sentence, passage, denied)
            yield judge_absence(mention, sentence, passage, whole=whole)
    yield from _judge_alone(sentence, passage)


def judge_absence(
    mention: Mention,
    sentence: Sentence,
    passage: Passage,
    *,
    whole: bool = True,
    span: tuple[int, int] | None = None,
) -> Claim:
    """The claim that the mention's thing is not there.

    Args:
        mention: what is said not to be there, in an answer or in the question before it.
        sentence: the sentence of the mention.
        passage: the message that makes the claim.
        whole: it is said of the whole picture, not of a part of it.
        span: character offsets when the claim stands elsewhere ("No." to a question).
    """
    verdict, rule, boxes, captions = weigh_absence(mention, passage.evidence, whole=whole)
    start, end = span or measure_span(sentence, mention.head, mention.last)
    classes = mention.term.classes
    return Claim(
        family="absence",
        verdict=verdict,
        rule=rule,
        turn=passage.turn,
        start=start,
        end=end,
        subject=classes[0] if len(classes) == 1 else mention.term.name,
        classes=classes,
        polarity=False,
        boxes=boxes,
        captions=captions,
        detail=_say_found(boxes, captions) if verdict == "contradicted" else "",
    )


def _say_found(boxes: tuple[int, ...], captions: tuple[int, ...]) -> str:
    return f"in {len(boxes)} boxes, {len(captions)} captions"


def weigh_absence(
    mention: Mention, evidence: Evidence, *, whole: bool
) -> tuple[Verdict, str, tuple[int, ...], tuple[int, ...]]:
    """Verdict, rule, boxes and captions for the claim that a mention's thing is not there."""
    term = mention.term
    boxes = find_boxes(evidence, term.classes)
    captions = _find_plain_captions(evidence, term.classes)
    if not boxes and not captions:
        rule = "nothing-known" if evidence.annotated else "nothing-boxed"
        return ("supported" if evidence.annotated and whole else "unverifiable"), rule, (), ()
    if not boxes and _is_one_voice(captions, evidence):
        return "unverifiable", "one-voice", (), captions
    if not captions and _is_easily_missed(boxes, term.classes, evidence):
        return "unverifiable", "easily-missed", boxes, ()
    if not whole:
        return "unverifiable", "restricted-absence", boxes, captions
    if term.kind == "soft" and term.name not in PLAIN_SOFT:
        return "unverifiable", "soft-word", boxes, captions
    if _is_part_of_class(mention) and not _named_alike(mention, evidence):
        return "unverifiable", "sub-kind", boxes, captions
    return "contradicted", "false-absence", boxes, captions


def _find_plain_captions(evidence: Evidence, classes: Sequence[str]) -> tuple[int, ...]:
    """Captions that name one of the categories by a word that can be nothing else."""
    named = find_captions(evidence, classes)
    plain = {
        one.caption
        for category in classes
        for one in evidence.mentions.get(category, ())
        if len(one.mention.term.classes) == 1
    }
    return tuple(index for index in named if index in plain)


def _is_one_voice(captions: Sequence[int], evidence: Evidence) -> bool:
    """Whether a single caption of several speaks against an absence, and it may have erred."""
    return len(captions) == 1 and len(evidence.image.captions) > 1


def _is_easily_missed(boxes: Sequence[int], classes: Sequence[str], evidence: Evidence) -> bool:
    """Whether careful people may say that there is none: tiny boxes, and names that are wide."""
    if "tv" in classes and not _OFFICE.isdisjoint(evidence.words):
        return True
    return len(boxes) < _FEW and all(
        _measure(evidence.image.boxes[index].corners) < _TINY for index in boxes
    )


def _measure(corners: tuple[float, float, float, float]) -> float:
    left, top, right, bottom = corners
    return (right - left) * (bottom - top)


def _is_part_of_class(mention: Mention) -> bool:
    term = mention.term
    return term.kind == "kind" or (term.kind == "person" and term.name not in ANYBODY)


def _named_alike(mention: Mention, evidence: Evidence) -> bool:
    """Whether a caption has the same sub-kind: the same word, or for people the same group."""
    term = mention.term
    return any(
        one.mention.term.name == term.name
        or (term.group and one.mention.term.group == term.group and term.name in {"man", "woman"})
        for category in term.classes
        for one in evidence.mentions.get(category, ())
        if not one.mention.negated and not one.mention.dropped
    )


def _judge_alone(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Nobody else is there: "The woman stands alone"."""
    if "alone" not in passage.text:
        return
    for index, word in enumerate(sentence.words):
        if word == "alone":
            subject = _find_subject(sentence, index)
            if subject is not None:
                yield _judge_lone_person(sentence, subject, index, passage)


def _find_subject(sentence: Sentence, index: int) -> Mention | None:
    """One person at the very start, one verb, then "alone": anything more may mean "apart"."""
    subject = next(iter(sentence.mentions), None)
    if subject is None or subject.head != 0 or subject.last + 2 != index or subject.words:
        return None
    fits = (
        subject.term.kind == "person"
        and not subject.plural
        and subject.mood == "asserted"
        and not subject.negated
        and not subject.dropped
    )
    return subject if fits else None


def _judge_lone_person(sentence: Sentence, subject: Mention, index: int, passage: Passage) -> Claim:
    boxes = find_boxes(passage.evidence, ("person",))
    several = 1 < len(boxes) < _COMPANY and _caption_counts_several(passage.evidence)
    start, end = measure_span(sentence, subject.head, index)
    return Claim(
        family="absence",
        verdict="contradicted" if several else "supported" if len(boxes) == 1 else "unverifiable",
        rule="not-alone" if several else "alone",
        turn=passage.turn,
        start=start,
        end=end,
        subject="person",
        classes=("person",),
        polarity=False,
        number=(1, 1),
        boxes=boxes,
        detail=f"{len(boxes)} boxes of person" if several else "",
    )


def _caption_counts_several(evidence: Evidence) -> bool:
    return any(
        one.mention.plural
        for one in evidence.mentions.get("person", ())
        if not one.mention.negated and not one.mention.dropped
    )
