"""Ask stage, pace, rates: allowances of requests or tokens that flow back over time.

Pure; every method is told the time, in seconds of one clock that never goes back.
"""

import math

from datagen.llm.pace.limits import ToldLimit, Unit

_BURST_SECONDS = 0.2  # of a rate that may be spent at once, so that a late timer costs nothing
_RESERVE_SECONDS = 0.3  # kept of a told allowance: requests arrive less evenly than they leave
_SLACK = 1e-6  # seconds; shorter waits are none


class Bucket:
    """An allowance: each request takes its cost out, and time brings it back.

    Attributes:
        unit: what it counts.
        rate: what flows in per second.
        capacity: what it holds at most.
        reserve: what is never taken out.
    """

    def __init__(self, unit: Unit, rate: float, now: float = 0.0) -> None:
        """Hold one request or token at the time `now`."""
        self.unit = unit
        self.rate = rate
        self.capacity = max(1.0, rate * _BURST_SECONDS)
        self.reserve = 0.0
        self._level = 1.0
        self._filled_at = now

    def set_rate(self, rate: float, now: float) -> None:
        """Let it flow in so fast from now on, with next to no burst."""
        self.measure(now)
        self.rate = rate
        self.capacity = max(1.0, rate * _BURST_SECONDS)

    def measure(self, now: float) -> float:
        """What is in it; below zero after a cost above the capacity."""
        level = self._level + (now - self._filled_at) * self.rate
        self._level = min(level, self.capacity)
        self._filled_at = now
        return self._level

    def find_wait(self, cost: float, now: float) -> float:
        """Seconds until the cost may be taken out; 0 when it may.

        What costs more than the bucket holds waits until it is full.
        """
        lack = min(cost + self.reserve, self.capacity) - self.measure(now)
        if lack <= self.rate * _SLACK:
            return 0.0
        return lack / self.rate if self.rate else math.inf

    def spend(self, cost: float, now: float) -> None:
        """Take the cost out, whether it is there or not; a negative one is given back."""
        self._level = min(self.measure(now) - cost, self.capacity)


class ToldBucket(Bucket):
    """An allowance that the endpoint tells with its answers.

    One that flows back evenly has a rate. One that comes back all at once, or in a way unknown,
    has none: it is filled at the reset. It is taken to hold the most that was ever told to remain.
    """

    def __init__(self, unit: Unit, now: float) -> None:
        """Start empty; `believe` is to follow."""
        super().__init__(unit, 0.0, now)
        self._level = -math.inf
        self._period = 0.0  # the longest reset that was ever told
        self._filled_before = -math.inf  # when it was last filled at once
        self._filled_next = math.inf

    def measure(self, now: float) -> float:
        """What is in it."""
        if now >= self._filled_next - _SLACK:
            self._level, self._filled_at = self.capacity, now
            self._filled_before, self._filled_next = self._filled_next, now + self._period
        return super().measure(now)

    def find_wait(self, cost: float, now: float) -> float:
        """Seconds until the cost may be taken out; 0 when it may."""
        wait = super().find_wait(cost, now)
        return min(wait, max(0.0, self._filled_next - now))

    def believe(self, told: ToldLimit, now: float, *, age: float, spent: float) -> None:
        """Take over what an answer tells.

        It is not known when `remaining` was counted: when the request came in, `age` seconds ago,
        or when the answer went out. The own reckoning is kept as far as it lies between the two.

        Args:
            told: of the same unit.
            now: seconds.
            age: seconds since the request left.
            spent: cost of all requests that have left after it.
        """
        level = self.measure(now)
        self.capacity = max(self.capacity, told.remaining)
        if told.period:
            self.rate, self._filled_next = told.limit / told.period, math.inf
        elif told.is_slow or self._period:
            self.rate, self._period = 0.0, max(self._period, told.reset)
            self._filled_next = min(self._filled_next, now + told.reset)
        self.reserve = min(self.rate * _RESERVE_SECONDS, self.capacity / 20)
        if now - age >= self._filled_before:  # else it may have been counted before that
            when_in = min(told.remaining + self.rate * age - spent, told.limit)
            low, high = sorted((told.remaining, when_in))
            self._level = min(max(level, low), high)
