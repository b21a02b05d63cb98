import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from datagen.errors import RunError
from datagen.llm.batch.journal import (
    JOURNAL_FILE,
    Journal,
    Part,
    PartState,
    Row,
)

PART = Part(1, PartState.WRITTEN, "d" * 64, requests=2, size=100)
REQUESTS = {"aa": (1, "first"), "bb": (2, "second")}


def test_a_part_and_its_requests_survive(tmp_path: Path) -> None:
    part = replace(PART, posts=1, is_pending=True)
    with Journal(tmp_path) as journal:
        journal.add_part(part, REQUESTS)
    with Journal(tmp_path) as journal:
        assert journal.list_parts(PartState.WRITTEN) == [part]
        assert journal.read_rows(part) == {
            "aa": Row(1, "first", is_wanted=False),
            "bb": Row(2, "second", is_wanted=False),
        }
        assert journal.get_next_number() == 2


def test_a_part_is_listed_by_how_far_it_is(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add_part(PART, {})
        out = journal.save(replace(PART, state=PartState.OUT, batch_id="batch_1"))
        assert journal.list_parts(PartState.OUT) == [out]
        assert journal.list_parts(PartState.WRITTEN, PartState.UPLOADED) == []


def test_a_request_stands_in_the_newest_part_only(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add_part(PART, REQUESTS)
        journal.add_part(replace(PART, number=2), {"aa": (2, "first")})
        assert list(journal.read_rows(PART)) == ["bb"]
        assert list(journal.read_rows(replace(PART, number=2))) == ["aa"]


def test_a_part_is_added_whole_or_not_at_all(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add_part(PART, REQUESTS)
        with pytest.raises(RunError):
            journal.add_part(PART, {"cc": (1, "")})
        assert not journal.has_request("cc")


def test_what_is_wanted_is_known_for_one_start(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add_part(PART, REQUESTS)
        assert journal.want("aa")
        assert not journal.want("aa")
        assert journal.count_wanted(PART) == 1
        assert journal.read_rows(PART)["aa"].is_wanted
    with Journal(tmp_path) as journal:
        assert journal.count_wanted(PART) == 0


def test_a_closed_part_is_reopened_for_what_is_wanted(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add_part(PART, REQUESTS)
        closed = journal.save(replace(PART, state=PartState.CLOSED))
        journal.add_part(replace(PART, number=2), {"cc": (1, "")})
        journal.want("cc")
        assert journal.list_reopened() == []
        journal.want("bb")
        assert journal.list_reopened() == [closed]


def test_a_released_request_is_forgotten(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.add_part(PART, REQUESTS)
        journal.release(["aa", "zz"])
        assert not journal.has_request("aa")
        assert journal.has_request("bb")


def test_a_token_is_the_same_in_every_start_and_another_in_every_run(tmp_path: Path) -> None:
    tokens = []
    for name in ("one", "one", "two"):
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        with Journal(folder) as journal:
            tokens.append(journal.get_token(PART))
            assert journal.get_token(replace(PART, digest="e" * 64)) != tokens[-1]
            assert journal.get_token(replace(PART, number=2)) != tokens[-1]
    assert tokens[0] == tokens[1]
    assert tokens[0] != tokens[2]


def test_a_token_fits_into_the_metadata_of_a_batch(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert len(journal.get_token(replace(PART, number=10**9))) < 64


def test_values_are_kept(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert journal.get_meta("ceiling") == ""
        journal.set_meta("ceiling", "7")
        journal.set_meta("ceiling", "5")
    with Journal(tmp_path) as journal:
        assert journal.get_meta("ceiling") == "5"


def test_a_journal_of_another_version_is_refused(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / JOURNAL_FILE)
    connection.execute("PRAGMA user_version = 9")
    connection.close()
    with pytest.raises(RunError, match="has version 9, this datagen reads 1"):
        Journal(tmp_path)


def test_a_file_that_is_no_journal_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / JOURNAL_FILE
    path.write_bytes(b"something else " * 100)
    with pytest.raises(RunError, match="file is not a database"):
        Journal(tmp_path)
    assert path.read_bytes() == b"something else " * 100


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="unable to open"):
        Journal(tmp_path / "missing")
