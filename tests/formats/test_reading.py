import codecs
import gzip
import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import DatasetError
from datagen.formats import (
    START,
    BrokenLine,
    iter_records,
    write_json_array,
)


def read_all(path: Path, content: bytes | str) -> list[tuple[str, object]]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(iter_records(path))


def test_lines_are_counted_from_one_with_the_blank_ones(tmp_path: Path) -> None:
    records = read_all(tmp_path / "a", '\n{"a": 1}\r\n\n  \n{"a": 2}')
    assert records == [("line 2", {"a": 1}), ("line 5", {"a": 2})]


def test_records_of_an_array_are_counted_from_one(tmp_path: Path) -> None:
    records = read_all(tmp_path / "a", ' [\n {"a": 1} ,3,\n"x", null, []]\n ')
    assert records == [
        ("record 1", {"a": 1}),
        ("record 2", 3),
        ("record 3", "x"),
        ("record 4", None),
        ("record 5", []),
    ]


def test_an_empty_array_has_no_records(tmp_path: Path) -> None:
    assert read_all(tmp_path / "a", " [ ] ") == []


@pytest.mark.parametrize("content", ['[{"a": "é"}]', '{"a": "é"}\n'])
def test_the_kind_is_told_by_content_also_compressed_or_with_a_byte_order_mark(
    tmp_path: Path, content: str
) -> None:
    plain = content.encode()
    for data in (plain, codecs.BOM_UTF8 + plain, gzip.compress(plain)):
        *_, (_, record) = read_all(tmp_path / "a.txt", data)
        assert record == {"a": "é"}


@pytest.mark.parametrize("content", [b'[{"a": 1}]', b'{"a": 1}\n', b"[]"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_byte_order_mark_is_given_before_the_records(
    tmp_path: Path, content: bytes, pack: Callable[[bytes], bytes]
) -> None:
    plain = read_all(tmp_path / "a", pack(content))
    (place, mark), *records = read_all(tmp_path / "a", pack(codecs.BOM_UTF8 + content))
    assert (place, records) == (START, plain)
    assert isinstance(mark, BrokenLine)
    assert mark.code == "byte-order-mark"


def test_a_line_that_is_not_utf_8_is_given_as_such_and_reading_goes_on(tmp_path: Path) -> None:
    data = b'{"a": 1}\n{"a": "caf\xe9"}\n{"a": 3}\n'
    records = read_all(tmp_path / "a", data)
    assert records == [
        ("line 1", {"a": 1}),
        ("line 2", BrokenLine("byte 0xe9", '{"a": "caf\ufffd"}', "wrong-encoding")),
        ("line 3", {"a": 3}),
    ]


def test_a_record_of_an_array_that_is_not_utf_8_breaks_alone_and_tells_its_line(
    tmp_path: Path,
) -> None:
    data = b'[{"a": "\xc3\xa9"},\n{"a":\n"caf\xe9"},\n{"a": "\\udce9"}]'
    records = read_all(tmp_path / "a", data)
    assert records == [
        ("record 1", {"a": "é"}),
        (
            "record 2",
            BrokenLine("byte 0xe9, line 3", '{"a":\n"caf\ufffd"}', "wrong-encoding"),
        ),
        ("record 3", {"a": "\udce9"}),
    ]


def test_what_is_not_utf_8_is_told_beyond_the_first_piece_of_the_file_too(tmp_path: Path) -> None:
    good = json.dumps({"a": "é" * 60_000}, ensure_ascii=False).encode()
    data = b"[" + good + b",\n" + good[:-2] + b'\xff"},\n' + good + b"]"
    records = read_all(tmp_path / "a", data)
    assert [isinstance(each, BrokenLine) for _, each in records] == [False, True, False]
    broken = records[1][1]
    assert isinstance(broken, BrokenLine)
    assert broken.message == "byte 0xff, line 2"
    assert "é\ufffd" in broken.span


BROKEN_LINES = {
    "prose": ("oops", "Expecting value, column 1"),
    "cut off": ('{"a": "x', "Unterminated string"),
    "two records": ('{"a": 1} {"a": 2}', "Extra data, column 10"),
    "NaN": ('{"a": NaN}', "NaN is no JSON value"),
    "infinity": ('{"a": -Infinity}', "-Infinity is no JSON value"),
    "nested": ('{"a":' * 100_000, "nested too deep"),
    "a long number": (f'{{"a": {"9" * 5000}}}', "digits"),
}


@pytest.mark.parametrize("fault", BROKEN_LINES)
def test_a_broken_line_is_given_as_such_and_reading_goes_on(tmp_path: Path, fault: str) -> None:
    line, message = BROKEN_LINES[fault]
    records = read_all(tmp_path / "a", f'{{"a": 1}}\n{line}\n{{"a": 2}}\n')
    assert [place for place, _ in records] == ["line 1", "line 2", "line 3"]
    broken = records[1][1]
    assert isinstance(broken, BrokenLine)
    assert message in broken.message
    assert broken.span == line[:80]


def test_a_first_line_may_be_broken_too(tmp_path: Path) -> None:
    records = read_all(tmp_path / "a", 'oops\n{"a": 1}\n')
    assert isinstance(records[0][1], BrokenLine)
    assert records[1] == ("line 2", {"a": 1})


def test_nan_in_an_array_breaks_its_record_only(tmp_path: Path) -> None:
    records = read_all(tmp_path / "a", '[{"a": 1}, {"a": NaN}, {"a": 3}]')
    assert records[1][1] == BrokenLine("NaN is no JSON value", '{"a": NaN}')
    assert records[2] == ("record 3", {"a": 3})


UNREADABLE: dict[str, tuple[bytes, str]] = {
    "empty": (b"", "is empty"),
    "blank": (b" \n\n", "is empty"),
    "a byte order mark": (codecs.BOM_UTF8, "is empty"),
    "prose": (b"Once upon a time.\nThe end.\n", "it begins 'Once upon a time.'"),
    "a number": (b"3\n", "neither a JSON array nor JSON Lines"),
    "binary": (b"\x89PNG\r\n\0\0", "binary or UTF-16"),
    "UTF-16": ('[{"a": 1}]'.encode("utf-16"), "binary or UTF-16"),
    "COCO": (b'{"info": {}, "images": [{"id": 1}]}', "annotations of COCO's kind"),
    "COCO over lines": (b'{\n "images": [\n  {"id": 1}\n]}\n', "annotations of COCO's kind"),
    "an object over lines": (b'{\n "a": 1,\n "b": 2\n}\n', "one JSON object over several lines"),
    "a character cut in two": (b'[\n"\xc3', r"record 1: .*Unterminated string.*\(line 2\)"),
    "latin-1 between records": (b"[1,\n\xe9]", r"record 2: not JSON: .*\(line 2\)"),
    "an open array": (b'[{"a": 1},\n{"a": 2}', r"record 2: the array is not closed.*\(line 2\)"),
    "an open record": (b'[{"a": 1},\n{"a": ', r"record 2: not JSON: .*; cut off\? \(line 2\)"),
    "an open string": (b'["a', "record 1: not JSON: Unterminated string.*; cut off?"),
    "an array that ends at a comma": (b'[{"a": 1},\n', "record 2: the file ends"),
    "a comma at the end": (b"[1, ]", "record 2: not JSON: Expecting value"),
    "no comma": (b"[1 2]", "record 1: no comma"),
    "a fault inside": (b'[1,\n{"a": \n\n oops}]', r"record 2: not JSON: .*\(line 4\)"),
    "two arrays": (b"[1]\n[2]", r"end: text follows after the end of the array \(line 2\)"),
    "too deep": (b"[" * 100_000, "record 1: not JSON: nested too deep"),
    "a broken archive": (b"\x1f\x8bxx", "gzip"),
    "a cut archive": (gzip.compress(b"[1, 2]" * 100)[:-9], "gzip"),
}


@pytest.mark.parametrize("fault", UNREADABLE)
def test_an_unreadable_file_is_an_error_that_names_file_and_place(
    tmp_path: Path, fault: str
) -> None:
    content, message = UNREADABLE[fault]
    with pytest.raises(DatasetError, match=message) as caught:
        read_all(tmp_path / "data", content)
    assert str(caught.value).startswith(str(tmp_path / "data"))


def test_a_record_with_a_list_of_images_is_not_taken_for_annotations(tmp_path: Path) -> None:
    assert read_all(tmp_path / "a", '{"images": ["a.jpg"]}\n') == [
        ("line 1", {"images": ["a.jpg"]})
    ]


def test_records_before_the_fault_are_given(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text('[{"a": 1}, {"a": 2}, {"a"', encoding="utf-8")
    records = iter_records(path)
    assert [next(records), next(records)] == [("record 1", {"a": 1}), ("record 2", {"a": 2})]
    with pytest.raises(DatasetError, match="record 3"):
        next(records)


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="there is no such file"):
        list(iter_records(tmp_path / "a"))
    with pytest.raises(DatasetError, match="is a folder"):
        list(iter_records(tmp_path))


@pytest.mark.parametrize("size", [65_530, 65_536, 200_000])
def test_records_longer_than_a_piece_of_the_file_are_read_whole(tmp_path: Path, size: int) -> None:
    records = [{"a": "é" * size}, 1234567890, {"b": [1] * (size // 3)}, "x" * size]
    content = json.dumps(records, ensure_ascii=False)
    assert [each for _, each in read_all(tmp_path / "a", content)] == records


@given(before=st.integers(65_500, 65_540))
def test_a_number_is_not_cut_where_a_piece_of_the_file_ends(
    before: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / "a"
    content = f"[{' ' * before}1234567890, true, 2.5e3]"
    assert [each for _, each in read_all(path, content)] == [1234567890, True, 2.5e3]


def test_an_array_is_not_held_in_memory(tmp_path: Path) -> None:
    path = tmp_path / "a"
    with write_json_array(path) as write:
        for number in range(10_000):
            write({"id": number, "text": "x" * 400})
    tracemalloc.start()
    count = sum(1 for _ in iter_records(path))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 10_000
    assert peak < path.stat().st_size / 4
