"""The hard cases, each an invented context and one answer, with the verdict that is wanted."""

import pytest

from tests.audit.hard_cases import (
    LEAST_RIGHT,
    MOST_REJECTED,
    HardCase,
    find_wrong,
    is_flagged,
    read_hard_cases,
)

CASES = read_hard_cases()

KNOWN_MISSES = {
    "There is a real bear in the room.",
}
"""Answers that come out wrong, and why:

"a real bear" beside a teddy bear: the word is shared by two categories and accuses neither.
"""


def test_nine_in_ten_hard_cases_come_out_right() -> None:
    right = len(CASES) - len(find_wrong())
    assert right >= LEAST_RIGHT * len(CASES), [case.answer for case in find_wrong()]


def test_three_true_answers_at_most_are_rejected() -> None:
    rejected = [case.answer for case in find_wrong() if not case.reject]
    assert len(rejected) <= MOST_REJECTED, rejected


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.kind}: {case.answer}")
def test_a_hard_case_comes_out_right_unless_it_is_a_known_miss(case: HardCase) -> None:
    if case.answer in KNOWN_MISSES:
        pytest.xfail("a known miss")
    assert is_flagged(case) is case.reject
