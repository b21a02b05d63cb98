"""The kill test sees what it is there to see: each defect, on invented evidence."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.benchmarks.journal import GONE, GOOD, Visit
from tests.benchmarks.rendering import Rendered
from tests.chaos.kills import KILLED, Kill, Verdict, examine
from tests.chaos.legs import Leg

REQUESTS = [Rendered(f"id-{n}", bytes([n]), b"body %d" % n) for n in range(4)]
NAMES = ("first", "second", "the end")


def _visit(number: int, left: float, outcome: str = GOOD) -> Visit:
    return Visit(REQUESTS[number].digest, left - 0.2, left, outcome)


def _leg(
    ended_at: float, visits: Sequence[Visit], stored: Sequence[int], code: int = KILLED
) -> Leg:
    keys = frozenset(REQUESTS[number].key for number in stored)
    return Leg(ended_at, code, tuple(visits), keys, "said")


def _sound_legs() -> list[Leg]:
    """Request 1 is answered and lost at the first kill, request 2 in flight at both."""
    return [
        _leg(10.0, [_visit(0, 9.0), _visit(1, 9.9), _visit(2, 10.1, GONE)], [0]),
        _leg(20.0, [_visit(1, 19.0), _visit(2, 20.1, GONE)], [0, 1]),
        _leg(30.0, [_visit(2, 29.0), _visit(3, 29.5)], [0, 1, 2, 3], code=0),
    ]


def _write(folder: Path, numbers: Sequence[int]) -> Path:
    folder.mkdir()
    lines = [json.dumps({"id": REQUESTS[number].id}) for number in numbers]
    (folder / "dataset.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return _write(tmp_path / "killed", range(4)), _write(tmp_path / "undisturbed", range(4))


def _examine(legs: Sequence[Leg], folders: tuple[Path, Path]) -> Verdict:
    return examine(NAMES, legs, REQUESTS, *folders)


def test_a_sound_run_is_counted_and_nothing_is_found(folders: tuple[Path, Path]) -> None:
    verdict = _examine(_sound_legs(), folders)
    first, second = verdict.kills
    assert (first.moment, first.at_risk, first.in_flight, first.recent) == ("first", 1, 1, 1)
    assert first.oldest == pytest.approx(0.1)
    assert second == Kill("second", at_risk=0, in_flight=1, recent=0, oldest=0.0, stored=2)
    assert verdict == Verdict(kills=verdict.kills, repeats=1)
    assert verdict.allowed == 3


def test_a_request_that_is_asked_again_though_stored_is_found(
    folders: tuple[Path, Path],
) -> None:
    legs = _sound_legs()
    legs[1] = _leg(20.0, [*legs[1].visits, _visit(0, 19.0)], [0, 1])
    verdict = _examine(legs, folders)
    assert (verdict.asked_again, verdict.repeats) == (1, 2)


def test_a_reply_that_leaves_the_store_is_found(folders: tuple[Path, Path]) -> None:
    legs = _sound_legs()
    legs[1] = _leg(20.0, legs[1].visits, [1])
    assert _examine(legs, folders).vanished == 1


def test_an_answer_that_was_lost_long_after_it_came_is_old(folders: tuple[Path, Path]) -> None:
    legs = _sound_legs()
    legs[0] = _leg(10.0, [_visit(0, 9.0), _visit(1, 2.0)], [0])
    kill = _examine(legs, folders).kills[0]
    assert (kill.at_risk, kill.recent, kill.oldest) == (1, 0, 8.0)


def test_a_leg_that_fails_by_itself_is_no_kill(folders: tuple[Path, Path]) -> None:
    legs = _sound_legs()
    legs[0] = _leg(10.0, legs[0].visits, [0], code=1)
    verdict = _examine(legs, folders)
    assert [kill.moment for kill in verdict.kills] == ["second"]
    assert verdict.failures == ["said"]


def test_a_request_of_another_plan_is_found(folders: tuple[Path, Path]) -> None:
    legs = _sound_legs()
    legs[1] = _leg(20.0, [*legs[1].visits, Visit("strange", 1.0, 2.0, GOOD)], [0, 1])
    assert _examine(legs, folders).unknown == 1


@pytest.mark.parametrize(
    ("numbers", "missing", "doubled"), [([0, 1, 2], 1, 0), ([0, 1, 2, 3, 3], 0, 1)]
)
def test_missing_and_doubled_records_are_found(
    numbers: list[int], missing: int, doubled: int, tmp_path: Path
) -> None:
    killed = _write(tmp_path / "killed", numbers)
    verdict = _examine(_sound_legs(), (killed, _write(tmp_path / "undisturbed", range(4))))
    assert (verdict.missing, verdict.doubled) == (missing, doubled)
    assert verdict.differing == ["dataset.jsonl"]


def test_unfinished_files_are_counted(folders: tuple[Path, Path]) -> None:
    (folders[0] / ".abc.part").touch()
    assert _examine(_sound_legs(), folders).leftovers == 1
