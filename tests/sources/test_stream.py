"""A JSON file is read in blocks of any size, and its lists come whole and in order."""

import gzip
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import SourceError
from datagen.sources.stream import read_lists


class Entry(msgspec.Struct):
    n: int
    text: str = ""


class Collector:
    """Takes what fits `Entry` a chunk at a time, all else one by one."""

    def __init__(self) -> None:
        self.found: list[object] = []
        self.chunks = 0

    def take(self, chunk: memoryview) -> None:
        self.found += map(msgspec.to_builtins, msgspec.json.decode(chunk, type=list[Entry]))
        self.chunks += 1

    def take_one(self, raw: object) -> None:
        self.found.append(raw)


def read(content: bytes, block: int, *keys: str) -> tuple[dict[str, Collector], dict[str, str]]:
    takers = {key: Collector() for key in keys or ("a", "b")}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.json"
        path.write_bytes(content)
        return takers, dict(read_lists(path, takers, block=block))


TEXTS = st.text(st.sampled_from('ab{}[],:"\\ \n},{é猫🐈'), max_size=12)
ENTRIES = st.lists(st.builds(lambda n, text: {"n": n, "text": text}, st.integers(0, 99), TEXTS))
OTHERS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)


@given(
    ENTRIES,
    st.lists(OTHERS, max_size=4),
    OTHERS,
    st.sampled_from([None, 0, 2]),
    st.integers(2, 400),
    st.booleans(),
    st.permutations(["a", "b", "other", "info"]),
)
def test_lists_come_whole_whatever_the_block_and_the_layout(
    plain: list[dict[str, Any]],
    mixed: Sequence[object],
    other: object,
    indent: int | None,
    block: int,
    ascii_only: bool,
    order: Sequence[str],
) -> None:
    content = {"a": plain, "b": mixed, "other": [other, {"a": [{}]}], "info": other}
    text = json.dumps({key: content[key] for key in order}, indent=indent, ensure_ascii=ascii_only)
    takers, met = read(text.encode(), block)
    assert met == {"a": "", "b": ""}
    assert takers["a"].found == plain
    assert takers["b"].found == mixed


def test_what_fits_comes_in_chunks_and_one_misfit_costs_its_window_only() -> None:
    entries: list[dict[str, Any]] = [{"n": n, "text": "x" * 20} for n in range(1000)]
    entries[500]["n"] = None
    takers, _ = read(json.dumps({"a": entries}).encode(), 2000, "a")
    assert takers["a"].found == entries
    assert takers["a"].chunks > 10


@pytest.mark.parametrize("block", [4, 64, 1 << 20])
@pytest.mark.parametrize("cut", range(1, 60, 3))
def test_a_file_cut_off_anywhere_is_refused(tmp_path: Path, cut: int, block: int) -> None:
    text = json.dumps({"info": {"x": [1.5, None]}, "a": [{"n": 1, "text": "é"}, {"n": 22}]})
    path = tmp_path / "file.json"
    path.write_bytes(text.encode()[:-cut])
    with pytest.raises(SourceError, match=r"cut off|is not JSON: (Expecting value|Invalid)"):
        read_lists(path, {"a": Collector()}, block=block)


@pytest.mark.parametrize("block", [4, 64, 1 << 20])
@pytest.mark.parametrize("indent", [None, 1])
def test_damage_is_placed_as_the_standard_library_places_it(
    tmp_path: Path, block: int, indent: int | None
) -> None:
    text = json.dumps({"a": [{"text": "é\n猫"}] * 40}, indent=indent, ensure_ascii=False)
    place = text.index('"text"', 400)
    damaged = text[:place] + "?" + text[place:]
    with pytest.raises(json.JSONDecodeError) as expected:
        json.loads(damaged)
    path = tmp_path / "file.json"
    path.write_text(damaged, encoding="utf-8")
    with pytest.raises(SourceError) as caught:
        read_lists(path, {"a": Collector()}, block=block)
    assert caught.value.place == f"line {expected.value.lineno}, column {expected.value.colno}"


def test_a_list_that_comes_twice_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.json"
    path.write_text('{"a": [], "a": [1]}', encoding="utf-8")
    with pytest.raises(SourceError, match="has `a` twice"):
        read_lists(path, {"a": Collector()})


def test_what_stands_in_place_of_a_list_is_told() -> None:
    _, met = read(b'{"a": null, "b": {"a": []}}', 8)
    assert met == {"a": "null", "b": "an object"}


def test_a_packed_file_that_is_damaged_later_on_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(json.dumps({"a": [{"n": n} for n in range(9000)]}).encode())
    path = tmp_path / "file.json.gz"
    path.write_bytes(packed[:-2000])
    with pytest.raises(SourceError, match="damaged gzip file"):
        read_lists(path, {"a": Collector()}, block=64)
