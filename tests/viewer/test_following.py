"""While a run is writing, its answers come into the list behind what is there, judged one by one."""

import json
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from datagen.pipeline import build_dataset
from datagen.records import Reply, Usage
from datagen.store import Answer, Request, RunLock, RunStore
from datagen.viewer.following import Follower
from datagen.viewer.index import Index, open_index
from datagen.viewer.keeping import Keeper
from tests.viewer.asking import Page, find_target, serve_page

DERIVED = ("dataset.jsonl", "dataset.json", "rejected.jsonl", "scores.jsonl", "report.json")


@pytest.fixture
def answered(samples_run: Path) -> list[tuple[Request, list[Answer]]]:
    """Everything that the samples' run was answered."""
    with RunStore(samples_run) as store:
        return list(store.iterate())


@pytest.fixture
def writing(samples_run: Path, tmp_path: Path) -> Path:
    """The folder of a run that has asked nobody yet."""
    folder = tmp_path / "run"
    folder.mkdir()
    shutil.copy(samples_run / "run.toml", folder)
    with RunStore(folder, write=True) as store:
        store.set_meta("planned", json.dumps({"conversation": 15, "detail_description": 30}))
    return folder


def _add(folder: Path, rows: list[tuple[Request, list[Answer]]]) -> None:
    with RunStore(folder, write=True) as store:
        store.add((request, answer) for request, answers in rows for answer in answers)


def _follow(folder: Path, index: Index) -> int:
    return Follower(find_target(folder), index).catch_up()


def test_answers_become_rows_that_can_be_searched_and_counted(
    writing: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    with open_index(find_target(writing)) as index:
        assert index.size == 0
        _add(writing, answered[:10])
        assert _follow(writing, index) == 10
        assert _follow(writing, index) == 0
        _add(writing, answered[10:])
        assert _follow(writing, index) == 35
        assert index.size == 45
        assert dict(index.list_values("state")) == {"accepted": 45}
        assert dict(index.list_values("object"))["person"] == 24
    with open_index(find_target(writing)) as again:
        assert again.size == 45


def test_what_is_followed_is_what_is_built(
    writing: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    _add(writing, answered)
    target = find_target(writing)
    with open_index(target) as index:
        _follow(writing, index)
        live = {row.id: (row, index.read_texts(row)) for row in index.read_rows([*range(1, 46)])}
    build_dataset(writing, target.settings)
    with open_index(target) as index:
        for row in index.read_rows([*range(1, 46)]):
            other, texts = live[row.id]
            assert (row.words, row.score, row.is_accepted) == (
                other.words,
                other.score,
                other.is_accepted,
            )
            assert index.read_texts(row) == texts


def test_a_rejected_item_that_is_answered_better_keeps_its_place(
    writing: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    (request, (good,)), *others = answered[:4]
    poor = Answer(Reply("I am sorry, but I cannot help with elephants.", "m", usage=Usage(1, 1)))
    better = Answer(good.reply, round=1, feedback="Say something.")
    _add(writing, [(request, [poor]), *others])
    with open_index(find_target(writing)) as index:
        follower = Follower(find_target(writing), index)
        follower.catch_up()
        assert dict(index.list_values("state")) == {"accepted": 3, "rejected": 1}
        (row,) = index.read_rows([1])
        assert not row.is_accepted
        assert _search(index, "elephants") == [1]
        _add(writing, [(request, [better])])
        assert follower.catch_up() == 0
        (row,) = index.read_rows([1])
        assert row.is_accepted
        assert (index.size, _search(index, "elephants")) == (4, [])
        assert dict(index.list_values("state"))["accepted"] == 4
        assert index.find_set("state", "rejected") == 0
        assert index.read_column("score").get(1) == round((row.score or 0) * 10_000)


def test_a_failure_is_a_rejected_row_with_its_code(
    writing: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    failure = Answer(Reply("no answer after 13 attempts", "", ""), failure="gave-up")
    _add(writing, [(answered[0][0], [failure])])
    with open_index(find_target(writing)) as index:
        _follow(writing, index)
        (row,) = index.read_rows([1])
        assert (row.is_accepted, row.reasons) == (False, "gave-up")


def _search(index: Index, word: str) -> list[int]:
    rows = index.connection.execute("SELECT rowid FROM texts WHERE texts MATCH ?", (word,))
    return [key for (key,) in rows]


def test_a_run_that_was_stopped_shows_what_its_files_do_not_hold_yet(
    run: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    for name in ("dataset.jsonl", "scores.jsonl"):
        lines = (run / name).read_bytes().splitlines(keepends=True)
        (run / name).write_bytes(b"".join(lines[:40]))
    with open_index(find_target(run)) as index:
        assert index.size == 40
        assert _follow(run, index) == 5
        assert index.find_key(answered[-1][0].item.id) is not None


@pytest.fixture
def live(writing: Path) -> Iterator[tuple[Page, Callable[[], None]]]:
    """The page of a run that is writing, and a function that waits until it has looked."""
    with serve_page(find_target(writing)) as page:
        keeper = Keeper(page.session, every=0.02)
        yield page, keeper.look


def test_the_list_never_jumps_while_a_run_is_writing(
    writing: Path,
    live: tuple[Page, Callable[[], None]],
    answered: list[tuple[Request, list[Answer]]],
) -> None:
    page, look = live
    _add(writing, answered[:20])
    look()
    first = page.get("/api/records?limit=8&sort=-score")
    assert (first["total"], first["new"], first["until"]) == (20, 0, 20)
    rest = f"/api/records?limit=8&sort=-score&until={first['until']}"
    second = page.get(f"{rest}&after={first['next']}")
    _add(writing, answered[20:32])
    look()
    again = page.get(rest)
    assert again["rows"] == first["rows"]
    assert (again["total"], again["new"]) == (20, 12)
    assert page.get(f"{rest}&after={first['next']}")["rows"] == second["rows"]
    assert page.get("/api/records?limit=8&sort=-score")["total"] == 32


def test_a_run_is_live_while_a_process_holds_it(
    writing: Path, live: tuple[Page, Callable[[], None]]
) -> None:
    page, _ = live
    assert page.get("/api/about")["is_live"] is False
    with RunLock(writing):
        assert page.get("/api/about")["is_live"] is True
    assert page.get("/api/about")["is_live"] is False


def test_figures_follow_a_run(
    writing: Path,
    live: tuple[Page, Callable[[], None]],
    answered: list[tuple[Request, list[Answer]]],
) -> None:
    page, look = live
    before = page.get("/api/overview")
    assert (before["planned"], before["written"], before["not_answered"]) == (45, 0, 45)
    _add(writing, answered[:9])
    look()
    after = page.get("/api/overview")
    assert (after["written"], after["not_answered"]) == (9, 36)
    assert sum(count for _, count in after["scores"]) == 9


def test_the_index_is_made_anew_when_the_run_is_built(
    writing: Path,
    live: tuple[Page, Callable[[], None]],
    answered: list[tuple[Request, list[Answer]]],
) -> None:
    page, look = live
    _add(writing, answered)
    look()
    old = page.get("/api/records?limit=5")
    generation = page.get("/api/about")["generation"]
    build_dataset(writing, page.session.target.settings)
    look()
    about = page.get("/api/about")
    assert about["generation"] != generation
    assert about["records"] == 45
    stale = page.ask(f"/api/records?limit=5&after={old['next']}")
    assert stale.status == 409
    assert page.get("/api/records?limit=5")["rows"][0]["id"] == "000000001001_complex_reasoning_0"


def test_pages_are_read_while_rows_are_appended(
    writing: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    with serve_page(find_target(writing)) as page, Keeper(page.session, every=0.01):
        found: list[int] = []

        def read() -> None:
            while len(found) < 60 and (not found or found[-1] < 45):
                found.append(page.get("/api/records?limit=1&q=the&sort=-length")["total"])
                page.get("/api/facets?q=the")
                time.sleep(0.01)

        thread = threading.Thread(target=read)
        thread.start()
        for start in range(0, 45, 5):
            _add(writing, answered[start : start + 5])
        thread.join()
        deadline = time.monotonic() + 60
        while page.get("/api/about")["records"] < 45 and time.monotonic() < deadline:
            time.sleep(0.05)
        assert page.get("/api/about")["records"] == 45
    assert found == sorted(found)


def test_trouble_with_the_target_is_said_once_and_passes(
    run: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serve_page(find_target(run)) as page:
        keeper = Keeper(page.session, every=0.01)
        text = (run / "scores.jsonl").read_bytes()
        (run / "scores.jsonl").write_bytes(b"broken\n")
        with keeper:
            deadline = time.monotonic() + 60
            while not caplog.messages and time.monotonic() < deadline:
                time.sleep(0.02)
            time.sleep(0.1)
        assert [message for message in caplog.messages if "does not fit" in message] != []
        assert len(caplog.messages) == 1
        assert page.get("/api/records")["total"] == 45
        (run / "scores.jsonl").write_bytes(text)
        keeper.look()
        assert page.get("/api/about")["records"] == 45


def test_two_viewers_of_one_run_do_not_mix_up_its_rows(
    writing: Path, answered: list[tuple[Request, list[Answer]]]
) -> None:
    target = find_target(writing)
    with open_index(target) as one, open_index(target) as two:
        first, second = Follower(target, one), Follower(target, two)
        assert two.size == 0
        _add(writing, answered[:10])
        assert first.catch_up() == 10
        _add(writing, answered[10:30])
        assert second.catch_up() == 20
        one.notice_changes()
        assert one.size == two.size == 30
        assert len({row.id for row in one.read_rows([*range(1, 31)])}) == 30
        assert one.find_set("state", "accepted").bit_count() == 30
