"""Placeholder until the finding is in; replaced on merge."""

import re
from collections.abc import Mapping, Sequence

from datagen.spotcheck.models import AnswerScore
from datagen.spotcheck.subjects import Control

_WORD = re.compile(r"\w+")


def compare_scores(
    answers: Sequence[str], by_control: Mapping[Control, Sequence[AnswerScore]]
) -> dict[Control, dict[str, float]]:
    """Values by control."""
    blank = by_control.get("blank")
    found: dict[Control, dict[str, float]] = {}
    if blank is None:
        return found
    for control in ("right", "shuffled"):
        scores = by_control.get(control)
        if scores is None:
            continue
        gains = [
            a - b
            for one, other in zip(scores, blank, strict=True)
            for a, b in zip(one.logprobs, other.logprobs, strict=True)
        ]
        if gains:
            found[control] = {"gain": sum(gains) / len(gains), "worst": min(gains)}
    return found


def find_doubtful(
    answers: Sequence[str], by_control: Mapping[Control, Sequence[AnswerScore]]
) -> tuple[tuple[int, int, int], ...]:
    """Words."""
    return ()
