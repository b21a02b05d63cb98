"""Fleet, what all workers may do together: places, rates and money, lent to each for a moment.

Pure; is told the time. A worker that begins a shard opens a lease and renews it a few times a
second: it tells what it wants and what it has done, and is lent its part. What is lent is never
more than what all together may do, whatever becomes of a worker:

- places: a new worker gets only those that the others have given back;
- permits (requests, tokens): flow out of one bucket for each rate. The rate is told by the user, by
  the endpoint's answers, or not at all, which is no limit. Who wants more gets more of it.
- requests and USD of the whole start: what a lost worker was lent counts as used.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import ClassVar

from datagen.llm.pace import Needs
from datagen.llm.pace.buckets import Bucket
from datagen.llm.pace.limits import ToldLimit, Unit

RENEW_SECONDS = 0.25
_RENEWALS = 1000.0  # a second, of all workers together; above it each renews more rarely
_SILENT = 20.0  # renewals missed, after which a worker's places are lent to others
_MINUTE = 60.0
_EXACT = 1e-9  # USD, requests and tokens are floats here


@dataclass(frozen=True, slots=True)
class Limits:
    """What all workers may do together; None for no limit.

    Attributes:
        in_flight: requests at a time.
        max_requests: requests of this start.
        max_cost: USD of the run, of which `spent` were spent before this start.
    """

    in_flight: int
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    max_requests: int | None = None
    max_cost: float | None = None
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Counts:
    """What a worker has done for its shard; sums over shards are those of the start."""

    done: int = 0
    failed: int = 0
    repaired: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0
    asked: int = 0
    spent: float = 0.0


@dataclass(frozen=True, slots=True)
class Report:
    """What a worker tells when it renews its lease.

    Attributes:
        needs: of the pace.
        counts: since the lease began.
        reserved: USD put aside for what is in flight.
        more_requests: how many it would begin until the next renewal.
        more_cost: USD for them; `least_cost` for the first of them.
    """

    needs: Needs = field(default_factory=Needs)
    counts: Counts = field(default_factory=Counts)
    reserved: float = 0.0
    more_requests: int = 0
    more_cost: float = 0.0
    least_cost: float = 0.0


@dataclass(frozen=True, slots=True)
class Grant:
    """What a worker is lent until it renews.

    Attributes:
        permits: to be added to what it holds; units that are not named have no limit.
        max_requests, max_cost: of this lease since it began; None for no limit.
        pause: seconds in which nothing may leave.
        stop: why nothing new may be begun, as `Asking.stopped`; empty while all goes on.
        again: seconds until it renews.
    """

    places: int = 0
    permits: Mapping[Unit, float] = field(default_factory=dict)
    max_requests: int | None = None
    max_cost: float | None = None
    pause: float = 0.0
    stop: str = ""
    again: float = RENEW_SECONDS


@dataclass(frozen=True, slots=True)
class _Times:
    """Of one renewal: now, and seconds since the last and until the next."""

    now: float
    since: float
    again: float


@dataclass(slots=True)
class _Lease:
    """What a worker was lent and has told.

    Attributes:
        places: that it may have in use.
        requests, cost: lent or used since it began.
        credit: permits that are its turn to get.
    """

    shard: int
    renewed_at: float
    places: int = 0
    requests: int = 0
    cost: float = 0.0
    credit: dict[Unit, float] = field(default_factory=dict)
    report: Report = field(default_factory=Report)


class Ledger:
    """Lends; see the module.

    Attributes:
        stopped: why nothing new may be begun, as `Asking.stopped`.
    """

    _RATES: ClassVar[Mapping[Unit, str]] = {
        "requests": "requests_per_minute",
        "tokens": "tokens_per_minute",
    }

    def __init__(self, limits: Limits) -> None:
        """Start with nothing lent."""
        self.stopped = ""
        self._limits = limits
        self._leases: dict[int, _Lease] = {}  # open ones
        self._opened = 0
        self._past = Counts()  # of leases that have ended
        self._past_requests, self._past_cost = 0, 0.0
        self._buckets: dict[Unit, Bucket] = {}
        self._paused_until = 0.0
        given = {unit: getattr(limits, name) for unit, name in self._RATES.items()}
        self._per_minute: dict[Unit, float] = {
            unit: rate for unit, rate in given.items() if rate is not None
        }

    def stop(self, why: str) -> None:
        """Let all workers begin nothing new; the first reason counts."""
        self.stopped = self.stopped or why

    def open(self, shard: int, now: float) -> int:
        """A lease for a shard; whoever held one for it before is lost.

        What that one had done and not handed in is done again, so only its costs count.
        """
        for number, lease in list(self._leases.items()):
            if lease.shard == shard:
                counts = replace(lease.report.counts, done=0, failed=0, repaired=0)
                self._end(number, counts, lease.requests, lease.cost)
        self._opened += 1
        self._leases[self._opened] = _Lease(shard, now)
        return self._opened

    def close(self, number: int, counts: Counts) -> None:
        """A worker has done what it can for its shard."""
        if number in self._leases:
            self._end(number, counts, counts.asked, counts.spent)

    def _end(self, number: int, counts: Counts, requests: int, cost: float) -> None:
        del self._leases[number]
        self._past = _add_up([self._past, counts])
        self._past_requests += requests
        self._past_cost += cost

    def sum_counts(self) -> Counts:
        """What all workers have told to have done."""
        return _add_up([self._past, *(each.report.counts for each in self._leases.values())])

    def count_in_flight(self) -> int:
        """Requests that were in flight when the workers told."""
        return sum(each.report.needs.in_flight for each in self._leases.values())

    def find_rates(self) -> dict[Unit, float]:
        """Requests and tokens a minute, as far as there is a limit."""
        return dict(self._per_minute)

    def renew(self, number: int, report: Report, now: float) -> Grant:
        """Take a report, and lend what the worker may have now."""
        lease = self._leases.get(number)
        if lease is None:
            return Grant(stop="lost")
        since, lease.renewed_at = now - lease.renewed_at, now
        lease.report = report
        for told in report.needs.told:
            self._believe(told, now)
        self._paused_until = max(self._paused_until, now + report.needs.pause)
        live = self._list_live(now)
        again = max(RENEW_SECONDS, len(live) / _RENEWALS)
        places = self._lend_places(lease, live)
        max_requests = self._lend_requests(lease, live)
        max_cost = self._lend_cost(lease, live)
        permits = {
            unit: self._lend_permits(unit, lease, live, _Times(now, since, again))
            for unit in self._per_minute
        }
        pause = max(0.0, self._paused_until - now)
        return Grant(places, permits, max_requests, max_cost, pause, self.stopped, again)

    def _list_live(self, now: float) -> list[_Lease]:
        """Open leases, without those of workers that are silent for too long."""
        patience = _SILENT * max(RENEW_SECONDS, len(self._leases) / _RENEWALS)
        return [each for each in self._leases.values() if now - each.renewed_at <= patience]

    def _lend_places(self, lease: _Lease, live: list[_Lease]) -> int:
        others = sum(each.places for each in live if each is not lease)
        fair = max(1, self._limits.in_flight // len(live))
        lent = max(0, min(fair, self._limits.in_flight - others))
        # What is in flight cannot be taken back; it counts until it has come home.
        lease.places = max(lent, lease.report.needs.in_flight)
        return lent

    def _lend_permits(self, unit: Unit, lease: _Lease, live: list[_Lease], times: _Times) -> float:
        """A part of the rate, by what each wants."""
        needs, now = lease.report.needs, times.now
        least = needs.least.get(unit, 1.0)
        wanted = needs.wanted.get(unit, least)
        bucket = self._fit_bucket(unit, least, 1 / len(live), times)
        if wanted <= 0:
            bucket.spend(wanted, now)  # given back
            return 0.0
        all_wanted = sum(max(0.0, each.report.needs.wanted.get(unit, 0.0)) for each in live)
        flow = bucket.rate * wanted / max(wanted, all_wanted)
        most = least + 2 * flow * times.again
        credit = min(most, lease.credit.get(unit, most) + flow * times.since)
        granted = min(wanted, credit, bucket.measure(now))
        if unit == "requests":
            granted = float(int(granted + _EXACT))
        granted = granted if granted + _EXACT >= min(least, wanted) else 0.0
        lease.credit[unit] = credit - granted
        bucket.spend(granted, now)
        return granted

    def _fit_bucket(self, unit: Unit, least: float, spread: float, times: _Times) -> Bucket:
        """The bucket of a rate, a little below it.

        In no minute more is used than the rate allows: what flows in meanwhile, what the bucket
        holds (one renewal's worth, and more where few workers leave gaps), and what workers hold
        from before, which is two renewals' worth at most. A request that costs more than the bucket
        holds has to wait until it is full.
        """
        holds = times.again * (1 + spread)
        limit = self._per_minute[unit]
        rate = max(limit - 1, limit / 2) / (_MINUTE + holds + 2 * times.again)
        if unit not in self._buckets:
            self._buckets[unit] = Bucket(unit, rate, times.now)
        bucket = self._buckets[unit]
        if bucket.rate != rate:
            bucket.set_rate(rate, times.now)
        bucket.capacity = max(least, rate * holds + 1)
        return bucket

    def _believe(self, told: ToldLimit, now: float) -> None:
        """Take over a limit of the endpoint, where it is lower than what is known."""
        if told.period:
            rate = told.limit * _MINUTE / told.period
        elif told.reset > 0:
            rate = told.remaining * _MINUTE / told.reset  # all of it comes back at the reset
        else:
            return
        given = getattr(self._limits, self._RATES[told.unit])
        self._per_minute[told.unit] = max(1.0, rate if given is None else min(rate, given))
        bucket = self._buckets.get(told.unit)
        if bucket is not None:
            excess = bucket.measure(now) - told.remaining
            bucket.spend(max(0.0, excess), now)

    def _lend_requests(self, lease: _Lease, live: list[_Lease]) -> int | None:
        most, report = self._limits.max_requests, lease.report
        if most is None:
            return None
        used = report.counts.asked
        others = sum(each.requests for each in self._leases.values() if each is not lease)
        free = max(0, most - self._past_requests - others - used)
        lease.requests = used + min(report.more_requests, free)
        idle = all(each.requests <= each.report.counts.asked for each in live)
        if report.more_requests > 0 and free == 0 and idle:
            self.stop("max_requests")
        return lease.requests

    def _lend_cost(self, lease: _Lease, live: list[_Lease]) -> float | None:
        most, report = self._limits.max_cost, lease.report
        if most is None:
            return None
        used = report.counts.spent + report.reserved
        others = sum(each.cost for each in self._leases.values() if each is not lease)
        free = most - self._limits.spent - self._past_cost - others - used
        more = min(report.more_cost, free) if free + _EXACT >= report.least_cost else 0.0
        lease.cost = used + max(0.0, more)
        idle = all(each.cost <= each.report.counts.spent + _EXACT for each in live)
        if report.more_requests > 0 and more <= 0 and idle:
            self.stop("max_cost")
        return lease.cost


def _add_up(told: Sequence[Counts]) -> Counts:
    names = [field.name for field in fields(Counts)]
    return Counts(**{name: sum(getattr(counts, name) for counts in told) for name in names})
