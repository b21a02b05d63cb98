"""Spot-check, references: an annotated image -> a record that is true, to measure the models by.

The offline writer composes it from boxes and captions, and the grounding checks must find ground
for every single claim; what has none is left out.
"""

from collections.abc import Iterator, Sequence
from random import Random

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.tokens import measure_span, measure_start
from datagen.context import render_context
from datagen.layouts import reply_schema
from datagen.llm.offline import write_reply
from datagen.records import AnnotatedImage, Message, ReplyLayout, Turn
from datagen.replies import parse_reply
from datagen.spotcheck.grounds import judge_turns, read_text

_LAYOUTS: dict[str, ReplyLayout] = {
    "conversation": "pairs",
    "detail_description": "text",
    "complex_reasoning": "pair",
}
_DESCRIBE = (
    "Describe this picture in detail.",
    "What does this picture show? Please go into detail.",
    "Give me a careful description of this scene.",
    "Tell me all that you can see here.",
)
_TRIES = 4
_LEAST_CLAIMS = 3
"""A record that claims less tells too little about a picture to measure anything by."""


def make_reference(image: AnnotatedImage, response_type: str, seed: int = 0) -> tuple[Turn, ...]:
    """A true record about a picture; the same for the same arguments.

    Args:
        image: with boxes; without them nothing is sure enough.
        response_type: the form: a dialogue, a description, one question with its answer; that of a
            type that is not known is a dialogue.
        seed: another one gives other words.

    Returns:
        Its turns; none where too little can be said of the picture with ground.
    """
    layout = _LAYOUTS.get(response_type, "pairs")
    best: tuple[int, tuple[Turn, ...]] = (_LEAST_CLAIMS - 1, ())
    for attempt in range(_TRIES if image.boxes else 0):
        turns = _write(image, layout, seed * _TRIES + attempt)
        sure = _keep_sure(turns, image)
        claims = judge_turns(sure, image)
        if all(claim.verdict == "supported" for claim in claims) and len(claims) > best[0]:
            best = (len(claims), sure)
        if best[1] == turns:
            break
    return best[1]


def _write(image: AnnotatedImage, layout: ReplyLayout, seed: int) -> tuple[Turn, ...]:
    prompt = [Message("user", render_context(image, "captions+boxes"))]
    reply = write_reply(prompt, json_schema=reply_schema(layout), seed=seed)
    question = Random(f"{seed}:{image.id}:question").choice(_DESCRIBE)
    return parse_reply(reply, layout, reply_format="json", question=question).turns


def _keep_sure(turns: Sequence[Turn], image: AnnotatedImage) -> tuple[Turn, ...]:
    """The turns, and of long answers the sentences, that claim nothing without ground."""
    doubts = [claim for claim in judge_turns(turns, image) if claim.verdict != "supported"]
    kept = []
    for index, turn in enumerate(turns):
        if any(claim.turn == 2 * index for claim in doubts):
            continue
        mine = [claim for claim in doubts if claim.turn == 2 * index + 1]
        answer = " ".join(_drop_doubtful(turn.answer, mine)) if mine else turn.answer
        if answer and (len(turns) == 1 or not mine):
            kept.append(Turn(turn.question, answer))
    return tuple(kept)


def _drop_doubtful(answer: str, doubts: Sequence[Claim]) -> Iterator[str]:
    """The sentences of an answer in which no doubtful claim begins."""
    for sentence in read_text(answer):
        start, end = measure_start(sentence), measure_span(sentence, 0, len(sentence.words) - 1)[1]
        if not any(start <= claim.start < end for claim in doubts):
            yield answer[start:end]
