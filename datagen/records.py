"""The records that flow between the stages; every stage knows these and no other stage.

Frozen and slotted inside; what crosses the border (a LLaVA record) is the pydantic model
`LlavaRecord`. Boxes are `(x1, y1, x2, y2)`, normalized to 0-1 by the width and height of the
original picture, origin at the top left, not padded to a square.
"""

import operator
from abc import abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

import msgspec
from pydantic import BaseModel, ConfigDict, Field

IMAGE_TOKEN = "<image>"
"""The placeholder that the trainer replaces by the picture."""

Role = Literal["system", "user", "assistant"]
ContextParts = Literal["captions", "captions+boxes"]
ReplyLayout = Literal["pairs", "pair", "text"]
ReplyFormat = Literal["text", "json"]
Severity = Literal["reject", "note"]


class Box(msgspec.Struct, frozen=True, gc=False):
    """One instance: its category and its box.

    A msgspec struct, for there are millions of them: it is made in a tenth of a dataclass's time.

    Attributes:
        category: COCO's name, as in the file ("cell phone").
        corners: `(x1, y1, x2, y2)` in 0-1 of the original picture, not rounded.
        area: the instance's area (mask area where the file gives one) as a share of the picture, 0-1.
        crowd: a crowd region: one box around many instances (`iscrowd: 1`).
    """

    category: str
    corners: tuple[float, float, float, float]
    area: float = 0.0
    crowd: bool = False


class AnnotatedImage(msgspec.Struct, frozen=True, gc=False):
    """One picture with everything the annotations say about it.

    Attributes:
        id: 12 digits for a COCO image id (`000000033471`), else the id as given.
        file_name: relative to the image folder, exactly as it shall stand in the record.
        captions: stripped, inner newlines turned into spaces, file order, never empty strings.
        boxes: annotation order.
        width, height: pixels; 0 where unknown (a contexts file holds normalized boxes only).
    """

    id: str
    file_name: str
    captions: tuple[str, ...]
    boxes: tuple[Box, ...]
    width: int = 0
    height: int = 0


@dataclass(frozen=True, slots=True)
class Trouble:
    """A bad entry of a source file and what was done about it by rule.

    Attributes:
        code: `box-not-finite`, `unknown-image`, … (listed in `datagen/sources/`).
        file: name of the file.
        entry: which entry, e.g. `annotation 17` or `image 000000033471`.
        action: `left out`, `clipped` or `repaired`.
        detail: the offending value, short.
    """

    code: str
    file: str
    entry: str
    action: str
    detail: str = ""


class Outline(NamedTuple):
    """As much of an image as planning needs."""

    id: str
    file_name: str
    has_captions: bool
    has_boxes: bool


class RoundedImage(NamedTuple):
    """As much of an image as its context shows, cheap to have of very many.

    Attributes:
        captions: a line each.
        thousandths: four a box, x1, y1, x2, y2: the corners to three decimals, times 1000.
    """

    captions: str
    categories: Sequence[str]
    thousandths: Sequence[int]


class ImageSet(Sequence[AnnotatedImage]):
    """Images in a fixed order, found by place or id; each is made when it is asked for.

    Equal to any sequence of equal images.
    """

    @abstractmethod
    def find(self, image_id: str) -> AnnotatedImage | None:
        """The image of this id, if there is one."""

    @abstractmethod
    def iterate_outlines(self) -> Iterator[Outline]:
        """The outline of every image, in order."""

    @abstractmethod
    def iterate_rounded(self) -> Iterator[RoundedImage]:
        """What the context of every image shows, in order."""

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence):
            return NotImplemented
        return len(self) == len(other) and all(map(operator.eq, self, other))

    __hash__ = None  # type: ignore[assignment]  # like a list


@dataclass(frozen=True, slots=True)
class Source:
    """What a source file gave: the usable images in id order, and the troubles met."""

    images: ImageSet
    troubles: tuple[Trouble, ...] = ()


@dataclass(frozen=True, slots=True)
class Item:
    """One planned record: an image, a response type, and the how-manieth of that pair (from 0)."""

    image_id: str
    response_type: str
    index: int = 0

    @property
    def id(self) -> str:
        """The unique record id, `<image id>_<type>_<n>`.

        >>> Item("000000033471", "conversation").id
        '000000033471_conversation_0'
        """
        return f"{self.image_id}_{self.response_type}_{self.index}"


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message of a prompt."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request to a model.

    Attributes:
        json_schema: the schema of the reply when JSON is asked for.
        seed: asks for another reply to the same messages; 0, the first, is not sent.
        image: file of the picture that goes along with message `image_at`, for models that see.
        image_first: whether the picture stands before the text of that message or behind it.
    """

    messages: tuple[Message, ...]
    json_schema: Mapping[str, Any] | None = None
    seed: int = 0
    image: Path | None = None
    image_at: int = 0
    image_first: bool = False


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one reply, as the endpoint counted them; cached ones are part of prompt_tokens."""

    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply of a model.

    Attributes:
        finish_reason: as the endpoint gave it: `stop`, `length`, `content_filter`, ….
        latency: seconds of the attempt that succeeded.
        attempts: requests made for it, the failed ones included.
        first_tokens: the likeliest first tokens with the natural logarithms of their
            probabilities; empty where they were not asked for or the endpoint gives none.
    """

    text: str
    model: str
    finish_reason: str = "stop"
    usage: Usage = Usage()
    latency: float = 0.0
    attempts: int = 1
    first_tokens: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of dialogue: a question (empty when the layout has none) and its answer."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a parser or check has to say about a record.

    Attributes:
        code: the reason code, kebab-case, unique over all stages.
        stage: `ask`, `parse`, `structure`, `language`, ….
        severity: `reject` keeps the record out of the data set; `note` is counted only.
        message: one sentence for a person.
        turn: index of the turn (from 0; a LLaVA message index in `structure`), None for the whole.
        span: the offending text, verbatim and short.
    """

    code: str
    stage: str
    severity: Severity
    message: str
    turn: int | None = None
    span: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One finished record before it is written in a format; `image_first` places `<image>`."""

    item: Item
    image: str
    turns: tuple[Turn, ...]
    image_first: bool = True


@dataclass(frozen=True, slots=True)
class Rejection:
    """An item that gave no record: why, at which span, and the raw reply."""

    item: Item
    image: str
    finding: Finding
    reply: str = ""


class LlavaMessage(BaseModel):
    """One message of a LLaVA conversation."""

    model_config = ConfigDict(populate_by_name=True, strict=True, extra="allow")

    speaker: Literal["human", "gpt"] = Field(alias="from")
    value: str


class LlavaRecord(BaseModel):
    """One record as LLaVA's trainer loads it; foreign files may carry further keys."""

    model_config = ConfigDict(strict=True, extra="allow")

    id: str | int
    image: str | None = None
    conversations: list[LlavaMessage] = Field(min_length=1)
