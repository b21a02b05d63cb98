"""What a record costs in time, memory and disk, from a thousand records to half a million.

Whole runs against the benchmarks' endpoint, on files of COCO's shape; the last full measurement is
drawn into `samples/growth.svg`, beside which the README has the table.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.bench_reading import Pair, write_pair
from tests.benchmarks.processes import MODEL, ROOT, demand_success, run_measured, serve
from tests.benchmarks.table import Row

FULL = (1_000, 10_000, 100_000, 500_000)
QUICK = (100, 400)
SHRUNK, QUICK_SHRUNK = 4, 1_000  # times fewer images than train2017
CONCURRENCY = 256
PEAK = 400.0  # MB
DEARER = 1.5  # times as much time or disk as a record of a run of a tenth

PLOT = ROOT / "samples" / "growth.svg"


@dataclass(frozen=True, slots=True)
class Cost:
    """What one run took: seconds from start to data set, peak memory and store in MB."""

    records: int
    seconds: float
    peak: float
    store: float


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Run once for each size, then draw all of them."""
    pair = write_pair(folder, QUICK_SHRUNK if quick else SHRUNK)
    pair.run("reading", "again")  # so that each run finds the files in the cache
    costs: list[Cost] = []
    for records in QUICK if quick else FULL:
        costs.append(run_once(pair, records))
        yield from judge(costs, is_judged=not quick)
    draw(costs, folder / PLOT.name if quick else PLOT)
    yield Row("growth: the plot", "-", "drawn" if quick else str(PLOT.relative_to(ROOT)))


def run_once(pair: Pair, records: int) -> Cost:
    """`datagen generate` of so many records."""
    out = pair.folder / f"run-{records}"
    with serve("--latency=0.1") as endpoint:
        command = [sys.executable, "-m", "datagen", "generate", "--grounding", "off"]
        command += ["--captions", str(pair.captions), "--instances", str(pair.instances)]
        command += ["--model", MODEL, "--base-url", endpoint.url]
        command += ["--concurrency", str(CONCURRENCY), "--records", str(records)]
        done = demand_success(
            run_measured([*command, "--out", str(out)], pair.folder, pair.environment)
        )
    store = sum(path.stat().st_size for path in out.glob("run.sqlite*"))
    return Cost(records, done.wall, done.peak, store / 1e6)


def judge(costs: Sequence[Cost], *, is_judged: bool = True) -> Iterator[Row]:
    """The row of the newest cost, held against the one before it."""
    *_, newest = costs
    each = f"{newest.seconds:.1f} s, {newest.peak:.0f} MB, store {newest.store:.1f} MB"
    wanted, is_met = f"at most {PEAK:.0f} MB", newest.peak <= PEAK
    if len(costs) > 2:  # before that, the start takes most of the time
        before = costs[-2]
        wanted += f", a record at most {DEARER} times as dear"
        times = newest.records / before.records
        is_met &= newest.seconds <= DEARER * times * before.seconds
        is_met &= newest.store <= DEARER * times * before.store
    yield Row(f"growth: {newest.records:,} records", wanted, each, is_met if is_judged else None)


def draw(costs: Sequence[Cost], path: Path) -> None:
    """Draw time, memory and store against records, three panels side by side, as SVG."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": "growth", "svg.fonttype": "none", "font.size": 9}):
        figure = Figure(figsize=(9, 2.6), layout="constrained")
        thousands = [cost.records / 1000 for cost in costs]
        panels = {
            "minutes": [cost.seconds / 60 for cost in costs],
            "peak memory, MB": [cost.peak for cost in costs],
            "store, GB": [cost.store / 1000 for cost in costs],
        }
        for place, (title, values) in enumerate(panels.items(), start=1):
            axes = figure.add_subplot(1, len(panels), place)
            axes.plot(thousands, values, marker="o", color="#2b6cb0")
            axes.set(title=title, xlabel="thousand records", xlim=(0, None), ylim=(0, None))
            axes.grid(alpha=0.3)
        figure.savefig(path, format="svg", metadata={"Date": None})
