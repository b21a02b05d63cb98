"""Segments: nothing published is lost, nothing torn is believed, all of it merges once."""

import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.config import make_settings
from datagen.errors import RunError
from datagen.fleet.merging import Merger
from datagen.fleet.segments import SegmentWriter, list_segments, name_replies, read_segment
from datagen.fleet.storage import Storage
from datagen.fleet.worker import read_kept
from datagen.pipeline import prepare_job
from datagen.pipeline.job import Job, RequestMaker
from datagen.records import Reply, Usage
from datagen.store import Answer, Request, RunStore
from tests.fleet.test_shards import FILES

Rows = list[tuple[Request, Answer]]


@pytest.fixture
def job() -> Job:
    return prepare_job(make_settings({**FILES, "offline": True, "records": 12}))


def _answer(text: str, failure: str = "", *, candidate: int = 0, round: int = 0) -> Answer:  # noqa: A002 - as in Answer
    reply = Reply(text, "model", usage=Usage(100, 20, 50), latency=0.125, attempts=2)
    return Answer(reply, candidate, round, failure)


def _list_rows(job: Job) -> Rows:
    maker = RequestMaker(job)
    return [(maker.make(item)[0], _answer(f"“{item.id}”\r\n")) for item in job.items]


def _publish(storage: Storage, rows: Rows, lease: int, *, shard: int = 1) -> None:
    """A segment for every two rows."""
    writer = SegmentWriter(storage, "0001", shard, lease)
    for start in range(0, len(rows), 2):
        writer.insert(rows[start : start + 2])
        writer.commit()


def _read_all(storage: Storage) -> Iterator[tuple[bytes, Answer]]:
    for names in list_segments(storage, "").values():
        for name in names:
            yield from ((kept.key, kept.answer) for kept in read_segment(storage, name))


def test_answers_come_back_as_they_were_and_in_order(job: Job, tmp_path: Path) -> None:
    storage, rows = Storage(str(tmp_path)), _list_rows(job)
    _publish(storage, rows, 1)
    assert list(_read_all(storage)) == [(request.key, answer) for request, answer in rows]


@given(st.data())
def test_a_torn_segment_counts_as_not_written(data: st.DataObject) -> None:
    job = prepare_job(make_settings({**FILES, "offline": True, "records": 6}))
    storage, rows = Storage("memory://torn"), _list_rows(job)
    _publish(storage, rows, 1)
    *_, last = next(iter(list_segments(storage, "").values()))
    whole = storage.get(last)
    storage.put(last, whole[: data.draw(st.integers(1, len(whole) - 1))])
    assert [key for key, _ in _read_all(storage)] == [request.key for request, _ in rows[:-2]]


def test_what_is_no_segment_is_said_so(job: Job, tmp_path: Path) -> None:
    storage = Storage(str(tmp_path))
    storage.put(f"{name_replies('0001', 1)}/000001/000001.jsonl.gz", gzip.compress(b'{"a": 1}\n'))
    with RunStore(tmp_path, write=True) as store, pytest.raises(RunError, match="is no segment"):
        Merger(store, storage, job).merge()


def test_a_merge_takes_everything_once(job: Job, tmp_path: Path) -> None:
    storage, rows = Storage(str(tmp_path / "shared")), _list_rows(job)
    rows[3] = (rows[3][0], _answer("no answer", "gave-up"))
    with RunStore(tmp_path, write=True) as store:
        merger = Merger(store, storage, job)
        _publish(storage, rows[:5], 1)
        assert merger.merge() == 5
        assert merger.merge() == 0
        _publish(storage, rows[5:], 2)  # another worker
        assert merger.merge("0001/replies/000001") == len(rows) - 5
        assert [(request, [answer]) for request, answer in rows] == list(store.iterate())
        assert store.sum_attempts() == 2 * len(rows)  # the failure is counted once


def test_the_segments_that_come_later_are_taken_too(job: Job, tmp_path: Path) -> None:
    storage, rows = Storage(str(tmp_path / "shared")), _list_rows(job)
    writer = SegmentWriter(storage, "0001", 1, 1)
    with RunStore(tmp_path, write=True) as store:
        for row in rows:
            writer.insert([row])
            writer.commit()
            assert Merger(store, storage, job).merge() == 1
        assert store.count_answers() == len(rows)


def test_replies_of_another_run_are_refused_and_nothing_is_taken(job: Job, tmp_path: Path) -> None:
    storage = Storage(str(tmp_path / "shared"))
    other = prepare_job(make_settings({**FILES, "offline": True, "records": 12, "max_tokens": 9}))
    _publish(storage, _list_rows(other), 1)
    with RunStore(tmp_path, write=True) as store:
        with pytest.raises(RunError, match="holds replies of another run"):
            Merger(store, storage, job).merge()
        assert store.count_answers() == 0


def test_a_later_worker_knows_the_newest_answer_of_each_candidate(job: Job, tmp_path: Path) -> None:
    storage, (request, _) = Storage(str(tmp_path)), _list_rows(job)[0]
    first = [_answer("", "gave-up"), _answer("two", candidate=1)]
    second = [_answer("one"), _answer("two again", candidate=1), _answer("three", round=1)]
    for lease, answers in enumerate((first, second), 1):
        _publish(storage, [(request, answer) for answer in answers], lease)
    kept = read_kept(storage, "0001", 1)
    assert {place: answer.reply.text for place, answer in kept.items()} == {
        (request.key, 0): "three",
        (request.key, 1): "two",  # a reply is never replaced
    }
    assert read_kept(storage, "0001", 2) == {}
