"""How many questions about unseen scenes a model answers rightly, with and without their pictures.

The questions are balanced: of one kind each answer is right equally often, so that whoever answers
without looking is right as often as by chance.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from datagen.context import render_context
from datagen.records import AnnotatedImage, Turn
from datagen.spotcheck.models import OwnAnswer, Unseen, VisionModel
from datagen.spotcheck.subjects import CONTROLS, Control, Dialogue
from tests.benchmarks.small_llava import quiz

KINDS: Mapping[str, quiz.Maker] = {
    "is there": quiz.ask_presence,
    "are there two": quiz.ask_whether_number,
    "is it red": quiz.ask_whether_color,
    "how many": quiz.ask_number,
    "what color": quiz.ask_color,
    "which side": quiz.ask_side,
    "what is red": quiz.ask_which,
}
_YES_NO = frozenset({"is there", "are there two", "is it red"})
_TOKENS = 16


@dataclass(frozen=True, slots=True)
class Question:
    """A question about a picture and its right answer."""

    kind: str
    picture: Path
    turn: Turn

    @property
    def is_yes_no(self) -> bool:
        """Whether the first word of the answer decides."""
        return self.kind in _YES_NO

    @property
    def key(self) -> str:
        """What is balanced: yes or no, else the whole answer but for the name of the thing."""
        words = self.turn.answer.strip(".").replace(",", "").split()
        if self.is_yes_no:
            return words[0]
        return words[-1] if self.kind != "how many" else _find_number(words)


def _find_number(words: Sequence[str]) -> str:
    names = {"one": "1", "two": "2", "three": "3"}
    return next(names.get(word, word) for word in words if word in names or word.isdigit())


def make_questions(
    images: Iterable[AnnotatedImage], pictures: Path, *, each: int, seed: int = 0
) -> list[Question]:
    """So many questions of each kind, or as many as a balance allows."""
    rng = Random(seed)
    found: dict[str, dict[str, list[Question]]] = {kind: {} for kind in KINDS}
    for image in images:
        facts = quiz.read_facts(render_context(image, "captions+boxes"))
        for kind, make in KINDS.items():
            turn = make(facts, rng)
            if turn is not None:
                question = Question(kind, pictures / image.file_name, turn)
                found[kind].setdefault(question.key, []).append(question)
    return [question for kind in KINDS for question in _balance(found[kind].values(), each)]


def _balance(groups: Iterable[Sequence[Question]], each: int) -> list[Question]:
    groups = list(groups)
    size = min(each // len(groups), min(map(len, groups)))
    return [question for group in groups for question in group[:size]]


def measure_accuracy(
    model: VisionModel, questions: Sequence[Question]
) -> dict[str, dict[Control, float]]:
    """Share of right answers, 0-1, by kind and control."""
    shares: dict[str, dict[Control, float]] = {}
    for kind in dict.fromkeys(question.kind for question in questions):
        asked = [question for question in questions if question.kind == kind]
        Random(kind).shuffle(asked)
        shares[kind] = {control: _measure(model, asked, control) for control in CONTROLS}
    return shares


def _measure(model: VisionModel, asked: Sequence[Question], control: Control) -> float:
    others = [*asked[1:], *asked[:1]]
    dialogues = []
    for question, other in zip(asked, others, strict=True):
        seen = {"right": question.picture, "shuffled": other.picture, "blank": None}[control]
        dialogues.append(Dialogue((Turn(question.turn.question, ""),), seen))
    right = 0
    for place, own in model.answer(dialogues, max_tokens=_TOKENS):
        right += is_right(asked[place], own)
    return right / len(asked)


def is_right(question: Question, own: OwnAnswer | Unseen) -> bool:
    """Whether an own answer says the same: its first word, or all of it."""
    if isinstance(own, Unseen):
        return False
    if question.is_yes_no:
        return (own.yes or 0.0) > 0.5 if question.key == "Yes" else (own.yes or 0.0) < 0.5
    return own.text == question.turn.answer
