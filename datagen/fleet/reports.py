"""Fleet, what workers and the ledger tell each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from datagen.llm.pace import Needs
from datagen.llm.pace.limits import Unit

RENEW_SECONDS = 0.25
"""Seconds between two renewals of a lease, while workers are few."""


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
        left: tasks of the shard that are not finished.
        reserved: USD put aside for what is in flight.
        more_requests: how many it would begin until the next renewal.
        more_cost: USD for them; `least_cost` for the first of them.
    """

    needs: Needs = field(default_factory=Needs)
    counts: Counts = field(default_factory=Counts)
    left: int = 1_000_000
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
        is_open: all places may be taken at once.
    """

    places: int = 0
    permits: Mapping[Unit, float] = field(default_factory=dict)
    max_requests: int | None = None
    max_cost: float | None = None
    pause: float = 0.0
    stop: str = ""
    again: float = RENEW_SECONDS
    is_open: bool = False


def add_up(told: Sequence[Counts]) -> Counts:
    """The sums of all fields."""
    names = [field.name for field in fields(Counts)]
    return Counts(**{name: sum(getattr(counts, name) for counts in told) for name in names})


@dataclass(frozen=True, slots=True)
class State:
    """How all workers together stand.

    Attributes:
        in_flight: requests.
        ending: workers that have only the end of their shards to do.
        stopped: why nothing new is begun, as `Asking.stopped`.
    """

    counts: Counts
    in_flight: int
    ending: int
    stopped: str
