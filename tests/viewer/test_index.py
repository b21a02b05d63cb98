"""The index is built whole or not at all, found again, and made anew when its target has changed."""

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from datagen.errors import RunError
from datagen.viewer.index import Index, open_index
from datagen.viewer.target import Target, open_target, place_index
from tests.viewer.asking import find_target


def _open(target: Target) -> tuple[str, int]:
    """Generation and size of the index as it is found."""
    with open_index(target) as index:
        return index.generation, index.size


def test_an_index_that_is_up_to_date_is_not_built_again(run: Path) -> None:
    target = find_target(run)
    told: list[tuple[int, int]] = []
    with open_index(target, lambda done, total: told.append((done, total))) as index:
        first = index.generation
    assert told[-1] == (45, 45)
    told.clear()
    with open_index(target, lambda done, total: told.append((done, total))) as index:
        assert index.generation == first
    assert told == []


@pytest.mark.parametrize("name", ["dataset.jsonl", "rejected.jsonl", "spotcheck.sqlite"])
def test_a_changed_file_makes_the_index_anew(run: Path, name: str) -> None:
    target = find_target(run)
    before = _open(target)
    path = run / name
    if name == "dataset.jsonl":
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[:-1]))
        scores = run / "scores.jsonl"
        scores.write_bytes(b"".join(scores.read_bytes().splitlines(keepends=True)[:-1]))
    elif name == "rejected.jsonl":
        os.utime(path, (0, 0))
    else:
        path.write_bytes(b"no database")
    after = _open(target)
    assert after[0] != before[0]
    assert after[1] == (44 if name == "dataset.jsonl" else 45)


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000])
def test_a_damaged_index_is_made_anew(run: Path, content: bytes) -> None:
    target = find_target(run)
    before = _open(target)
    (run / "view.sqlite").write_bytes(content)
    assert _open(target)[1] == before[1]


def test_an_index_that_cannot_be_finished_leaves_nothing(run: Path) -> None:
    path = run / "dataset.jsonl"
    path.write_bytes(path.read_bytes() + b'{"id": "no score"}\n')
    with pytest.raises(RunError, match=r"does not fit dataset\.jsonl"):
        open_index(find_target(run))
    assert not list(run.glob("*view*"))
    assert not list(run.glob(".*view*"))


def test_the_store_of_a_run_is_not_changed(run: Path) -> None:
    before = {path.name: path.read_bytes() for path in run.iterdir()}
    with open_index(find_target(run)):
        pass
    after = {path.name: path.read_bytes() for path in run.iterdir() if path.name in before}
    assert after == before


def test_bodies_fit_their_rows_also_when_the_files_are_replaced(run: Path) -> None:
    with open_index(find_target(run)) as index:
        (row,) = index.read_rows([45])
        body = index.read_body(row)
        other = run / "other"
        other.write_text("{}\n", encoding="utf-8")
        other.replace(run / "dataset.jsonl")
        assert index.read_body(row) == body
        assert row.id.encode() in body


def test_threads_read_at_once(run: Path) -> None:
    with open_index(find_target(run)) as index:
        found: list[int] = []

        def read() -> None:
            found.extend(len(index.read_rows(list(range(1, 46)))) for _ in range(20))

        threads = [threading.Thread(target=read) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert found == [45] * 80


def test_connections_of_threads_that_ended_are_closed(run: Path) -> None:
    with open_index(find_target(run)) as index:
        for _ in range(30):
            thread = threading.Thread(target=index.count)
            thread.start()
            thread.join()
        descriptors = [
            str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_file()
        ]
    assert descriptors.count(str(run / "view.sqlite")) <= 3


def test_an_index_is_never_written_through_a_reader(run: Path) -> None:
    with open_index(find_target(run)) as index, pytest.raises(sqlite3.OperationalError):
        index.connection.execute("DELETE FROM rows")


def test_an_index_stands_beside_its_target_or_in_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "mix.json"
    file.write_text("[]", encoding="utf-8")
    assert place_index(file) == tmp_path / "mix.json.view.sqlite"
    assert place_index(tmp_path) == tmp_path / "view.sqlite"
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = place_index(file)
    assert place.is_relative_to(tmp_path / "cache")
    assert place.parent.is_dir()
    assert place_index(file) == place
    assert place_index(tmp_path).parent != place.parent


def test_what_is_no_run_and_no_file_is_refused(tmp_path: Path, run: Path) -> None:
    settings = find_target(run).settings
    with pytest.raises(RunError, match="no such run folder or file"):
        open_target(tmp_path / "nothing", settings)
    with pytest.raises(RunError, match=r"no run folder: it holds no run\.toml"):
        open_target(tmp_path, settings)


def test_an_index_of_another_version_is_made_anew(
    run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = find_target(run)
    before = _open(target)
    monkeypatch.setattr("datagen.viewer.target.VERSION", 999)
    assert _open(target)[0] != before[0]


def test_an_index_can_be_opened_by_itself(run: Path) -> None:
    target = find_target(run)
    with open_index(target) as index:
        path = index.path
    with Index(path, target.list_files()) as again:
        assert again.size == 45
        assert again.get_meta("nothing") == ""
        assert again.read_image("nobody") is None
