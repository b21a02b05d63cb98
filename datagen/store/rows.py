"""Run store: what goes in and comes out of it, a request and its answers."""

from dataclasses import dataclass

from datagen.records import AnnotatedImage, Item, Message, Reply


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
