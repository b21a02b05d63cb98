"""Spot-check, show: subjects -> what the models see of them under each control, and what they say.

Every function asks for the looks of all subjects at once, so that batches are full, and gives them
back by subject and control. A subject whose picture cannot be shown is left out under that
control, and the problem is kept.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from datagen.records import Turn
from datagen.spotcheck.measuring import Observer
from datagen.spotcheck.models import AnswerScore, OwnAnswer, Unseen
from datagen.spotcheck.probes import Probe
from datagen.spotcheck.sampling import pair_pictures
from datagen.spotcheck.subjects import CONTROLS, Control, Dialogue, Subject


@dataclass(frozen=True, slots=True)
class Stage:
    """The subjects, and the picture that stands in for each one's own.

    Attributes:
        shuffled: file by subject id; who is not named here has no shuffled picture.
        known: ids of the subjects of which is known whether they are true.
        problems: why a subject could not be shown under the right picture, by id.
    """

    subjects: tuple[Subject, ...]
    shuffled: Mapping[str, Path]
    known: frozenset[str] = frozenset()
    problems: dict[str, str] = field(default_factory=dict)

    def find_picture(self, subject: Subject, control: Control) -> Path | None:
        """The file to show; None for the blank picture.

        Raises:
            KeyError: there is no shuffled picture for it.
        """
        if control == "right":
            return subject.picture
        return self.shuffled[subject.id] if control == "shuffled" else None

    def list_views(self) -> Iterator[tuple[Subject, Control, Path | None]]:
        """Every subject under every control that it can be shown under."""
        for subject in self.subjects:
            for control in CONTROLS:
                if control != "shuffled" or subject.id in self.shuffled:
                    yield subject, control, self.find_picture(subject, control)


def set_stage(subjects: Sequence[Subject], known: Sequence[Subject], *, seed: int) -> Stage:
    """Give each subject the picture of another one.

    Args:
        subjects: the sample.
        known: true records and false twins about its pictures.
        seed: another one pairs others.
    """
    everyone = (*subjects, *known)
    partners = pair_pictures([str(subject.picture) for subject in everyone], seed=seed)
    shuffled = {
        subject.id: Path(partner)
        for subject, partner in zip(everyone, partners, strict=True)
        if partner is not None
    }
    return Stage(everyone, shuffled, frozenset(subject.id for subject in known))


Scores = Mapping[str, Mapping[Control, tuple[AnswerScore, ...]]]
Answers = Mapping[str, Mapping[Control, tuple[str, ...]]]


def score_subjects(stage: Stage, observer: Observer) -> Scores:
    """The recorded answers of every subject, scored under each control."""
    shown = [
        (subject, control, Dialogue(subject.turns, picture, subject.image_first))
        for subject, control, picture in stage.list_views()
    ]
    looks = observer.score([dialogue for _, _, dialogue in shown])
    scores: dict[str, dict[Control, tuple[AnswerScore, ...]]] = defaultdict(dict)
    for (subject, control, _), look in zip(shown, looks, strict=True):
        if isinstance(look, Unseen):
            _note(stage, subject, control, look)
        else:
            scores[subject.id][control] = look
    return scores


def answer_subjects(stage: Stage, observer: Observer) -> Answers:
    """Own answers to every question of every subject, each behind the recorded turns before it.

    Known records are asked about their own pictures only: their answers set thresholds, and nobody
    looks at their controls.
    """
    shown = [
        (subject, control, Dialogue(turns, picture, subject.image_first))
        for subject, control, picture in stage.list_views()
        if control == "right" or subject.id not in stage.known
        for turns in _list_questions(subject.turns)
    ]
    looks = observer.answer([dialogue for _, _, dialogue in shown])
    answers: dict[str, dict[Control, tuple[str, ...]]] = defaultdict(dict)
    for (subject, control, _), look in zip(shown, looks, strict=True):
        if isinstance(look, Unseen):
            _note(stage, subject, control, look)
        else:
            said = answers[subject.id].get(control, ())
            answers[subject.id][control] = (*said, look.text)
    return {
        subject.id: {
            control: said
            for control, said in answers[subject.id].items()
            if len(said) == len(subject.turns)
        }
        for subject in stage.subjects
    }


def answer_probes(
    stage: Stage, probes: Mapping[str, Sequence[Probe]], observer: Observer
) -> list[tuple[Probe, Control, OwnAnswer]]:
    """Own answers to the probes of some subjects' pictures.

    Args:
        stage: what is shown.
        probes: by subject id.
        observer: whoever is asked.
    """
    asked = [
        (probe, control, Dialogue((Turn(probe.question, ""),), picture))
        for subject, control, picture in stage.list_views()
        for probe in probes.get(subject.id, ())
    ]
    looks = observer.answer([dialogue for _, _, dialogue in asked])
    return [
        (probe, control, look)
        for (probe, control, _), look in zip(asked, looks, strict=True)
        if not isinstance(look, Unseen)
    ]


def count_looks(stage: Stage, probes: Mapping[str, Sequence[Probe]], *, can_score: bool) -> int:
    """How many looks the three functions above ask for, those on disk included."""
    count = 0
    for subject, control, _ in stage.list_views():
        is_asked = control == "right" or subject.id not in stage.known
        count += len(subject.turns) * is_asked + len(probes.get(subject.id, ())) + can_score
    return count


def _list_questions(turns: Sequence[Turn]) -> Iterable[tuple[Turn, ...]]:
    for n, turn in enumerate(turns):
        yield (*turns[:n], replace(turn, answer=""))


def _note(stage: Stage, subject: Subject, control: Control, look: Unseen) -> None:
    if control == "right":
        stage.problems[subject.id] = look.problem
