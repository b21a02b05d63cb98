"""Peak memory of a whole run, and whether it grows with the number of requests."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.benchmarks.processes import demand_success, list_generate, run_measured, serve
from tests.benchmarks.table import Row

FULL = (2_000, 50_000)
QUICK = (200, 2_000)
CONCURRENCY = 256
PEAK = 150.0  # MB
GROWTH = 1.10  # of the small run's peak; what the allocator does differently each time is 2%


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Run with few and with many requests, all else the same."""
    sizes = QUICK if quick else FULL
    peaks = {size: _find_peak(size, folder) for size in sizes}
    return iter(judge(peaks, is_judged=not quick))


def _find_peak(requests: int, folder: Path) -> float:
    with serve("--latency=0.1") as endpoint:
        command = list_generate(
            endpoint.url, folder / f"run-{requests}", records=requests, concurrency=CONCURRENCY
        )
        return demand_success(run_measured(command, folder)).peak


def judge(peaks: Mapping[int, float], *, is_judged: bool = True) -> list[Row]:
    """The rows for peaks in MB by number of requests, smallest first."""
    rows = [
        Row(
            f"{requests:,} requests, {CONCURRENCY} at once: peak memory",
            f"at most {PEAK:.0f} MB",
            f"{peak:.0f} MB",
            peak <= PEAK,
        )
        for requests, peak in peaks.items()
    ]
    (few, low), (many, high) = peaks.items()
    growth = f"{high / low:.2f} times the peak"
    flat = f"at most {GROWTH:.2f} times"
    is_flat = high <= GROWTH * low if is_judged else None
    return [*rows, Row(f"{few:,} to {many:,} requests: peak memory", flat, growth, is_flat)]
