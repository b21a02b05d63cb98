"""Ask stage, pace, the decisions: when may a request leave, and what does its end teach.

Pure; is told the time. Three things hold a request back: the window (`window`), the rates
(`buckets`), and a common pause. All three are set by what comes back.

A refusal (429, 503, 529) concerns its own request alone, which the retry policy delays, unless
requests are refused in a crowd (`refusals`), or the endpoint tells that its allowance is used up.
A crowd pauses all, as long as Retry-After says. Then either the window is cut to what was not
refused, or, where no more is in flight than the endpoint bore before, a rate is learned.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from datagen.llm.pace.buckets import Bucket, ToldBucket
from datagen.llm.pace.limits import ToldLimit, Unit
from datagen.llm.pace.refusals import LearnedRate, RefusalLog
from datagen.llm.pace.window import Window

_RAMP = 1.0  # seconds over which the window opens again after a pause
_LOST = 10  # failures in a row, refusals apart, after which the endpoint is taken for gone
_FIRST_PAUSE = 0.5  # seconds; doubles until something succeeds
_LONGEST_PAUSE = 5.0  # seconds; so late at most is it found that the endpoint is back
_SOME = 2  # requests taken since the last event, which show that not everything is refused
_LATENCY_WEIGHT = 0.1  # of one success in the mean latency
_RATIO_WEIGHT = 0.05  # of one request in the ratio of used to estimated tokens
_LONGEST_HOLD = 900.0  # seconds that a used-up allowance is waited for, as long as a Retry-After


@dataclass(slots=True)
class Departure:
    """One request that left.

    Attributes:
        number: its place in the order of leaving, from 1.
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
        self._spacing: Bucket | None = None  # keeps bursts away once there were refusals
        self._buckets = [*self._own]  # all of the above
        self._log = RefusalLog()
        self._sent = 0
        self._spent = 0.0  # tokens
        self._ratio = 1.0  # tokens used for each that was estimated
        self._newest_read = 0  # the newest request whose answer told limits
        self._refused = 0
        self._failures = 0  # since the last success
        self._lost = 0  # those of them that were no refusals
        self._alive_at = 0.0
        self._latency = 0.0  # mean seconds of a success
        # An event is a crowd of refusals or a row of failures; it stands for all requests that
        # were in flight with it.
        self._judged = 0  # requests up to this number belong to an event
        self._strikes = 0  # events since the last success
        self._taken_at_event = 0
        self._has_cut = False  # the last event has cut the window

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
        delay = 0.0
        if now < self.paused_until + _RAMP:
            # The places open one after the other, lest all that wait rush in at once.
            delay = max(0.0, self.paused_until + _RAMP * self.in_flight / places - now)
        for bucket in self._buckets:
            cost = 1.0 if bucket.unit == "requests" else tokens * self._ratio
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

    def settle(self, departure: Departure, tokens: float, now: float) -> None:
        """A request has cost so many tokens: put the account right, and later estimates."""
        excess = tokens - departure.tokens
        self._spent += excess
        for bucket in self._buckets:
            if bucket.unit == "tokens":
                bucket.spend(excess, now)
        if departure.tokens > 0:
            error = max(-1.0, min(1.0, excess / departure.tokens))
            self._ratio *= 1 + _RATIO_WEIGHT * error

    def note_success(self, departure: Departure, now: float) -> None:
        """A request is back with an answer."""
        if 2 * self.in_flight >= self.window.places:  # an unused window proves nothing
            self.window.grow(now)
        self.in_flight -= 1
        self._alive_at = now
        self._failures = self._lost = self._strikes = 0
        weight = _LATENCY_WEIGHT if self._latency else 1.0
        self._latency += weight * (now - departure.at - self._latency)
        self._set_spacing(now)
        if self._learned.follow(now):
            self._gather_buckets()

    def note_failure(self, departure: Departure, now: float, problem: str = "") -> None:
        """A request is back without an answer: refused, broken off, an error of the server.

        Args:
            departure: of the request.
            now: seconds.
            problem: what happened, for the message when the run must stop.
        """
        self.in_flight -= 1
        self._failures += 1
        self._lost += not departure.is_refused
        if now - self._alive_at >= self._patience:
            attempts = "1 attempt" if self._failures == 1 else f"{self._failures} attempts"
            self.end = (
                f"nothing has succeeded for {now - self._alive_at:.0f} s, in {attempts}"
                f"{problem and ', the last: '}{problem}; all replies until then are kept:"
                " check the endpoint, then resume"
            )
        elif self._lost >= _LOST and departure.number > self._judged and not departure.is_refused:
            self._has_cut = False
            self._strike_out(None, now)

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
            self._note_late(wait, now)
        elif self._log.note(departure.number) or (self._strikes and self.in_flight == 1):
            self._note_crowd(wait, now)
        elif used_up := [limit.unit for limit in told if self._is_used_up(limit, departure)]:
            # Where the allowance flows back evenly, its bucket knows better how long to wait.
            if not all(self._told[unit].rate for unit in used_up):
                self._pause(wait or 0.0, now)
        elif self._learned.is_below(now) and self._log.is_unexplained(departure.number):
            self._mistrust_rate()
        elif not self._log.is_noisy:
            self._learned.note_stray(self._sent - self._refused, now)

    def _note_late(self, wait: float | None, now: float) -> None:
        """One that was in flight at the last event has been refused too."""
        if self._has_cut:
            self.window.shrink()
        self._learned.discount()
        self._taken_at_event -= 1
        self._pause(wait or 0.0, now)

    def _note_crowd(self, wait: float | None, now: float) -> None:
        taken = self._sent - self._refused
        if self._strikes and taken - self._taken_at_event < _SOME:  # everything is refused
            if self._has_cut:
                self.window.undo_cut()
            self._has_cut = False
            self._learned.start_count(taken, now)
            self._strike_out(wait, now)
            return
        self._has_cut = not self.window.is_within_bound
        if self._has_cut:
            self._cut_window(taken, now)
        else:
            self._learned.learn(taken, now)
            self._gather_buckets()
        self._strikes += 1
        self._pause(wait or 0.0, now)
        self._close_event()

    def _cut_window(self, taken: int, now: float) -> None:
        self.window.cut(self.in_flight - 1, now)
        self._learned.start_count(taken, now)
        if self._spacing is None:
            self._spacing = Bucket("requests", 1.0, now)
            self._gather_buckets()
        self._set_spacing(now)

    def _set_spacing(self, now: float) -> None:
        """Let twice as many leave in a second as would fill the window evenly."""
        if self._spacing is not None and self._latency > 0:
            self._spacing.set_rate(2 * self.window.places / self._latency, now)

    def _mistrust_rate(self) -> None:
        """Requests leave slowly and are refused all the same: it is not for the rate."""
        self._log.is_noisy = True
        self._learned.forget()
        self._gather_buckets()

    def _strike_out(self, wait: float | None, now: float) -> None:
        """Nothing succeeds: try one request at a time, ever more rarely."""
        self.window.restart()
        drawn = _FIRST_PAUSE * 2.0 ** min(self._strikes, 30)
        self._strikes += 1
        self._pause(min(_LONGEST_PAUSE, drawn) if wait is None else wait, now)
        self._close_event()

    def _close_event(self) -> None:
        self._judged = self._sent
        self._taken_at_event = self._sent - self._refused
        self._log.clear(self._sent)

    def _pause(self, seconds: float, now: float) -> None:
        if seconds > 0:
            self.paused_until = max(self.paused_until, now + seconds)
        if seconds > self._patience / 2:  # whoever asks for a long wait is not dead
            self._alive_at = max(self._alive_at, self.paused_until - self._patience / 2)

    def believe(self, departure: Departure, told: Sequence[ToldLimit], now: float) -> None:
        """Take over the limits that an answer tells; older news than the newest are passed over."""
        if departure.number < self._newest_read or not told:
            return
        self._newest_read = departure.number
        for limit in told:
            if limit.unit not in self._told:
                if not limit.is_slow:
                    continue
                self._told[limit.unit] = ToldBucket(limit.unit, now)
                self._gather_buckets()
            self._believe_one(departure, limit, now)

    def _believe_one(self, departure: Departure, limit: ToldLimit, now: float) -> None:
        bucket = self._told[limit.unit]
        later = self._sent - departure.number
        spent = later if limit.unit == "requests" else self._spent - departure.spent
        bucket.believe(limit, now, age=now - departure.at, spent=spent)
        hold = bucket.find_wait(1.0, now)
        if hold > _LONGEST_HOLD:
            self.end = (
                f"the endpoint's allowance of {limit.limit:.0f} {limit.unit} is used up; it comes"
                f" back in {hold:.0f} s: resume after that time"
            )

    def _is_used_up(self, limit: ToldLimit, departure: Departure) -> bool:
        cost = 1.0 if limit.unit == "requests" else departure.tokens
        return limit.unit in self._told and limit.remaining < cost

    def _gather_buckets(self) -> None:
        others = [bucket for bucket in (self._learned.bucket, self._spacing) if bucket]
        self._buckets = [*self._own, *self._told.values(), *others]
