"""Fleet, leases: what the ledger knows of each worker, and the sums over all of them."""

from dataclasses import dataclass, field

from datagen.fleet.reports import Report
from datagen.llm.pace.limits import Unit


@dataclass(frozen=True, slots=True)
class Times:
    """Of one renewal: now, and seconds since the last and until the next."""

    now: float
    since: float
    again: float


@dataclass(slots=True)
class Lease:
    """What a worker was lent and has told.

    Attributes:
        places: that it may have in use.
        requests, cost: lent or used since it began.
        credit: permits that are its turn to get.
        is_ending: it has less to do than it could do at a time.
    """

    shard: int
    renewed_at: float
    places: int = 0
    requests: int = 0
    cost: float = 0.0
    credit: dict[Unit, float] = field(default_factory=dict)
    report: Report = field(default_factory=Report)
    is_silent: bool = False
    is_ending: bool = False


@dataclass(slots=True)
class Sums:
    """Over all leases: those that are not silent, those of them that are ending, and what is lent.

    Attributes:
        left: what those that are ending have to do.
        requests, cost: of leases that have ended as well.
    """

    live: int = 0
    ending: int = 0
    left: int = 0
    places: int = 0
    requests: int = 0
    cost: float = 0.0
    wanted: dict[Unit, float] = field(default_factory=dict)

    def add(self, lease: Lease, sign: int) -> None:
        """Count a lease, or with -1 count it no longer."""
        if lease.is_ending and not lease.is_silent:
            self.ending += sign
            self.left += sign * lease.report.left
        self.places += sign * lease.places
        self.requests += sign * lease.requests
        self.cost += sign * lease.cost
        for unit, amount in lease.report.needs.wanted.items():
            self.wanted[unit] = self.wanted.get(unit, 0.0) + sign * max(0.0, amount)
