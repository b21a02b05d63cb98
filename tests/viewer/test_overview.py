"""The figures of a set are those of its records."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from datagen.viewer.bitmaps import Column, make_set
from datagen.viewer.index import open_index
from datagen.viewer.overview import describe_overview, find_nth, sum_column
from tests.viewer.asking import Page, find_target

VALUES = st.lists(st.none() | st.integers(0, 99), min_size=1, max_size=50)


@given(VALUES, st.sets(st.integers(0, 49)))
def test_sums_and_places_are_those_of_the_numbers(
    values: list[int | None], among: set[int]
) -> None:
    column, bits = Column.from_values(values), make_set(among, 50)
    known = sorted(value for key, value in enumerate(values) if value is not None and key in among)
    assert sum_column(column, bits) == sum(known)
    assert [find_nth(column, bits, place) for place in range(len(known))] == known


def test_a_run_is_told_with_its_report(samples_run: Path) -> None:
    target = find_target(samples_run)
    with open_index(target) as index:
        told = describe_overview(target, index, {"conversation": 20})
    report = json.loads((samples_run / "report.json").read_text(encoding="utf-8"))
    assert (told["written"], told["rejected"], told["planned"]) == (45, 0, 20)
    assert told["balance"] == report["balance"]
    for name, type_ in report["types"].items():
        assert told["types"][name]["written"] == type_["written"]
        assert told["types"][name]["mean_score"] == type_["mean_score"]


def test_rejections_are_counted_by_type_and_reason(made_run: Path) -> None:
    target = find_target(made_run)
    with open_index(target) as index:
        told = describe_overview(target, index, {})
    assert (told["written"], told["rejected"], told["planned"]) == (270, 30, None)
    assert sum(sum(type_["reasons"].values()) for type_ in told["types"].values()) == 30
    assert told["notes"] if "notes" in told else told["findings"]
    assert sum(count for _, count in told["scores"]) == 264
    assert told["cost"] > 0
    assert told["words"]["p10"] <= told["words"]["median"] <= told["words"]["p90"]


def test_the_page_gets_them(page: Page) -> None:
    told = page.get("/api/overview")
    assert told["written"] == 45
    assert told["rate"] is None
