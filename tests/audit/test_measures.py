import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.records import AnnotatedImage
from tests.audit.corpus import Case
from tests.audit.measures import (
    GOALS,
    Outcome,
    Share,
    find_new,
    measure_alarms,
    measure_precision,
    measure_recall,
)
from tests.audit.planting import Plant
from tests.audit.suite import PLANTERS


def _outcome(*flags: str, false: bool = True) -> Outcome:
    case = Case({}, AnnotatedImage("1", "1.jpg", (), ()), "conversation", "hand")
    return Outcome(Plant("object", "appended", false, case, {}), flags)


def test_recall_is_of_defects_and_alarms_are_of_look_alikes() -> None:
    outcomes = [_outcome("x"), _outcome(), _outcome("grounding:y", false=False)]
    outcomes += [_outcome(false=False)] * 3
    assert measure_recall(outcomes) == Share(1, 2)
    assert measure_alarms(outcomes) == Share(1, 4)
    assert measure_alarms(outcomes, "text:") == Share(0, 4)
    assert measure_precision(outcomes) == Share(1, 2)


@pytest.mark.parametrize(
    ("flags", "false", "wrong"),
    [(["x"], True, False), ([], True, True), (["x"], False, True), ([], False, False)],
)
def test_a_missed_defect_and_a_flagged_look_alike_are_wrong(
    flags: list[str], false: bool, wrong: bool
) -> None:
    assert _outcome(*flags, false=false).is_wrong is wrong


def test_a_flag_of_the_clean_record_catches_nothing() -> None:
    assert find_new(["a", "b"], ["a"]) == ("b",)
    assert find_new(["a"], ["a", "c"]) == ()


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_interval_holds_the_rate(hits: int, others: int) -> None:
    share = Share(hits, hits + others)
    low, high = share.interval
    assert 0 <= low <= high <= 1
    if share.total:
        assert low - 1e-9 <= share.rate <= high + 1e-9


def test_more_of_the_same_narrows_the_interval() -> None:
    few, many = Share(8, 10).interval, Share(800, 1000).interval
    assert few[0] < many[0] < many[1] < few[1]


def test_nothing_planted_says_so() -> None:
    assert str(Share(0, 0)) == "none planted"


def test_every_goal_is_about_something_that_is_planted() -> None:
    image = AnnotatedImage("1", "1.jpg", (), ())
    cases = [
        Case({}, image, name, "hand")
        for name in ("conversation", "detail_description", "complex_reasoning")
    ]
    plants = [Plant(family, shape, True, case, {}) for family, shape in PLANTERS for case in cases]
    assert all(any(goal.picks(plant) for plant in plants) for goal in GOALS)
