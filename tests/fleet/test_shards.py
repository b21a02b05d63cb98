"""Shards hold the tasks of a start exactly, whoever works on them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.config import make_settings
from datagen.errors import RunError
from datagen.fleet.shards import cut_shards, pack_task, read_shard, unpack_task, write_shard
from datagen.fleet.storage import Storage
from datagen.pipeline import prepare_job
from datagen.pipeline.asking import Task
from datagen.pipeline.job import Job, RequestMaker
from datagen.repair import add_feedback
from tests.benchmarks.processes import SAMPLES

FILES = {"captions": SAMPLES / "captions.json", "instances": SAMPLES / "instances.json"}


def _prepare(records: int, **others: object) -> Job:
    return prepare_job(make_settings({**FILES, "offline": True, "records": records, **others}))


def _list_tasks(job: Job) -> Iterator[Task]:
    maker = RequestMaker(job)
    for item in job.items:
        request, prompt = maker.make(item)
        for candidate in range(job.settings.candidates):
            yield Task(request, prompt, candidate)


@given(st.integers(1, 80), st.integers(1, 3), st.integers(1, 50), st.integers(0, 3))
def test_every_task_is_in_one_shard_in_order_and_no_image_in_two(
    records: int, candidates: int, size: int, seed: int
) -> None:
    job = _prepare(records, candidates=candidates, seed=seed)
    tasks = list(_list_tasks(job))
    shards = list(cut_shards(tasks, size))
    assert [want for shard in shards for want in shard.wants] == [pack_task(task) for task in tasks]
    assert [shard.number for shard in shards] == list(range(1, len(shards) + 1))
    ids = [image.id for shard in shards for image in shard.images]
    assert len(ids) == len(set(ids))
    for shard in shards:
        assert {want.item.image_id for want in shard.wants} == {image.id for image in shard.images}
    assert all(len(shard.wants) >= size for shard in shards[:-1])


def test_tasks_come_back_as_they_were(tmp_path: Path) -> None:
    job = _prepare(20, candidates=2)
    tasks = list(_list_tasks(job))
    # One that is asked for again: what the model said and was told travels along.
    again = add_feedback(tasks[0].prompt, "What it said.", "What was wrong.")
    tasks[0] = Task(tasks[0].request, again, 0, 1, "What was wrong.")
    storage = Storage(str(tmp_path))
    (shard,) = cut_shards(tasks, 1000)
    write_shard(storage, "0001", shard)
    back = read_shard(storage, "0001", 1)
    assert back == shard
    maker = RequestMaker(job)
    assert [unpack_task(want, maker) for want in back.wants] == tasks


def test_the_same_shard_has_the_same_bytes(tmp_path: Path) -> None:
    job = _prepare(20)
    for name in ("a", "b"):
        (shard,) = cut_shards(_list_tasks(job), 1000)
        write_shard(Storage(str(tmp_path / name)), "0001", shard)
    first, second = ((tmp_path / name).rglob("*.json.gz") for name in ("a", "b"))
    assert next(first).read_bytes() == next(second).read_bytes()


def test_a_shard_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="is not there; --shared must be a place"):
        read_shard(Storage(str(tmp_path)), "0001", 7)


def test_a_shard_says_all_that_a_worker_needs_of_its_images(tmp_path: Path) -> None:
    job = _prepare(3)
    for shard in cut_shards(_list_tasks(job), 1):
        for image in shard.images:
            assert image == job.source.images.find(image.id)
            assert json.dumps(image.captions)
