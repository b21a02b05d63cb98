"""A light writer for the mock endpoint: valid replies of a fixed length, made in microseconds.

The offline writer takes about 2 ms a reply, so that an endpoint with it would be what a benchmark
measures. These replies are in the layout of the request and pass every check. Each holds a number
of its own, made from the request, by which a mixed-up or doubled reply would show.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from hashlib import sha256
from typing import Any

from datagen.layouts import QUESTION_LABEL, render_json, render_text
from datagen.llm.mock_server import Writer
from datagen.records import Message, ReplyLayout, Turn

_SENTENCES = (
    "A wide road runs past a row of low houses with red roofs.",
    "Two people stand near the kerb and talk while a dog waits beside them.",
    "Behind them a yellow bus has stopped, and its door is open.",
    "The light is soft, so it may be early in the day.",
    "A tree on the left throws a long shadow over the pavement.",
    "Nobody seems to be in a hurry, and the street looks calm.",
)
_QUESTIONS = ("What is happening in the street?", "Who is there?", "What time of day may it be?")
_MARK = "000000000000"


def make_light_writer(size: int = 1200) -> Writer:
    """A writer whose replies hold about `size` characters."""
    return partial(_write, size=size)


def _write(
    messages: Sequence[Message], schema: Mapping[str, Any] | None, seed: int, *, size: int
) -> str:
    template = _fill_layout(find_layout(messages), size, is_json=schema is not None)
    return template.replace(_MARK, find_mark(messages, seed))


def find_layout(messages: Sequence[Message]) -> ReplyLayout:
    """The layout that the examples among the messages are in; without examples, plain text."""
    examples = [message.content for message in messages if message.role == "assistant"]
    pairs = max((example.count(QUESTION_LABEL) for example in examples), default=0)
    if not pairs:
        return "text"
    return "pair" if pairs == 1 else "pairs"


def find_mark(messages: Sequence[Message], seed: int) -> str:
    """Twelve digits that stand for this request."""
    said = f"{seed}:{messages[0].content}:{messages[-1].content}"
    return f"{int.from_bytes(sha256(said.encode()).digest()[:5]):012d}"[-12:]


@lru_cache
def _fill_layout(layout: ReplyLayout, size: int, *, is_json: bool) -> str:
    questions = _QUESTIONS if layout == "pairs" else _QUESTIONS[:1]
    room = size // len(questions)
    turns = [Turn(question, _fill(room)) for question in questions]
    return render_json(turns, layout) if is_json else render_text(turns, layout)


def _fill(size: int) -> str:
    """Whole sentences, as many as come closest to the size."""
    text = f"A sign shows the number {_MARK}."
    for count in range(size):
        longer = f"{text} {_SENTENCES[count % len(_SENTENCES)]}"
        if abs(len(longer) - size) > abs(len(text) - size):
            break
        text = longer
    return text
