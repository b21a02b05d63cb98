import pytest

from datagen.llm.batch.endpoint import BatchProblem
from datagen.llm.batch.gate import Gate, find_ceiling
from datagen.llm.batch.journal import Part, PartState

OPENAI = (
    "Enqueued token limit reached for m in organization o. Limit: {} enqueued tokens. Try later."
)


def part(requests: int, size: int) -> Part:
    return Part(1, PartState.OUT, "", requests, size)


def test_all_parts_pass_until_the_queue_was_full() -> None:
    gate = Gate()
    for _ in range(100):
        assert gate.is_open
        gate.pass_one()
    assert not gate.is_narrow


def test_after_that_they_pass_one_by_one() -> None:
    gate = Gate()
    gate.shut()
    assert gate.is_narrow
    assert not gate.is_open
    gate.admit()
    gate.admit()
    assert gate.is_open
    gate.pass_one()
    assert not gate.is_open


@pytest.mark.parametrize(
    ("limit", "ceiling"),
    [("2,000,000", 800), ("90,000", 36), ("12", 1), ("200,000,000", 50_000)],
)
def test_the_limit_that_the_endpoint_names_decides(limit: str, ceiling: int) -> None:
    problem = BatchProblem("token_limit_exceeded", OPENAI.format(limit))
    assert find_ceiling(part(50_000, 250_000_000), [problem]) == ceiling


@pytest.mark.parametrize(("requests", "ceiling"), [(1001, 501), (51, 26), (50, 50), (1, 1)])
def test_without_it_parts_are_halved_down_to_a_floor(requests: int, ceiling: int) -> None:
    assert find_ceiling(part(requests, 5000 * requests), [BatchProblem()]) == ceiling
