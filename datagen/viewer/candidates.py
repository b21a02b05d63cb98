"""Inspector, candidates: several replies to one request -> a blind choice, and what it was between.

Replies are shown as A, B, C … in an order that a seed and the record decide, without model, score
and round; these are told to a reviewer once they have chosen, and hidden again when they undo it.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from datagen.config import RunSettings
from datagen.errors import ReviewError
from datagen.pipeline.judging import Judge, Judged, load_types
from datagen.pipeline.ruling import NONE, TIE, Ruling, name_candidate, pick_answers
from datagen.records import Sample, Turn
from datagen.store import Answer, Request, RunStore
from datagen.viewer.reviews import Review, Reviews

MOST_COMPARED = 2_000
"""Words of a text up to which it is compared word by word; the time grows with their square."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One reply to a request, parsed and checked.

    Attributes:
        key: `<candidate>.<round>`, what a choice is kept by.
        turns: none where the reply gave no record.
        findings: code, severity and sentence of each.
        passed: whether the checks let it in.
    """

    key: str
    turns: tuple[Turn, ...]
    findings: tuple[tuple[str, str, str], ...]
    score: float | None
    model: str
    passed: bool


class CandidateReader:
    """Finds the candidates of the records of a run."""

    def __init__(self, folder: Path, settings: RunSettings) -> None:
        """Load what the checks need.

        Raises:
            DatagenError: the prompts or a check cannot be used.
        """
        self._folder = folder
        self._judge = Judge(load_types(settings), settings)

    def read(self, record: str) -> list[Candidate]:
        """The replies to a record's request, by candidate and round; failures are none.

        Raises:
            RunError: the store cannot be read.
        """
        with RunStore(self._folder) as store:
            found = store.find_request(record)
        if found is None:
            return []
        request, answers = found
        return [self._describe(request, answer) for answer in answers if not answer.failure]

    def read_original(self, record: str, choice: str | None) -> tuple[Turn, ...]:
        """The turns that stand for a record while nobody edits it; none where there are none.

        Args:
            record: its id.
            choice: the key of the candidate that was chosen, if any was.
        """
        with RunStore(self._folder) as store:
            found = store.find_request(record)
            if found is None:
                return ()
            request, answers = found
            newest = list({answer.candidate: answer for answer in answers}.values())
            picked = pick_answers(store, request, newest, Ruling(choice=choice))
        judged, answer = self._judge.choose_answer(request, picked)
        return self._find_turns(request, answer, judged)

    def find_image(self, record: str) -> tuple[str, bool]:
        """The picture of a record as its file names it, and whether it stands before the text."""
        with RunStore(self._folder) as store:
            found = store.find_request(record)
        if found is None:
            return "", True
        request = found[0]
        return request.image.file_name, self._judge.places_image_first(request.item)

    def _describe(self, request: Request, answer: Answer) -> Candidate:
        judged = self._judge.judge(request, answer)
        return Candidate(
            name_candidate(answer),
            self._find_turns(request, answer, judged),
            tuple((each.code, each.severity, each.message) for each in judged.findings),
            judged.score,
            answer.reply.model,
            isinstance(judged.outcome, Sample),
        )

    def _find_turns(self, request: Request, answer: Answer, judged: Judged) -> tuple[Turn, ...]:
        if isinstance(judged.outcome, Sample):
            return judged.outcome.turns
        return () if answer.failure else self._judge.parse(request, answer).turns


def label_candidates(
    candidates: Sequence[Candidate], record: str, *, seed: int = 0
) -> dict[str, Candidate]:
    """The candidates under their blind labels, in the order in which they are shown."""
    shuffled = list(candidates)
    random.Random(f"{seed}:{record}:candidates").shuffle(shuffled)
    return {_name_label(place): each for place, each in enumerate(shuffled)}


def _name_label(place: int) -> str:
    """A label by place.

    >>> [_name_label(place) for place in (0, 25, 26)]
    ['A', 'Z', 'AA']
    """
    before, at = divmod(place, len(ascii_uppercase))
    return (_name_label(before - 1) if before else "") + ascii_uppercase[at]


def describe_candidates(
    candidates: Sequence[Candidate], record: str, choice: str | None, *, seed: int = 0
) -> dict[str, Any]:
    """What the page shows: blind, and behind the choice what stood under each label.

    Args:
        candidates: of one record.
        record: its id.
        choice: what this reviewer chose, if anything: a key, `tie` or `none`.
        seed: of the order.
    """
    labelled = label_candidates(candidates, record, seed=seed)
    labels = {each.key: label for label, each in labelled.items()}
    revealed = [
        {
            "label": label,
            "candidate": each.key,
            "model": each.model,
            "score": each.score,
            "passed": each.passed,
        }
        for label, each in labelled.items()
    ]
    return {
        "order": list(labelled),
        "candidates": [
            {
                "label": label,
                "turns": list_messages(each.turns),
                "findings": [
                    {"code": code, "severity": severity, "message": message}
                    for code, severity, message in each.findings
                ],
            }
            for label, each in labelled.items()
        ],
        "choice": None
        if choice is None
        else {"label": labels.get(choice, choice), "revealed": revealed},
    }


def choose(
    reviews: Reviews,
    record: str,
    revision: int,
    label: str,
    candidates: Sequence[Candidate],
    *,
    seed: int = 0,
) -> Review:
    """Keep a choice by its blind label, or `tie`, or `none`.

    Raises:
        ReviewError: no such label.
        StaleRevision: the record was decided on since.
    """
    labelled = label_candidates(candidates, record, seed=seed)
    if label in {TIE, NONE}:
        return reviews.decide(record, revision, "choice", choice=label)
    if label not in labelled:
        known = ", ".join([*labelled, TIE, NONE])
        raise ReviewError(f"{label!r} is no candidate of {record}: {known}")
    return reviews.decide(record, revision, "choice", choice=labelled[label].key)


def list_messages(turns: Sequence[Turn]) -> list[dict[str, str]]:
    """Turns as the page has them, question and answer a message each."""
    return [
        {"from": speaker, "text": text}
        for turn in turns
        for speaker, text in (("human", turn.question), ("gpt", turn.answer))
    ]


def compare_words(before: str, after: str) -> list[list[str]]:
    """What two texts share, and what stands in one of them only, word by word.

    Long texts are compared as one piece each.

    Returns:
        `["=", text]` for what both have, `["-", text]` for the first only and `["+", text]` for the
        second; all but `+` together are the first text, all but `-` the second.

    >>> compare_words("A red bus.", "A blue bus.")
    [['=', 'A'], ['-', ' red'], ['+', ' blue'], ['=', ' bus.']]
    """
    old, new = (_WORD.findall(text) for text in (before, after))
    if before == after:
        return [["=", before]] if before else []
    if max(len(old), len(new)) > MOST_COMPARED:
        return [piece for piece in (["-", before], ["+", after]) if piece[1]]
    pieces = []
    for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            pieces.append(["=", "".join(old[i:j])])
        else:
            pieces += [["-", "".join(old[i:j])], ["+", "".join(new[k:m])]]
    return [piece for piece in pieces if piece[1]]


_WORD = re.compile(r"\s*\S+|\s+")
