"""Thresholds: few true records flagged, nobody by a measure that sees nothing."""

from random import Random

import pytest

from datagen.spotcheck.verdicts import (
    ALL_TYPES,
    FALSE_ALARMS,
    LEAST_OF_TYPE,
    Known,
    Thresholds,
    flag,
    is_setting,
    measure_reliability,
    set_thresholds,
)
from tests.spotcheck.simulation import make_known


def make_plain(count: int, *, shift: float, name: str = "gain", kind: str = "quiz") -> list[Known]:
    rng = Random(f"{count} {shift} {name}")
    return [
        Known(f"{kind} {index}", kind, is_false, {name: rng.gauss(-shift * is_false, 1)})
        for index in range(count)
        for is_false in (False, True)
    ]


def count_flagged(known: list[Known], thresholds: Thresholds) -> int:
    return sum(bool(flag(one.values, thresholds.find(one.response_type))) for one in known)


def test_a_reference_and_its_twin_are_in_the_same_half_and_the_halves_are_about_equal() -> None:
    halves = [is_setting(f"record {index}") for index in range(1000)]
    assert halves == [is_setting(f"record {index}") for index in range(1000)]
    assert 450 < sum(halves) < 550


def test_no_more_true_records_are_flagged_than_stated_by_all_measures_together() -> None:
    alarms, true = 0, 0
    for seed in range(20):
        known = make_known(Random(seed), 300, 1.8)
        thresholds = set_thresholds(known)
        setting = [one for one in known if is_setting(one.id) and not one.is_false]
        for name in ("conversation", "detail_description"):
            group = [one for one in setting if one.response_type == name]
            assert count_flagged(group, thresholds) <= FALSE_ALARMS * len(group)
        others = [one for one in known if not is_setting(one.id) and not one.is_false]
        alarms += count_flagged(others, thresholds)
        true += len(others)
    assert alarms / true <= FALSE_ALARMS + 0.005


def test_a_threshold_is_not_stricter_than_it_must_be() -> None:
    known = make_plain(400, shift=2.0)
    thresholds = set_thresholds(known)
    setting = [one for one in known if is_setting(one.id) and not one.is_false]
    assert count_flagged(setting, thresholds) >= FALSE_ALARMS * len(setting) - 2


def test_a_measure_that_sees_nothing_flags_nobody_and_says_so() -> None:
    known = make_plain(201, shift=0.0)
    thresholds = set_thresholds(known)
    assert thresholds.find("quiz") == {}
    assert "cannot tell" in thresholds.notes["gain"]
    assert thresholds.aucs["gain"].low <= 0.5
    assert count_flagged(known, thresholds) == 0
    reliability = measure_reliability(known, thresholds, {"quiz": 1000})[ALL_TYPES]
    assert not reliability.usable
    assert "too little" in reliability.note


def test_a_measure_that_sees_nothing_passes_for_one_that_does_in_few_of_a_hundred_cases() -> None:
    seeing = sum(
        bool(set_thresholds(make_plain(count, shift=0.0)).find("quiz")) for count in range(100, 200)
    )
    assert seeing <= 6


def test_a_blind_measure_does_not_take_flags_from_one_that_sees() -> None:
    rng = Random("blind")
    seeing = make_plain(400, shift=2.0)
    both = [
        Known(one.id, one.response_type, one.is_false, {**one.values, "clip": rng.random()})
        for one in seeing
    ]
    assert set_thresholds(both).by_type == set_thresholds(seeing).by_type


def test_a_weak_measure_flags_nobody_where_it_finds_little_that_a_better_one_does_not() -> None:
    rng = Random("weak")
    seeing = make_plain(400, shift=4.0)
    both = [
        Known(
            one.id,
            one.response_type,
            one.is_false,
            {**one.values, "clip": rng.gauss(-0.5 * one.is_false, 1)},
        )
        for one in seeing
    ]
    thresholds = set_thresholds(both)
    assert thresholds.aucs["clip"].low > 0.5
    assert thresholds.by_type == set_thresholds(seeing).by_type
    assert "hardly any" in thresholds.notes["clip"]


def test_measures_that_find_different_falsehoods_take_part_together() -> None:
    rng = Random("two")
    known = [
        Known(
            f"q {index}", "quiz", is_false, {"gain": rng.gauss(one, 1), "clip": rng.gauss(two, 1)}
        )
        for index in range(400)
        for is_false in (False, True)
        for one, two in [(0.0, 0.0) if not is_false else ((-6.0, 0.0), (0.0, -6.0))[index % 2]]
    ]
    assert set(set_thresholds(known).find("quiz")) == {"gain", "clip"}


def test_a_measure_that_is_low_for_true_records_flags_nobody() -> None:
    thresholds = set_thresholds(make_plain(200, shift=-2.0))
    assert thresholds.find("quiz") == {}
    assert thresholds.aucs["gain"].high < 0.5


def test_too_few_true_records_set_no_threshold() -> None:
    thresholds = set_thresholds(make_plain(16, shift=9.0))
    assert thresholds.find("quiz") == {}
    assert "Too few" in thresholds.notes["gain"]


def test_types_with_few_references_are_judged_by_all_of_them() -> None:
    known = [*make_plain(4 * LEAST_OF_TYPE, shift=3.0), *make_plain(10, shift=3.0, kind="rare")]
    thresholds = set_thresholds(known)
    assert set(thresholds.by_type) == {ALL_TYPES, "quiz"}
    assert thresholds.find("rare") == thresholds.find("unheard of") == thresholds.find(ALL_TYPES)
    assert set(measure_reliability(known, thresholds, {"quiz": 9})) == {ALL_TYPES, "quiz"}


def test_reliability_is_measured_on_the_other_half_and_by_the_types_of_the_set() -> None:
    known = [
        Known(f"{kind} {index}", kind, is_false, {"gain": -float(is_false and kind == "seen")})
        for kind in ("seen", "unseen")
        for index in range(400)
        for is_false in (False, True)
    ]
    thresholds = Thresholds({ALL_TYPES: {"gain": 0.0}})
    row = measure_reliability(known, thresholds, {"seen": 900, "unseen": 100})
    assert row["seen"].sensitivity.estimate == 1
    assert row["unseen"].sensitivity.estimate == 0
    assert row[ALL_TYPES].sensitivity.estimate == pytest.approx(0.9)
    assert row[ALL_TYPES].specificity.estimate == 1
    assert row[ALL_TYPES].usable
    tested = sum(not is_setting(one.id) for one in known)
    assert row["seen"].sensitivity.n + row["unseen"].sensitivity.n == pytest.approx(
        tested / 2, abs=3
    )


def test_without_known_records_nothing_is_flagged_and_nothing_is_known() -> None:
    thresholds = set_thresholds([])
    assert thresholds.find("quiz") == {}
    reliability = measure_reliability([], thresholds, {})[ALL_TYPES]
    assert not reliability.usable
    assert "nothing is known" in reliability.note


def test_a_flag_has_a_code_and_a_sentence_and_ties_are_let_through() -> None:
    thresholds = {"gain": 0.5, "clip": 0.2, "own": 1.0}
    reasons = flag({"gain": 0.4, "clip": 0.2, "own": 0.0}, thresholds)
    assert [code for code, _ in reasons] == ["low-gain", "low-own"]
    assert all(sentence.endswith(".") for _, sentence in reasons)
    assert flag({}, thresholds) == ()
