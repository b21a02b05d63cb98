"""What a shard costs beside the asking: bytes on shared storage and in the store, time of the driver.

Pictures with five captions and seven boxes each, as COCO has on average, one record a picture;
replies of 1.2 KB. No cluster is needed. The figures are those that SCALE.md reckons with.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TypeVar

from datagen import pipeline
from datagen.config import make_settings
from datagen.fleet.ledger import Ledger
from datagen.fleet.merging import Merger
from datagen.fleet.reports import Counts, Limits, Report
from datagen.fleet.segments import SegmentWriter
from datagen.fleet.shards import Shard, cut_shards, write_shard
from datagen.fleet.storage import Storage
from datagen.llm.offline import OfflineClient
from datagen.llm.pace import Needs
from datagen.pipeline.job import RequestMaker
from datagen.records import Reply, Usage
from datagen.store import Answer, RunStore
from tests.benchmarks.processes import MODEL, demand_success, run_measured
from tests.benchmarks.table import Row
from tests.benchmarks.wording import load_sentences

RECORDS, QUICK_RECORDS = 20_000, 500
RENEWALS = 2_000
_SHARD = 1000
_SEGMENT = 16  # replies: of 8 a second, published every two seconds
_REPLY = 1200  # characters
_WORDS = (
    "a",
    "dog",
    "bus",
    "person",
    "stands",
    "near",
    "red",
    "two",
    "the",
    "street",
    "on",
    "with",
)

_T = TypeVar("_T")


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Cut, publish and merge a run; then renew leases."""
    records = QUICK_RECORDS if quick else RECORDS
    files = write_coco(folder, records)
    job, seconds = _time(
        lambda: pipeline.prepare_job(
            make_settings({**files, "model": MODEL, "base_url": "http://x"})
        )
    )
    yield _tell("read and plan", records, seconds, "pictures")
    storage, out = Storage(str(folder / "shared")), folder / "run"
    with pipeline.open_run(out, job), RunStore(out, write=True) as store:
        asking = pipeline.Asking(job, OfflineClient(), out, pipeline.Progress(records))
        shards, seconds = _time(lambda: list(cut_shards(asking.list_todo(store), _SHARD)))
        yield _tell("cut shards", records, seconds, "requests")
        _, seconds = _time(lambda: _write(storage, shards))
        yield _tell("write shards", records, seconds, "requests")
        _publish(storage, job)
        _, seconds = _time(lambda: Merger(store, storage, job).merge())
        yield _tell("merge replies", records, seconds, "replies")
    yield from _weigh(folder, records)
    yield _measure_memory(folder, files, records)
    yield _renew(100 if quick else 1000)


def _time(work: Callable[[], _T]) -> tuple[_T, float]:
    start = time.perf_counter()
    result = work()
    return result, time.perf_counter() - start


def _write(storage: Storage, shards: Iterable[Shard]) -> None:
    for shard in shards:
        write_shard(storage, "0001", shard)


def _tell(case: str, count: int, seconds: float, what: str) -> Row:
    return Row(f"driver: {case}", "-", f"{count / seconds:,.0f} {what} a second")


def write_coco(folder: Path, images: int) -> dict[str, Path]:
    """COCO files of invented pictures."""
    rng = random.Random(0)
    words = sorted({word for sentence in load_sentences() for word in sentence.lower().split()})
    listed = [
        {"id": n, "file_name": f"{n:012d}.jpg", "width": 640, "height": 480}
        for n in range(1, images + 1)
    ]
    captions = [
        {"id": 5 * n + k, "image_id": n, "caption": f"{n} {' '.join(rng.choices(words, k=10))}."}
        for n in range(1, images + 1)
        for k in range(5)
    ]
    boxes = [
        {
            "id": 7 * n + k,
            "image_id": n,
            "category_id": rng.randint(1, 80),
            "bbox": [rng.randint(0, 300), rng.randint(0, 200), rng.randint(9, 300), 99.5],
            "area": 900.25,
            "iscrowd": 0,
        }
        for n in range(1, images + 1)
        for k in range(7)
    ]
    categories = [{"id": n, "name": f"thing {n}"} for n in range(1, 81)]
    contents = {
        "captions": {"images": listed, "annotations": captions},
        "instances": {"images": listed, "annotations": boxes, "categories": categories},
    }
    for name, content in contents.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return {name: folder / f"{name}.json" for name in contents}


def _publish(storage: Storage, job: pipeline.Job) -> None:
    """A reply to every request, in segments as a worker writes them."""
    maker, sentences = RequestMaker(job), load_sentences()
    writer = SegmentWriter(storage, "0001", 1, 1)
    for number, item in enumerate(job.items, 1):
        rng = random.Random(number)
        text = " ".join(rng.sample(sentences, 20))[:_REPLY]
        reply = Reply(text, "gpt-4.1-mini-2025-04-14", usage=Usage(2100, 280, 1920), latency=4.25)
        writer.insert([(maker.make(item)[0], Answer(reply))])
        if number % _SEGMENT == 0 or number == len(job.items):
            writer.commit()


def _weigh(folder: Path, records: int) -> Iterator[Row]:
    weighed = {
        "a request in its shard": (folder / "shared").rglob("*.json.gz"),
        "a reply in its segment": (folder / "shared").rglob("*.jsonl.gz"),
        "a record in the run store": (folder / "run").glob("run.sqlite*"),
    }
    for case, paths in weighed.items():
        size = sum(path.stat().st_size for path in paths)
        yield Row(f"bytes: {case}", "-", f"{size / records:,.0f}")


def _measure_memory(folder: Path, files: Mapping[str, Path], images: int) -> Row:
    """What the driver holds for each picture of its source; few are lost in what Python takes."""
    (folder / "many").mkdir()
    # Each in a process of its own: what the starter holds would count for what it starts.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        many = pool.submit(write_coco, folder / "many", 6 * images).result()
        peaks = [pool.submit(_find_peak, paths, folder).result() for paths in (dict(files), many)]
    bytes_each = (peaks[1] - peaks[0]) * 1e6 / (5 * images)
    return Row("bytes: a picture in the driver's memory", "-", f"{bytes_each:,.0f}")


def _find_peak(files: Mapping[str, Path], folder: Path) -> float:
    return demand_success(run_measured(_list_plan(files), folder)).peak


def _list_plan(files: Mapping[str, Path]) -> list[str]:
    flags = [f"--{name}={path}" for name, path in files.items()]
    return [sys.executable, "-m", "datagen", "plan", *flags]


def _renew(workers: int) -> Row:
    """How many renewals the ledger reckons, of so many workers."""
    ledger = Ledger(Limits(32 * workers, 30_000.0, 60e6))
    leases = [ledger.open(n, 0.0) for n in range(workers)]
    needs = Needs(32, {"requests": 4.0, "tokens": 8000.0}, {"requests": 1.0, "tokens": 2000.0})
    report = Report(needs, Counts(100, asked=132))

    def renew() -> None:
        for n in range(RENEWALS):
            ledger.renew(leases[n % workers], report, n * 0.001)

    _, seconds = _time(renew)
    return _tell(f"lend to {workers:,} workers", RENEWALS, seconds, "renewals")
