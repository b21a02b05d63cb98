from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks import __main__ as command
from tests.benchmarks.processes import RunFailedError
from tests.benchmarks.table import Row


def _measure_well(folder: Path, *, quick: bool) -> Iterator[Row]:
    assert folder.is_dir()
    yield Row("cake", "any", "quick" if quick else "slow", met=True)


def _break_off(folder: Path, *, quick: bool) -> Iterator[Row]:
    yield Row(folder.name[:8], "any", str(quick))
    raise RunFailedError("exit code 1: no oven")


@pytest.fixture(autouse=True)
def _cases(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "CASES", {"well": _measure_well, "broken": _break_off})


def test_all_is_well_when_nothing_is_missed(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["well", "--quick"]) == 0
    machine, empty, head, row = capsys.readouterr().out.splitlines()
    assert "cores" in machine
    assert (empty, head.split()) == ("", ["case", "wanted", "measured"])
    assert row.split() == ["cake", "any", "quick", "ok"]


def test_a_case_that_breaks_is_a_miss_and_hides_no_other(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert command.main(["broken", "well"]) == 1
    broken, well = capsys.readouterr().out.splitlines()[-2:]
    assert broken.split() == [
        *("broken", "ends", "well", "exit", "code", "1:", "no", "oven", "MISSED"),
    ]
    assert well.split() == ["cake", "any", "slow", "ok"]


def test_an_unknown_case_is_refused_with_those_that_are_known(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit, match="2"):
        command.main(["wel"])
    assert "there is no case 'wel'; there are well, broken" in capsys.readouterr().err
