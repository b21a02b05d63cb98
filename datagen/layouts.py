"""The layouts in which a model writes its reply: as text with `===` lines, or as JSON.

Known by the prompt stage (examples are shown in the layout), the parse stage (replies come in it)
and the offline writer (which writes it). This module is exact; the parse stage is the lenient one.

Text layout of `pairs` and `pair`, a line `===` between the parts and none at the end::

    Question:
    What is on the table?
    ===
    Answer:
    A bowl of fruit.

Layout `text` is the answer alone.
"""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from datagen.records import ReplyLayout, Turn

SEPARATOR = "==="
QUESTION_LABEL = "Question:"
ANSWER_LABEL = "Answer:"

_SEPARATOR_LINE = re.compile(r"^===[ \t]*(?:\n|\Z)", re.MULTILINE)


class _Strict(BaseModel):
    """Unknown keys are refused, so that the schema says `additionalProperties: false`."""

    model_config = ConfigDict(extra="forbid", strict=True)


class PairReply(_Strict):
    """JSON reply of the layout `pair`."""

    question: str = Field(min_length=1)
    answer: str = Field(min_length=1)


class PairsReply(_Strict):
    """JSON reply of the layout `pairs`."""

    turns: list[PairReply] = Field(min_length=1)


class TextReply(_Strict):
    """JSON reply of the layout `text`."""

    answer: str = Field(min_length=1)


JSON_REPLIES: Mapping[ReplyLayout, type[PairReply] | type[PairsReply] | type[TextReply]] = {
    "pairs": PairsReply,
    "pair": PairReply,
    "text": TextReply,
}


def reply_schema(layout: ReplyLayout) -> dict[str, Any]:
    """The JSON schema of a reply, for an endpoint's structured output."""
    return JSON_REPLIES[layout].model_json_schema()


def render_text(turns: Sequence[Turn], layout: ReplyLayout) -> str:
    r"""Write turns in the text layout.

    >>> render_text([Turn("Who?", "A cook.")], "pair")
    'Question:\nWho?\n===\nAnswer:\nA cook.'
    """
    if layout == "text":
        return turns[0].answer
    parts = [
        f"{label}\n{text}"
        for turn in turns
        for label, text in ((QUESTION_LABEL, turn.question), (ANSWER_LABEL, turn.answer))
    ]
    return f"\n{SEPARATOR}\n".join(parts)


def render_json(turns: Sequence[Turn], layout: ReplyLayout) -> str:
    """Write turns as the JSON of `reply_schema(layout)`, one line, UTF-8 kept.

    >>> render_json([Turn("Who?", "A cook.")], "pair")
    '{"question": "Who?", "answer": "A cook."}'
    """
    pairs = [{"question": turn.question, "answer": turn.answer} for turn in turns]
    shapes: dict[ReplyLayout, object] = {
        "pairs": {"turns": pairs},
        "pair": pairs[0],
        "text": {"answer": turns[0].answer},
    }
    return json.dumps(shapes[layout], ensure_ascii=False)


def read_text(text: str, layout: ReplyLayout) -> tuple[Turn, ...]:
    r"""Read the exact text layout, the inverse of `render_text`.

    Raises:
        ValueError: the text is not exactly in the layout; the message says which part is not.

    >>> read_text("Question:\nWho?\n===\nAnswer:\nA cook.\n", "pair")
    (Turn(question='Who?', answer='A cook.'),)
    """
    if layout == "text":
        if not text.strip():
            raise ValueError("the answer is empty")
        return (Turn("", text.strip()),)
    parts = [part.strip() for part in _SEPARATOR_LINE.split(text)]
    if len(parts) % 2:
        raise ValueError(
            f"{len(parts)} parts between `{SEPARATOR}` lines; an even number is needed"
        )
    turns = tuple(
        Turn(_unlabel(question, QUESTION_LABEL), _unlabel(answer, ANSWER_LABEL))
        for question, answer in zip(parts[::2], parts[1::2], strict=True)
    )
    if layout == "pair" and len(turns) > 1:
        raise ValueError(f"{len(turns)} pairs where one is wanted")
    return turns


def _unlabel(part: str, label: str) -> str:
    label_line, _, rest = part.partition("\n")
    if label_line.strip() != label:
        raise ValueError(f"expected a line `{label}`, found {label_line.strip()[:40]!r}")
    if not rest.strip():
        raise ValueError(f"nothing after `{label}`")
    return rest.strip()
