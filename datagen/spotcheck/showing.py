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
        problems: why a subject could not be shown under the right picture, by id.
    """

    subjects: tuple[Subject, ...]
    shuffled: Mapping[str, Path]
    problems: dict[str, str] = field(default_factory=dict)

    def find_picture(self, subject: Subject, control: Control) -> Path | None:
        """The file to show; None for the blank picture.

        Raises:
            KeyError: there is no shuffled picture for it.
        """
        if control == "right":
            return subject.picture
        return self.shuffled[subject.id] if control == "shuffled" else None


def set_stage(subjects: Sequence[Subject], *, seed: int) -> Stage:
    """Give each subject the picture of another one."""
    partners = pair_pictures([str(subject.picture) for subject in subjects], seed=seed)
    shuffled = {
        subject.id: Path(partner)
        for subject, partner in zip(subjects, partners, strict=True)
        if partner is not None
    }
    return Stage(tuple(subjects), shuffled)


Scores = Mapping[str, Mapping[Control, tuple[AnswerScore, ...]]]
Answers = Mapping[str, Mapping[Control, tuple[str, ...]]]


def score_subjects(stage: Stage, observer: Observer) -> Scores:
    """The recorded answers of every subject, scored under each control."""
    shown = [
        (subject, control, Dialogue(subject.turns, picture, subject.image_first))
        for subject, control, picture in _list_views(stage)
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
    """Own answers to every question of every subject, each behind the recorded turns before it."""
    shown = [
        (subject, control, Dialogue(turns, picture, subject.image_first))
        for subject, control, picture in _list_views(stage)
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
        for subject, control, picture in _list_views(stage)
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
    views = [subject for subject, _, _ in _list_views(stage)]
    asked = sum(len(subject.turns) + len(probes.get(subject.id, ())) for subject in views)
    return asked + (len(views) if can_score else 0)


def _list_views(stage: Stage) -> Iterator[tuple[Subject, Control, Path | None]]:
    for subject in stage.subjects:
        for control in CONTROLS:
            if control != "shuffled" or subject.id in stage.shuffled:
                yield subject, control, stage.find_picture(subject, control)


def _list_questions(turns: Sequence[Turn]) -> Iterable[tuple[Turn, ...]]:
    for n, turn in enumerate(turns):
        yield (*turns[:n], replace(turn, answer=""))


def _note(stage: Stage, subject: Subject, control: Control, look: Unseen) -> None:
    if control == "right":
        stage.problems[subject.id] = look.problem
