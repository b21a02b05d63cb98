"""Ask stage, pace, shared: a pace whose places and rates somebody else hands out, bit by bit.

Several processes that ask one endpoint each have a `LeasedPace`. Whoever divides the endpoint's
allowance between them is told what each wants (`take_needs`) and answers with a share (`grant`).
Between two shares every decision is the `regulator`'s, as in a run of one process.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datagen.llm.pace.buckets import Bucket
from datagen.llm.pace.limits import ToldLimit, Unit
from datagen.llm.pace.regulator import Departure, Regulator
from datagen.llm.pace.slots import Pace
from datagen.llm.pace.window import Window

_AHEAD = 1.5  # times the requests since the last share are expected until the next
_COST_WEIGHT = 0.1  # of one request in the mean cost


@dataclass(frozen=True, slots=True)
class Needs:
    """What a process wants of the common allowance, and what it has learned of it.

    Attributes:
        in_flight: requests.
        wanted: requests and tokens beyond what it holds; below 0 for what it gives back.
        least: what its next request costs.
        told: the newest limits that answers told since the last time.
        pause: seconds that all shall wait, since the endpoint refuses.
    """

    in_flight: int = 0
    wanted: Mapping[Unit, float] = field(default_factory=dict)
    least: Mapping[Unit, float] = field(default_factory=dict)
    told: tuple[ToldLimit, ...] = ()
    pause: float = 0.0


class Permits(Bucket):
    """An allowance that nothing flows into but what is granted."""

    def __init__(self, unit: Unit) -> None:
        """Start empty."""
        super().__init__(unit, 0.0)
        self.capacity = math.inf
        self._level = 0.0

    @property
    def level(self) -> float:
        """What is held; below 0 where requests cost more than was thought."""
        return self._level

    def grant(self, amount: float) -> None:
        """Add to it."""
        self._level += amount


class LeasedRegulator(Regulator):
    """A regulator whose largest window and own rates are changed from outside."""

    def __init__(self, **given: Any) -> None:  # noqa: ANN401 - the arguments of `Regulator`
        """Start without a place."""
        super().__init__(**given)
        self.places = 0
        self.permits: dict[Unit, Permits] = {}
        self.sent_since = 0
        self.told: dict[Unit, ToldLimit] = {}
        self.refused_until = -math.inf
        self._mean_cost = 0.0

    def set_places(self, places: int, *, is_open: bool = False) -> None:
        """So many may be in flight at most; 0 lets none leave. The first ones make the window."""
        if not self._sent:
            self.window = Window(max(1, places), is_open=is_open)
        self.places = places
        self.window.set_most(max(1, places))

    def set_permits(self, granted: Mapping[Unit, float]) -> None:
        """Add what is granted; of what is not named there is no limit."""
        if granted.keys() != self.permits.keys():
            self.permits = {unit: self.permits.get(unit, Permits(unit)) for unit in granted}
            self._own = list(self.permits.values())
            self._gather_buckets()
        for unit, amount in granted.items():
            self.permits[unit].grant(amount)

    def pause(self, seconds: float, now: float) -> None:
        """Let nothing leave for so long, because another process was refused."""
        self.paused_until = max(self.paused_until, now + seconds)

    def find_costs(self, tokens: float) -> dict[Unit, float]:
        """What a request of so many estimated tokens will be taken to cost."""
        return {"requests": 1.0, "tokens": tokens * self._ratio}

    def find_mean_costs(self) -> dict[Unit, float]:
        """What a request cost lately."""
        return {"requests": 1.0, "tokens": self._mean_cost}

    def find_delay(self, tokens: float, now: float) -> float:
        """Seconds until a request may leave."""
        return super().find_delay(tokens, now) if self.places else math.inf

    def send(self, tokens: float, now: float) -> Departure:
        """A request leaves."""
        departure = super().send(tokens, now)
        self.sent_since += 1
        weight = _COST_WEIGHT if self._mean_cost else 1.0
        self._mean_cost += weight * (departure.tokens - self._mean_cost)
        return departure

    def believe(self, departure: Departure, told: Sequence[ToldLimit], now: float) -> None:
        """Take over the limits that an answer tells, and keep them for the others."""
        super().believe(departure, told, now)
        self.told.update((limit.unit, limit) for limit in told if limit.is_slow)

    def note_refusal(
        self, departure: Departure, wait: float | None, told: Sequence[ToldLimit], now: float
    ) -> None:
        """An answer says "not now"; where that pauses this process, it concerns the others too."""
        before = self.paused_until
        super().note_refusal(departure, wait, told, now)
        if self.paused_until > before:
            self.refused_until = self.paused_until


class LeasedPace(Pace):
    """A `Pace` that waits for shares of what all processes may do together."""

    def __init__(self, *, patience: float = 300.0) -> None:
        """Set up without a place; `patience` as in `Pace`."""
        super().__init__(max_in_flight=1, patience=patience, make=self._make)

    def _make(self, **given: Any) -> Regulator:  # noqa: ANN401 - the arguments of `Regulator`
        self._leased = LeasedRegulator(**given)
        return self._leased

    def count_ready(self) -> int:
        """Requests that are likely to leave until the next share, if nothing but it holds them."""
        leased, ready = self._leased, len(self._waiting)
        if leased.places:  # else the first share is still to come
            free = min(leased.places, leased.window.places) - leased.in_flight
            ready = min(ready, max(0, free))
        return ready + math.ceil(_AHEAD * leased.sent_since)

    def take_needs(self) -> Needs:
        """What is wanted now; what was learned since the last time is told once."""
        leased, now = self._leased, self._now()
        ready, mean = self.count_ready(), leased.find_mean_costs()
        tokens = self._waiting[0].tokens if self._waiting else 0.0
        least = leased.find_costs(tokens) if self._waiting else mean
        wanted = {
            unit: max(ready * max(mean[unit], least[unit]), 0.0) - permits.level
            for unit, permits in leased.permits.items()
        }
        for unit, amount in wanted.items():
            if amount < 0:  # given back
                leased.permits[unit].grant(amount)
        needs = Needs(
            leased.in_flight,
            wanted,
            {unit: least[unit] for unit in wanted},
            tuple(leased.told.values()),
            max(0.0, leased.refused_until - now),
        )
        leased.sent_since = 0
        leased.told.clear()
        return needs

    def grant(
        self,
        places: int,
        permits: Mapping[Unit, float],
        pause: float,
        *,
        is_open: bool = False,
    ) -> None:
        """Take a share over, and let go who may go by it.

        Args:
            places: requests in flight at most from now on.
            permits: to be added to what is held; units that are not named have no limit.
            pause: seconds in which nothing may leave.
            is_open: the endpoint has borne as much before, so that all places may be taken at once.
        """
        leased = self._leased
        leased.set_places(places, is_open=is_open)
        leased.set_permits(permits)
        if pause > 0:
            leased.pause(pause, self._now())
        self._pump()
