"""Any LLaVA file can be looked at, whatever is wrong with some of its lines."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import DatasetError
from datagen.viewer.file_rows import FileRows, decode_record
from datagen.viewer.index import open_index
from tests.viewer.asking import find_target

TYPES = ("conversation", "detail_description", "complex_reasoning")
GOOD: dict[str, Any] = {
    "id": "a",
    "image": "a.jpg",
    "conversations": [
        {"from": "human", "value": "<image>\nWhat is it?"},
        {"from": "gpt", "value": "A café, of course."},
    ],
}
STRANGE = [
    GOOD,
    {"id": 7, "conversations": [{"from": "gpt"}, 3, {"from": "robot", "value": "beep"}]},
    {"image": ["a.jpg"], "conversations": "none"},
    [1, 2],
    "text",
    None,
    {**GOOD, "id": "half \ud800 a pair"},
]


def _dump(records: list[Any]) -> str:
    return "".join(f"{json.dumps(record)}\n" for record in records)


def _write(folder: Path, kind: str, records: list[Any]) -> Path:
    path = folder / f"set.{kind}"
    text = json.dumps(records, indent=1) if kind == "json" else _dump(records)
    if kind == "gz":
        path.write_bytes(gzip.compress(text.encode()))
    else:
        path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize("kind", ["json", "jsonl", "gz"])
def test_every_value_of_a_file_is_a_row_and_comes_back_whole(tmp_path: Path, kind: str) -> None:
    path = _write(tmp_path, kind, STRANGE)
    with open_index(find_target(path)) as index:
        rows = index.read_rows(list(range(1, 20)))
        bodies = [decode_record(index.read_body(row)) for row in rows]
    assert bodies == STRANGE
    place = "record" if kind == "json" else "line"
    assert [row.id for row in rows] == [
        "a", "7", f"{place} 3", f"{place} 4", f"{place} 5", f"{place} 6", "half ? a pair",
    ]  # fmt: skip
    assert [row.words for row in rows] == [4, 0, 0, 0, 0, 0, 4]
    assert [row.image for row in rows] == ["a.jpg", "", "", "", "", "", "a.jpg"]


def test_lines_that_are_no_json_are_rejected_rows(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    lines = [
        b"\xef\xbb\xbf" + json.dumps(GOOD).encode(),
        b"{broken",
        b'{"id": "\xff"}',
        b"",
        b'{"x": NaN}',
    ]
    path.write_bytes(b"\n".join(lines))
    rows = list(FileRows(path, TYPES))
    assert [row.is_accepted for row in rows] == [True, False, False, False]
    assert [list(row.reasons) for row in rows[1:]] == [["not-json"]] * 3


def test_records_with_one_id_are_told_apart(tmp_path: Path) -> None:
    path = _write(tmp_path, "json", [GOOD, GOOD, {**GOOD, "id": "b"}, GOOD])
    with open_index(find_target(path)) as index:
        assert [row.id for row in index.read_rows([1, 2, 3, 4])] == ["a", "a#2", "b", "a#3"]
        assert index.find_key("a#3") == 4


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Dear diary", encoding="utf-8")
    with pytest.raises(DatasetError, match="neither a JSON array nor JSON Lines"):
        open_index(find_target(path))
    assert [each.name for each in tmp_path.iterdir()] == ["notes.txt"]


def test_annotations_that_are_given_are_kept_with_the_index(tmp_path: Path) -> None:
    contexts = tmp_path / "contexts.jsonl"
    line = {"id": "000000000007", "image": "000000000007.jpg", "captions": ["A dog."]}
    contexts.write_text(
        json.dumps({**line, "instances": [{"category": "dog", "bbox": [0, 0, 0.5, 1]}]}),
        encoding="utf-8",
    )
    path = _write(tmp_path, "jsonl", [{**GOOD, "image": "000000000007.jpg"}, GOOD])
    target = find_target(path, contexts=contexts)
    with open_index(target) as index:
        known, unknown = index.read_rows([1, 2])
        image = index.read_image(known.annotated)
        assert image is not None
        assert image.captions == ("A dog.",)
        assert unknown.annotated == ""
        assert index.list_values("object") == [("dog", 1)]
