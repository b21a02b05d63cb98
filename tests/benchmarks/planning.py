"""A run of many planned requests, without anybody who answers; measured in processes of its own.

    python -m tests.benchmarks.planning start RUN RECORDS CAPTIONS INSTANCES
    python -m tests.benchmarks.planning fill RUN RECORDS CAPTIONS INSTANCES
    python -m tests.benchmarks.planning look RUN RECORDS CAPTIONS INSTANCES

`start` goes as far as the first request that has to be asked, `fill` puts a reply to all but the
last one into the store, `look` asks of the store what starts and readers ask. Each prints a line of
JSON.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from datagen import pipeline
from datagen.config import make_settings
from datagen.llm.offline import OfflineClient
from datagen.records import Reply, Usage
from datagen.store import Answer, RunStore
from datagen.store.survey import iterate_standings

_SENTENCE = "A man stands beside a table with a plate on it. "
_ANSWER = Answer(Reply(_SENTENCE * 25, "bench", usage=Usage(500, 300)))  # 1.2 KB
_AT_ONCE = 500  # replies of one transaction
_ENDS = 20  # transactions at the start and the end whose rate is told
_LOOKS = 1000

Paths = tuple[Path, Path]


@contextmanager
def open_asking(run: Path, records: int, files: Paths) -> Iterator[pipeline.Asking]:
    """Begin a run or go on with it, as `datagen generate` does."""
    captions, instances = files
    given = {"captions": captions, "instances": instances, "records": records, "offline": True}
    job = pipeline.prepare_job(make_settings(given))
    with pipeline.open_run(run, job, extend=True):
        yield pipeline.Asking(job, OfflineClient(), run, pipeline.Progress(job.count_wanted()))


def start(run: Path, records: int, files: Paths) -> dict[str, float]:
    """Seconds until the first request that has to be asked."""
    began = time.perf_counter()
    with open_asking(run, records, files) as asking, RunStore(run) as store:
        next(asking.list_todo(store))
        return {"seconds": time.perf_counter() - began, "resumed": asking.progress.resumed}


def fill(run: Path, records: int, files: Paths) -> dict[str, float]:
    """Answer all but one; replies a second that the store takes, at the start and at the end."""
    spent = []
    with (
        open_asking(run, records, files) as asking,
        RunStore(run) as reading,
        RunStore(run, write=True) as store,
    ):
        todo = islice(asking.list_todo(reading), records - 1)
        while rows := [(task.request, _ANSWER) for task in islice(todo, _AT_ONCE)]:
            began = time.perf_counter()
            store.add(rows)
            spent.append((time.perf_counter() - began) / len(rows))
    first, last = spent[:_ENDS], spent[-_ENDS:]
    return {"first": len(first) / sum(first), "last": len(last) / sum(last)}


def look(run: Path, records: int, files: Paths) -> dict[str, float]:
    """Milliseconds of the questions that a store is asked, and its bytes a reply."""
    with open_asking(run, records, files), RunStore(run) as store:
        rng = random.Random(0)
        count = store.count_answers()
        given = [request for request, _ in islice(store.iterate(), 50 * _LOOKS)]
        some = rng.sample(given, min(_LOOKS, len(given)))
        return {
            "replies": count,
            "answer": _time(lambda: [store.find_answer(request) for request in some]) / len(some),
            "usage": _time(store.sum_usage),
            "standings": _time(lambda: next(iterate_standings(store))),
            "bytes": store.path.stat().st_size / count,
        }


def _time(work: Callable[[], object]) -> float:
    """Milliseconds of the second of two times; the first one fills the caches."""
    work()
    began = time.perf_counter()
    work()
    return (time.perf_counter() - began) * 1000


WAYS = {"start": start, "fill": fill, "look": look}

if __name__ == "__main__":
    way, folder, number, said, drawn = sys.argv[1:]
    found = WAYS[way](Path(folder), int(number), (Path(said), Path(drawn)))
    sys.stdout.write(f"{json.dumps(found)}\n")
