"""Estimates: sums by hand, and whole spot-checks whose truth is known."""

from pathlib import Path

import pytest

from datagen.spotcheck.estimates import (
    Judged,
    Values,
    estimate_types,
    rank_flagged,
    summarize_measures,
    summarize_probes,
)
from datagen.spotcheck.results import FlaggedRecord, Measure, Reliability, Share, Stratum
from datagen.spotcheck.subjects import Subject
from datagen.spotcheck.verdicts import ALL_TYPES, Thresholds
from tests.spotcheck.simulation import simulate

STRATA = (
    Stratum("a, high risk", "a", "high", 100, 4),
    Stratum("a, low risk", "a", "low", 900, 4),
    Stratum("b, low risk", "b", "low", 50, 2),
)
REASON = (("low-gain", "The picture makes the recorded answer hardly any likelier."),)


def make_judged(stratum: str, values: Values | None = None, *, flagged: bool = False) -> Judged:
    subject = Subject("1", stratum[0], "1.jpg", Path("1.jpg"), (), stratum=stratum)
    return Judged(subject, values or {}, REASON if flagged else ())


def make_sample() -> list[Judged]:
    return [
        *(make_judged("a, high risk", flagged=index < 2) for index in range(4)),
        *(make_judged("a, low risk", flagged=index < 1) for index in range(4)),
        *(make_judged("b, low risk") for _ in range(2)),
    ]


def test_shares_are_weighted_by_stratum_for_each_type_and_for_all() -> None:
    rows = {row.response_type: row for row in estimate_types(make_sample(), STRATA, {})}
    assert list(rows) == ["a", "b", "all"]
    assert rows["a"].flagged.estimate == pytest.approx(0.1 * 0.5 + 0.9 * 0.25)
    assert rows["b"].flagged.estimate == 0
    assert rows["b"].flagged.high > 0.3
    assert rows["all"].flagged.estimate == pytest.approx((50 + 225) / 1050)
    assert [(row.records, row.sampled) for row in rows.values()] == [(1000, 8), (50, 2), (1050, 10)]
    assert {row.defects for row in rows.values()} == {None}


def test_records_that_could_not_be_shown_are_taken_to_be_like_the_rest_of_their_stratum() -> None:
    sample = [one for one in make_sample() if one.subject.stratum != "b, low risk"][1:]
    rows = {row.response_type: row for row in estimate_types(sample, STRATA, {})}
    assert rows["a"].flagged.estimate == pytest.approx(0.1 * (1 / 3) + 0.9 * 0.25)
    assert rows["b"].flagged == Share(0.0, 0.0, 1.0, 0)
    assert rows["all"].flagged.n == 7


def test_a_type_is_corrected_by_its_own_reliability_and_else_by_that_of_all() -> None:
    sharp, blunt = Share(0.9, 0.8, 0.95, 200), Share(0.6, 0.5, 0.7, 200)
    passing = Share(0.95, 0.9, 0.98, 200)
    reliabilities = {
        "a": Reliability(sharp, passing, usable=True, note=""),
        ALL_TYPES: Reliability(blunt, passing, usable=True, note=""),
    }
    rows = {row.response_type: row for row in estimate_types(make_sample(), STRATA, reliabilities)}
    for name, sensitivity in (("a", 0.9), ("all", 0.6)):
        flagged, defects = rows[name].flagged.estimate, rows[name].defects
        assert defects is not None
        assert defects.estimate == pytest.approx((flagged - 0.05) / (sensitivity - 0.05))
    unusable = {ALL_TYPES: Reliability(blunt, passing, usable=False, note="")}
    assert {row.defects for row in estimate_types(make_sample(), STRATA, unusable)} == {None}


def test_a_measure_has_its_values_means_gap_threshold_and_note() -> None:
    judged = [
        make_judged("a, high risk", {"right": {"gain": 3.0}, "shuffled": {"gain": 1.0}}),
        make_judged("a, high risk", {"right": {"gain": 5.0}, "shuffled": {"gain": 1.0}}),
        make_judged("a, low risk", {"right": {"gain": 1.0}, "shuffled": {"gain": 0.0}}),
        make_judged("a, low risk", {"right": {"gain": 2.0}, "blank": {"gain": -1.0}}),
    ]
    thresholds = Thresholds(
        {ALL_TYPES: {"gain": 0.5}, "b": {"gain": 9.0}},
        {"gain": Share(0.9, 0.8, 0.95, 40)},
        {"clip": "This model cannot tell."},
    )
    titles = {"gain": "gain, nats", "clip": "CLIP, cosine"}
    (gain,) = summarize_measures(judged, STRATA, thresholds, titles)
    assert gain.values == {
        "right": (1.0, 2.0, 3.0, 5.0),
        "shuffled": (0.0, 1.0, 1.0),
        "blank": (-1.0,),
    }
    assert gain.means["right"].estimate == pytest.approx(0.1 * 4 + 0.9 * 1.5)
    assert gain.means["shuffled"].n == 3
    assert gain.gap is not None
    assert gain.gap.estimate == pytest.approx(0.1 * 3 + 0.9 * 1)
    assert gain.gap.n == 3
    assert gain.threshold == 0.5
    assert gain.auc == thresholds.aucs["gain"]
    assert gain.note == ""
    with_clip = [*judged, make_judged("b, low risk", {"right": {"clip": 0.3}})]
    clip = summarize_measures(with_clip, STRATA, thresholds, titles)[1]
    assert (clip.threshold, clip.note, clip.gap) == (None, "This model cannot tell.", None)


def test_probes_are_counted_by_kind_and_picture() -> None:
    found = summarize_probes(
        [
            ("boxed", "right", True),
            ("boxed", "right", True),
            ("boxed", "blank", False),
            ("popular", "right", False),
        ]
    )
    assert [(row.kind, {at: one.estimate for at, one in row.correct.items()}) for row in found] == [
        ("boxed", {"right": 1.0, "blank": 0.0}),
        ("popular", {"right": 0.0}),
    ]
    assert found[0].correct["right"].low < 0.5


def test_the_worst_records_come_first() -> None:
    measures = [Measure("gain", "", {"right": tuple(map(float, range(10)))}, {})]

    def make_record(name: str, value: float, reasons: int) -> FlaggedRecord:
        return FlaggedRecord(name, "a", "", "", (), REASON * reasons, {"gain": value})

    records = [make_record("low", 1, 1), make_record("lowest", 0, 1), make_record("two", 2, 2)]
    assert [record.id for record in rank_flagged(records, measures)] == ["two", "lowest", "low"]
    assert len(rank_flagged(records, measures, most=1)) == 1


@pytest.mark.parametrize("rate", [0.05, 0.2, 0.4])
def test_the_interval_of_the_faulty_share_covers_the_planted_one_in_nine_of_ten(
    rate: float,
) -> None:
    covered, flagged, draws = 0, 0.0, 20
    for seed in range(draws):
        types, truth = simulate(seed, rate)
        overall = types[-1]
        assert overall.defects is not None
        covered += overall.defects.low <= truth["all"] <= overall.defects.high
        flagged += overall.flagged.estimate / draws
    assert covered >= 0.9 * draws
    assert rate == 0.05 or flagged < 0.8 * rate  # flags alone would tell another story


def test_a_blind_model_gives_no_estimate_of_the_faulty_share() -> None:
    for seed in range(10):
        types, _ = simulate(seed, 0.2, shift=0.0)
        assert {row.defects for row in types} == {None}
