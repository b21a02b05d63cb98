"""Run store: what goes in and comes out of it, a request and its answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from datagen.records import AnnotatedImage, Item, Message, Reply, Usage

ANSWER_COLUMNS = (
    "candidate, round, failure, text, model, finish_reason,"
    " prompt_tokens, completion_tokens, cached_tokens, latency, attempts, feedback"
)


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it is kept: the item, its image, and what the model was sent.

    Attributes:
        key: digest of all that can change the answer.
        prefix: the messages before the query turn, the same for every item of a response type.
        context: the query turn.
        question: the human question of the record where the reply holds none, else empty.
    """

    key: bytes
    item: Item
    image: AnnotatedImage
    prefix: tuple[Message, ...]
    context: str
    question: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one request: a reply, or a failure with its code and message.

    Attributes:
        candidate: which of several replies to the same request, from 0.
        round: 0 for the first reply, one more each time a rejected reply is asked for again.
        failure: reason code where there is no reply; `reply.text` is then the message. A later
            answer of the same round takes its place; the failure stays on file.
        feedback: what the model was told about its reply of the round before, if anything.
    """

    reply: Reply
    candidate: int = 0
    round: int = 0
    failure: str = ""
    feedback: str = ""


class Standing(NamedTuple):
    """How far one candidate of a request is: its newest round, and why that failed, if it did."""

    candidate: int
    round: int
    failure: str


def read_answer(row: Sequence[Any]) -> Answer:
    """The answer of a row of `ANSWER_COLUMNS`."""
    candidate, round_, failure, text, model, finish, prompt, completion, cached, *rest = row
    latency, attempts, feedback = rest
    usage = Usage(prompt, completion, cached)
    reply = Reply(text, model, finish, usage, latency, attempts)
    return Answer(reply, candidate, round_, failure, feedback)


def split_record_id(record_id: str) -> Iterator[tuple[str, str, int]]:
    """Image id, response type and index that an id may stand for; the first two may hold `_`.

    >>> list(split_record_id("7_detail_description_0"))
    [('7', 'detail_description', 0), ('7_detail', 'description', 0)]
    """
    rest, _, index = record_id.rpartition("_")
    if index.isascii() and index.isdigit() and len(index) < 10:
        words = rest.split("_")
        for cut in range(1, len(words)):
            yield "_".join(words[:cut]), "_".join(words[cut:]), int(index)
