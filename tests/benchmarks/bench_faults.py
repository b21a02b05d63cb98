"""Faults one at a time: every request ends, no other suffers, and little time is lost.

Wanted is that all requests end as a record or as a rejection with its reason, that every record is
the one of the undisturbed run, and that the run takes at most twice the time of the undisturbed run
beside it, plus the waits that Retry-After demands: those of the most delayed request, since waits
of several requests pass at the same time.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.journal import find_longest_wait
from tests.benchmarks.processes import Finished, list_generate, run_measured, serve
from tests.benchmarks.table import Row

REQUESTS, QUICK_REQUESTS = 600, 200
CONCURRENCY = 64
LATENCY = 0.1
RETRY_AFTER = 2.0
TIMES = 2.0  # of the undisturbed run's seconds
_ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Fault:
    """One case: a fault, its share of requests, and further flags of the run."""

    name: str
    rate: float
    flags: tuple[str, ...] = ()


FAULTS = (
    Fault("429-retry-after", 0.05),
    Fault("429", 0.05),
    Fault("500", 0.05),
    Fault("500", 0.15),
    Fault("reset", 0.03),
    Fault("stall", 0.01, ("--timeout=1",)),  # else the stall lasts for the default, 120 s
    Fault("non-json", 0.01),
    Fault("cut-body", 0.01),
    Fault("empty-length", 0.01),
)


@dataclass(frozen=True, slots=True)
class Trial:
    """One run: its process, the lines that it wrote by record id, and what the endpoint saw."""

    finished: Finished
    records: Mapping[str, str] = field(default_factory=dict)
    rejected: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    doubled: int = 0
    met: int = 0
    demanded: float = 0.0


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Run each fault some times, each time on other requests, and undisturbed runs between them."""
    requests, rounds = (QUICK_REQUESTS, 1) if quick else (REQUESTS, _ROUNDS)
    for number, fault in enumerate(FAULTS):
        undisturbed, disturbed = [], []
        for turn in range(1, rounds + 1):
            place = folder / f"{number}-{turn}"
            place.mkdir()
            undisturbed.append(run_trial(None, requests, place / "undisturbed", seed=turn))
            disturbed.append(run_trial(fault, requests, place / "disturbed", seed=turn))
        yield judge(fault, requests, undisturbed, disturbed)


def run_trial(fault: Fault | None, requests: int, out: Path, *, seed: int) -> Trial:
    """One run against an endpoint with this fault; the seed decides which requests meet it."""
    faults = {fault.name: fault.rate} if fault else {}
    flags = fault.flags if fault else ()
    given = (f"--seed={seed}", f"--latency={LATENCY}", f"--retry-after={RETRY_AFTER}")
    with serve("--watched", *given, faults=faults) as endpoint:
        command = list_generate(
            endpoint.url, out, *flags, records=requests, concurrency=CONCURRENCY
        )
        finished = run_measured(command, out.parent)
        met = sum(endpoint.read_counters()["by_fault"].values())
        demanded = find_longest_wait(endpoint.read_visits())
    return read_trial(finished, out, met, demanded)


def read_trial(finished: Finished, out: Path, met: int, demanded: float) -> Trial:
    """Read what a run has written; nothing where it did not come so far."""
    lines = _read_lines(out / "dataset.jsonl")
    records = {json.loads(line)["id"]: line for line in lines}
    rejections = [json.loads(line) for line in _read_lines(out / "rejected.jsonl")]
    rejected = {rejection["id"]: rejection for rejection in rejections}
    ids = records.keys() | rejected.keys()
    doubled = len(lines) + len(rejections) - len(ids)
    return Trial(finished, records, rejected, doubled, met, demanded)


def _read_lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines() if path.is_file() else []


def judge(
    fault: Fault, requests: int, undisturbed: Sequence[Trial], disturbed: Sequence[Trial]
) -> Row:
    """One row: the median times, and the first thing that is wrong with any of the runs."""
    pairs = list(zip(undisturbed, disturbed, strict=True))
    allowed = [TIMES * base.finished.wall + trial.demanded for base, trial in pairs]
    walls = [trial.finished.wall for trial in disturbed]
    problems = [
        problem for base, trial in pairs for problem in find_problems(fault, requests, base, trial)
    ]
    if median(wall / limit for wall, limit in zip(walls, allowed, strict=True)) > 1:
        problems.append(f"too slow: {max(walls):.1f} s at worst")
    met = sum(trial.met for trial in disturbed) // len(disturbed)
    rejected = sum(len(trial.rejected) for trial in disturbed) // len(disturbed)
    said = problems[0] if problems else f"{rejected} rejected, the others as undisturbed"
    return Row(
        f"{fault.name} at {fault.rate:.0%} of {requests}",
        f"all end, within {median(allowed):.1f} s",
        f"{median(walls):.1f} s, {met} faults; {said}",
        not problems,
    )


def find_problems(fault: Fault, requests: int, base: Trial, trial: Trial) -> list[str]:
    """What is wrong with the outcome of a run, beside the undisturbed one."""
    spoiled = trial.met if fault.name == "empty-length" else 0
    unexplained = [
        name
        for name, rejection in trial.rejected.items()
        if not (rejection["reason"] and rejection["stage"])
    ]
    changed = [name for name, line in trial.records.items() if base.records.get(name) != line]
    checks = (
        (trial.met > 0, "the fault did not happen"),
        (trial.finished.code == 0, f"exit code {trial.finished.code}"),
        (base.finished.code == 0, f"exit code {base.finished.code} undisturbed"),
        (len(trial.records) + len(trial.rejected) == requests, "not all requests ended"),
        (not trial.doubled, f"{trial.doubled} doubled"),
        (not unexplained, f"{len(unexplained)} rejected without a reason"),
        (len(trial.rejected) == spoiled, f"{len(trial.rejected)} rejected, {spoiled} spoiled"),
        (not changed, f"{len(changed)} records differ"),
    )
    return [problem for is_right, problem in checks if not is_right]
