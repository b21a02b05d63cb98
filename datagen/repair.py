"""Repair stage: a rejected reply and its findings -> the prompt of the next round."""

from collections.abc import Sequence
from dataclasses import replace

from datagen.records import Finding, Message, Prompt

_OPENING = "Your reply cannot be used, for the following reasons:"
_CLOSING = (
    "Write it again from the same notes, whole, in the form that was asked for, and without these"
    " faults. Do not speak of the faults or of your first reply."
)


def write_feedback(findings: Sequence[Finding]) -> str:
    """What the model is told about its reply: each reason once, with the offending text.

    >>> print(write_feedback([Finding("empty-answer", "parse", "reject", "An answer is empty.")]))
    Your reply cannot be used, for the following reasons:
    - An answer is empty.
    <BLANKLINE>
    Write it again from the same notes, whole, in the form that was asked for, and without these faults. Do not speak of the faults or of your first reply.
    """
    reasons = dict.fromkeys(
        f"- {finding.message}" + (f" The passage: “{finding.span}”" if finding.span else "")
        for finding in findings
        if finding.severity == "reject"
    )
    return "\n".join([_OPENING, *reasons, "", _CLOSING])


def add_feedback(prompt: Prompt, reply: str, feedback: str) -> Prompt:
    """The prompt of the next round: the same, then the reply and what is wrong with it.

    The shared prefix and the query stay where they were, so that they are still cacheable.
    """
    said = (Message("assistant", reply or "(no text)"), Message("user", feedback))
    return replace(prompt, messages=prompt.messages + said)
