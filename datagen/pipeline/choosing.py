"""Pipeline, a choice among samples: all wait in a file until it is known which of them stay."""

import pickle
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from datagen.balance import asks_yes_no, find_opening
from datagen.config import RunSettings
from datagen.pipeline.judging import Judged
from datagen.records import Sample
from datagen.selection import Candidate, select


class Choice:
    """Holds the judged samples of a run on disk and their features in memory; use it in a `with`."""

    def __init__(self, folder: Path, settings: RunSettings) -> None:
        """Prepare; the file is opened by the `with` block, in the folder, without a name."""
        self._folder = folder
        self._settings = settings
        self._candidates: list[Candidate] = []

    def __enter__(self) -> Self:
        """Open the file."""
        self._file = tempfile.TemporaryFile(dir=self._folder)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Remove the file."""
        self._file.close()

    def add(self, judged: Judged, sample: Sample) -> None:
        """Take the next sample, in item order."""
        pickle.dump(judged, self._file, pickle.HIGHEST_PROTOCOL)
        self._candidates.append(describe_candidate(judged, sample))

    def choose(self) -> Iterator[tuple[Judged, Sample, str | None]]:
        """All samples in the order of adding, each with the rule that leaves it out, or None."""
        left_out = select(self._candidates, top=self._settings.top, balance=self._settings.balance)
        self._file.seek(0)
        for position in range(len(self._candidates)):
            judged: Judged = pickle.load(self._file)
            if isinstance(judged.outcome, Sample):
                yield judged, judged.outcome, left_out.get(position)


def describe_candidate(judged: Judged, sample: Sample) -> Candidate:
    """What the choice goes by."""
    questions = [turn.question for turn in sample.turns]
    asked = sum(map(asks_yes_no, questions))
    return Candidate(
        sample.item.id,
        sample.item.response_type,
        judged.score,
        find_opening(questions[0]),
        2 * asked > len(questions),
        judged.categories,
    )
