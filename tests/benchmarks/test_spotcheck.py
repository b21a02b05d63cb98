from pathlib import Path

from tests.benchmarks import bench_spotcheck
from tests.benchmarks.bench_spotcheck import judge

WHOLE = {"seconds": 20.0, "dialogues": 3000}


def test_batches_must_be_three_times_as_fast() -> None:
    for single, met in ((3.0, True), (2.9, False)):
        timed = {"single": single, "batched": 1.0, "dialogues": 200}
        assert [row.met for row in judge(timed, WHOLE, 900.0)] == [met, True]


def test_memory_must_stay_below_two_gigabytes() -> None:
    timed = {"single": 5.0, "batched": 1.0, "dialogues": 200}
    rows = judge(timed, WHOLE, 2001.0)
    assert [row.met for row in rows] == [True, False]
    assert rows[1].measured == "2,001 MB in 20 s"


def test_the_small_form_looks_at_every_record(tmp_path: Path) -> None:
    speed, memory = bench_spotcheck.measure(tmp_path, quick=True)
    assert speed.met is None
    assert memory.case == "spot-check, 8 records x 3 pictures: peak memory"
    assert memory.met
