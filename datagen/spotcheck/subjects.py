"""Spot-check: what is looked at, and under which picture."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from datagen.records import AnnotatedImage, Turn

Control = Literal["right", "shuffled", "blank"]
"""`right`: the record's own picture. `shuffled`: the picture of another record of the sample.
`blank`: a plain picture of the mean colour, so that the prompt is as long as with one."""

CONTROLS: tuple[Control, ...] = ("right", "shuffled", "blank")


@dataclass(frozen=True, slots=True)
class Subject:
    """One record of the sample.

    Attributes:
        id: the record's; unique within a set.
        image: the picture as the record names it.
        picture: its file.
        turns: questions (without `<image>`) and recorded answers.
        image_first: whether `<image>` stands before the first question or behind it.
        annotated: what the annotations say about the picture; None where nothing is known.
        stratum: name of the stratum that it was drawn from.
        weight: how many records of the set it stands for; 1 / its chance to be drawn.
    """

    id: str
    response_type: str
    image: str
    picture: Path
    turns: tuple[Turn, ...]
    image_first: bool = True
    annotated: AnnotatedImage | None = None
    stratum: str = ""
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Dialogue:
    """What a model is shown: a picture and turns.

    Attributes:
        turns: to be scored, all of them; to be answered, the last one has an empty answer.
        picture: its file; None for the blank picture.
        image_first: whether the picture stands before the first question or behind it.
    """

    turns: tuple[Turn, ...]
    picture: Path | None = None
    image_first: bool = True
