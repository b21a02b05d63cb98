"""Measure the engine and print one table.

    python -m tests.benchmarks                  everything, about forty minutes
    python -m tests.benchmarks faults tokens    these cases
    python -m tests.benchmarks --quick          everything in small, to see that it works

Exit code 1 when something is missed. Figures hold for a machine that does nothing else.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tests.benchmarks import (
    bench_checks,
    bench_cost,
    bench_faults,
    bench_growth,
    bench_memory,
    bench_rate_limit,
    bench_reading,
    bench_scale,
    bench_shards,
    bench_spotcheck,
    bench_throughput,
    bench_tokens,
    bench_viewer,
)
from tests.benchmarks.processes import RunFailedError
from tests.benchmarks.table import Row, describe_machine, is_met, render_table


class Measure(Protocol):
    """Measures one case, with files in a folder of its own."""

    def __call__(self, folder: Path, *, quick: bool) -> Iterator[Row]:
        """Yield the rows as they are known."""
        ...


CASES: Mapping[str, Measure] = {
    "throughput": bench_throughput.measure,
    "memory": bench_memory.measure,
    "rate-limit": bench_rate_limit.measure,
    "faults": bench_faults.measure,
    "tokens": bench_tokens.measure,
    "cost": bench_cost.measure,
    "reading": bench_reading.measure,
    "growth": bench_growth.measure,
    "checks": bench_checks.measure,
    "spotcheck": bench_spotcheck.measure,
    "viewer": bench_viewer.measure,
    "scale": bench_scale.measure,
    "shards": bench_shards.measure,
}


def measure_cases(
    names: Sequence[str], *, quick: bool, say: Callable[[str], object]
) -> Iterator[Row]:
    """Measure the named cases one after the other; `say` is told what goes on."""
    for name in names:
        say(f"{name} …\n")
        with tempfile.TemporaryDirectory(prefix="datagen-bench-") as folder:
            try:
                yield from CASES[name](Path(folder), quick=quick)
            except RunFailedError as failure:  # one case that breaks shall not hide the others
                yield Row(name, "ends well", str(failure), met=False)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks")
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"of {', '.join(CASES)}")
    parser.add_argument("--quick", action="store_true", help="in small, to see that it works")
    given = parser.parse_args(arguments)
    if unknown := [name for name in given.cases if name not in CASES]:
        parser.error(f"there is no case {unknown[0]!r}; there are {', '.join(CASES)}")
    machine = describe_machine()
    names = given.cases or list(CASES)
    rows = list(measure_cases(names, quick=given.quick, say=sys.stderr.write))
    sys.stdout.write(f"{machine}\n\n{render_table(rows)}\n")
    return 0 if is_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
