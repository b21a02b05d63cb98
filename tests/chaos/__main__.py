"""The kill test in full: 2,000 requests, killed 23 times, with 5% of every fault.

    python -m tests.chaos [--seed 7] [--keep FOLDER]

Prints one table; exit code 1 when something is missed.
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from tests.benchmarks.table import Row, describe_machine, is_met, render_table
from tests.chaos.kills import COMMITTED_WITHIN, Plan, Verdict, kill_often

_RATE = 0.05
_WIRE = ("429", "429-retry-after", "500", "503", "reset", "stall", "non-json", "cut-body")
_WEAK = ("empty", "refusal", "length", "empty-length")


def make_plan(seed: int) -> Plan:
    """All faults at once: 40% of all attempts fail, 20% of all replies are weak.

    A run gives a request up after 8 attempts by default, which would be one or two of these 2,000;
    with 30 there is none, so that what is rejected does not hang on the moments of the kills.
    """
    return Plan(
        requests=2_000,
        concurrency=64,
        kills=20,
        seed=seed,
        faults=dict.fromkeys(_WIRE, _RATE),
        spoils=dict.fromkeys(_WEAK, _RATE),
        at_edges=True,
        given=("--latency=0.1", "--retry-after=1"),
        flags=("--timeout=1", "--attempts=30"),
    )


def list_rows(plan: Plan, verdict: Verdict) -> list[Row]:
    """The table."""
    most = max((kill.at_risk for kill in verdict.kills), default=0)
    oldest = max((kill.oldest for kill in verdict.kills), default=0.0)
    differing = ", ".join(verdict.differing) or "none"
    return [
        Row(
            "kills",
            f"at least {plan.kills}",
            str(len(verdict.kills)),
            len(verdict.kills) >= plan.kills,
        ),
        _want_none("legs that failed by themselves", len(verdict.failures)),
        Row("files unlike the undisturbed run's", "none", differing, not verdict.differing),
        _want_none("records missing", verdict.missing),
        _want_none("records doubled", verdict.doubled),
        _want_none("replies gone from the store", verdict.vanished),
        _want_none("requests asked again though stored", verdict.asked_again),
        _want_none("requests that are not of the plan", verdict.unknown),
        Row(
            "requests answered twice",
            f"at most {verdict.allowed:,}",
            f"{verdict.repeats} in all, {most} for one kill",
            verdict.repeats <= verdict.allowed
            and all(kill.at_risk <= kill.in_flight + kill.recent for kill in verdict.kills),
        ),
        Row(
            "age of the oldest answer lost",
            f"at most {COMMITTED_WITHIN} s",
            f"{oldest:.2f} s",
            oldest <= COMMITTED_WITHIN,
        ),
        _want_none("unfinished files left", verdict.leftovers),
    ]


def _want_none(case: str, count: int) -> Row:
    return Row(case, "none", str(count), count == 0)


def main(arguments: Sequence[str] | None = None) -> int:
    """Kill, print, and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos")
    parser.add_argument("--seed", type=int, default=0, help="draws the moments and the faults")
    parser.add_argument("--keep", type=Path, help="folder for both runs, to look at them")
    given = parser.parse_args(arguments)
    plan, machine = make_plan(given.seed), describe_machine()
    with ExitStack() as stack:
        made = stack.enter_context(tempfile.TemporaryDirectory(prefix="datagen-chaos-"))
        folder = given.keep or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        verdict = kill_often(plan, folder, sys.stderr.write)
    rows = list_rows(plan, verdict)
    sys.stdout.write(f"{machine}\n\n{render_table(rows)}\n")
    for failure in verdict.failures:
        sys.stdout.write(f"\na leg ended with:\n{failure}\n")
    return 0 if is_met(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
