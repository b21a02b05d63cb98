"""What the measurements are held against, on invented figures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.benchmarks import (
    bench_cost,
    bench_faults,
    bench_memory,
    bench_rate_limit,
    bench_throughput,
    bench_tokens,
    bench_viewer,
)
from tests.benchmarks.bench_faults import Fault, Trial
from tests.benchmarks.bench_throughput import Load, Pair
from tests.benchmarks.bench_tokens import Tokens
from tests.benchmarks.journal import GOOD, Visit
from tests.benchmarks.processes import Finished
from tests.benchmarks.table import Row

DONE = Finished(code=0, wall=10.0, cpu=2.0, peak=100.0, output="")


def _met(rows: list[Row]) -> list[bool | None]:
    return [row.met for row in rows]


LOAD = Load(2_000, 50, 0.85)  # 8 s of latency


def _pair(run: float, loop: float = 8.5, cpu: float = 2.0, peak: float = 100.0) -> Pair:
    return Pair(replace(DONE, wall=run, cpu=cpu, peak=peak), replace(DONE, wall=loop), loop - 0.1)


@pytest.mark.parametrize(
    ("pairs", "met"),
    [
        ([_pair(10.0)], [True, True, True]),
        ([_pair(10.1)], [False, True, True]),
        ([_pair(10.0, cpu=2.1)], [True, False, True]),
        ([_pair(10.0), _pair(10.0, peak=151.0), _pair(10.0)], [True, True, False]),
        ([_pair(10.0), _pair(20.0), _pair(10.0)], [True, True, True]),  # the median counts
    ],
)
def test_rate_cpu_and_memory_are_judged_apart(pairs: list[Pair], met: list[bool]) -> None:
    assert _met(bench_throughput.judge(LOAD, pairs)) == met


def test_a_ratio_is_taken_within_a_pair() -> None:
    """The machine was slower during the second pair; the ratio is the same."""
    rows = bench_throughput.judge(LOAD, [_pair(9.0, 8.1), _pair(11.0, 9.9)])
    assert rows[0].measured.startswith("90%")


def test_a_loop_that_was_disturbed_flatters_nobody() -> None:
    disturbed = _pair(10.0, 20.0)
    rows = bench_throughput.judge(LOAD, [disturbed, _pair(10.0, 8.4), disturbed])
    assert (rows[0].met, rows[0].measured[:3]) == (False, "84%")
    assert bench_throughput.judge(LOAD, [disturbed])[0].met is None


def test_memory_must_be_low_and_flat() -> None:
    assert _met(bench_memory.judge({2_000: 100.0, 50_000: 110.0})) == [True, True, True]
    assert _met(bench_memory.judge({2_000: 100.0, 50_000: 111.0})) == [True, True, False]
    assert _met(bench_memory.judge({2_000: 149.0, 50_000: 151.0})) == [True, False, True]


def _paced(paced: int, seconds: float, refused: int) -> list[Visit]:
    """A burst of 60 at once, then so many more over so many seconds, and refusals."""
    burst = [Visit(f"b{n}", 100.0, 100.2, GOOD) for n in range(60)]
    later = [Visit(f"p{n}", 100.0 + seconds * (n + 1) / paced, 0.0, GOOD) for n in range(paced)]
    return burst + later + [Visit(f"r{n}", 100.0, 100.0, "429") for n in range(refused)]


@pytest.mark.parametrize(
    ("paced", "seconds", "refused", "met"),
    [
        (98, 100.0, 2, [True, True]),
        (94, 100.0, 0, [False, True]),
        (98, 100.0, 3, [True, False]),
    ],
)
def test_the_burst_of_a_limit_counts_neither_as_speed_nor_as_politeness(
    paced: int, seconds: float, refused: int, met: list[bool]
) -> None:
    visits = _paced(paced, seconds, refused)
    assert _met(bench_rate_limit.judge("a limit", 60, 0, visits)) == met


def test_a_run_that_ends_badly_under_a_limit_is_a_miss() -> None:
    assert _met(bench_rate_limit.judge("a limit", 60, 1, _paced(98, 100.0, 0))) == [False]
    assert _met(bench_rate_limit.judge("a limit", 60, 0, [])) == [False]


RESET = Fault("reset", 0.03)
BASE = Trial(DONE, {"a": "A", "b": "B"})
SOUND = replace(BASE, met=1)


@pytest.mark.parametrize(
    "trial",
    [
        BASE,  # the fault did not happen
        replace(SOUND, finished=replace(DONE, code=1)),
        replace(SOUND, finished=replace(DONE, wall=20.1)),
        replace(SOUND, records={"a": "A"}),
        replace(SOUND, records={"a": "A", "b": "changed"}),
        replace(SOUND, records={"a": "A"}, rejected={"b": {"reason": "gave-up", "stage": "ask"}}),
        replace(SOUND, doubled=1),
    ],
)
def test_a_fault_that_costs_more_than_its_own_retries_is_a_miss(trial: Trial) -> None:
    assert bench_faults.judge(RESET, 2, [BASE], [SOUND]).met is True
    assert bench_faults.judge(RESET, 2, [BASE], [trial]).met is False


def test_waits_that_the_endpoint_demands_are_granted() -> None:
    slow = replace(SOUND, finished=replace(DONE, wall=23.9))
    assert bench_faults.judge(RESET, 2, [BASE], [slow]).met is False
    assert bench_faults.judge(RESET, 2, [BASE], [replace(slow, demanded=4.0)]).met is True


def test_a_weak_reply_is_rejected_with_a_reason_and_alone() -> None:
    fault = Fault("empty-length", 0.01)
    rejection = {"reason": "empty", "stage": "parse"}
    trial = replace(SOUND, records={"a": "A"}, rejected={"b": rejection})
    assert bench_faults.judge(fault, 2, [BASE], [trial]).met is True
    assert bench_faults.judge(fault, 2, [BASE], [SOUND]).met is False
    unexplained = replace(trial, rejected={"b": {**rejection, "reason": ""}})
    assert bench_faults.judge(fault, 2, [BASE], [unexplained]).met is False


def test_prompt_tokens_are_judged_and_replies_are_shown() -> None:
    exact = Tokens(1_000, 800, 100)
    plans = {"good": Tokens(1_030, 0, 500), "bad": Tokens(1_031, 800, 100)}
    rows = bench_tokens.judge(plans, exact)
    assert _met(rows) == [True, None, None, None, False, None, None, None]


def test_a_plan_is_read_with_its_abbreviations() -> None:
    table = " type   requests\n all  2,000  15  4.3M  9,999  36.8k  -\nall of it was counted"
    assert bench_tokens.read_plan(table) == Tokens(4_300_000, 9_999, 36_800)


@pytest.mark.parametrize(
    ("prompt_tokens", "code", "met"),
    [(400_000, 1, True), (430_000, 1, False), (100_000, 0, False)],
)
def test_a_budget_is_exceeded_by_no_more_than_what_was_in_flight(
    prompt_tokens: int, code: int, met: bool
) -> None:
    budget = bench_cost.Budget(limit=1.0, reply_size=1_200)
    assert budget.dearest == pytest.approx(0.011)
    counters = {
        "prompt_tokens": prompt_tokens,
        "completion_tokens": 0,
        "max_in_flight": 4,
        "requests": 200,
    }
    assert bench_cost.judge("a budget", budget, code, counters).met is met


VIEWED = bench_viewer.Figures(
    200_000,
    build=6.0,
    opening=0.1,
    times={"a page at any depth": [0.002] * 95 + [0.02] * 5, "a search": [0.03] * 100},
    memory=(80.0, 85.0, 100.0),
    pages=10_000,
)


@pytest.mark.parametrize(
    ("changed", "missed"),
    [
        ({}, []),
        ({"build": 7.0}, ["index built"]),
        ({"opening": 0.6}, ["opened"]),
        ({"times": {"a search": [0.03] * 94 + [0.06] * 6}}, ["a search"]),
        ({"memory": (80.0, 90.0, 100.0)}, ["after 10,000 pages"]),
        ({"memory": (140.0, 141.0, 151.0)}, ["memory"]),
    ],
)
def test_the_viewer_is_judged_by_its_95th_percentiles_and_memory(
    changed: dict[str, Any], missed: list[str]
) -> None:
    rows = list(bench_viewer.judge(replace(VIEWED, **changed), is_judged=True))
    assert [row.case.partition(": ")[2] for row in rows if row.met is False] == missed
    assert not [row for row in bench_viewer.judge(VIEWED, is_judged=False) if row.met is not None]


def test_the_viewer_is_measured_in_small(tmp_path: Path) -> None:
    rows = list(bench_viewer.measure(tmp_path, quick=True))
    kinds = [row.case.partition(": ")[2] for row in rows]
    assert kinds[-2:] == ["memory", "after 50 pages"]
    assert {"a page at any depth", "a search", "filters, counted", "a decision"} < set(kinds)
