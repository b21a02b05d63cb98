from dataclasses import replace
from pathlib import Path

import pytest

from datagen.llm.batch.journal import Journal, Part, PartState
from datagen.llm.batch.outstanding import Outstanding, read_outstanding

PART = Part(1, PartState.WRITTEN, "d" * 64, requests=2, size=100)


def test_what_is_outstanding_can_be_told_without_a_run(tmp_path: Path) -> None:
    assert read_outstanding(tmp_path) == Outstanding()
    assert list(tmp_path.iterdir()) == []
    with Journal(tmp_path) as journal:
        journal.add_part(replace(PART, state=PartState.OUT), {})
        journal.add_part(replace(PART, number=2, requests=5), {})
        journal.add_part(replace(PART, number=3, state=PartState.CLOSED), {})
    assert read_outstanding(tmp_path) == Outstanding(1, 2, 1, 5)


@pytest.mark.parametrize(
    ("outstanding", "said"),
    [
        (Outstanding(), ""),
        (
            Outstanding(1, 1),
            "1 batch at the endpoint, 1 request; start the same command later to collect them",
        ),
        (
            Outstanding(2, 1000, 1, 500),
            "2 batches at the endpoint, 1,000 requests; 1 file with 500 requests not submitted yet;"
            " start the same command later to collect them",
        ),
    ],
)
def test_what_is_outstanding_is_one_sentence(outstanding: Outstanding, said: str) -> None:
    assert str(outstanding) == said
