"""The looks of a spot-check outlive the process, stand once each, and belong to one version."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from datagen.errors import RunError
from datagen.store import LOOKS_FILE, LookStore


def test_looks_come_back_by_key_and_those_that_are_not_there_do_not(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        store.add([(b"a", b"1"), (b"b", b"2")])
        assert store.find([b"b", b"c"]) == {b"b": b"2"}


def test_a_look_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        store.add([(b"a", b"1")])
        store.add([(b"a", b"2")])
        assert store.find([b"a"]) == {b"a": b"1"}


def test_thousands_of_keys_can_be_asked_for_at_once(tmp_path: Path) -> None:
    keys = [str(n).encode() for n in range(3000)]
    with LookStore(tmp_path, write=True) as store:
        store.add((key, key) for key in keys)
        assert store.find(keys) == {key: key for key in keys}


def test_new_flags_concern_only_the_records_that_were_looked_at(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        store.update_flags(
            ["1", "2", "3"], {"1": [("low-gain", "Low.")], "2": [("low-clip", "No.")]}
        )
        store.update_flags(["1", "4"], {"4": [("disagrees", "Said no.")]})
    with LookStore(tmp_path) as store:
        assert store.read_flags() == {"2": [("low-clip", "No.")], "4": [("disagrees", "Said no.")]}


def test_what_was_added_is_there_after_the_process_was_killed(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from datagen.store import LookStore\n"
        "store = LookStore(Path(sys.argv[1]), write=True); store.add([(b'a', b'1')])\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    with LookStore(tmp_path) as store:
        assert store.find([b"a"]) == {b"a": b"1"}


def test_a_folder_without_looks_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"holds no {LOOKS_FILE}; `datagen spotcheck` makes it"):
        LookStore(tmp_path)


def test_a_foreign_or_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / LOOKS_FILE
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")
    with pytest.raises(RunError, match="of another program"):
        LookStore(tmp_path, write=True)
    path.write_bytes(b"not a database, but long enough to be looked at" * 30)
    with pytest.raises(RunError, match="damaged"):
        LookStore(tmp_path, write=True)
    assert path.read_bytes().startswith(b"not a database")


def test_another_version_is_refused(tmp_path: Path) -> None:
    LookStore(tmp_path, write=True).__exit__(None, None, None)
    with closing(sqlite3.connect(tmp_path / LOOKS_FILE)) as store:
        store.execute("PRAGMA user_version = 7")
    with pytest.raises(RunError, match="has version 7, this datagen reads 1"):
        LookStore(tmp_path)
