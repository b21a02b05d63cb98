"""What the benchmarks' endpoint sees: every visit, from its arrival to its end.

A request is known by the SHA-256 of its body, which is the same whenever it is asked again. Times
are of the monotonic clock, which all processes of a machine share.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

GOOD = "good"
"""A whole chat completion was handed to the connection."""

BROKEN = "broken"
"""Something else with status 200, or nothing: reset, stalled, cut, not JSON."""

GONE = "gone"
"""The client went away before there was an answer."""


@dataclass(slots=True)
class Visit:
    """One request over the wire.

    Attributes:
        digest: of its body, in hex.
        came, left: when it arrived, when its answer was ready or the client had gone.
        outcome: `good`, `broken`, `gone`, or the status of a refusal; empty while in flight.
        asked_wait: seconds that the answer asked to wait.
    """

    digest: str
    came: float
    left: float = 0.0
    outcome: str = ""
    asked_wait: float = 0.0


@dataclass(slots=True)
class Journal:
    """All visits in order of arrival, and the requests that got a good answer."""

    clock: Callable[[], float] = time.monotonic
    visits: list[Visit] = field(default_factory=list)
    answered: set[str] = field(default_factory=set)

    def open_visit(self, digest: str) -> Visit:
        """Note an arrival."""
        visit = Visit(digest, self.clock())
        self.visits.append(visit)
        return visit

    def close_visit(self, visit: Visit, outcome: str, asked_wait: float = 0.0) -> None:
        """Note how a visit ended."""
        visit.left, visit.outcome, visit.asked_wait = self.clock(), outcome, asked_wait
        if outcome == GOOD:
            self.answered.add(visit.digest)

    def count(self) -> dict[str, int]:
        """Visits, and different requests that have a good answer."""
        return {"visits": len(self.visits), "answered": len(self.answered)}


def read_visits(rows: Iterable[dict[str, Any]]) -> list[Visit]:
    """Visits from the JSON of a journal."""
    return [Visit(**row) for row in rows]


def count_repeats(visits: Iterable[Visit]) -> int:
    """Good answers beyond the first of each request."""
    counts = Counter(visit.digest for visit in visits if visit.outcome == GOOD)
    return sum(counts.values()) - len(counts)


def find_longest_wait(visits: Iterable[Visit]) -> float:
    """Seconds that the most delayed request was asked to wait, in sum over its refusals."""
    seconds: dict[str, float] = {}
    for visit in visits:
        seconds[visit.digest] = seconds.get(visit.digest, 0.0) + visit.asked_wait
    return max(seconds.values(), default=0.0)
