import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.page.wording import (
    NONE,
    explain_headline,
    format_count,
    format_number,
    format_percent,
    format_share,
    name_type,
    split_mean,
    write_headline,
)
from datagen.spotcheck.results import Mean, Reliability, Results, Share, TypeResult
from tests.spotcheck.page.building import make_results

UNKNOWN = Share(math.nan, 0.0, 1.0, 0)


def make_untold() -> Results:
    reliability = make_results().reliability
    assert reliability is not None
    return make_results(reliability=replace(reliability, usable=False))


def test_the_headline_states_the_share_of_faults_with_its_interval() -> None:
    assert write_headline(make_results()) == (
        "Of 12,000 records, an estimated 6% (3–9%) have a fault the model can see."
    )


def test_the_explanation_gives_records_no_finer_than_the_sample_bears() -> None:
    text = " ".join(explain_headline(make_results()))
    assert "about 720 records have a fault, and 360 to 1,100 are likely" in text


def test_a_model_that_cannot_tell_gives_no_share() -> None:
    results = make_untold()
    assert write_headline(results) == (
        "The model cannot tell false records from true ones; its flags are not used."
    )
    assert "estimate" not in " ".join(explain_headline(results))


def test_a_model_that_was_not_tried_gives_no_share() -> None:
    headline = write_headline(make_results(reliability=None))
    assert headline.startswith("How far the model can be trusted is not known")
    assert "%" not in headline


def test_reliability_out_of_no_records_counts_as_not_tried() -> None:
    blind = Reliability(Share(0, 0, 1, 0), Share(1, 0, 1, 0), usable=False, note="")
    headline = write_headline(make_results(reliability=blind))
    assert headline.startswith("How far the model can be trusted is not known")


def test_without_a_look_nothing_is_said_of_the_set() -> None:
    results = make_results(sampled=0)
    assert write_headline(results).startswith("No record was looked at")
    assert explain_headline(results) == ()


def test_without_figures_for_the_whole_set_no_share_is_stated() -> None:
    results = make_results(types=make_results().types[:1])
    assert write_headline(results).startswith("The sample is too small")
    assert explain_headline(results) == ()


@pytest.mark.parametrize("defects", [None, UNKNOWN])
def test_faults_that_were_not_estimated_are_not_stated(defects: Share | None) -> None:
    whole = TypeResult("all", 50, 5, Share(0.2, 0.0, 0.6, 5), defects)
    results = make_results(types=(whole,))
    assert write_headline(results).startswith("The sample is too small")
    assert explain_headline(results) == ("The model flags 20% (0–60%) of the records.",)


def test_a_set_of_one_record_is_in_the_singular() -> None:
    whole = TypeResult("all", 1, 1, Share(0, 0, 1, 1), Share(0, 0, 1, 1))
    assert "Of 1 record, an estimated 0% (0–100%) has" in write_headline(
        make_results(records=1, types=(whole,))
    )


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (Share(0.5, 0.4, 0.6, 9), "50% (40–60%)"),
        (Share(0.004, 0.001, 0.009, 900), "0.4% (0.1–0.9%)"),
        (Share(0.0012, 0.0011, 0.0013, 90000), "0.12% (0.11–0.13%)"),
        (Share(1, 1, 1, 9), "100% (100–100%)"),
        (Share(-0.0, -0.0, 0.1, 9), "0% (0–10%)"),
        (UNKNOWN, NONE),
        (Share(0.5, 0.1, math.inf, 5), NONE),
        (None, NONE),
    ],
)
def test_digits_of_a_share_follow_its_interval(share: Share | None, text: str) -> None:
    assert format_share(share) == text


@pytest.mark.parametrize(
    ("mean", "parts"),
    [
        (Mean(-1.6, -1.691, -1.509, 400), ("−1.60", "−1.69 to −1.51")),
        (Mean(150.2, 120, 180, 9), ("150", "120 to 180")),
        (Mean(0.00001, -0.01, 0.01, 9), ("0.000", "−0.010 to 0.010")),
        (Mean(2, 2, 2, 1), ("2.000", "2.000 to 2.000")),
        (Mean(math.nan, 0, 0, 9), (NONE, "")),
        (None, (NONE, "")),
    ],
)
def test_digits_of_a_mean_follow_its_interval(mean: Mean | None, parts: tuple[str, str]) -> None:
    assert split_mean(mean) == parts


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf, None])
def test_what_is_no_number_is_a_dash(number: float | None) -> None:
    assert format_number(number) == NONE


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_no_number_is_written_with_an_exponent_or_a_name(number: float) -> None:
    for text in (format_number(number), format_count(number), format_percent(abs(number))):
        assert not set(text) & set("abcdefghijklmnopqrstuvwxyzABCDEFG")


def test_counts_have_their_noun_in_number() -> None:
    assert [format_count(n, "record") for n in (0, 1, 12000)] == [
        "0 records",
        "1 record",
        "12,000 records",
    ]


def test_types_are_named_in_words() -> None:
    assert (name_type("detail_description"), name_type("all")) == (
        "detail description",
        "all records",
    )


def test_the_note_on_reliability_decides_nothing() -> None:
    share = Share(0.9, 0.8, 1.0, 50)
    results = make_results(reliability=Reliability(share, share, usable=True, note=""))
    assert "6%" in write_headline(results)
