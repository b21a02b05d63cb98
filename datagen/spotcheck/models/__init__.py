"""Spot-check, what sees: the seams to the models, and what stands behind them.

Only modules of this folder import torch and transformers, and only when a model is loaded.

    checkpoints.py  a name or folder -> a checkpoint's files: folder, cache, hub
    loading.py      a checkpoint's parts, loaded; devices, numbers, quantization
    pictures.py     picture files as models take them; the blank picture
    batches.py      batches, loaded ahead in a thread, halved where memory runs out
    llava.py        LLaVA-1.5 and LLaVA-NeXT checkpoints through transformers
      dialogues.py    a dialogue -> the text that a checkpoint reads
      tokens.py       texts -> token ids, the tokens of every answer known
      features.py     what the vision tower makes of pictures, kept for a while
      stacking.py     prompts and pictures -> one batch
    clip.py         CLIP checkpoints through transformers
    endpoint.py     any OpenAI-compatible endpoint that takes pictures
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from datagen.spotcheck.subjects import Dialogue

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class AnswerScore:
    """How likely a model finds a recorded answer, token by token.

    Attributes:
        starts, ends: character offsets of each token in the answer's text; the token that ends the
            answer is left out.
        logprobs: natural logarithm of each token's probability, given the picture and all text
            before it. Never below -100: what a model holds for impossible counts as that.
    """

    starts: tuple[int, ...]
    ends: tuple[int, ...]
    logprobs: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class OwnAnswer:
    """A model's own answer to the last question of a dialogue, decoded greedily.

    Attributes:
        yes: probability of "yes" against "no" as its first word, 0-1; None where the model does not
            give probabilities.
    """

    text: str
    yes: float | None = None


class VisionModel(Protocol):
    """Scores and answers dialogues about pictures.

    Results come in pairs of position and result, a batch at a time and in whatever order serves
    (batches are sorted by length), so that the caller can keep them as they come. A picture that
    cannot be read gives an `Unseen` in place of a result, and the rest goes on.
    """

    name: str
    """Which model, with all that changes its results (checkpoint, revision, dtype, quantization)."""

    can_score: bool
    """Whether `score` can be had; endpoints give no probabilities of foreign text."""

    def score(
        self, dialogues: Sequence[Dialogue]
    ) -> Iterator[tuple[int, "tuple[AnswerScore, ...] | Unseen"]]:
        """Score every answer of each dialogue, in one pass over it."""
        ...

    def answer(
        self, dialogues: Sequence[Dialogue], *, max_tokens: int
    ) -> Iterator[tuple[int, "OwnAnswer | Unseen"]]:
        """Answer the last question of each dialogue."""
        ...


class ImageTextModel(Protocol):
    """Embeds pictures and texts into one space (CLIP); rows are of length 1."""

    name: str

    def embed_pictures(
        self, pictures: Sequence["Path | Crop"]
    ) -> Iterator[tuple[int, "NDArray[np.float32] | Unseen"]]:
        """A vector for each picture or part of one."""
        ...

    def embed_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors, shape (texts, dimensions); text beyond the model's length is cut."""
        ...


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture; corners `(x1, y1, x2, y2)` in 0-1 of the picture, origin top left."""

    picture: Path
    corners: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Unseen:
    """A dialogue or picture that a model could not be shown, and why, in one sentence."""

    problem: str
