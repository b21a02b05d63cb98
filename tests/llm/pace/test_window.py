import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.llm.pace.window import Window


def grow(window: Window, times: int, now: float = 0.0) -> Window:
    for _ in range(times):
        window.grow(now)
    return window


def test_the_first_window_is_a_fourth_and_four_times_as_large_a_round_trip_later() -> None:
    window = Window(256)
    assert window.places == 64
    assert grow(window, 64).places == 256


@pytest.mark.parametrize("most", [1, 2, 3])
def test_there_is_always_a_place(most: int) -> None:
    assert Window(most).places == 1


def test_a_cut_goes_a_little_below_what_the_endpoint_bore() -> None:
    window = Window(256)
    window.cut(bears=20, now=0)
    assert window.places == 18
    assert window.is_within_bound


def test_late_refusals_lower_what_the_endpoint_is_said_to_bear() -> None:
    window = Window(256)
    window.cut(bears=60, now=0)
    for _ in range(40):
        window.shrink()
    assert window.places == 18


def test_after_a_cut_the_bound_is_tried_again_only_after_ten_seconds() -> None:
    window = Window(256)
    window.cut(bears=20, now=0)
    assert grow(window, 50, now=5).places == 19
    assert grow(window, 50, now=10).places == 20
    assert window.is_within_bound
    assert grow(window, 50, now=20).places == 22
    assert not window.is_within_bound


def test_a_bound_that_has_gone_is_soon_left_behind() -> None:
    window = Window(256)
    window.cut(bears=20, now=0)
    assert grow(window, 1, now=30).places == 84
    assert grow(window, 1, now=40).places == 256


def test_after_an_outage_it_grows_fast_to_what_was_borne_before() -> None:
    window = Window(256)
    window.cut(bears=100, now=0)
    window.restart()
    assert window.places == 1
    assert grow(window, 1).places == 4
    assert grow(window, 4).places == 16
    assert grow(window, 40).places == 90


def test_a_cut_that_taught_nothing_is_undone() -> None:
    window = Window(64)
    window.cut(bears=3, now=0)
    window.undo_cut()
    window.restart()
    assert not window.is_within_bound
    assert grow(window, 30).places == 64


@given(
    st.integers(1, 512),
    st.lists(st.tuples(st.sampled_from("gcsur"), st.floats(0, 9), st.integers(-1, 600))),
)
def test_the_window_never_exceeds_the_most_nor_falls_below_one(
    most: int, steps: list[tuple[str, float, int]]
) -> None:
    window, now = Window(most), 0.0
    for step, seconds, bears in steps:
        now += seconds
        match step:
            case "g":
                window.grow(now)
            case "c":
                window.cut(min(bears, most), now)
            case "s":
                window.shrink()
            case "u":
                window.undo_cut()
            case _:
                window.restart()
        assert 1 <= window.places <= most
