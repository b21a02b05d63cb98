"""Audit: the tables that it prints."""

from collections.abc import Iterable, Mapping, Sequence

from tests.audit.hard_cases import LEAST_RIGHT, MOST_REJECTED, HardCase
from tests.audit.measures import (
    GOALS,
    MOST_FALSE,
    Outcome,
    Share,
    measure_alarms,
    measure_precision,
    measure_recall,
)

Line = tuple[str, ...]
TYPES = {"conversation": "conv", "detail_description": "detail", "complex_reasoning": "reason"}


def render(head: Line, lines: Iterable[Line]) -> str:
    """Lines under a head, in columns.

    >>> print(render(("a", "b"), [("long", "x")]))
    a     b
    long  x
    """
    rows = [head, *lines]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def group(outcomes: Iterable[Outcome]) -> Mapping[tuple[str, str], list[Outcome]]:
    """Outcomes by family and shape, in the order in which they come; structure as one."""
    groups: dict[tuple[str, str], list[Outcome]] = {}
    for each in outcomes:
        shape = "any" if each.plant.family == "structure" else each.plant.shape
        groups.setdefault((each.plant.family, shape), []).append(each)
    return dict(sorted(groups.items()))


def list_recalls(outcomes: Sequence[Outcome]) -> list[Line]:
    """Family, shape, recall by type and of all, precision, false alarms."""
    return [
        (
            family,
            shape,
            *(_brief(_of_type(each, name)) for name in TYPES),
            str(measure_recall(each)) if measure_recall(each).total else "-",
            str(measure_precision(each)) if measure_recall(each).total else "-",
            str(measure_alarms(each)) if measure_alarms(each).total else "-",
        )
        for (family, shape), each in group(outcomes).items()
    ]


RECALL_HEAD = ("family", "shape", *TYPES.values(), "recall", "precision", "look-alikes flagged")


def _of_type(outcomes: Iterable[Outcome], name: str) -> Share:
    return measure_recall(each for each in outcomes if each.plant.case.response_type == name)


def _brief(share: Share) -> str:
    return f"{share.rate:.2f} ({share.total})" if share.total else "-"


GOAL_HEAD = ("records", "goal", "wanted", "measured", "")


def judge_goals(origin: str, outcomes: Sequence[Outcome]) -> list[Line]:
    """Every recall that is wanted, with `met`, `MISSED`, or `-` where nothing was planted."""
    lines: list[Line] = []
    for goal in GOALS:
        share = measure_recall(each for each in outcomes if goal.picks(each.plant))
        verdict = _verdict(share.rate >= goal.least) if share.total else "-"
        lines.append((origin, goal.name, f">= {goal.least}", str(share), verdict))
    return lines


def judge_alarms(origin: str, name: str, share: Share) -> Line:
    """How many true records were rejected by grounding."""
    return (
        origin,
        f"{name} rejected by grounding",
        f"<= {MOST_FALSE}",
        str(share),
        _verdict(share.rate <= MOST_FALSE),
    )


def judge_hard_cases(wrong: Sequence[HardCase], total: int) -> list[Line]:
    """The two goals for the hard cases."""
    right = Share(total - len(wrong), total)
    rejected = sum(not case.reject for case in wrong)
    return [
        (
            "hard",
            "cases right",
            f">= {LEAST_RIGHT}",
            str(right),
            _verdict(right.rate >= LEAST_RIGHT),
        ),
        (
            "hard",
            "true ones rejected",
            f"<= {MOST_REJECTED}",
            str(rejected),
            _verdict(rejected <= MOST_REJECTED),
        ),
    ]


def _verdict(met: bool) -> str:
    return "met" if met else "MISSED"
