"""Answers in any order are passed on in item order, for as long as few have to wait."""

from hypothesis import given
from hypothesis import strategies as st

from datagen.pipeline import InOrder


@given(st.permutations(range(30)))
def test_whatever_the_order_of_arrival_things_leave_in_order(order: list[int]) -> None:
    passed: list[int] = []
    line = InOrder(passed.append)
    for position in order:
        line.put(position, position)
    assert passed == list(range(30))


def test_nothing_behind_a_gap_is_passed_on() -> None:
    passed: list[int] = []
    line = InOrder(passed.append)
    for position in (0, 2, 3):
        line.put(position, position)
    assert passed == [0]


def test_when_too_many_wait_nothing_more_is_passed_on() -> None:
    passed: list[int] = []
    line = InOrder(passed.append, most=3)
    for position in (0, 2, 3, 4, 5, 1, 6):
        line.put(position, position)
    assert passed == [0]
