"""Pipeline, one stored answer: parse it, check it, and say what becomes of it."""

import random
from collections.abc import Mapping, Sequence

from datagen.checks import check_record
from datagen.config import RunSettings
from datagen.formats.llava import to_llava
from datagen.prompts import ResponseType
from datagen.records import Finding, Item, Rejection, Sample
from datagen.replies import parse_reply
from datagen.store import Answer, Request


def seeded(seed: int, item: Item, purpose: str) -> random.Random:
    """A random source of an item's own for one purpose."""
    return random.Random(f"{seed}:{item.id}:{purpose}")


def judge(
    request: Request, answer: Answer, types: Mapping[str, ResponseType], settings: RunSettings
) -> tuple[Sample | Rejection, list[Finding]]:
    """Parse and check one answer: a sample or a rejection, and all that was found."""
    item, image = request.item, request.image
    if answer.failure:
        findings = [Finding(answer.failure, "ask", "reject", answer.reply.text)]
        return Rejection(item, image.file_name, findings[0]), findings
    parsed = parse_reply(
        answer.reply.text,
        types[item.response_type].layout,
        finish_reason=answer.reply.finish_reason,
        reply_format=settings.reply_format,
        question=request.question,
    )
    image_first = seeded(settings.seed, item, "image position").random() < 0.5
    sample = Sample(item, image.file_name, parsed.turns, image_first)
    findings = list(parsed.findings)
    if parsed.turns:
        findings += check_record(to_llava(sample), captions=image.captions)
    first = next((finding for finding in findings if finding.severity == "reject"), None)
    if first is not None:
        return Rejection(item, image.file_name, first, answer.reply.text), findings
    return sample, findings


def choose(
    request: Request,
    answers: Sequence[Answer],
    types: Mapping[str, ResponseType],
    settings: RunSettings,
) -> tuple[Sample | Rejection, list[Finding]]:
    """The first candidate that gives a record, else the rejection of the first candidate."""
    outcomes = [judge(request, answers[0], types, settings)]
    for answer in answers[1:]:
        if isinstance(outcomes[-1][0], Sample):
            return outcomes[-1]
        outcomes.append(judge(request, answer, types, settings))
    return next((each for each in outcomes if isinstance(each[0], Sample)), outcomes[0])
