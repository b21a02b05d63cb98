import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.llm.pace.limits import ToldLimit, read_limits, read_reset

NEW_YEAR = 1_767_225_600.0  # 2026-01-01T00:00:00Z


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("1s", 1.0),
        ("6m0s", 360.0),
        ("20ms", 0.02),
        ("1h2m3.5s", 3723.5),
        ("2d", 172_800.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("1767225630", 30.0),
        ("1767225630500", 30.5),
        ("1767225000", 0.0),
        ("2026-01-01T00:01:00Z", 60.0),
        ("2026-01-01T01:01:00+01:00", 60.0),
        ("2026-01-01 00:01:00", 60.0),
        ("2025-12-31T23:00:00Z", 0.0),
    ],
)
def test_a_reset_is_read_as_span_seconds_or_date(text: str, seconds: float) -> None:
    assert read_reset(text, epoch=NEW_YEAR) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["", "soon", "-1s", "1s2", "nan", "inf", "3 parsecs", "1e3"])
def test_what_tells_no_reset_is_not_a_number(text: str) -> None:
    assert math.isnan(read_reset(text, epoch=NEW_YEAR))


def tell(unit: str = "-requests", *, limit: str, remaining: str, reset: str) -> dict[str, str]:
    values = {"limit": limit, "remaining": remaining, "reset": reset}
    return {f"x-ratelimit-{name}{unit}": value for name, value in values.items()}


def test_both_units_of_openai_are_read() -> None:
    headers = tell(limit="600", remaining="540", reset="6s") | tell(
        "-tokens", limit="60000", remaining="30000", reset="30.0s"
    )
    assert read_limits(headers, epoch=NEW_YEAR) == [
        ToldLimit("requests", 600, 540, 60.0, 6.0),
        ToldLimit("tokens", 60000, 30000, 60.0, 30.0),
    ]


def test_anthropics_names_and_dates_are_read() -> None:
    headers = {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "25",
        "anthropic-ratelimit-requests-reset": "2026-01-01T00:00:30Z",
    }
    assert read_limits(headers, epoch=NEW_YEAR) == [ToldLimit("requests", 50, 25, 60.0, 30.0)]


def test_the_bare_headers_count_requests_and_give_way_to_the_exact_ones() -> None:
    bare = tell("", limit="10", remaining="4", reset="36")
    assert read_limits(bare, epoch=NEW_YEAR) == [ToldLimit("requests", 10, 4, 60.0, 36.0)]
    both = bare | tell(limit="600", remaining="540", reset="6s")
    assert [told.limit for told in read_limits(both, epoch=NEW_YEAR)] == [600]


@pytest.mark.parametrize(
    ("limit", "remaining", "reset", "period"),
    [
        ("600", "599", "100ms", 60.0),
        ("600", "0", "59.95s", 60.0),
        ("600", "599", "0", 60.0),
        ("14400", "14370", "2m59.56s", 86_400.0),
        ("1000", "500", "30m0s", 3_600.0),
        ("600", "599", "59s", None),
        ("600", "0", "12s", None),
        ("10", "0", "1s", None),
        ("600", "600", "0s", None),
        ("600", "300", "", 60.0),
    ],
)
def test_the_period_follows_from_how_long_the_used_part_takes_to_come_back(
    limit: str, remaining: str, reset: str, period: float | None
) -> None:
    (told,) = read_limits(tell(limit=limit, remaining=remaining, reset=reset), epoch=NEW_YEAR)
    assert told.period == period


@pytest.mark.parametrize(
    ("period", "reset", "is_slow"),
    [(60.0, 0.1, True), (None, 40.0, True), (None, 1.0, False), (None, math.nan, False)],
)
def test_a_limit_counted_over_seconds_is_not_slow_enough(
    period: float | None, reset: float, is_slow: bool
) -> None:
    assert ToldLimit("requests", 10, 5, period, reset).is_slow is is_slow


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-ratelimit-remaining-requests": "5"},
        tell(limit="0", remaining="0", reset="1s"),
        tell(limit="5", remaining="6", reset="1s"),
        tell(limit="-5", remaining="-6", reset="1s"),
        tell(limit="many", remaining="some", reset="1s"),
    ],
)
def test_headers_that_make_no_sense_tell_nothing(headers: dict[str, str]) -> None:
    assert read_limits(headers, epoch=NEW_YEAR) == []


names = [f"{name}{unit}" for name in ("limit", "remaining", "reset") for unit in ("", "-requests")]


@given(st.dictionaries(st.sampled_from([f"x-ratelimit-{name}" for name in names]), st.text()))
def test_no_header_whatever_breaks_the_reading(headers: dict[str, str]) -> None:
    for told in read_limits(headers, epoch=NEW_YEAR):
        assert 0 <= told.remaining <= told.limit
        assert not told.reset < 0
