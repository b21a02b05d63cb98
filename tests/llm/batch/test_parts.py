import errno
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import RunError
from datagen.llm.batch.journal import Journal, PartState
from datagen.llm.batch.lines import write_line
from datagen.llm.batch.parts import (
    ERRORS,
    OUTPUT,
    REQUESTS,
    PartFiles,
    PartLimits,
    PartWriter,
    move_requests,
)


@contextmanager
def room(folder: Path) -> Iterator[tuple[Journal, PartFiles]]:
    with Journal(folder) as journal:
        yield journal, PartFiles(folder)


def fill(writer: PartWriter, names: list[str], padding: int = 0) -> None:
    for name in names:
        writer.add(name, write_line(name, b'{"x":"%b"}' % (b"-" * padding)), tag=f"tag {name}")


def test_a_part_knows_its_file(tmp_path: Path) -> None:
    with room(tmp_path) as (journal, files):
        with PartWriter(journal, files, PartLimits()) as writer:
            fill(writer, ["aa", "bb"])
            assert journal.list_parts(PartState.WRITTEN) == []
        (part,) = journal.list_parts(PartState.WRITTEN)
        content = files.get_path(1, REQUESTS).read_bytes()
        rows = journal.read_rows(part)
    assert content == write_line("aa", b'{"x":""}') + write_line("bb", b'{"x":""}')
    assert (part.requests, part.size) == (2, len(content))
    assert part.digest == hashlib.sha256(content).hexdigest()
    assert {name: (row.tries, row.tag) for name, row in rows.items()} == {
        "aa": (1, "tag aa"),
        "bb": (1, "tag bb"),
    }


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 300), max_size=30), st.integers(1, 7), st.integers(400, 900))
def test_no_part_exceeds_the_limits_and_no_request_is_lost(
    tmp_path_factory: pytest.TempPathFactory, paddings: list[int], requests: int, size: int
) -> None:
    with room(tmp_path_factory.mktemp("run")) as (journal, files):
        with PartWriter(journal, files, PartLimits(requests, size)) as writer:
            for number, padding in enumerate(paddings):
                fill(writer, [f"{number:04x}"], padding)
        parts = journal.list_parts(PartState.WRITTEN)
        names = [name for part in parts for name in sorted(journal.read_rows(part))]
        lines = [line for part in parts for line in files.read_lines(part.number, REQUESTS)]
    assert all(1 <= part.requests <= requests and part.size <= size for part in parts)
    assert names == [f"{number:04x}" for number in range(len(paddings))]
    assert len(lines) == len(paddings)
    assert sum(part.size for part in parts) == sum(map(len, lines))


def test_nothing_to_write_makes_no_part(tmp_path: Path) -> None:
    with room(tmp_path) as (journal, files):
        with PartWriter(journal, files, PartLimits()):
            pass
        assert journal.list_parts(*PartState) == []
    assert list((tmp_path / "batches").iterdir()) == []


def test_a_part_that_was_not_completed_is_written_over(tmp_path: Path) -> None:
    with room(tmp_path) as (journal, files):
        writer = PartWriter(journal, files, PartLimits(requests=1))
        fill(writer, ["aa", "bb"])
        writer.__exit__(KeyError, KeyError(), None)
        assert [part.number for part in journal.list_parts(*PartState)] == [1]
        assert not files.get_path(2, REQUESTS).exists()
        with PartWriter(journal, files, PartLimits()) as writer:
            fill(writer, ["cc"])
        assert [part.number for part in journal.list_parts(*PartState)] == [1, 2]
        assert len(list(files.read_lines(2, REQUESTS))) == 1
    assert [path.name for path in sorted((tmp_path / "batches").iterdir())] == [
        "00001.requests.jsonl",
        "00002.requests.jsonl",
    ]


def test_requests_move_with_their_very_bytes(tmp_path: Path) -> None:
    with room(tmp_path) as (journal, files):
        with PartWriter(journal, files, PartLimits()) as writer:
            fill(writer, ["aa", "bb", "cc", "dd"])
        (part,) = journal.list_parts(PartState.WRITTEN)
        chosen = {"dd": (3, "d"), "bb": (2, "b"), "cc": (1, "c")}
        move_requests(part, chosen, journal, files, PartLimits(requests=2))
        _, second, third = journal.list_parts(PartState.WRITTEN)
        assert list(journal.read_rows(part)) == ["aa"]
        assert {name: row.tries for name, row in journal.read_rows(second).items()} == {
            "bb": 2,
            "cc": 1,
        }
        assert list(journal.read_rows(third)) == ["dd"]
        assert list(files.read_lines(3, REQUESTS)) == [write_line("dd", b'{"x":""}')]


def test_a_request_whose_line_is_gone_is_released(tmp_path: Path) -> None:
    with room(tmp_path) as (journal, files):
        with PartWriter(journal, files, PartLimits()) as writer:
            fill(writer, ["aa"])
        (part,) = journal.list_parts(PartState.WRITTEN)
        files.remove(1, REQUESTS)
        files.remove(1, REQUESTS)
        move_requests(part, {"aa": (2, "")}, journal, files, PartLimits())
        assert not journal.has_request("aa")


def test_lines_are_read_file_after_file_without_blank_ones(tmp_path: Path) -> None:
    files = PartFiles(tmp_path)
    files.get_path(1, OUTPUT).write_bytes(b"a\n\n  \nb\n")
    files.get_path(1, ERRORS).write_bytes(b"c")
    assert list(files.read_lines(1, OUTPUT, ERRORS)) == [b"a\n", b"b\n", b"c"]
    assert list(files.read_lines(2, OUTPUT, ERRORS)) == []


def test_a_full_disk_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    files = PartFiles(tmp_path)
    monkeypatch.setattr("os.fsync", fail)
    with (
        pytest.raises(RunError, match=r"00001\.output\.jsonl: .*; free some space"),
        files.write(1, OUTPUT) as write,
    ):
        write(b"x")
    assert not files.get_path(1, OUTPUT).exists()


def test_a_network_error_while_writing_is_not_taken_for_the_disks(tmp_path: Path) -> None:
    with pytest.raises(ConnectionResetError), PartFiles(tmp_path).write(1, OUTPUT):
        raise ConnectionResetError


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "batches").write_bytes(b"")
    with pytest.raises(RunError, match="batches: cannot be used: File exists"):
        PartFiles(tmp_path)
