"""Audit: what was caught and what was not, with intervals, and the goals it is held against."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import sqrt

from tests.audit.planting import Plant

_Z = 1.959964  # two-sided 95%


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    hits: int
    total: int

    @property
    def rate(self) -> float:
        """Hits of the total; 0 of none."""
        return self.hits / self.total if self.total else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval; 0 to 1 where there is nothing.

        >>> [round(end, 3) for end in Share(8, 10).interval]
        [0.49, 0.943]
        """
        if not self.total:
            return 0.0, 1.0
        n, p = self.total, self.rate
        middle = p + _Z * _Z / (2 * n)
        spread = _Z * sqrt(p * (1 - p) / n + _Z * _Z / (4 * n * n))
        scale = 1 + _Z * _Z / n
        return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)

    def __str__(self) -> str:
        """As it stands in a table.

        >>> str(Share(8, 10))
        '0.800 [0.490-0.943] 8/10'
        """
        if not self.total:
            return "none planted"
        low, high = self.interval
        return f"{self.rate:.3f} [{low:.3f}-{high:.3f}] {self.hits}/{self.total}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """A plant, and the flags that it raised beyond those of the clean record."""

    plant: Plant
    flags: tuple[str, ...]

    @property
    def is_wrong(self) -> bool:
        """A defect that was missed or a look-alike that was flagged."""
        return bool(self.flags) is not self.plant.false


def find_new(flags: Iterable[str], before: Iterable[str]) -> tuple[str, ...]:
    """Flags that the clean record does not raise, each as often as it is new.

    >>> find_new(["a", "a", "b"], ["a"])
    ('a', 'b')
    """
    return tuple(sorted((Counter(flags) - Counter(before)).elements()))


@dataclass(frozen=True, slots=True)
class Goal:
    """What is wanted of a share of the outcomes.

    Attributes:
        least: the share of defects that must be caught; None for look-alikes.
        picks: whether a plant belongs to it.
    """

    name: str
    least: float
    picks: Callable[[Plant], bool]


def _is(
    families: Sequence[str], shapes: Sequence[str] = (), types: Sequence[str] = ()
) -> Callable[[Plant], bool]:
    return lambda plant: (
        plant.family in families
        and (not shapes or plant.shape in shapes)
        and (not types or plant.case.response_type in types)
    )


_CUT_SHAPES = ("function word", "comma", "hyphen or bracket")
_IN_PLACE = ("in place", "any mention")
_SEEN_TYPES = ("conversation", "detail_description")
_REASONING = ("complex_reasoning",)

GOALS: tuple[Goal, ...] = (
    Goal("leaks", 0.95, _is(["leak"])),
    Goal("refusals", 0.95, _is(["refusal"])),
    Goal("structure", 0.95, _is(["structure"])),
    Goal("cut endings", 0.95, _is(["cut"], _CUT_SHAPES)),
    Goal("objects, appended", 0.95, _is(["object"], ["appended"])),
    Goal("counts, appended", 0.95, _is(["count"], ["appended"])),
    Goal("sides, appended", 0.95, _is(["side"], ["appended"])),
    Goal("absences, appended", 0.95, _is(["absence"], ["appended"])),
    Goal("yes to what is absent", 0.9, _is(["reply"], ["invented"])),
    Goal("no to what is there", 0.9, _is(["reply"], ["denied"])),
    Goal("objects in place, talk and description", 0.75, _is(["object"], _IN_PLACE, _SEEN_TYPES)),
    Goal("objects in place, reasoning", 0.45, _is(["object"], _IN_PLACE, _REASONING)),
    Goal("counts in place", 0.85, _is(["count"], ["in place"])),
    Goal("colours in place", 0.75, _is(["colour"], ["in place"])),
)
"""What recall is wanted. Shapes without a goal are only reported: a cut after any word cannot be
told from a fragment, and a clause inside another sentence is nobody's promise."""

MOST_FALSE = 0.02
"""Share of clean records and of look-alikes that grounding may reject."""


def measure_recall(outcomes: Iterable[Outcome]) -> Share:
    """The defects caught among all defects."""
    caught = [bool(each.flags) for each in outcomes if each.plant.false]
    return Share(sum(caught), len(caught))


def measure_alarms(outcomes: Iterable[Outcome], prefix: str = "") -> Share:
    """The look-alikes flagged by a code with the prefix, among all look-alikes."""
    alarms = [
        any(flag.startswith(prefix) for flag in each.flags)
        for each in outcomes
        if not each.plant.false
    ]
    return Share(sum(alarms), len(alarms))


def measure_precision(outcomes: Sequence[Outcome]) -> Share:
    """The flagged that are defects, among all flagged of defects and look-alikes as planted."""
    caught = measure_recall(outcomes).hits
    return Share(caught, caught + measure_alarms(outcomes).hits)
