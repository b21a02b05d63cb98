"""Ask stage, pace, the decisions: when may a request leave, and what does its end teach.

Pure; is told the time. Three things hold a request back: the window (`window`), the rates
(`buckets`), and a common pause. All three are set by what comes back.

A refusal (429, 503, 529) concerns its own request alone, which the retry policy delays, unless
the endpoint tells that its allowance is used up, or requests are refused in a crowd (`RefusalLog`).
Then all pause, as long as Retry-After says, and either the window is cut to what was not refused,
or, where no more is in flight than the endpoint bore before, a rate is learned (`LearnedRate`).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datagen.llm.pace.buckets import Bucket, ToldBucket
from datagen.llm.pace.limits import ToldLimit, Unit
from datagen.llm.pace.refusals import LearnedRate, RefusalLog
from datagen.llm.pace.window import Window

_RAMP = 1.0  # seconds over which the window opens again after a pause
_LOST = 10  # failures in a row after which the endpoint is taken for gone
_FIRST_PAUSE = 0.5  # seconds; doubles until something succeeds
_LONGEST_PAUSE = 5.0
_SOME = 2  # requests taken since the last event that show that not everything is refused
_LEARN_COST = 0.05  # weight of one request in the ratio of used to estimated tokens
_LONGEST_HOLD = 900.0  # seconds that a used-up allowance is waited for, as long as a Retry-After


@dataclass(slots=True)
class Departure:
    """One request that left.

    Attributes:
        number: how manieth of the run, from 1.
        at: seconds.
        tokens: what it was taken to cost.
        spent: tokens of all requests up to it.
        is_refused: the endpoint has said "not now".
    """

    number: int
    at: float
    tokens: float
    spent: float
    is_refused: bool = False


class Regulator:
    """Holds requests back and learns; see the module.

    Attributes:
        in_flight: requests that have left and not come back.
        paused_until: end of the common pause.
        end: why the run must stop, as a sentence; empty while it goes on.
        window: how many may be in flight.
    """

    def __init__(
        self, *, most: int, per_minute: Mapping[Unit, float | None], patience: float
    ) -> None:
        """Start at second 0 with a small window, and the rates that are kept in any case."""
        self.window = Window(most)
        self.in_flight = 0
        self.paused_until = -math.inf
        self.end = ""
        self._patience = patience
        self._own = [Bucket(unit, rate / 60) for unit, rate in per_minute.items() if rate]
        self._told: dict[Unit, ToldBucket] = {}
        self._learned = LearnedRate()
        self._buckets: Sequence[Bucket] = self._own
        self._spacing: Bucket | None = None
        self._latency = 0.0
        self._log = RefusalLog()
        self._sent = 0
        self._spent = 0.0
        self._refused = 0
        self._newest_read = 0
        self._taken_before = 0  # requests that had not been refused at the last event
        self._judged = 0  # requests up to this number belong to an event that is over
        self._has_cut = False  # the last event has cut the window
        self._strikes = 0  # events since the last success
        self._failures = 0  # since the last success
        self._lost = 0  # those of them that were no refusals
        self._alive_at = 0.0
        self._ratio = 1.0  # tokens used for each that was estimated

    def find_rate(self) -> float | None:
        """Requests per minute at most, None for no bound."""
        buckets = [bucket for bucket in self._buckets if bucket is not self._spacing]
        rates = [bucket.rate for bucket in buckets if bucket.unit == "requests" and bucket.rate]
        return 60 * min(rates) if rates else None

    def find_delay(self, tokens: float, now: float) -> float:
        """Seconds until a request may leave: 0 for now, infinite for not before one is back."""
        places = self.window.places
        if self.in_flight >= places:
            return math.inf
        delay, tokens = 0.0, tokens * self._ratio
        if now < self.paused_until + _RAMP:
            # The places open one after the other, lest all that wait rush in at once.
            delay = max(0.0, self.paused_until + _RAMP * self.in_flight / places - now)
        for bucket in self._buckets:
            cost = 1.0 if bucket.unit == "requests" else tokens
            delay = max(delay, bucket.find_wait(cost, now))
        return delay

    def send(self, tokens: float, now: float) -> Departure:
        """A request leaves."""
        if not self.in_flight and not self._failures:
            self._alive_at = now  # nothing was asked until now
        tokens *= self._ratio
        self.in_flight += 1
        self._sent += 1
        self._spent += tokens
        for bucket in self._buckets:
            bucket.spend(1.0 if bucket.unit == "requests" else tokens, now)
        return Departure(self._sent, now, tokens, self._spent)

    def withdraw(self) -> None:
        """A request is back without any result, or was never made."""
        self.in_flight -= 1

    def note_success(self, departure: Departure, now: float) -> None:
        """A request is back with an answer."""
        self.in_flight -= 1
        self._alive_at = now
        self._latency += (
            0.1 * (now - departure.at - self._latency) if self._latency else now - departure.at
        )
        self._space(now)
        self._failures = self._lost = self._strikes = 0
        if 2 * self.in_flight >= self.window.places - 2:  # an unused window proves nothing
            self.window.grow(now)
        if self._learned.bucket is not None:
            self._learned.follow(now)
            self._gather_buckets()

    def settle(self, departure: Departure, tokens: float, now: float) -> None:
        """A request has cost so many tokens: put the account right, and later estimates."""
        excess = tokens - departure.tokens
        self._spent += excess
        for bucket in self._buckets:
            if bucket.unit == "tokens":
                bucket.spend(excess, now)
        if departure.tokens > 0:
            self._ratio *= 1 + _LEARN_COST * max(-1.0, min(1.0, excess / departure.tokens))

    def note_failure(self, departure: Departure, now: float, problem: str = "") -> None:
        """A request is back without an answer: refused, broken off, an error of the server."""
        self.in_flight -= 1
        self._failures += 1
        self._lost += not departure.is_refused
        if now - self._alive_at >= self._patience:
            self.end = (
                f"nothing has succeeded for {now - self._alive_at:.0f} s, and {self._failures}"
                f" attempts in a row failed{problem and ', the last so: '}{problem}; all replies"
                " until then are kept: check the endpoint, then resume"
            )
        elif (
            self._failures >= _LOST and not departure.is_refused and departure.number > self._judged
        ):
            self._strikes += 1
            self.window.restart()
            self._pause(self._choose_pause(), now)
            self._close_event()

    def note_refusal(
        self, departure: Departure, wait: float | None, told: Sequence[ToldLimit], now: float
    ) -> None:
        """An answer says "not now"; the request itself is still to be noted as a failure.

        Args:
            departure: of the request.
            wait: seconds that the answer asks to wait, None where it does not say.
            told: limits that the answer tells.
            now: seconds.
        """
        self._refused += 1
        departure.is_refused = True
        if departure.number <= self._judged:
            if self._has_cut:
                self.window.shrink()
            self._learned.discount()
            self._taken_before -= 1
            self._pause(wait or 0.0, now)
        elif self._log.note(departure.number) or (self._strikes and self.in_flight == 1):
            self._note_crowd(departure, wait, now)
        elif spent := [limit.unit for limit in told if self._is_used_up(limit, departure)]:
            if not all(self._told[unit].rate for unit in spent):
                self._pause(wait or 0.0, now)  # when it comes back is told by this alone
        elif not self._log.is_noisy:
            self._learned.note_stray(self._sent - self._refused, now)

    def _note_crowd(self, departure: Departure, wait: float | None, now: float) -> None:
        taken = self._sent - self._refused
        if self._strikes and taken - self._taken_before < _SOME:  # it refuses everything
            if self._has_cut:
                self.window.undo_cut()
            self._has_cut = False
            self.window.restart()
            self._learned.start_count(taken, now)
        else:
            self._note_excess(taken, now, is_plain=self._log.is_plain(departure.number))
        self._taken_before = taken
        self._strikes += 1
        if wait is None and self._strikes > 1:
            wait = self._choose_pause()
        self._pause(wait or 0.0, now)
        self._close_event()

    def _note_excess(self, taken: int, now: float, *, is_plain: bool) -> None:
        self._has_cut = False
        if self._learned.is_below(now) and not is_plain:
            self._learned.forget()  # refused all the same: it is not for the rate
            self._log.is_noisy = True
        elif self.window.is_within_bound:
            self._learned.learn(taken, now)
        else:
            self._has_cut = True
            self.window.cut(self.in_flight - 1, now)
            self._learned.start_count(taken, now)
            self._spacing = self._spacing or Bucket("requests", 1.0, now)
            self._space(now)
        self._gather_buckets()

    def _space(self, now: float) -> None:
        if self._spacing is not None:
            self._spacing.set_rate(2 * self.window.places / max(self._latency, 0.001), now)

    def _close_event(self) -> None:
        self._judged = self._sent
        self._log.clear(self._sent)

    def _choose_pause(self) -> float:
        return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self._strikes - 1, 30))

    def _pause(self, seconds: float, now: float) -> None:
        if seconds > 0:
            self.paused_until = max(self.paused_until, now + seconds)

    def believe(self, departure: Departure, told: Sequence[ToldLimit], now: float) -> None:
        """Take over the limits that an answer tells; older news than the newest are passed over."""
        if departure.number < self._newest_read or not told:
            return
        self._newest_read = departure.number
        for limit in told:
            bucket = self._told.get(limit.unit)
            if bucket is None:
                if not limit.is_slow:
                    continue
                bucket = self._told[limit.unit] = ToldBucket(limit.unit, now)
                self._gather_buckets()
            later = self._sent - departure.number
            spent = later if limit.unit == "requests" else self._spent - departure.spent
            bucket.believe(limit, now, age=now - departure.at, spent=spent)
            hold = bucket.find_wait(1.0, now)
            if hold > _LONGEST_HOLD:
                self.end = (
                    f"the endpoint's allowance of {limit.limit:.0f} {limit.unit} is used up;"
                    f" it comes back in {hold:.0f} s: resume after that time"
                )

    def _gather_buckets(self) -> None:
        learned = [bucket for bucket in (self._learned.bucket, self._spacing) if bucket]
        self._buckets = [*self._own, *self._told.values(), *learned]

    def _is_used_up(self, limit: ToldLimit, departure: Departure) -> bool:
        cost = 1.0 if limit.unit == "requests" else departure.tokens
        return limit.unit in self._told and limit.remaining < cost
