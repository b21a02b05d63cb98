"""A light writer for the mock endpoint: valid replies of about one length, made in a fraction of a millisecond.

The offline writer takes about 2 ms a reply, so that an endpoint with it would be what a benchmark
measures. These replies are in the layout of the request and pass every check. Each holds a number
of its own, made from the request, by which a mixed-up or doubled reply would show.
"""

import random
import re
from collections.abc import Mapping, Sequence
from functools import partial
from hashlib import sha256
from typing import Any

from datagen.layouts import QUESTION_LABEL, render_json, render_text
from datagen.llm.mock_server import Writer
from datagen.records import Message, ReplyLayout, Turn

# Sentences that name nothing which could be absent, whatever the picture, each put together anew:
# two replies about one picture shall not be near duplicates, nor a long one repeat itself.
_FRAMES = (
    "The {part} feels {manner}, and nothing in it seems {manner}.",
    "What stands in {place} is {manner}, while {place} stays {manner}.",
    "It looks like {kind} that somebody thought {manner} and worth keeping.",
    "The eye goes from {place} to {place} and finds {kind}.",
    "On the whole the {part} is {manner}, {manner} and never {manner}.",
    "The {manner} charm lies in {kind} rather than in {kind}.",
    "Later the {part} would be {manner}, when {place} grows {manner}.",
    "Perhaps {kind} was chosen, or {place} was only {manner}.",
    "One may guess that {place} would sound {manner}, but not {manner}.",
    "From afar, {kind} would melt into {kind}.",
)
_WORDS = {
    "part": [
        "mood",
        "impression",
        "arrangement",
        "balance",
        "rhythm",
        "whole",
        "sight",
        "view",
        "pace",
        "tone",
    ],
    "manner": [
        "calm",
        "quiet",
        "soft",
        "loud",
        "sharp",
        "simple",
        "friendly",
        "ordinary",
        "busy",
        "balanced",
        "gentle",
        "plain",
        "lively",
        "careful",
        "slow",
        "even",
        "bold",
        "mild",
        "warm",
        "cool",
    ],
    "place": [
        "the front",
        "the middle",
        "the distance",
        "the lower half",
        "the upper half",
        "one half",
        "the other half",
        "the rest",
        "the quieter part",
        "the busier part",
    ],
    "kind": [
        "a short moment",
        "a long moment",
        "small differences",
        "large shapes",
        "an open ending",
        "a plain story",
        "a slow change",
        "a quick change",
        "some quiet order",
        "a certain ease",
        "many fine details",
        "one idea",
    ],
}
_BLANK = re.compile(r"\{(\w+)\}")
_QUESTIONS = ("How does it feel?", "What impression does it leave?", "What is the mood?")
_HALF_A_SENTENCE = 30  # characters


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
    """Whole sentences until the size is reached."""
    sentences = [f"This may be called view number {mark}."]
    length = len(sentences[0])
    while length < size - _HALF_A_SENTENCE:
        frame = _FRAMES[rng.randrange(len(_FRAMES))]
        sentence = _BLANK.sub(lambda blank: _draw(blank[1], rng), frame)
        if sentence not in sentences:
            sentences.append(sentence)
            length += len(sentence) + 1
    return " ".join(sentences)


def _draw(name: str, rng: random.Random) -> str:
    words = _WORDS[name]
    return words[int(rng.random() * len(words))]
