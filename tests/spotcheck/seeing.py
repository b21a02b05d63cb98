"""Models whose sight is known: they know what the annotations know, as far as they are let."""

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from datagen.checks.grounding.vocabulary import list_singulars
from datagen.records import AnnotatedImage, Turn
from datagen.spotcheck.grounds import judge_turns
from datagen.spotcheck.models import AnswerScore, Crop, OwnAnswer, Unseen
from datagen.spotcheck.subjects import Dialogue

_WORD = re.compile(r"\w+")
LIKELY, UNLIKELY = -1.0, -6.0


class Oracle:
    """Finds the words of a claim that its picture contradicts unlikely, and all others likely."""

    can_score = True

    def __init__(self, images: Mapping[str, AnnotatedImage], *, name: str = "oracle") -> None:
        self.name = name
        self.shown = 0
        self._images = images

    def score(
        self, dialogues: Sequence[Dialogue]
    ) -> Iterator[tuple[int, tuple[AnswerScore, ...] | Unseen]]:
        for position, dialogue in enumerate(dialogues):
            self.shown += 1
            if dialogue.picture is not None and not dialogue.picture.is_file():
                yield position, Unseen("There is no such picture.")
                continue
            doubts = self._find_doubts(dialogue)
            yield (
                position,
                tuple(
                    _score(turn.answer, [(s, e) for at, s, e in doubts if at == n])
                    for n, turn in enumerate(dialogue.turns)
                ),
            )

    def answer(
        self, dialogues: Sequence[Dialogue], *, max_tokens: int
    ) -> Iterator[tuple[int, OwnAnswer | Unseen]]:
        for position, dialogue in enumerate(dialogues):
            self.shown += 1
            image = self._find(dialogue)
            names = {box.category for box in image.boxes} if image is not None else set()
            asked = dialogue.turns[-1].question.lower()
            is_there = any(name in asked for name in names)
            yield position, OwnAnswer("Yes." if is_there else "No.", yes=float(is_there))

    def _find(self, dialogue: Dialogue) -> AnnotatedImage | None:
        return self._images.get(dialogue.picture.name) if dialogue.picture is not None else None

    def _find_doubts(self, dialogue: Dialogue) -> list[tuple[int, int, int]]:
        image = self._find(dialogue)
        if image is None:
            return []
        return [
            (claim.turn // 2, claim.start, claim.end)
            for claim in judge_turns(dialogue.turns, image)
            if claim.turn % 2 and claim.verdict in {"contradicted", "unsupported"}
        ]


class Blind(Oracle):
    """Says the same of every picture."""

    def _find(self, dialogue: Dialogue) -> AnnotatedImage | None:
        return None


class WordBag:
    """Embeds a picture as the names of its categories, a text as its words."""

    name = "word bag"

    def __init__(self, images: Mapping[str, AnnotatedImage]) -> None:
        self.embedded = 0
        self._images = images
        self._words = sorted({box.category for image in images.values() for box in image.boxes})

    def embed_pictures(
        self, pictures: Sequence[Path | Crop]
    ) -> Iterator[tuple[int, NDArray[np.float32] | Unseen]]:
        for position, picture in enumerate(pictures):
            self.embedded += 1
            if isinstance(picture, Crop):
                boxes = self._images[picture.picture.name].boxes
                names = {box.category for box in boxes if box.corners == picture.corners}
            else:
                names = {box.category for box in self._images[picture.name].boxes}
            yield position, self._embed(names)

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack(
            [self._embed({name for name in self._words if name in _fold(text)}) for text in texts]
        )

    def _embed(self, names: set[str]) -> NDArray[np.float32]:
        vector = np.array([0.1 + (word in names) for word in self._words], dtype=np.float32)
        return vector / np.linalg.norm(vector)


def _score(answer: str, doubts: Sequence[tuple[int, int]]) -> AnswerScore:
    spans = [match.span() for match in _WORD.finditer(answer)]
    return AnswerScore(
        tuple(start for start, _ in spans),
        tuple(end for _, end in spans),
        tuple(
            UNLIKELY if any(s < end and start < e for s, e in doubts) else LIKELY
            for start, end in spans
        ),
    )


def _fold(text: str) -> str:
    return " ".join(list_singulars(word)[0] for word in _WORD.findall(text.lower()))


def make_turns(*pairs: tuple[str, str]) -> tuple[Turn, ...]:
    """Turns out of questions and answers."""
    return tuple(Turn(question, answer) for question, answer in pairs)
