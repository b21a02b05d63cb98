"""An index that rows were appended to says what one says that was built with them."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.records import AnnotatedImage
from datagen.viewer.appending import append_rows
from datagen.viewer.bitmaps import take
from datagen.viewer.filling import COLUMNS, fill_index
from datagen.viewer.index import Index
from datagen.viewer.rows import Row

WORDS = ("dog", "bus", "kite")


class _Rows:
    """Rows that are there already."""

    has_repeated_ids = False

    def __init__(self, rows: Iterable[Row]) -> None:
        self.rows = list(rows)

    def count(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def list_images(self) -> Iterable[AnnotatedImage]:
        return ()


def _make(number: int, seed: int) -> Row:
    source = random.Random(f"{number} {seed}")
    is_accepted = source.random() < 0.7
    text = " ".join(source.choices(WORDS, k=3))
    body = f'{{"conversations": [{{"from": "gpt", "value": "{text}"}}]}}'
    return Row(
        f"r{number}",
        source.choice(["conversation", "detail_description"]),
        is_accepted,
        "a.jpg",
        source.randrange(100),
        text,
        (body if is_accepted else f'{{"reply": "{text}"}}').encode(),
        source.choice([None, source.random()]),
        source.choice([None, source.random()]),
        source.choices(["refusal", "low-score"], k=source.randrange(3)),
        source.choices(["repetition", "low-score"], k=source.randrange(3)),
        (),
        source.sample(["dog", "kite"], k=source.randrange(3)),
    )


def _describe(index: Index) -> dict[str, object]:
    size = index.size
    rows = index.read_rows([*range(1, size + 1)])
    told: dict[str, object] = {"rows": rows, "bodies": [index.read_body(row) for row in rows]}
    for kind in ("type", "state", "reason", "finding", "object"):
        values = {value: count for value, count in index.list_values(kind) if count}
        told[kind] = {value: take(index.find_set(kind, value), size) for value in values}
        assert {value: len(keys) for value, keys in told[kind].items()} == values  # type: ignore[attr-defined]  # a dict
    for name in COLUMNS:
        column = index.read_column(name)
        told[name] = [column.get(key) for key in range(1, size + 1)]
    for word in WORDS:
        query = "SELECT rowid FROM texts WHERE texts MATCH ? ORDER BY rowid"
        told[word] = index.connection.execute(query, (word,)).fetchall()
    return told


CHUNKS = st.lists(
    st.lists(st.tuples(st.integers(0, 12), st.integers(0, 3)), max_size=5), min_size=1, max_size=4
)


@settings(max_examples=40)
@given(CHUNKS)
def test_appending_and_building_come_to_the_same(
    tmp_path_factory: pytest.TempPathFactory, chunks: list[list[tuple[int, int]]]
) -> None:
    folder = tmp_path_factory.mktemp("index")
    first, *others = [[_make(*each) for each in chunk] for chunk in chunks]
    final: dict[str, Row] = {row.id: row for row in first}
    fill_index(folder / "appended", _Rows(final.values()), {"generation": "a"})
    with Index(folder / "appended", []) as index:
        for rows in others:
            fresh = {row.id for row in rows} - final.keys()
            assert append_rows(index, rows) == len(fresh)
            final |= {row.id: row for row in rows}
        appended = _describe(index)
    fill_index(folder / "built", _Rows(final.values()), {"generation": "b"})
    with Index(folder / "built", []) as index:
        assert _describe(index) == appended


def test_ids_that_come_again_change_their_row_and_keep_their_key(tmp_path: Path) -> None:
    rows = [_make(n, 0) for n in range(3)]
    fill_index(tmp_path / "index", _Rows(rows), {"generation": "a"})
    with Index(tmp_path / "index", []) as index:
        assert append_rows(index, [replace(rows[1], text="zebra", image="z.jpg")]) == 0
        assert [row.image for row in index.read_rows([1, 2, 3])] == ["a.jpg", "z.jpg", "a.jpg"]
        assert index.size == 3
