"""Requests per second and CPU of a whole run, side by side with a plain aiohttp loop.

Both are processes that ask the same endpoint (0.2 s latency, replies of 1.2 KB) for the same
bodies, in turn, several times; each pair gives one ratio, and the median of the ratios counts. The
shipped prompts make bodies of 7 to 9.5 KB. A run is timed from the start of the command to its
end, when the data set is written, the loop likewise from the start of its process. A loop that is
far slower than the latency allows was disturbed and is no measure: its pair is left out.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.benchmarks.processes import (
    Finished,
    demand_success,
    list_generate,
    run_measured,
    serve,
)
from tests.benchmarks.table import Row

LATENCY = 0.2
CPU_SECONDS = 1.0  # per 1000 requests
PEAK = 150.0  # MB


@dataclass(frozen=True, slots=True)
class Load:
    """So many requests, so many at once, and the share of the plain loop's rate that is wanted."""

    requests: int
    concurrency: int
    share: float


FULL = (Load(2_000, 64, 0.85), Load(8_000, 256, 0.75))
QUICK = (Load(200, 64, 0.85),)
_ROUNDS, _MOST_ROUNDS = 3, 5
_DISTURBED = 1.25  # times the seconds of the latency alone; undisturbed loops take 1.05 to 1.12


@dataclass(frozen=True, slots=True)
class Pair:
    """A run and a plain loop, one after the other; `asking` is the loop's time without a start."""

    run: Finished
    loop: Finished
    asking: float

    def is_fair(self, load: Load) -> bool:
        """Whether the loop was as fast as the endpoint's latency lets it be."""
        return self.asking <= _DISTURBED * LATENCY * load.requests / load.concurrency


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure each load."""
    for load in QUICK if quick else FULL:
        bodies = folder / f"bodies-{load.requests}.jsonl"
        render_bodies(bodies, load.requests, folder)
        pairs: list[Pair] = []
        rounds, most = (1, 1) if quick else (_ROUNDS, _MOST_ROUNDS)
        while len(pairs) < most and sum(pair.is_fair(load) for pair in pairs) < rounds:
            pairs.append(measure_pair(load, bodies, folder, len(pairs)))
        yield from judge(load, pairs, is_judged=not quick)


def render_bodies(path: Path, requests: int, folder: Path) -> None:
    """Write the bodies of a run, in a process of its own to keep this one small."""
    flags = ["--records", str(requests), "--out", str(path)]
    demand_success(
        run_measured([sys.executable, "-m", "tests.benchmarks.rendering", *flags], folder)
    )


def measure_pair(load: Load, bodies: Path, folder: Path, number: int) -> Pair:
    """Run datagen, then the plain loop, each against a new endpoint."""
    out = folder / f"run-{load.concurrency}-{number}"
    with serve(f"--latency={LATENCY}") as endpoint:
        run = run_measured(
            list_generate(endpoint.url, out, records=load.requests, concurrency=load.concurrency),
            folder,
        )
    with serve(f"--latency={LATENCY}") as endpoint:
        replies = str(folder / "replies.jsonl")
        flags = [endpoint.url, str(bodies), replies, f"--concurrency={load.concurrency}"]
        loop = run_measured([sys.executable, "-m", "tests.benchmarks.plain_loop", *flags], folder)
    return Pair(demand_success(run), demand_success(loop), float(loop.output))


def judge(load: Load, pairs: Sequence[Pair], *, is_judged: bool = True) -> list[Row]:
    """The rows of one load; not judged where the start of Python outweighs the requests."""
    case = f"{load.requests:,} requests, {load.concurrency} at once"
    cpu = median(pair.run.cpu for pair in pairs) * 1000 / load.requests
    loop_cpu = median(pair.loop.cpu for pair in pairs) * 1000 / load.requests
    peak = max(pair.run.peak for pair in pairs)
    return [
        _judge_rate(f"{case}: rate", load, pairs, is_judged=is_judged),
        Row(
            f"{case}: CPU",
            f"at most {CPU_SECONDS:.1f} s per 1,000",
            f"{cpu:.2f} s (loop {loop_cpu:.2f} s)",
            cpu <= CPU_SECONDS if is_judged else None,
        ),
        Row(f"{case}: peak memory", f"at most {PEAK:.0f} MB", f"{peak:.0f} MB", peak <= PEAK),
    ]


def _judge_rate(case: str, load: Load, pairs: Sequence[Pair], *, is_judged: bool) -> Row:
    wanted = f"at least {load.share:.0%} of plain aiohttp's"
    fair = [pair for pair in pairs if pair.is_fair(load)]
    if not fair:
        return Row(case, wanted, "nothing: the plain loop was disturbed each time", None)
    share = median(pair.loop.wall / pair.run.wall for pair in fair)
    run, loop, asking = (
        load.requests / median(seconds)
        for seconds in zip(
            *((pair.run.wall, pair.loop.wall, pair.asking) for pair in fair), strict=True
        )
    )
    rates = f"{share:.0%} ({run:.0f}/s, loop {loop:.0f}/s, without its start {asking:.0f}/s)"
    return Row(case, wanted, rates, share >= load.share if is_judged else None)
