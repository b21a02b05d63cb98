"""Spot-check, values: what the models saw -> a number a measure, record and control."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datagen.spotcheck.grounds import find_claiming
from datagen.spotcheck.likeness import compare_answers
from datagen.spotcheck.scores import compare_scores, find_doubtful, find_least_claim
from datagen.spotcheck.showing import Answers, Scores, Stage
from datagen.spotcheck.subjects import Control

TITLES: Mapping[str, str] = {
    "gain": "Grounding gain: how much likelier the picture makes the answer, nats a token",
    "worst": "Most doubtful word: its gain from the picture, nats",
    "claim": "Least likely thing, number, colour or side that is named with this picture, nats",
    "agreement": "Agreement of the model's own answers, 0 to 1",
    "clip": "CLIP margin: fit to the picture beyond other pictures, cosine",
}
"""What is measured of a record, for people."""


@dataclass(slots=True)
class Findings:
    """What was measured.

    Attributes:
        values: by subject id, control and measure.
        doubtful: `(turn, start, end)` of the words that speak most against a subject, by its id.
    """

    values: dict[str, dict[Control, dict[str, float]]] = field(default_factory=dict)
    doubtful: dict[str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)

    def put(self, subject: str, control: Control, name: str, value: float) -> None:
        """Keep one value."""
        self.values.setdefault(subject, {}).setdefault(control, {})[name] = value

    def add_scores(self, stage: Stage, scores: Scores) -> None:
        """Grounding gain, the least likely claim, and the words that speak against a record."""
        for subject in stage.subjects:
            answers = [turn.answer for turn in subject.turns]
            claiming = [find_claiming(answer) for answer in answers]
            by_control = scores.get(subject.id, {})
            for control, looks in by_control.items():
                claim = find_least_claim(answers, looks, claiming)
                if claim is not None:
                    self.put(subject.id, control, "claim", claim)
            for control, values in compare_scores(answers, by_control).items():
                for name, value in values.items():
                    self.put(subject.id, control, name, value)
            self.doubtful[subject.id] = find_doubtful(answers, by_control)

    def add_answers(self, stage: Stage, answers: Answers) -> None:
        """Agreement of own answers with the recorded ones, the mean over a record's pairs."""
        for subject in stage.subjects:
            for control, said in answers.get(subject.id, {}).items():
                found = [
                    compare_answers(turn.question, turn.answer, own).agreement
                    for turn, own in zip(subject.turns, said, strict=True)
                ]
                values = [value for value in found if value is not None]
                if values:
                    self.put(subject.id, control, "agreement", sum(values) / len(values))

    def add_margins(self, margins: Mapping[str, Mapping[Control, tuple[float, float]]]) -> None:
        """Margins of CLIP, the mean over a record's sentences."""
        for name, by_control in margins.items():
            for control, (mean, _) in by_control.items():
                self.put(name, control, "clip", mean)
