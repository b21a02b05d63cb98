"""Work in several processes gives what work in one gives, in the order of the input."""

import os
import signal
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import DatagenError
from datagen.pipeline.working import Aside, work_in_order


def double(numbers: list[int]) -> list[int]:
    return [2 * number for number in numbers]


def name_process(numbers: list[int]) -> list[int]:
    return [os.getpid() for _ in numbers]


def refuse_seven(numbers: list[int]) -> list[int]:
    if 777 in numbers:
        raise ValueError("777")
    return numbers


@given(st.lists(st.integers(), max_size=400))
def test_results_come_in_the_order_of_the_input(numbers: list[int]) -> None:
    assert list(work_in_order(double, numbers, workers=1)) == double(numbers)


def test_two_processes_give_the_same_in_the_same_order() -> None:
    assert list(work_in_order(double, iter(range(3000)), workers=2)) == double(list(range(3000)))


def test_few_things_are_worked_on_here_and_many_elsewhere() -> None:
    assert set(work_in_order(name_process, range(100))) == {os.getpid()}
    if (os.cpu_count() or 1) > 1:
        assert os.getpid() not in set(work_in_order(name_process, range(3000)))


def test_things_are_taken_as_they_are_needed() -> None:
    taken: list[int] = []

    def give() -> Iterator[int]:
        for number in range(100_000):
            taken.append(number)
            yield number

    stream = work_in_order(double, give(), workers=2)
    assert next(stream) == 0
    stream.close()  # type: ignore[attr-defined]  # a generator
    assert len(taken) < 2000


@pytest.mark.parametrize("workers", [1, 2])
def test_an_error_in_the_work_is_raised_here(workers: int) -> None:
    with pytest.raises(ValueError, match="777"):
        list(work_in_order(refuse_seven, range(3000), workers=workers))


def list_blocked(numbers: list[int]) -> list[bool]:
    return [signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])] * len(numbers)


def test_a_process_is_born_deaf_to_ctrl_c_and_this_one_is_not() -> None:
    assert list(work_in_order(list_blocked, list(range(600)), workers=2)) == [True] * 600
    assert list_blocked([1]) == [False]


def end_process(numbers: list[int]) -> list[int]:
    os._exit(9)


def test_what_is_put_aside_is_taken_in_order_to_the_last() -> None:
    taken: list[int] = []
    aside = Aside(double, taken.append)
    for number in range(1000):
        aside.put(number)
    aside.finish()
    assert taken == double(list(range(1000)))


def test_a_process_that_is_ended_takes_nothing_more_and_breaks_nothing() -> None:
    taken: list[int] = []
    aside = Aside(end_process, taken.append)
    for number in range(1000):
        aside.put(number)
    aside.finish()
    assert taken == []


def test_a_process_that_is_ended_while_all_wait_for_it_is_an_error_that_says_so() -> None:
    with pytest.raises(DatagenError, match="--workers 1"):
        list(work_in_order(end_process, range(3000), workers=2))
