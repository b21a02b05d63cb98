"""The store keeps every answer, hands them back in item order, and refuses what is not its own."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from datagen.errors import RunError
from datagen.records import AnnotatedImage, Box, Item, Message, Reply, Usage
from datagen.store import (
    LOCK_FILE,
    STORE_FILE,
    Answer,
    Request,
    RunLock,
    RunStore,
    Standing,
    StoreWriter,
    survey,
)
from datagen.store.survey import iterate_standings

PREFIX = (Message("system", "Write."), Message("user", "A cat."), Message("assistant", "Cat."))


def _request(image_id: str, name: str = "conversation", index: int = 0) -> Request:
    image = AnnotatedImage(
        image_id, f"{image_id}.jpg", ("A “dog”.",), (Box("dog", (0.1, 0.2, 0.3, 0.4), 0.04),), 8, 6
    )
    key = f"{image_id}{name}{index}".encode().ljust(32)
    return Request(key, Item(image_id, name, index), image, PREFIX, "A “dog”.", "What is it?")


def _answer(text: str, round_: int = 0, failure: str = "") -> Answer:
    reply = Reply(text, "m", "stop", Usage(10, 5, 3), latency=0.25, attempts=2)
    return Answer(reply, round=round_, failure=failure)


def test_what_was_added_comes_back_whole(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store:
        store.add([(_request("1"), _answer("Über"))])
        assert list(store.iterate()) == [(_request("1"), [_answer("Über")])]
        assert store.find_answer(_request("1")) == _answer("Über")
        assert store.find_answer(_request("2")) is None
        assert store.count_answers() == 1


def test_items_come_in_order_whatever_the_order_of_arrival(tmp_path: Path) -> None:
    requests = [_request("2"), _request("1", index=1), _request("1", "a"), _request("1")]
    with RunStore(tmp_path, write=True) as store:
        for request in requests:
            store.add([(request, _answer("x"))])
        ids = [request.item.id for request, _ in store.iterate()]
    assert ids == ["1_a_0", "1_conversation_0", "1_conversation_1", "2_conversation_0"]


def test_the_newest_round_counts_and_the_older_ones_stay(tmp_path: Path) -> None:
    request = _request("1")
    with RunStore(tmp_path, write=True) as store:
        store.add([(request, _answer("bad")), (request, _answer("good", 1))])
        assert store.find_answer(request) == _answer("good", 1)
        assert [answers for _, answers in store.iterate()] == [[_answer("good", 1)]]
        assert store.sum_usage() == Usage(20, 10, 6)
        assert store.sum_attempts() == 4


def test_a_reply_takes_the_place_of_a_failure_which_stays_on_file(tmp_path: Path) -> None:
    request = _request("1")
    with RunStore(tmp_path, write=True) as store:
        store.add([(request, _answer("503", failure="gave-up")), (request, _answer("good"))])
        store.add([(request, _answer("late 503", failure="gave-up"))])
        assert store.find_answer(request) == _answer("good")
        assert store.sum_attempts() == 6
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection:
        rows = connection.execute("SELECT code, message FROM failures").fetchall()
    assert rows == [("gave-up", "503"), ("gave-up", "late 503")]


def test_candidates_stand_side_by_side(tmp_path: Path) -> None:
    request = _request("1")
    second = Answer(Reply("b", "m"), candidate=1, feedback="again")
    with RunStore(tmp_path, write=True) as store:
        store.add([(request, second), (request, _answer("a"))])
        assert [answers for _, answers in store.iterate()] == [[_answer("a"), second]]
        assert store.find_answer(request, 1) == second


def test_an_answer_that_is_there_is_not_replaced(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store:
        store.add([(_request("1"), _answer("first")), (_request("1"), _answer("second"))])
        found = store.find_answer(_request("1"))
    assert found == _answer("first")


def test_a_prefix_shared_by_many_requests_is_stored_once(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store:
        store.add([(_request(str(n)), _answer("x")) for n in range(20)])
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection:
        assert connection.execute("SELECT count(*) FROM prefixes").fetchone() == (1,)


async def test_the_writer_commits_what_it_was_given(tmp_path: Path) -> None:
    failures: list[str] = []
    with RunStore(tmp_path, write=True) as store:
        async with StoreWriter(store, on_error=lambda: failures.append("failed")) as writer:
            for n in range(50):
                writer.put(_request(str(n)), _answer("x"))
        assert store.count_answers() == 50
    assert failures == []


async def test_an_answer_is_committed_while_the_run_goes_on(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store, RunStore(tmp_path) as reading:
        async with StoreWriter(store, commit_after=0.001) as writer:
            writer.put(_request("1"), _answer("x"))
            for _ in range(1000):
                if reading.count_answers():
                    break
                await asyncio.sleep(0.005)
            assert reading.find_answer(_request("1")) == _answer("x")


async def test_a_writer_that_cannot_write_says_so_at_once_and_at_the_end(tmp_path: Path) -> None:
    failures: list[str] = []
    with RunStore(tmp_path, write=True) as store:
        with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection, connection:
            connection.execute("DROP TABLE answers")
        with pytest.raises(RunError, match="answers"):
            async with StoreWriter(store, on_error=lambda: failures.append("failed")) as writer:
                writer.put(_request("1"), _answer("x"))
    assert failures == ["failed"]


def test_a_full_disk_is_one_clear_error_and_destroys_nothing(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store:
        store.add([(_request("1"), _answer("kept"))])
        store._connection.execute("PRAGMA max_page_count = 1")  # SQLite's own stand-in
        rows = [(_request(str(n)), _answer("x" * 5000)) for n in range(2, 40)]
        with pytest.raises(RunError, match="disk is full"):
            store.add(rows)
    with RunStore(tmp_path) as store:
        assert [answers for _, answers in store.iterate()] == [[_answer("kept")]]


@pytest.mark.parametrize(
    "content", [b"not a database at all, just prose" * 200, b"SQLite format 3\x00" * 9]
)
def test_a_file_that_is_no_store_is_refused_and_left_as_it_is(
    tmp_path: Path, content: bytes
) -> None:
    path = tmp_path / STORE_FILE
    path.write_bytes(content)
    with pytest.raises(RunError, match=r"run\.sqlite"):
        RunStore(tmp_path, write=True)
    assert path.read_bytes() == content


def test_a_database_of_another_program_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection, connection:
        connection.execute("CREATE TABLE theirs (x)")
    with pytest.raises(RunError, match="another program"):
        RunStore(tmp_path, write=True)
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master").fetchall()
    assert tables == [("theirs",)]


def test_another_schema_version_is_refused_with_both_numbers(tmp_path: Path) -> None:
    RunStore(tmp_path, write=True).close()
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection, connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(RunError, match="schema version 99"):
        RunStore(tmp_path, write=True)


def test_a_folder_without_a_store_is_no_run_folder(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is no run folder"):
        RunStore(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_second_process_on_the_same_folder_is_refused_with_the_first_ones_pid(
    tmp_path: Path,
) -> None:
    script = (
        "import sys; from pathlib import Path; from datagen.errors import RunError\n"
        "from datagen.store import RunLock\n"
        "try:\n with RunLock(Path(sys.argv[1])): print('taken')\n"
        "except RunError as error: print(error)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    with RunLock(tmp_path):
        second = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    third = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert f"pid {os.getpid()}" in second
    assert third == "taken\n"


def test_a_folder_that_cannot_be_written_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / LOCK_FILE).mkdir()  # not even root can open a folder for writing
    with pytest.raises(RunError, match="cannot be written"), RunLock(tmp_path):
        pass


def test_small_values_are_kept_with_the_run(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store:
        assert store.get_meta("planned") is None
        store.set_meta("planned", "1")
        store.set_meta("planned", "2")
    with RunStore(tmp_path) as store:
        assert store.get_meta("planned") == "2"


def test_standings_tell_the_newest_round_of_each_candidate_in_item_order(tmp_path: Path) -> None:
    first, second = _request("2"), _request("1", "detail", 1)
    rows = [
        (first, _answer("bad")),
        (first, _answer("no", 1, "gave-up")),
        (first, Answer(Reply("b", "m"), candidate=1)),
        (second, _answer("good")),
    ]
    with RunStore(tmp_path, write=True) as store:
        store.add(rows)
        assert list(iterate_standings(store)) == [
            (second.item, [Standing(0, 0, "")]),
            (first.item, [Standing(0, 1, "gave-up"), Standing(1, 0, "")]),
        ]


def test_standings_come_whole_over_many_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "_PAGE", 3)
    requests = [_request(f"{n:02}", index=n % 2) for n in range(10)]
    with RunStore(tmp_path, write=True) as store:
        store.add([(request, _answer("x")) for request in requests])
        assert [item for item, _ in iterate_standings(store)] == [each.item for each in requests]


def test_who_reads_standings_does_not_keep_the_journal_from_being_cleared(tmp_path: Path) -> None:
    with RunStore(tmp_path, write=True) as store, RunStore(tmp_path) as reading:
        store.add([(_request(str(n)), _answer("x")) for n in range(5)])
        next(iterate_standings(reading))
        busy, left, cleared = next(store.query("PRAGMA wal_checkpoint(TRUNCATE)"))
        assert (busy, left, cleared) == (0, 0, 0)


def test_what_is_asked_of_all_answers_reads_no_texts(tmp_path: Path) -> None:
    asked = "SELECT total(prompt_tokens), total(completion_tokens), total(cached_tokens)"
    with RunStore(tmp_path, write=True) as store:
        plan = [row[-1] for row in store.query(f"EXPLAIN QUERY PLAN {asked} FROM answers")]
    assert plan == ["SCAN answers USING COVERING INDEX answers_counts"]


_VERSION_1 = """
DROP INDEX answers_counts;
DROP INDEX failures_requests;
ALTER TABLE answers RENAME TO now;
CREATE TABLE answers (
    request INTEGER NOT NULL REFERENCES requests (id), candidate INTEGER NOT NULL,
    round INTEGER NOT NULL, failure TEXT NOT NULL, text TEXT NOT NULL, model TEXT NOT NULL,
    finish_reason TEXT NOT NULL, prompt_tokens INTEGER NOT NULL,
    completion_tokens INTEGER NOT NULL, cached_tokens INTEGER NOT NULL, latency REAL NOT NULL,
    attempts INTEGER NOT NULL, feedback TEXT NOT NULL, PRIMARY KEY (request, candidate, round)
) WITHOUT ROWID;
INSERT INTO answers SELECT * FROM now;
DROP TABLE now;
PRAGMA user_version = 1;
"""


def test_a_store_of_version_1_is_brought_up_to_date_with_all_that_it_holds(tmp_path: Path) -> None:
    rows = [(_request("2"), [_answer("a", 1)]), (_request("3", "detail"), [_answer("b")])]
    with RunStore(tmp_path, write=True) as store:
        store.add([(request, answer) for request, answers in rows for answer in answers])
        schema = _list_tables(store)
    with closing(sqlite3.connect(tmp_path / STORE_FILE)) as connection:
        connection.executescript(_VERSION_1)
    with pytest.raises(RunError, match="older datagen"):
        RunStore(tmp_path)
    with RunStore(tmp_path, write=True) as store:
        assert list(store.iterate()) == rows
        assert _list_tables(store) == schema
        store.add([(_request("4"), _answer("c"))])
        assert store.sum_usage() == Usage(30, 15, 9)


def _list_tables(store: RunStore) -> list[tuple[str, ...]]:
    return sorted(store.query("SELECT name, sql FROM sqlite_master WHERE sql <> ''"))
