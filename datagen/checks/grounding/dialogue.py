"""Validate stage, grounding: the messages of one record -> claims.

Walks the record from the first question on. A question is judged for what it takes for granted,
after its answer was read, for an answer may set it right. Short answers ("No.", "Three.") take
their subject from the question. Every family of claims is a row of `FAMILIES`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from msgspec.structs import replace

from datagen.checks.grounding.absence import judge_absences
from datagen.checks.grounding.attributes import judge_attributes
from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.colours import judge_colours
from datagen.checks.grounding.counts import judge_counts
from datagen.checks.grounding.evidence import Evidence, Passage
from datagen.checks.grounding.nouns import judge_nouns
from datagen.checks.grounding.objects import judge_objects
from datagen.checks.grounding.questions import is_supposing
from datagen.checks.grounding.readings import Mention, Reader, Sentence
from datagen.checks.grounding.relations import judge_relations
from datagen.checks.grounding.replies import judge_reply

IMAGE_TOKEN = "<image>"

FAMILIES: tuple[Callable[[Sentence, Passage], Iterator[Claim]], ...] = (
    judge_objects,
    judge_absences,
    judge_counts,
    judge_relations,
    judge_colours,
    judge_attributes,
    judge_nouns,
)
"""Every family of claims that stand in a sentence, in the order in which they report."""

_DENIALS = frozenset({"no", "not", "none", "nothing", "nobody", "never", "neither", "actually"})
_WH_WORDS = frozenset({"what", "where", "who", "whose", "which", "why", "how", "when"})


@dataclass(slots=True)
class _Walk:
    """What has been said so far.

    Attributes:
        introduced: categories brought up without being claimed.
        question: sentences of the question that stands open.
        premises: contradicted claims of that question.
    """

    evidence: Evidence
    introduced: set[str] = field(default_factory=set)
    question: Sequence[Sentence] = ()
    premises: Sequence[Claim] = ()


def judge_dialogue(texts: Sequence[str | None], evidence: Evidence, reader: Reader) -> list[Claim]:
    """Judge the messages of one record in order, questions at even places.

    Args:
        texts: one a message; None for a message without text.
        evidence: of the record's image.
        reader: the one that read the captions.
    """
    walk = _Walk(evidence)
    claims: list[Claim] = []
    for turn, text in enumerate(texts):
        masked = (text or "").replace(IMAGE_TOKEN, " " * len(IMAGE_TOKEN))
        sentences = reader.read(masked)
        passage = Passage(
            text=masked,
            turn=turn,
            evidence=evidence,
            is_question=turn % 2 == 0,
            question=() if turn % 2 == 0 else walk.question,
        )
        claims += _judge_message(sentences, passage, walk)
    claims += walk.premises
    return sorted(claims, key=attrgetter("turn", "start"))


def _judge_message(sentences: Sequence[Sentence], passage: Passage, walk: _Walk) -> list[Claim]:
    claims = _judge_sentences(sentences, passage, walk.introduced)
    if passage.is_question:
        claims = _hold_premises(claims, walk)
        walk.question = sentences
    else:
        claims += judge_reply(walk.question, sentences, passage)
        claims += _settle_premises(sentences, walk)
    return claims


def _judge_sentences(
    sentences: Sequence[Sentence], passage: Passage, introduced: set[str]
) -> list[Claim]:
    claims: list[Claim] = []
    known = 0
    for sentence in sentences:
        if len(introduced) != known:
            passage = replace(passage, introduced=frozenset(introduced))
            known = len(introduced)
        for judge in FAMILIES:
            claims += judge(sentence, passage)
        if not sentence.is_question or is_supposing(sentence):
            for mention in sentence.mentions:
                if _is_supposed(mention):
                    introduced.update(mention.term.classes)
    return claims


def _is_supposed(mention: Mention) -> bool:
    """Whether a category is brought up without being claimed."""
    return mention.mood != "asserted" or mention.generic or mention.negated


def _hold_premises(claims: Sequence[Claim], walk: _Walk) -> list[Claim]:
    """Keep back what the question wrongly takes for granted, until its answer is read."""
    held = [*walk.premises]
    walk.premises = [one for one in claims if one.verdict == "contradicted"]
    return held + [one for one in claims if one.verdict != "contradicted"]


def _settle_premises(answer: Sequence[Sentence], walk: _Walk) -> list[Claim]:
    """False premises stay contradicted unless the answer sets them right."""
    settled = [
        replace(premise, verdict="unverifiable", rule="premise-denied")
        if _is_denied(premise, answer, walk.question)
        else premise
        for premise in walk.premises
    ]
    walk.premises = ()
    return settled


def _is_denied(premise: Claim, answer: Sequence[Sentence], question: Sequence[Sentence]) -> bool:
    classes = set(premise.classes)
    for sentence in answer:
        for mention in sentence.mentions:
            if mention.negated and not classes.isdisjoint(mention.term.classes):
                return True
    return bool(answer) and _is_open_question(question) and _has_denial(answer[0])


def _is_open_question(question: Sequence[Sentence]) -> bool:
    """A question for which "no" is no answer: it can only deny what was taken for granted."""
    return any(
        not _WH_WORDS.isdisjoint(sentence.words) for sentence in question if sentence.is_question
    )


def _has_denial(sentence: Sentence) -> bool:
    return any(word in _DENIALS or word.endswith("n't") for word in sentence.words)
