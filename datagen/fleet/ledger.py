"""Fleet, what all workers may do together: places, rates and money, lent to each for a moment.

Pure; is told the time. A worker that begins a shard opens a lease and renews it a few times a
second: it tells what it wants and what it has done, and is lent its part. What is lent is never
more than what all together may do, whatever becomes of a worker:

- places: a new worker gets only those that the others have given back;
- permits (requests, tokens): flow out of one bucket for each rate. The rate is told by the user, by
  the endpoint's answers, or not at all, which is no limit. Who wants more gets more of it.
- requests and USD of the whole start: what a lost worker was lent counts as used.
"""

import math
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

from datagen.fleet.leases import Lease, Sums, Times
from datagen.fleet.reports import RENEW_SECONDS, Counts, Grant, Limits, Report, State, add_up
from datagen.llm.pace import Needs
from datagen.llm.pace.buckets import Bucket
from datagen.llm.pace.limits import ToldLimit, Unit

_RENEWALS = 1000.0  # a second, of all workers together; above it each renews more rarely
_SILENT = 20.0  # renewals missed, after which a worker's places are lent to others
_CALM = 30.0  # seconds after a pause until new workers take all their places at once
_LINGER = 2.0  # seconds that a worker's places are kept for its next shard
_MINUTE = 60.0
_EXACT = 1e-9  # USD, requests and tokens are floats here


class Ledger:
    """Lends; see the module.

    A renewal takes the same time however many workers there are: sums over all leases are kept.

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
        self._leases: dict[int, Lease] = {}  # open ones, by number
        self._shards: dict[int, int] = {}  # their numbers, by shard
        self._opened = 0
        self._past = Counts()  # of leases that have ended
        self._ended: deque[float] = deque()  # when the latest of them did
        self._lent = Sums()
        self._counted_at = 0.0
        self._buckets: dict[Unit, Bucket] = {}
        self._largest: dict[Unit, float] = {}
        self._paused_until = -math.inf
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
        if shard in self._shards:
            lease = self._leases[self._shards[shard]]
            counts = replace(lease.report.counts, done=0, failed=0, repaired=0)
            self._end(self._shards[shard], counts, lease.requests, lease.cost)
        if self._ended:  # most likely the same worker, with its next shard
            self._ended.popleft()
        self._opened += 1
        self._leases[self._opened] = Lease(shard, now)
        self._shards[shard] = self._opened
        self._lent.live += 1
        return self._opened

    def close(self, number: int, counts: Counts, now: float) -> None:
        """A worker has done what it can for its shard."""
        if number in self._leases:
            if not self._leases[number].is_ending:
                self._ended.append(now)
            self._end(number, counts, counts.asked, counts.spent)

    def _end(self, number: int, counts: Counts, requests: int, cost: float) -> None:
        lease = self._leases.pop(number)
        del self._shards[lease.shard]
        self._lent.live -= not lease.is_silent
        self._lent.add(lease, -1)
        self._lent.add(Lease(lease.shard, 0.0, requests=requests, cost=cost), 1)
        self._past = add_up([self._past, counts])

    def look(self) -> State:
        """What the workers have told."""
        told = [lease.report for lease in self._leases.values()]
        counts = add_up([self._past, *(report.counts for report in told)])
        in_flight = sum(report.needs.in_flight for report in told)
        return State(counts, in_flight, self._lent.ending, self.stopped)

    def renew(self, number: int, report: Report, now: float) -> Grant:
        """Take a report, and lend what the worker may have now."""
        lease = self._leases.get(number)
        if lease is None:
            return Grant(stop="lost")
        self._look_for_silent(now)
        times = Times(now, now - lease.renewed_at, self._find_again())
        self._lent.add(lease, -1)  # from here on the sums are those of the others
        self._lent.live += lease.is_silent
        lease.renewed_at, lease.report, lease.is_silent = now, report, False
        for told in report.needs.told:
            self._believe(told, now)
        if report.needs.pause > 0:
            self._paused_until = max(self._paused_until, now + report.needs.pause)
        places = self._lend_places(lease, now)
        max_requests = self._lend_requests(lease)
        max_cost = self._lend_cost(lease)
        permits = {unit: self._lend_permits(unit, lease, times) for unit in self._per_minute}
        self._lent.add(lease, 1)
        pause = max(0.0, self._paused_until - now)
        # Others have done whole shards, and nobody was told to wait for long.
        is_open = self._past.done > 0 and now - self._paused_until > _CALM
        return Grant(
            places, permits, max_requests, max_cost, pause, self.stopped, times.again, is_open
        )

    def _find_again(self) -> float:
        return max(RENEW_SECONDS, self._lent.live / _RENEWALS)

    def _look_for_silent(self, now: float) -> None:
        """What a worker has that is silent for long goes to the others, as far as it comes back."""
        patience = _SILENT * self._find_again()
        if now - self._counted_at < patience / 4:
            return
        self._counted_at = now
        for lease in self._leases.values():
            if not lease.is_silent and now - lease.renewed_at > patience:
                self._lent.live -= 1
                self._lent.add(lease, -1)
                lease.is_silent, lease.places = True, 0
                lease.report = replace(lease.report, needs=Needs())
                self._lent.add(lease, 1)

    def _lend_places(self, lease: Lease, now: float) -> int:
        while self._ended and now - self._ended[0] > _LINGER:
            self._ended.popleft()
        # Whoever is about to end needs a place for each of its last tasks, and no more.
        workers = max(1, self._lent.live - self._lent.ending + len(self._ended))
        fair = max(1, (self._limits.in_flight - self._lent.left) // workers)
        lease.is_ending = 2 * lease.report.left <= fair
        free = max(0, self._limits.in_flight - self._lent.places)
        lent = min(fair, lease.report.left, free)
        # What is in flight cannot be taken back; it counts until it has come home.
        lease.places = max(lent, lease.report.needs.in_flight)
        return lent

    def _lend_permits(self, unit: Unit, lease: Lease, times: Times) -> float:
        """A part of the rate, by what each wants."""
        needs, now = lease.report.needs, times.now
        least = needs.least.get(unit, 1.0)
        wanted = needs.wanted.get(unit, least)
        bucket = self._fit_bucket(unit, least, times)
        if wanted <= 0:
            bucket.spend(wanted, now)  # given back
            return 0.0
        flow = bucket.rate * wanted / (wanted + max(0.0, self._lent.wanted.get(unit, 0.0)))
        most = least + 2 * flow * times.again
        credit = min(most, lease.credit.get(unit, most) + flow * times.since)
        granted = min(wanted, credit, bucket.measure(now))
        if unit == "requests":
            granted = float(int(granted + _EXACT))
        granted = granted if granted + _EXACT >= min(least, wanted) else 0.0
        lease.credit[unit] = credit - granted
        bucket.spend(granted, now)
        return granted

    def _fit_bucket(self, unit: Unit, least: float, times: Times) -> Bucket:
        """The bucket of a rate, a little below it.

        In no minute more is used than the rate allows: what flows in meanwhile, what the bucket
        holds (one renewal's worth, and more where few workers leave gaps), and what workers hold
        from before, which is two renewals' worth at most. A request that costs more than the bucket
        holds has to wait until it is full.
        """
        holds = times.again * (1 + 1 / self._lent.live)
        largest = self._largest[unit] = max(least, self._largest.get(unit, 1.0))
        limit = self._per_minute[unit]
        rate = max(limit - 1, limit / 2) / (_MINUTE + holds + 2 * times.again)
        if unit not in self._buckets:
            self._buckets[unit] = Bucket(unit, rate, times.now)
        bucket = self._buckets[unit]
        if bucket.rate != rate:
            bucket.set_rate(rate, times.now)
        bucket.capacity = max(largest, rate * holds + 1)
        return bucket

    def _believe(self, told: ToldLimit, now: float) -> None:
        """Take over a limit of the endpoint, where it is lower than what is known."""
        if told.period:
            rate = told.limit * _MINUTE / told.period
        elif told.reset > 0:
            # All of it comes back at the reset. Where it is used up, each worker waits for that by
            # itself; the rate stays high enough to find out what comes then.
            rate = max(told.remaining, told.limit / 10) * _MINUTE / told.reset
        else:
            return
        given = getattr(self._limits, self._RATES[told.unit])
        self._per_minute[told.unit] = max(1.0, rate if given is None else min(rate, given))
        bucket = self._buckets.get(told.unit)
        if bucket is not None:
            excess = bucket.measure(now) - told.remaining
            bucket.spend(max(0.0, excess), now)

    def _lend_requests(self, lease: Lease) -> int | None:
        most, report = self._limits.max_requests, lease.report
        if most is None:
            return None
        used = report.counts.asked
        free = max(0, most - self._lent.requests - used)
        lease.requests = used + min(report.more_requests, free)
        if report.more_requests > 0 and free == 0 and self._is_used_up():
            self.stop("max_requests")
        return lease.requests

    def _lend_cost(self, lease: Lease) -> float | None:
        most, report = self._limits.max_cost, lease.report
        if most is None:
            return None
        used = report.counts.spent + report.reserved
        free = most - self._limits.spent - self._lent.cost - used
        more = min(report.more_cost, free) if free + _EXACT >= report.least_cost else 0.0
        lease.cost = used + max(0.0, more)
        if report.more_requests > 0 and more <= 0 and self._is_used_up():
            self.stop("max_cost")
        return lease.cost

    def _is_used_up(self) -> bool:
        """No worker can give anything back: it has begun all that it may, and paid for it."""
        return all(
            lease.requests <= lease.report.counts.asked
            and lease.cost <= lease.report.counts.spent + _EXACT
            for lease in self._leases.values()
            if not lease.is_silent
        )
