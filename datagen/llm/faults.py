"""Ask stage, the mock endpoint's settings: latency, rate limits, and which requests go wrong.

Which request meets which fault depends on the seed, the request's body and how often that body
has come, never on the order of arrival: a run with faults can be repeated, and a request that is
tried again can succeed. Faults that are replies come back each time.
"""

import hashlib
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from datagen.errors import SettingsError

FAULTS: Mapping[str, str] = {
    "429": "rate limit, without a word on how long to wait",
    "429-retry-after": "rate limit, with Retry-After",
    "500": "server error",
    "503": "overloaded",
    "reset": "connection reset before the answer",
    "stall": "no answer until the client gives up, or a bounded time is over",
    "non-json": "status 200 with an HTML page",
    "cut-body": "status 200 with half of the announced body, then the connection closes",
    "empty": "a reply without text, finish reason stop",
    "refusal": "a reply that declines to answer",
    "length": "a reply cut in the middle, finish reason length",
    "empty-length": "a reply without text, finish reason length",
}
"""Every fault by its name, as `--fault NAME=RATE` takes it."""

_REPLIES = frozenset({"empty", "refusal", "length", "empty-length"})
"""Faults that are replies: they belong to the body, so that asking the same again, as a resumed
run does for what was not kept, brings the same."""

_REMEMBERED_BODIES = 100_000  # about 15 MB; beyond it the longest known body counts as new


def parse_fault(text: str) -> tuple[str, float]:
    """Read `NAME=RATE`, the rate being the share of requests, 0-1.

    Raises:
        SettingsError: no such fault, or no such rate.

    >>> parse_fault("429=0.1")
    ('429', 0.1)
    """
    name, _, rate = text.partition("=")
    name = name.strip()
    if name not in FAULTS:
        raise SettingsError(f"fault {name!r} is not known; known are {', '.join(FAULTS)}")
    try:
        share = float(rate)
    except ValueError:
        raise SettingsError(f"fault {text!r}: write {name}=RATE, such as {name}=0.1") from None
    if not 0 <= share <= 1:  # NaN is caught here too
        raise SettingsError(f"fault {text!r}: the rate must lie between 0 and 1")
    return name, share


def check_rates(rates: Mapping[str, float]) -> None:
    """Check rates that did not come through `parse_fault`, and their sum.

    Raises:
        SettingsError: an unknown name, a rate outside 0-1, or a sum above 1.
    """
    for name, rate in rates.items():
        parse_fault(f"{name}={rate}")
    total = sum(rates.values())
    if total > 1 + 1e-9:  # ten times 0.1 shall pass
        raise SettingsError(f"the fault rates add up to {total:g}; at most 1 is possible")


def draw_fault(rates: Mapping[str, float], seed: int, digest: bytes, attempt: int) -> str:
    """The fault that meets a request; empty for none.

    Args:
        rates: share of requests by fault; their order decides which draw means which fault.
        seed: another seed, another draw.
        digest: SHA-256 of the request's body.
        attempt: how often this body came before.
    """
    drawn = hashlib.sha256(b"%d:%d:%b" % (seed, attempt, digest)).digest()
    place = int.from_bytes(drawn[:8]) / 2**64
    for name, rate in rates.items():
        place -= rate
        if place < 0:
            return name
    return ""


@dataclass(frozen=True, slots=True)
class MockSettings:
    """How the mock endpoint behaves.

    Attributes:
        latency: seconds before every answer that is not a plain refusal.
        faults: share of requests, 0-1, by the name of the fault (`faults.FAULTS`).
        seed: of the draw of faults.
        retry_after: seconds that the fault `429-retry-after` asks for.
        stall: seconds after which the fault `stall` closes the connection.
        requests_per_minute, tokens_per_minute: rate limits; None for none. Tokens are counted
            when a request is let in (its prompt) and when it is answered (its reply).
        max_concurrency: requests served side by side, above which come 503s; None for no bound.
        api_key: demanded as `Authorization: Bearer`; None takes everybody.
        models: known models; empty takes every name.
    """

    latency: float = 0.0
    faults: Mapping[str, float] = field(default_factory=dict)
    seed: int = 0
    retry_after: float = 1.0
    stall: float = 60.0
    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_concurrency: int | None = None
    api_key: str | None = field(default=None, repr=False)
    models: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Refuse what cannot be served.

        Raises:
            SettingsError: names the setting.
        """
        check_rates(self.faults)
        for name in ("latency", "retry_after", "stall"):
            if not 0 <= getattr(self, name) < math.inf:
                raise SettingsError(f"the mock endpoint's {name} must be 0 s or more")
        for name in ("requests_per_minute", "tokens_per_minute", "max_concurrency"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise SettingsError(f"the mock endpoint's {name} must be 1 or more")


class FaultDraw:
    """`draw_fault` with the count of attempts kept, for at most 100,000 bodies."""

    def __init__(self, rates: Mapping[str, float], seed: int) -> None:
        """Start with no body known."""
        self._rates = {name: rate for name, rate in rates.items() if rate > 0}
        self._seed = seed
        self._attempts: dict[bytes, int] = {}

    def draw(self, digest: bytes) -> str:
        """The fault that meets the next request with this body; empty for none."""
        if not self._rates:
            return ""
        attempt = self._attempts.pop(digest, 0)
        self._attempts[digest] = attempt + 1  # at the end: what came last is forgotten last
        if len(self._attempts) > _REMEMBERED_BODIES:
            del self._attempts[next(iter(self._attempts))]
        first = draw_fault(self._rates, self._seed, digest, 0)
        if attempt == 0 or first in _REPLIES:
            return first
        again = draw_fault(self._rates, self._seed, digest, attempt)
        return "" if again in _REPLIES else again


class TokenBucket:
    """A rate limit: the bucket holds one minute's worth and fills evenly; it starts full."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """Fill the bucket.

        Args:
            per_minute: what it holds, and what flows in per minute.
            clock: seconds, from any start.
        """
        self.limit = per_minute
        self._clock = clock
        self._level = float(per_minute)
        self._filled_at = clock()

    def measure(self) -> float:
        """What is in it now; below zero after more was spent than there was."""
        now = self._clock()
        inflow = (now - self._filled_at) * self.limit / 60
        self._level = min(float(self.limit), self._level + inflow)
        self._filled_at = now
        return self._level

    def find_wait(self, amount: float) -> float:
        """Seconds until it holds the amount; 0 when it does."""
        return max(0.0, amount - self.measure()) * 60 / self.limit

    def spend(self, amount: float) -> None:
        """Take the amount out, whether it is there or not."""
        self._level = self.measure() - amount
