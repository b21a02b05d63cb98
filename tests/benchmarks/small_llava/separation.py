"""Whether the spot-check's scores tell records with a planted fault from true ones."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from datagen.records import IMAGE_TOKEN, AnnotatedImage, Turn
from datagen.spotcheck.findings import Findings
from datagen.spotcheck.likening import measure_margins
from datagen.spotcheck.measuring import Embedder, Observer
from datagen.spotcheck.models import AnswerScore, ImageTextModel, VisionModel
from datagen.spotcheck.scores import add_up_words
from datagen.spotcheck.showing import answer_subjects, score_subjects, set_stage
from datagen.spotcheck.subjects import Subject
from datagen.store import LookStore
from tests.benchmarks.small_llava.faults import plant

TRUE = "true"

ANSWER_TOKENS = 16
"""Of an own answer; those of the small world are short."""


@dataclass(frozen=True, slots=True)
class Case:
    """A record and what was done to it: `TRUE`, or the kind of its fault."""

    kind: str
    response_type: str
    picture: Path
    turns: tuple[Turn, ...]


def read_turns(record: Mapping[str, Any]) -> tuple[Turn, ...]:
    """Questions and answers of a LLaVA record, without the picture's token."""
    texts = [m["value"].replace(IMAGE_TOKEN, "").strip() for m in record["conversations"]]
    return tuple(Turn(q, a) for q, a in zip(texts[::2], texts[1::2], strict=True))


def make_cases(
    records: Sequence[Mapping[str, Any]],
    images: Mapping[str, AnnotatedImage],
    pictures: Path,
    *,
    seed: int = 0,
    share: float = 0.5,
) -> list[Case]:
    """The records in a new order, that share of them with one fault each.

    Args:
        images: what is known of the pictures, by file name.
        share: of records with a fault, 0-1; where a record has no room for one the next takes it.
    """
    rng = Random(seed)
    shuffled = list(records)
    rng.shuffle(shuffled)
    wanted = round(share * len(records))
    cases = []
    for record in shuffled:
        image = images[record["image"]]
        present = frozenset(box.category for box in image.boxes)
        faulty = plant(record, present, rng) if wanted else None
        wanted -= faulty is not None
        kind = faulty.kind if faulty is not None else TRUE
        turns = read_turns(faulty.record if faulty is not None else record)
        response_type = record["id"].split("_", 1)[1].rsplit("_", 1)[0]
        cases.append(Case(kind, response_type, pictures / record["image"], turns))
    return cases


def measure_cases(
    llava: VisionModel, clip: ImageTextModel, cases: Sequence[Case], store: LookStore
) -> list[dict[str, float]]:
    """The product's values of each case, and two that need no control, to compare with.

    `likelihood` is the mean log-probability of a token under the right picture, `unlikeliest` that
    of the unlikeliest word.
    """
    subjects = [
        Subject(str(place), case.response_type, case.picture.name, case.picture, case.turns)
        for place, case in enumerate(cases)
    ]
    # All are known ones: their own answers are wanted under their own pictures alone.
    stage = set_stage([], subjects, seed=0)
    observer = Observer(llava, store, max_tokens=ANSWER_TOKENS)
    scores = score_subjects(stage, observer)
    findings = Findings()
    findings.add_scores(stage, scores)
    findings.add_answers(stage, answer_subjects(stage, observer))
    findings.add_margins(measure_margins(stage, Embedder(clip, store)))
    return [
        {
            **findings.values[subject.id]["right"],
            **_measure_plainly(subject, scores[subject.id]["right"]),
        }
        for subject in subjects
    ]


def _measure_plainly(subject: Subject, scores: Sequence[AnswerScore]) -> dict[str, float]:
    tokens = [value for score in scores for value in score.logprobs]
    words = [
        word.value
        for turn, score in zip(subject.turns, scores, strict=True)
        for word in add_up_words(turn.answer, score)
    ]
    return {"likelihood": sum(tokens) / len(tokens), "unlikeliest": min(words)}
