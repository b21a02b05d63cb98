"""How much quicker the spot-check's model is in batches, and what memory a whole sample takes."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.processes import ROOT, demand_success, run_measured
from tests.benchmarks.table import Row

RATIO = 3.0
PEAK = 2000.0  # MB
CONTROLS = 3
FULL, QUICK = 1_000, 8


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Look at a sample of records, in a process of its own."""
    records = QUICK if quick else FULL
    command = [sys.executable, "-m", "tests.benchmarks.looking", str(folder), str(records)]
    done = demand_success(run_measured(command, ROOT))
    timed, whole = (json.loads(line) for line in done.output.strip().splitlines()[-2:])
    return iter(judge(timed, whole, done.peak, is_judged=not quick))


def judge(
    timed: Mapping[str, float], whole: Mapping[str, float], peak: float, *, is_judged: bool = True
) -> list[Row]:
    """The rows for what the process printed and its peak memory in MB."""
    ratio = timed["single"] / timed["batched"]
    rate = timed["dialogues"] / timed["batched"]
    records = whole["dialogues"] / CONTROLS
    return [
        Row(
            "spot-check, small LLaVA: batches against one at a time",
            f"at least {RATIO:g} times as fast",
            f"{ratio:.1f} times, {rate:,.0f} dialogues a second",
            ratio >= RATIO if is_judged else None,
        ),
        Row(
            f"spot-check, {records:,.0f} records x {CONTROLS} pictures: peak memory",
            f"at most {PEAK:,.0f} MB",
            f"{peak:,.0f} MB in {whole['seconds']:.0f} s",
            peak <= PEAK,
        ),
    ]
