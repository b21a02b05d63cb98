"""Ask stage, pace, what refusals mean: one request's bad luck, or too much for the endpoint.

Pure; is told the time. Requests are numbered as they leave, from 1.
"""

import math

from datagen.llm.pace.buckets import Bucket
from datagen.llm.pace.window import GROWTH_SECONDS, follow_curve

_RUN = 4  # so many refused one after the other are no chance: 6 in a million at 5% of faults
_SPAN = 64  # requests whose share of refusals is looked at
_CHANCE = 3  # refusals that may be chance however few requests there were, and beyond them
_SHARE = 1 / 7  # so large a part
_MOST = 1 / 3  # so large a part is no chance at all
_STRAY = 1 / 32  # so large a part is more than a learned rate that is a little too high explains

_BACK = 0.05  # part of a learned rate that is given up after a refusal
_MARGIN = 0.99  # part of a learned rate that is used in the long run, so that refusals stay rare
_SLOWEST = 1 / 60  # requests per second; no learned rate is lower
_FIRST = 4  # requests that must have got through before a rate is learned from them
_SETTLED = 200  # requests after which a learned rate is known to half a percent
_RETRIED = 1.8 * GROWTH_SECONDS  # the rate has risen 2% above the learned one
_FORGOTTEN = 4.5 * GROWTH_SECONDS  # it has risen to 25 times it, and nothing was refused


class RefusalLog:
    """Tells refusals that come together from stray ones.

    Looks at the order in which requests left, not at that of the answers: a refusal comes back
    sooner than a reply, so that stray refusals of one burst arrive side by side.

    Attributes:
        is_noisy: many refusals have shown to be chance; only what cannot be chance is a crowd.
    """

    def __init__(self) -> None:
        """Start with nothing refused."""
        self.is_noisy = False
        self._refused: set[int] = set()
        self._since = 0

    def note(self, number: int) -> bool:
        """Note that a request was refused; True when it belongs to a crowd of refused ones."""
        self._refused = {old for old in self._refused if old > number - 4 * _SPAN} | {number}
        return self._is_plain(number) or (not self.is_noisy and self._exceeds(_SHARE, number))

    def is_unexplained(self, number: int) -> bool:
        """There are more refusals than a rate that is a little too high makes."""
        return self._exceeds(_STRAY, number)

    def _is_plain(self, number: int) -> bool:
        """The crowd around this request cannot be chance, however many stray refusals there are."""
        return self._is_run(number) or self._exceeds(_MOST, number)

    def _is_run(self, number: int) -> bool:
        return all(number - step in self._refused for step in range(_RUN))

    def _exceeds(self, share: float, number: int) -> bool:
        seen = min(_SPAN, number - self._since)
        count = sum(number - seen < old <= number for old in self._refused)
        return count > _CHANCE + seen * share

    def clear(self, number: int) -> None:
        """Look at later requests only."""
        self._refused.clear()
        self._since = number


class LearnedRate:
    """The request rate of an endpoint that refuses what exceeds it and does not tell it.

    Between two moments at which its allowance is used up, the endpoint takes as many requests as
    flow in: their number over the time between is the rate. From then on requests leave a little
    slower, and faster again along `follow_curve`, until the next refusal corrects the rate.

    Attributes:
        bucket: paces to the rate; None while none is known.
    """

    def __init__(self) -> None:
        """Start without a rate."""
        self.bucket: Bucket | None = None
        self._rate = 0.0
        self._refused_at = 0.0
        self._empty_at = -math.inf
        self._taken_before = 0

    def start_count(self, taken: int, now: float) -> None:
        """The allowance is used up: count from here.

        Args:
            taken: requests that the endpoint has not refused, over the whole run.
            now: seconds.
        """
        self._taken_before = taken
        self._empty_at = now

    def discount(self) -> None:
        """A request that left before the count began was refused after it."""
        self._taken_before -= 1

    def learn(self, taken: int, now: float) -> None:
        """The allowance is used up again, and not for too many requests at a time."""
        count, seconds = taken - self._taken_before, now - self._empty_at
        if count >= _FIRST and 0 < seconds < math.inf:
            # Half a request more, on average, was on its way in.
            self._set((count + 0.5) / seconds, now)
        if count >= _SETTLED or seconds == math.inf:
            self.start_count(taken, now)

    def note_stray(self, taken: int, now: float) -> None:
        """One request was refused, alone: correct the rate where that explains it."""
        if self.bucket is None or now <= self._empty_at:
            return
        count, seconds = taken - self._taken_before, now - self._empty_at
        if now - self._refused_at >= _RETRIED:
            self._set(max(count / seconds, (1 - _BACK) * self.bucket.rate), now)
            self.start_count(taken, now)
        elif count < _SETTLED:
            self._set((count + 0.5) / seconds, now)

    def is_below(self, now: float) -> bool:
        """Requests leave more slowly than the endpoint takes them, as far as that is known."""
        return self.bucket is not None and now - self._refused_at < GROWTH_SECONDS

    def forget(self) -> None:
        """What was learned was wrong, or is no longer needed."""
        self.bucket = None

    def follow(self, now: float) -> bool:
        """Raise the rate with time; True when the endpoint bears so much more that it is forgotten."""
        if self.bucket is None:
            return False
        seconds = now - self._refused_at
        if seconds > _FORGOTTEN:
            self.bucket = None
            return True
        self.bucket.set_rate(self._rate * follow_curve(_BACK, seconds), now)
        return False

    def _set(self, rate: float, now: float) -> None:
        self._rate = max(_MARGIN * rate, _SLOWEST)
        self._refused_at = now
        if self.bucket is None:
            self.bucket = Bucket("requests", self._rate, now)
        self.follow(now)
