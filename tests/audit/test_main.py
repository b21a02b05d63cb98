"""The command on the project's own pictures, and the small form of the audit itself."""

import json
from pathlib import Path

import pytest

from tests.audit import __main__ as command
from tests.audit.__main__ import Audit, measure
from tests.audit.corpus import Case, load_cases
from tests.audit.flags import GROUNDING
from tests.audit.measures import GOALS, MOST_FALSE, Outcome, measure_alarms, measure_recall
from tests.audit.planting import Plant


@pytest.mark.slow
def test_no_goal_is_missed_by_more_than_chance() -> None:
    audit = measure([case for case in load_cases(None) if case.origin == "hand"], "all")
    shares = {
        goal.name: measure_recall(each for each in audit.outcomes if goal.picks(each.plant))
        for goal in GOALS
    }
    missed = {
        goal.name: str(shares[goal.name])
        for goal in GOALS
        if shares[goal.name].interval[1] < goal.least
    }
    alarms = {
        "clean records": audit.count_alarms(GROUNDING),
        "look-alikes": measure_alarms(audit.outcomes, GROUNDING),
    }
    missed |= {name: str(each) for name, each in alarms.items() if each.interval[0] > MOST_FALSE}
    assert missed == {}


def _few_cases(coco: Path | None) -> list[Case]:
    assert coco is None
    return load_cases(None)[:4]


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "load_cases", _few_cases)


def test_the_table_has_every_goal_and_says_whether_it_is_met(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = command.main(["--small", "--half", "all"])
    printed = capsys.readouterr().out
    assert "Planted in 4 records, written by hand" in printed
    assert all(goal.name in printed for goal in GOALS)
    assert code == ("MISSED" in printed)


def test_a_folder_without_coco_is_skipped_with_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command.main(["--coco", str(tmp_path), "--half", "all"])
    assert capsys.readouterr().out.startswith(f"no COCO files in {tmp_path}; ")


def test_the_counts_are_written_as_json(tmp_path: Path) -> None:
    command.main(["--small", "--half", "all", "--json", str(tmp_path / "audit.json")])
    rows = json.loads((tmp_path / "audit.json").read_text(encoding="utf-8"))
    leak = next(row for row in rows if (row["family"], row["shape"]) == ("leak", "appended"))
    assert leak["planted"] == 4
    assert leak["caught"] <= leak["planted"]


def test_the_reader_that_parses_can_be_measured(capsys: pytest.CaptureFixture[str]) -> None:
    command.main(["--small", "--half", "all", "--layer", "spacy"])
    assert "Planted in 4 records, written by hand" in capsys.readouterr().out


def test_misses_are_shown_with_text_context_and_claims() -> None:
    case = load_cases(None)[0]
    record = json.loads(json.dumps(case.record))
    start = len(record["conversations"][1]["value"])
    record["conversations"][1]["value"] += " It is a calm day."
    plant = Plant("object", "appended", True, case, record, 1, start, "", " It is a calm day.")
    shown = list(command.list_misses(Audit([], [Outcome(plant, ())]), ["object"]))
    assert len(shown) == 1
    assert shown[0].startswith("MISSED: object, appended, 000000001001_conversation_0: ''")
    assert "It is a calm day." in shown[0]
    assert f"captions: {case.image.captions[0]}" in shown[0]
    assert "1 microwave" in shown[0]


def test_only_the_families_asked_for_are_shown() -> None:
    case = load_cases(None)[0]
    plant = Plant("leak", "appended", True, case, case.record, 1)
    audit = Audit([], [Outcome(plant, ())])
    assert list(command.list_misses(audit, ["object"])) == []
    assert len(list(command.list_misses(audit, ["leak"]))) == 1
