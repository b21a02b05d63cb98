"""The kill test in small; `python -m tests.chaos` is the whole one."""

from pathlib import Path

import pytest

from tests.chaos.kills import Plan, kill_often

PLAN = Plan(
    requests=150,
    concurrency=16,
    kills=3,
    seed=4,
    faults=dict.fromkeys(("429-retry-after", "500", "reset", "non-json", "cut-body"), 0.05),
    spoils=dict.fromkeys(("empty", "refusal", "length", "empty-length"), 0.05),
    given=("--latency=0.02", "--retry-after=0.1"),
    flags=("--attempts=30",),
)


@pytest.mark.slow
def test_a_run_killed_three_times_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    verdict = kill_often(PLAN, tmp_path, lambda _: None)
    assert verdict.failures == []
    assert len(verdict.kills) == PLAN.kills
    assert verdict.differing == []
    assert (verdict.missing, verdict.doubled, verdict.vanished, verdict.unknown) == (0, 0, 0, 0)
    assert verdict.leftovers == 0
    assert verdict.asked_again == 0  # of what was in the store
    assert verdict.repeats == sum(kill.at_risk for kill in verdict.kills)
