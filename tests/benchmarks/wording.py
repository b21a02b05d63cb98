"""A light writer for the mock endpoint: valid replies of about one length, made in a fraction of a millisecond.

The offline writer takes about 2 ms a reply, so that an endpoint with it would be what a benchmark
measures. These replies are in the layout of the request and pass every check. Each holds a number
of its own, made from the request, by which a mixed-up or doubled reply would show.
"""

import json
import random
import re
from collections.abc import Mapping, Sequence
from functools import cache, partial
from hashlib import sha256
from typing import Any

from datagen.layouts import QUESTION_LABEL, render_json, render_text
from datagen.llm.mock_server import Writer
from datagen.records import Message, ReplyLayout, Turn
from tests.benchmarks.processes import ROOT

_QUESTIONS = ("How does it feel?", "What impression does it leave?", "What is the mood?")
_HALF_A_SENTENCE = 40  # characters
_SENTENCE = re.compile(r"(?:^|(?<=[.] ))[A-Z][a-z][^.?!\n<>]{38,110}[.](?= |$)")


def make_light_writer(size: int = 1200) -> Writer:
    """A writer whose replies hold about `size` characters."""
    return partial(_write, size=size)


def _write(
    messages: Sequence[Message], schema: Mapping[str, Any] | None, seed: int, *, size: int
) -> str:
    layout = find_layout(messages)
    mark = find_mark(messages, seed)
    rng = random.Random(mark)
    questions = _QUESTIONS if layout == "pairs" else _QUESTIONS[:1]
    room = size // len(questions) - len(QUESTION_LABEL) * (len(questions) > 1)
    turns = [Turn(question, _fill(room, mark, rng)) for question in questions]
    return render_text(turns, layout) if schema is None else render_json(turns, layout)


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


def _fill(size: int, mark: str, rng: random.Random) -> str:
    """Whole sentences until the size is reached, none twice while there are others."""
    text = f"This may be called view number {mark}."
    sentences = load_sentences()
    order = rng.sample(range(len(sentences)), len(sentences))
    while len(text) < size - _HALF_A_SENTENCE:
        text = f"{text} {sentences[order.pop()]}"
        order = order or rng.sample(range(len(sentences)), len(sentences))
    return text


@cache
def load_sentences() -> tuple[str, ...]:
    """Sentences of the samples' data set: each reply holds a few of many, so no two are alike."""
    lines = (ROOT / "samples" / "output" / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    texts = [message["value"] for line in lines for message in json.loads(line)["conversations"]]
    found = (sentence for text in texts for sentence in _SENTENCE.findall(text))
    return tuple(sorted({sentence.strip() for sentence in found}))
