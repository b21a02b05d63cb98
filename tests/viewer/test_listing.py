"""Lists: what fits, in which order, page by page in both directions, with counts that are true."""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from datagen.viewer.index import Index, open_index
from datagen.viewer.listing import Listing, Page, Query
from datagen.viewer.refusals import RefusedError
from tests.viewer.asking import find_target


@pytest.fixture(scope="module")
def index(made_run: Path) -> Iterator[Index]:
    with open_index(find_target(made_run)) as opened:
        yield opened


@pytest.fixture(scope="module")
def rows(index: Index) -> list[dict[str, Any]]:
    """All rows, read by themselves."""
    found = index.read_rows(list(range(1, index.size + 1)))
    facts = []
    for row in found:
        facts.append(
            {
                "key": row.key,
                "type": row.type,
                "state": "accepted" if row.is_accepted else "rejected",
                "reason": row.reasons.split(),
                "score": row.score,
                "length": row.words,
                "cost": None if row.cost is None else round(row.cost * 10**8),
                "flagged": 0,
                "text": " ".join(index.read_texts(row)),
            }
        )
    return facts


def _list(index: Index, **params: object) -> Page:
    return Listing(index).list_page(
        Query.parse([(name, str(value)) for name, value in params.items()])
    )


def _walk(index: Index, **params: object) -> list[int]:
    """All keys, page by page; each page is also reached from the one behind it."""
    page = _list(index, **params)
    keys, pages = list(page.keys), [page]
    while page.next is not None:
        page = _list(index, **params, after=page.next)
        keys += page.keys
        pages.append(page)
    for before, behind in pairwise(pages):
        assert list(_list(index, **params, before=behind.previous).keys) == list(before.keys)
    assert pages[0].previous is None
    return keys


def _sort(rows: list[dict[str, Any]], name: str, *, falls: bool) -> list[int]:
    known = [row for row in rows if row[name] is not None]
    known.sort(key=lambda row: (-row[name] if falls else row[name], row["key"]))
    return [row["key"] for row in known] + [row["key"] for row in rows if row[name] is None]


@pytest.mark.parametrize("falls", [False, True])
@pytest.mark.parametrize("name", ["score", "length", "cost", "flagged"])
@pytest.mark.parametrize("state", ["accepted", "rejected", ""])
def test_pages_in_any_order_are_the_sorted_list(
    index: Index, rows: list[dict[str, Any]], name: str, falls: bool, state: str
) -> None:
    fitting = [row for row in rows if state in {"", row["state"]}]
    params = {"state": state} if state else {}
    keys = _walk(index, sort=f"{'-' * falls}{name}", limit=17, **params)
    assert keys == _sort(fitting, name, falls=falls)


@pytest.mark.parametrize("falls", [False, True])
def test_the_order_of_the_set_goes_both_ways(index: Index, falls: bool) -> None:
    keys = list(range(1, index.size + 1))
    assert _walk(index, sort=f"{'-' * falls}id", limit=64) == (keys[::-1] if falls else keys)


def test_filters_of_one_kind_add_up_and_of_several_kinds_narrow(
    index: Index, rows: list[dict[str, Any]]
) -> None:
    params = [
        ("type", "conversation"),
        ("type", "complex_reasoning"),
        ("reason", "refusal"),
        ("limit", "200"),
    ]
    page = Listing(index).list_page(Query.parse(params))
    assert list(page.keys) == [
        row["key"]
        for row in rows
        if row["type"] in {"conversation", "complex_reasoning"} and "refusal" in row["reason"]
    ]
    assert page.total == len(page.keys) > 0


def test_records_are_found_by_their_length(index: Index, rows: list[dict[str, Any]]) -> None:
    lengths = sorted(row["length"] for row in rows)
    low, high = lengths[40], lengths[200]
    page = _list(index, min_words=low, max_words=high, limit=200)
    assert page.total == sum(low <= length <= high for length in lengths)


@pytest.mark.parametrize("word", ["dog", "person", "w3"])
def test_a_search_finds_every_record_with_the_word(
    index: Index, rows: list[dict[str, Any]], word: str
) -> None:
    page = _list(index, q=word, limit=200)
    wanted = [row["key"] for row in rows if word in row["text"].split()]
    assert page.total == len(wanted)
    assert list(page.keys) == wanted[:200]


def test_counts_are_those_of_the_lists_they_lead_to(index: Index) -> None:
    listing = Listing(index)
    chosen = [("type", "conversation"), ("q", "dog"), ("state", "accepted")]
    counts, is_capped = listing.count_facets(Query.parse(chosen))
    assert not is_capped
    for kind, values in counts.items():
        others = [pair for pair in chosen if pair[0] != kind]
        for value, count in values[:12]:
            page = listing.list_page(Query.parse([*others, (kind, value)]))
            assert page.total == count, (kind, value)
    assert {name for name, _ in counts["type"]} == {
        "conversation",
        "complex_reasoning",
        "detail_description",
    }


def test_counts_without_a_filter_are_those_of_the_set(
    index: Index, rows: list[dict[str, Any]]
) -> None:
    counts, _ = Listing(index).count_facets(Query())
    assert dict(counts["type"]) == Counter(row["type"] for row in rows)
    assert dict(counts["state"]) == {"accepted": 270, "rejected": 30}
    assert sum(dict(counts["reason"]).values()) == 30
    assert len(counts["object"]) == 80


def test_too_many_hits_are_said_to_be_capped(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("datagen.viewer.listing.MOST_HITS", 10)
    page = _list(index, q="dog", limit=5)
    assert (page.total, page.is_capped) == (10, True)
    assert Listing(index).count_facets(Query.parse([("q", "dog")]))[1] is True


def test_later_records_are_counted_as_new_and_not_shown(index: Index) -> None:
    page = _list(index, until=288, limit=200)
    assert (page.total, page.new, page.until) == (288, 12, 288)
    assert max(_walk(index, until=288, limit=100, sort="-score")) <= 288


@pytest.mark.parametrize(
    ("params", "said"),
    [
        ({"tipe": "conversation"}, "unknown parameter 'tipe'; did you mean type?"),
        ({"sort": "beauty"}, "sort: one of id, score"),
        ({"limit": "0"}, "limit: between 1 and 200"),
        ({"limit": "201"}, "limit: between 1 and 200"),
        ({"limit": "-1"}, "is no whole number"),
        ({"min_words": "٣"}, "is no whole number"),
        ({"min_words": "9" * 30}, "is no whole number"),
        ({"after": "1.2", "limit": "5"}, "not a cursor"),
        ({"after": "a.b.c"}, "is no whole number"),
        ({"after": "x.1.", "before": "x.1."}, "give one of them"),
        ({"q": "-dog"}, "excludes from nothing"),
        ({"type": "x" * 501}, "longer than 500"),
    ],
)
def test_a_query_that_makes_no_sense_is_refused_in_a_sentence(
    params: dict[str, str], said: str
) -> None:
    with pytest.raises(RefusedError, match=said) as caught:
        Query.parse(params.items())
    assert caught.value.status == 400


def test_a_parameter_that_counts_once_is_not_given_twice() -> None:
    with pytest.raises(RefusedError, match="sort: given twice"):
        Query.parse([("sort", "id"), ("sort", "score")])


def test_values_are_data_to_the_database(index: Index) -> None:
    for value in ("' OR 1=1 --", '"; DROP TABLE rows; --', "\x00", "é" * 400):
        for kind in ("type", "reason", "object", "flag", "finding"):
            assert _list(index, **{kind: value}).total == 0
    assert index.count() == 300


def test_a_cursor_of_an_index_that_is_gone_is_refused(index: Index) -> None:
    with pytest.raises(RefusedError, match="built anew") as caught:
        _list(index, after="0ld.5.")
    assert caught.value.status == 409


def test_a_query_that_takes_too_long_is_stopped(index: Index) -> None:
    endless = (
        "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"
    )
    with (
        pytest.raises(RefusedError, match=r"longer than 0\.05 s") as caught,
        index.limit_time(0.05) as connection,
    ):
        connection.execute(endless).fetchone()
    assert caught.value.status == 503
    with index.limit_time() as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_list_goes_into_an_address_and_back(index: Index) -> None:
    page = _list(index, sort="-score", limit=3)
    text = urlencode({"after": str(page.next), "sort": "-score"})
    assert "%" not in text
    assert json.dumps(str(page.next)).count("\\") == 0
