from datagen.records import AnnotatedImage
from tests.audit import table
from tests.audit.corpus import Case
from tests.audit.hard_cases import HardCase
from tests.audit.measures import GOALS, Outcome, Share
from tests.audit.planting import Plant

IMAGE = AnnotatedImage("1", "1.jpg", (), ())


def _outcomes(caught: int, missed: int, *, false: bool = True) -> list[Outcome]:
    case = Case({}, IMAGE, "conversation", "hand")
    plant = Plant("leak", "appended", false, case, {})
    return [Outcome(plant, ("x",))] * caught + [Outcome(plant, ())] * missed


def test_a_line_has_recall_by_type_precision_and_false_alarms() -> None:
    outcomes = _outcomes(3, 1) + _outcomes(1, 1, false=False)
    (line,) = table.list_recalls(outcomes)
    assert line[:5] == ("leak", "appended", "0.75 (4)", "-", "-")
    assert [cell.split()[-1] for cell in line[5:]] == ["3/4", "3/4", "1/2"]


def test_a_goal_is_met_or_missed_or_not_measured() -> None:
    verdicts = {line[1]: line[-1] for line in table.judge_goals("hand", _outcomes(19, 1))}
    assert verdicts["leaks"] == "met"
    assert verdicts["refusals"] == "-"
    assert len(verdicts) == len(GOALS)
    missed = table.judge_goals("hand", _outcomes(9, 1))
    assert missed[0][-1] == "MISSED"


def test_false_alarms_may_be_two_in_a_hundred() -> None:
    assert table.judge_alarms("hand", "clean", Share(2, 100))[-1] == "met"
    assert table.judge_alarms("hand", "clean", Share(3, 100))[-1] == "MISSED"


def test_hard_cases_have_two_goals() -> None:
    wrong = [HardCase("list", IMAGE, "A cat.", reject=False)] * 4
    lines = table.judge_hard_cases(wrong, 73)
    assert [line[-1] for line in lines] == ["met", "MISSED"]


def test_every_kind_of_damage_is_one_line() -> None:
    case = Case({}, IMAGE, "conversation", "hand")
    plants = [Plant("structure", name, True, case, {}) for name in ("no id", "no turns")]
    groups = table.group([Outcome(plant, ("x",)) for plant in plants])
    assert {key: len(each) for key, each in groups.items()} == {("structure", "any"): 2}
