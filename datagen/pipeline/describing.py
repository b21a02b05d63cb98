"""Pipeline, the lines of the files beside the data set: rejections, dropped pairs, scores."""

from collections.abc import Sequence
from typing import Any

from datagen.pipeline.judging import Judged
from datagen.records import Finding, Rejection, Sample, Turn


def describe_rejection(
    rejection: Rejection, findings: Sequence[Finding], checks: str = ""
) -> dict[str, Any]:
    """One line of `rejected.jsonl`: what was rejected, why and where, and the raw reply.

    Args:
        rejection: what is told of.
        findings: all that was found.
        checks: what the checks say of the reply, where a reviewer edited it.
    """
    first = rejection.finding
    line = {
        "id": rejection.item.id,
        "image_id": rejection.item.image_id,
        "image": rejection.image,
        "response_type": rejection.item.response_type,
        "stage": first.stage,
        "reason": first.code,
        "message": first.message,
        "turn": first.turn,
        "span": first.span,
        "findings": sorted({finding.code for finding in findings}),
        "reply": rejection.reply,
    }
    return {**line, "checks": checks} if checks else line


def describe_dropped(
    outcome: Sample | Rejection, pair: int, turn: Turn, finding: Finding
) -> dict[str, Any]:
    """One line of `rejected.jsonl`: a pair that was left out of a record which stands without it."""
    line = describe_rejection(Rejection(outcome.item, outcome.image, finding), [finding])
    return {**line, "pair": pair, "question": turn.question, "reply": turn.answer}


def describe_score(judged: Judged) -> dict[str, Any]:
    """One line of `scores.jsonl`: how far a written record has ground, its claims by verdict, notes.

    Where it stands for a reviewer's edit or word, `checks` says what they make of the reply.
    """
    item = judged.outcome.item
    line = {
        "id": item.id,
        "response_type": item.response_type,
        "score": None if judged.score is None else round(judged.score, 4),
        "claims": dict(judged.verdicts),
        "notes": sorted({finding.code for finding in judged.findings}),
    }
    return {**line, "checks": judged.checks} if judged.checks else line
