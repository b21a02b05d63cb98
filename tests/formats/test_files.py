import errno
import json
import os
import resource
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import RunError
from datagen.formats import (
    iter_records,
    open_atomic,
    write_json_array,
    write_jsonl,
)

Writer = Callable[[Path], AbstractContextManager[Callable[[object], object]]]
WRITERS: list[Writer] = [write_jsonl, write_json_array]


def write_all(writer: Writer, path: Path, records: list[Any]) -> bytes:
    with writer(path) as write:
        for record in records:
            write(record)
    return path.read_bytes()


def list_names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_jsonl_has_a_record_a_line_with_keys_in_order(tmp_path: Path) -> None:
    content = write_all(write_jsonl, tmp_path / "a", [{"b": 1, "a": "한 é"}, {}])
    assert content == '{"b": 1, "a": "한 é"}\n{}\n'.encode()


def test_an_array_has_a_record_a_line_and_ends_with_a_newline(tmp_path: Path) -> None:
    content = write_all(write_json_array, tmp_path / "a", [{"b": 1}, {"a": 2}])
    assert content == b'[\n{"b": 1},\n{"a": 2}\n]\n'


def test_without_records_both_are_still_valid(tmp_path: Path) -> None:
    assert write_all(write_jsonl, tmp_path / "a", []) == b""
    assert write_all(write_json_array, tmp_path / "a", []) == b"[]\n"


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize("writer", WRITERS)
@given(records=st.lists(st.dictionaries(st.text(), values, max_size=3), min_size=1, max_size=4))
def test_what_is_written_is_read_again(
    writer: Writer, records: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.mktemp("files") / "a"
    content = write_all(writer, path, records)
    assert content.count(b"\n") == len(records) + (2 if writer is write_json_array else 0)
    assert [record for _, record in iter_records(path)] == json.loads(json.dumps(records))


def test_a_lone_surrogate_is_written_as_an_escape(tmp_path: Path) -> None:
    for writer in WRITERS:
        content = write_all(writer, tmp_path / "a", [{"a": "\\ \ud83d"}])
        assert b'"\\\\ \\ud83d"' in content
        assert [record for _, record in iter_records(tmp_path / "a")] == [{"a": "\\ \ud83d"}]


def test_a_line_separator_of_unicode_does_not_break_a_line(tmp_path: Path) -> None:
    path = tmp_path / "a"
    assert write_all(write_jsonl, path, [{"a": "x\u2028y\x85z"}]).count(b"\n") == 1
    assert list(iter_records(path)) == [("line 1", {"a": "x\u2028y\x85z"})]


def test_nan_is_refused_rather_than_written(tmp_path: Path) -> None:
    for writer in WRITERS:
        with pytest.raises(ValueError, match="JSON"):
            write_all(writer, tmp_path / "a", [{"a": float("nan")}])
    assert list_names(tmp_path) == []


def test_an_old_file_stays_until_the_new_one_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_text("old", encoding="utf-8")
    with open_atomic(path) as file:
        file.write("new")
        file.flush()
        assert path.read_text(encoding="utf-8") == "old"
    assert path.read_text(encoding="utf-8") == "new"
    assert list_names(tmp_path) == ["a"]


@pytest.mark.parametrize("error", [OSError("not ours"), KeyboardInterrupt(), RunError("x", "y")])
def test_after_an_error_the_old_file_stays_and_the_error_passes(
    tmp_path: Path, error: BaseException
) -> None:
    path = tmp_path / "a"
    path.write_text("old", encoding="utf-8")

    def write() -> None:
        with open_atomic(path) as file:
            file.write("new" * 100_000)
            raise error

    with pytest.raises(type(error)) as caught:
        write()
    assert caught.value is error
    assert path.read_text(encoding="utf-8") == "old"
    assert list_names(tmp_path) == ["a"]


@pytest.mark.parametrize("writer", WRITERS)
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
def test_a_full_disk_at_the_end_is_an_error_that_names_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writer: Writer, code: int
) -> None:
    def fail(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    path = tmp_path / "data.jsonl"
    path.write_text("old", encoding="utf-8")
    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(RunError, match=r"data\.jsonl: cannot be written"):
        write_all(writer, path, [{"a": 1}])
    assert path.read_text(encoding="utf-8") == "old"
    assert list_names(tmp_path) == ["data.jsonl"]


@pytest.fixture
def _small_files_only() -> Iterator[None]:
    """Let no file of this process grow beyond 64 KiB."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, old[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, old)


@pytest.mark.usefixtures("_small_files_only")
@pytest.mark.parametrize("writer", WRITERS)
def test_a_failure_in_the_midst_of_writing_names_the_file(tmp_path: Path, writer: Writer) -> None:
    path = tmp_path / "data.jsonl"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(RunError, match=r"data\.jsonl: cannot be written: File too large"):
        write_all(writer, path, [{"a": "x" * 2_000}] * 100)
    assert path.read_text(encoding="utf-8") == "old"
    assert list_names(tmp_path) == ["data.jsonl"]


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    path = tmp_path / "no" / "a"
    with pytest.raises(RunError, match="its folder does not exist") as caught, open_atomic(path):
        pass
    assert caught.value.path == path


@pytest.mark.parametrize("name", ["folder", "folder/link"])
def test_a_folder_is_not_replaced(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "link").symlink_to(tmp_path)
    with pytest.raises(RunError, match="not a file"), open_atomic(tmp_path / name):
        pass


def test_a_device_is_not_replaced() -> None:
    with pytest.raises(RunError, match="not a file"), open_atomic(Path("/dev/null")):
        pass


def test_a_link_keeps_pointing_to_the_file_that_is_written(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "there" / "a")
    with open_atomic(link) as file:
        file.write("new")
    assert link.is_symlink()
    assert (tmp_path / "there" / "a").read_text(encoding="utf-8") == "new"


def test_a_new_file_has_the_permissions_of_any_other(tmp_path: Path) -> None:
    write_all(write_jsonl, tmp_path / "a", [])
    (tmp_path / "b").touch()
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "b").stat().st_mode
