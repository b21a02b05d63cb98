from pathlib import Path

from tests.benchmarks.bench_growth import Cost, draw, judge


def test_a_record_that_gets_dearer_or_takes_memory_is_a_miss() -> None:
    even = [Cost(n, n / 900, 150.0, n * 0.004) for n in (1_000, 10_000, 100_000)]
    assert [row.met for row in judge(even)] == [True]
    for slow in (
        Cost(100_000, 200.0, 150.0, 400.0),
        Cost(100_000, 111.0, 401.0, 400.0),
        Cost(100_000, 111.0, 150.0, 650.0),
    ):
        assert [row.met for row in judge([*even[:2], slow])] == [False]
        assert [row.met for row in judge([*even[:2], slow], is_judged=False)] == [None]


def test_the_same_costs_give_the_same_plot(tmp_path: Path) -> None:
    costs = [Cost(n, n / 900, 150.0, n * 0.004) for n in (1_000, 10_000, 100_000)]
    plots = []
    for name in ("one.svg", "two.svg"):
        draw(costs, tmp_path / name)
        plots.append((tmp_path / name).read_text(encoding="utf-8"))
    assert plots[0] == plots[1]
    assert "thousand records" in plots[0]
