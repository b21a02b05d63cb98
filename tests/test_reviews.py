"""Decisions outlive the process, stand in the order they were made, and overwrite nobody's."""

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from datagen.errors import ReviewError, RunError, StaleRevision
from datagen.store import REVIEW_FILE, ReviewState, ReviewStore, find_review_file
from datagen.store.review_events import replay
from datagen.store.review_samples import (
    ReviewSample,
    SampledRecord,
    SampleStratum,
    keep_sample,
    list_samples,
    read_sample,
)

NOON = "2026-01-01T12:00:00+00:00"


def _accept(store: ReviewStore, record: str, revision: int = 0, by: str = "ann") -> ReviewState:
    return store.add(record, "accept", revision=revision, by=by, at=NOON)


def test_reviews_lie_in_the_run_folder_or_beside_the_file(tmp_path: Path) -> None:
    assert find_review_file(tmp_path) == tmp_path / "review.sqlite"
    assert find_review_file(tmp_path / "mix.json") == tmp_path / "mix.json.review.sqlite"


def test_a_decision_is_there_for_the_next_process(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        store.add("7", "reject", revision=0, by="ann", at=NOON, reason="guess", comment="A sky?")
    with ReviewStore(tmp_path) as store:
        assert store.read_state("7") == ReviewState(1, "rejected", "guess", 1, "ann", "A sky?")
        assert store.read_state("8") == ReviewState()
        (event,) = store.read_history("7")
    assert (event.kind, event.by, event.at, event.is_undone) == ("reject", "ann", NOON, False)


def test_a_set_without_reviews_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(RunError, match=f"there is no {REVIEW_FILE}"):
        ReviewStore(tmp_path)


def test_a_decision_on_an_old_revision_is_refused_with_what_holds_now(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as one, ReviewStore(tmp_path, write=True) as two:
        one.add("7", "reject", revision=0, by="ann", at=NOON, reason="guess")
        with pytest.raises(StaleRevision, match="changed by ann meanwhile") as refused:
            _accept(two, "7", by="bob")
        assert refused.value.state["decision"] == "rejected"
        assert two.read_state("7").by == "ann"
        assert _accept(two, "7", refused.value.state["revision"], "bob").decision == "accepted"
        assert [event.by for event in one.read_history("7")] == ["ann", "bob"]


def test_events_cannot_be_changed_or_removed(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        _accept(store, "7")
    with closing(sqlite3.connect(tmp_path / REVIEW_FILE)) as other:
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            other.execute("UPDATE events SET by = 'bob'")
        with pytest.raises(sqlite3.IntegrityError, match="never removed"):
            other.execute("DELETE FROM events")


def test_undo_takes_back_the_reviewers_own_last_event_and_redo_brings_it_back(
    tmp_path: Path,
) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        _accept(store, "7")
        store.add("8", "reject", revision=0, by="ann", at=NOON)
        _accept(store, "9", by="bob")
    with ReviewStore(tmp_path, write=True) as store:  # after a reload
        assert store.undo("ann", NOON) == ("8", ReviewState(2))
        assert store.undo("ann", NOON) == ("7", ReviewState(2))
        assert store.undo("ann", NOON) is None
        assert store.read_state("9").decision == "accepted"
        assert store.redo("ann", NOON) == ("7", ReviewState(3, "accepted", by="ann"))
        _accept(store, "10")
        assert store.redo("ann", NOON) is None
        assert store.read_state("8").decision is None


def test_undoing_a_decision_brings_back_the_one_before_it(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        _accept(store, "7")
        store.add("7", "reject", revision=1, by="bob", at=NOON, reason="guess")
        store.undo("ann", NOON)
        assert store.read_state("7").decision == "rejected"
        store.undo("bob", NOON)
        assert store.read_state("7") == ReviewState(4)


def test_undo_is_a_new_revision(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        _accept(store, "7")
        store.undo("ann", NOON)
        with pytest.raises(StaleRevision):
            _accept(store, "7", revision=1)


def test_an_edit_and_a_comment_leave_the_decision_as_it_is(tmp_path: Path) -> None:
    turns = [{"from": "human", "text": "Who?"}, {"from": "gpt", "text": "A cook."}]
    with ReviewStore(tmp_path, write=True) as store:
        _accept(store, "7")
        store.add("7", "edit", revision=1, by="bob", at=NOON, turns=turns)
        state = store.add("7", "comment", revision=2, by="cleo", at=NOON, comment="Fine.")
        assert (state.decision, state.by, state.edited_by) == ("accepted", "ann", "bob")
        assert state.edited == tuple(turns)
        assert store.read_states() == {"7": state}


def test_a_reason_keeps_the_label_that_it_had_when_it_was_given(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        first = store.list_reasons()
        state = store.add("7", "reject", revision=0, by="ann", at=NOON, reason=first[0].code)
        listed = store.set_reasons([(first[0].code, "Another name")], version=1)
        assert [(reason.label, reason.version) for reason in listed] == [("Another name", 2)]
        assert store.find_label(state.reason, state.reasons_version) == first[0].label
        assert store.list_reasons(1) == first
        with pytest.raises(ReviewError, match="no reason of the present list"):
            store.add("8", "reject", revision=0, by="ann", at=NOON, reason=first[1].code)


def test_the_list_of_reasons_is_not_overwritten_unknowingly(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        assert store.set_reasons([("a", "A")], version=1)[0].version == 2
        assert store.set_reasons([("a", "A")], version=2)[0].version == 2  # nothing changed
        with pytest.raises(ReviewError, match="changed meanwhile"):
            store.set_reasons([("b", "B")], version=1)


@pytest.mark.parametrize(
    ("reasons", "problem"),
    [
        ([], "0 reasons"),
        ([(f"r{n}", "R") for n in range(11)], "11 reasons"),
        ([("Wrong One", "W")], "no code"),
        ([("a", " ")], "one line"),
        ([("a", "A\nB")], "one line"),
        ([("a", "A"), ("a", "B")], "same code"),
    ],
)
def test_a_list_of_reasons_that_no_page_can_show_is_refused(
    reasons: list[tuple[str, str]], problem: str, tmp_path: Path
) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        with pytest.raises(ReviewError, match=problem):
            store.set_reasons(reasons, version=1)
        assert len(store.list_reasons()) == 9


_DECIDE_FOR_EVER = """
import sys
from itertools import count
from pathlib import Path
from datagen.store import ReviewStore
store = ReviewStore(Path(sys.argv[1]), write=True)
for n in count():
    store.add(f"r{n}", "accept", revision=0, by="ann", at="now")
    print(n, flush=True)
"""


def test_no_acknowledged_decision_is_lost_when_the_process_is_killed(tmp_path: Path) -> None:
    for round_ in range(3):
        folder = tmp_path / str(round_)
        folder.mkdir()
        command = [sys.executable, "-c", _DECIDE_FOR_EVER, str(folder)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(20 + 7 * round_):
                process.stdout.readline()
            process.kill()
            rest = process.stdout.read().split()
        acknowledged = 20 + 7 * round_ + len(rest)
        with ReviewStore(folder, write=True) as store:
            states = store.read_states()
            assert len(store.read_events()) == len(states)
        assert {f"r{n}" for n in range(acknowledged)} <= states.keys()
        assert len(states) <= acknowledged + 1  # one was on disk and not yet acknowledged


_DECIDE_WITH_OTHERS = """
import sys
from pathlib import Path
from datagen.errors import StaleRevision
from datagen.store import ReviewStore
name = sys.argv[2]
with ReviewStore(Path(sys.argv[1]), write=True) as store:
    for n in range(25):
        store.add(f"{name}{n}", "accept", revision=0, by=name, at="now")
        revision = 0
        while True:
            try:
                store.add("shared", "comment", revision=revision, by=name, at="now", comment=name)
                break
            except StaleRevision as exc:
                revision = exc.state["revision"]
"""


def test_several_processes_decide_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    names = ("ann", "bob", "cleo")
    commands = [[sys.executable, "-c", _DECIDE_WITH_OTHERS, str(tmp_path), name] for name in names]
    processes = [subprocess.Popen(command) for command in commands]
    assert [process.wait() for process in processes] == [0, 0, 0]
    with ReviewStore(tmp_path) as store:
        assert store.read_state("shared").revision == 75
        assert len(store.read_states()) == 76
        assert {by: len(own) for by, own in store.read_decisions().items()} == dict.fromkeys(
            names, 25
        )
        assert replay(store.read_events()) == store.read_states()


def test_threads_may_share_a_store(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store, ThreadPoolExecutor(4) as pool:
        states = list(pool.map(lambda n: _accept(store, f"r{n}"), range(60)))
        assert {state.revision for state in states} == {1}
        assert len(store.read_events()) == 60


def test_a_sample_comes_back_in_its_order_and_grows_under_its_name(tmp_path: Path) -> None:
    stratum = SampleStratum("t, accepted", "t", "accepted", 9, 2)
    small = ReviewSample("first", 3, (stratum,), (SampledRecord("b", stratum.name, 9.0),))
    large = small._replace(records=(*small.records, SampledRecord("a", stratum.name, 4.5)))
    with ReviewStore(tmp_path, write=True) as store:
        keep_sample(store, small)
        keep_sample(store, small._replace(name="other"))
        keep_sample(store, large)
        assert read_sample(store, "first") == large
        assert list_samples(store) == ["first", "other"]
        with pytest.raises(ReviewError, match="drawn with seed 3"):
            keep_sample(store, large._replace(seed=4))
        with pytest.raises(ReviewError, match="no sample 'none': first, other"):
            read_sample(store, "none")


def test_a_foreign_or_damaged_file_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / REVIEW_FILE
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE notes (text)")
    with pytest.raises(RunError, match="of another program"):
        ReviewStore(tmp_path, write=True)
    path.write_bytes(b"not a database, but long enough to be looked at" * 30)
    with pytest.raises(RunError, match="damaged"):
        ReviewStore(tmp_path, write=True)
    assert path.read_bytes().startswith(b"not a database")


def test_another_version_is_refused(tmp_path: Path) -> None:
    ReviewStore(tmp_path, write=True).close()
    with closing(sqlite3.connect(tmp_path / REVIEW_FILE)) as store:
        store.execute("PRAGMA user_version = 7")
    with pytest.raises(RunError, match="has version 7, this datagen reads 1"):
        ReviewStore(tmp_path)
