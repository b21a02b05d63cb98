"""Reading COCO train2017 beside pycocotools, starting large runs, and a store of a million replies."""

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import Finished, demand_success, run_measured
from tests.benchmarks.table import Row

TIMES_FASTER, TIMES_SMALLER = 8.0, 6.0
SECOND_START = 1.0  # seconds
START, PEAK = 10.0, 400.0  # seconds until the first request, MB
SLOWDOWN = 2.0  # how many times longer the last replies may take than the first
LOOKUP, QUESTION = 1.0, 1000.0  # milliseconds

PLANNED, REPLIES = 500_000, 1_000_000
QUICK = 200  # times less of everything


@dataclass(frozen=True, slots=True)
class Pair:
    """The files that are read, and where the cache of their readers is."""

    captions: Path
    instances: Path
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        """What is added to that of every reader."""
        return {"DATAGEN_CACHE_DIR": str(self.folder / "cache")}

    def run(self, module: str, *arguments: str | int | Path) -> Finished:
        """Run a module of the benchmarks on the files; its last line is what it has to say."""
        given = map(str, (*arguments, self.captions, self.instances))
        command = [sys.executable, "-m", f"tests.benchmarks.{module}", *given]
        return demand_success(run_measured(command, self.folder, self.environment))


def write_pair(folder: Path, by: int) -> Pair:
    """Write files of train2017's shape with so many times less of everything."""
    command = [sys.executable, "-m", "tests.benchmarks.large_coco", str(folder), str(by)]
    said, drawn = demand_success(run_measured(command, folder)).output.split()
    return Pair(Path(said), Path(drawn), folder)


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Write the files, then read them in both ways, and plan on them."""
    by = QUICK if quick else 1
    pair = write_pair(folder, by)
    yield from measure_reading(pair, is_judged=not quick)
    yield from measure_planning(pair, PLANNED // by, is_judged=not quick)
    yield from measure_store(pair, REPLIES // by, is_judged=not quick)


def measure_reading(pair: Pair, *, is_judged: bool) -> Iterator[Row]:
    """Both ways from the files to contexts, and a second start."""
    plain, ours = pair.run("reading", "pycocotools"), pair.run("reading", "datagen")
    size = sum(path.stat().st_size for path in (pair.captions, pair.instances)) / 1e6
    images = _read_last(ours).split()[0]
    yield Row(
        f"{int(images):,} images, {size:,.0f} MB: pycocotools and a loop",
        "-",
        f"{plain.wall:.1f} s ({plain.cpu:.1f} s of CPU), {plain.peak:,.0f} MB",
    )
    is_same = _read_last(plain) == _read_last(ours)
    yield Row("datagen: contexts", "the same", "the same" if is_same else "others", is_same)
    faster, smaller = plain.cpu / ours.cpu, plain.peak / ours.peak
    yield Row(
        "datagen: time, by CPU",
        f"at least {TIMES_FASTER:.0f} times less",
        f"{ours.wall:.1f} s ({ours.cpu:.1f} s of CPU), {faster:.1f} times less",
        faster >= TIMES_FASTER if is_judged else None,
    )
    yield Row(
        "datagen: peak memory",
        f"at least {TIMES_SMALLER:.0f} times less",
        f"{ours.peak:,.0f} MB, {smaller:.1f} times less",
        smaller >= TIMES_SMALLER if is_judged else None,
    )
    pair.run("reading", "again")
    again = float(_read_last(pair.run("reading", "again")))
    yield Row(
        "second start, until the first context",
        f"under {SECOND_START:.0f} s",
        f"{again:.3f} s",
        again < SECOND_START if is_judged else None,
    )


def measure_planning(pair: Pair, planned: int, *, is_judged: bool) -> Iterator[Row]:
    """Start a run, and go on with one that is answered but for one request."""
    run = pair.folder / "planned"
    for case in ("start", "go on with all but one answered"):
        if case != "start":
            pair.run("planning", "fill", run, planned)
        finished = pair.run("planning", "start", run, planned)
        found = _read_json(finished)
        yield Row(
            f"{planned:,} planned requests: {case}",
            f"under {START:.0f} s and {PEAK:.0f} MB",
            f"{found['seconds']:.1f} s, {finished.peak:,.0f} MB",
            found["seconds"] < START and finished.peak < PEAK if is_judged else None,
        )


def measure_store(pair: Pair, replies: int, *, is_judged: bool) -> Iterator[Row]:
    """Fill a store, and ask it."""
    run = pair.folder / "stored"
    rates = _read_json(pair.run("planning", "fill", run, replies))
    slower = rates["first"] / rates["last"]
    yield Row(
        f"{replies:,} replies: taken by the store",
        f"at most {SLOWDOWN:.0f} times slower in the end",
        f"{rates['first']:,.0f} a second first, {rates['last']:,.0f} last",
        slower <= SLOWDOWN if is_judged else None,
    )
    found = _read_json(pair.run("planning", "look", run, replies))
    asked = {"find an answer": (found["answer"], LOOKUP)}
    asked |= {"tokens of the run": (found["usage"], QUESTION)}
    asked |= {"what is answered, first page": (found["standings"], QUESTION)}
    for question, (taken, most) in asked.items():
        is_met = taken < most if is_judged else None
        yield Row(f"among them: {question}", f"under {most:,.0f} ms", f"{taken:.2f} ms", is_met)
    yield Row("size of the store", "-", f"{found['bytes'] / 1000:.1f} KB a reply")


def _read_last(finished: Finished) -> str:
    return finished.output.strip().splitlines()[-1]


def _read_json(finished: Finished) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_read_last(finished))
    return found
