"""Ask stage, patience: which failures are tried again, after how long, and when to give up.

One attempt fails either for good (an error of `datagen.errors`) or with a `TransientError`, which
only this module turns into an end: every client retries by the same policy.
"""

import asyncio
import email.utils
import math
import random
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from tenacity import AsyncRetrying, RetryCallState, retry_if_exception_type

from datagen.errors import AskError, EndpointError

RETRIED_STATUSES = frozenset({408, 409, 425, 429, *range(500, 600)})
"""HTTP statuses that may be gone at the next attempt; besides them, timeouts, lost connections
and 200s that hold no chat completion are retried. Nothing else is."""

_NUMBER = re.compile(r"\d+(\.\d*)?|\.\d+")

_T = TypeVar("_T")


class TransientError(Exception):
    """One attempt failed in a way that the next may not; never leaves the ask stage.

    Attributes:
        retry_after: seconds that the endpoint asks to wait, obeyed exactly; None leaves the
            wait to the policy.
        unreachable: no connection came about, so that nobody else can be served either.
    """

    def __init__(
        self, message: str, *, retry_after: float | None = None, unreachable: bool = False
    ) -> None:
        """Keep what the policy must know."""
        super().__init__(message)
        self.retry_after = retry_after
        self.unreachable = unreachable


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How long one request is tried.

    Before attempt n + 1 the wait is drawn evenly from 0 to
    `min(cap, base * 2**(n - 1))` seconds, unless the endpoint itself says how long.

    Attributes:
        attempts: requests made at most, the first included.
        base: upper bound of the first wait, in seconds.
        cap: upper bound of every drawn wait, in seconds.
        patience: seconds that one request may wait in sum. A wait that would exceed the rest of
            it is not begun, so this is also the longest Retry-After that is obeyed.
        sleep: waits the given seconds.
        rng: draws the jitter. It decides when a request is made, never what comes back.
    """

    attempts: int = 13
    base: float = 0.1
    cap: float = 60.0
    patience: float = 900.0
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    rng: random.Random = field(default_factory=random.Random)

    async def run(self, attempt: Callable[[], Awaitable[_T]]) -> _T:
        """Await `attempt()` until it returns or fails for good.

        Raises:
            AskError: it gave up (`gave-up`), or the attempt itself raised one; `attempts` is set.
            EndpointError: nobody answers at the address, or the endpoint asks for a longer wait
                than the policy has patience for.
        """
        made = 0

        async def counted() -> _T:
            nonlocal made
            made += 1
            return await attempt()

        # One object per call: tenacity keeps its state in the object, and calls run side by side.
        retrying = AsyncRetrying(
            sleep=self.sleep,
            stop=self._is_over,
            wait=self._choose_wait,
            retry=retry_if_exception_type(TransientError),
            reraise=True,
        )
        try:
            return await retrying(counted)
        except TransientError as exc:
            raise self._give_up(exc, made) from exc
        except AskError as exc:
            exc.attempts = made
            raise

    def _choose_wait(self, state: RetryCallState) -> float:
        failure = _failure_of(state)
        if failure.retry_after is not None:
            return failure.retry_after
        doublings = min(state.attempt_number - 1, 64)  # beyond it every cap is reached
        high = min(self.cap, self.base * 2.0**doublings)
        return self.rng.uniform(0, high)

    def _is_over(self, state: RetryCallState) -> bool:
        return (
            state.attempt_number >= self.attempts
            or state.idle_for + state.upcoming_sleep > self.patience
        )

    def _give_up(self, failure: TransientError, attempts: int) -> AskError | EndpointError:
        times = "1 attempt" if attempts == 1 else f"{attempts} attempts"
        if failure.unreachable:
            return EndpointError(
                f"gave up after {times}: {failure}; check the base URL and the network, then resume"
            )
        if failure.retry_after is not None and failure.retry_after > self.patience:
            return EndpointError(
                f"{failure}; it asks to wait {failure.retry_after:.0f} s, longer than the"
                f" {self.patience:.0f} s that a request may wait: resume after that time"
            )
        return AskError("gave-up", f"gave up after {times}: {failure}", attempts)


def _failure_of(state: RetryCallState) -> TransientError:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, TransientError):  # only such an outcome is retried at all
        raise TypeError(f"cannot wait after {failure!r}")
    return failure


def read_retry_after(headers: Mapping[str, str], now: Callable[[], float]) -> float | None:
    """Seconds that a response asks to wait; None where it names no time in the future.

    `retry-after-ms` is finer than `Retry-After` and comes first. A date counts from the
    response's own `Date`, so that a wrong local clock does no harm, else from `now()`.

    Args:
        headers: with lower-case names, or a mapping that ignores case.
        now: seconds since the epoch.

    >>> read_retry_after({"retry-after": "180"}, now=lambda: 0.0)
    180.0
    >>> read_retry_after({"retry-after-ms": "250", "retry-after": "1"}, now=lambda: 0.0)
    0.25
    """
    seconds = _read_number(headers.get("retry-after-ms", "")) / 1000
    if not seconds > 0:
        said = headers.get("retry-after", "")
        seconds = _read_number(said)
        if math.isnan(seconds):
            sent = _read_date(headers.get("date", ""))
            seconds = _read_date(said) - (now() if math.isnan(sent) else sent)
    return seconds if seconds > 0 else None


def _read_number(text: str) -> float:
    number = text.strip()
    return float(number) if _NUMBER.fullmatch(number) else math.nan


def _read_date(text: str) -> float:
    try:
        return email.utils.parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return math.nan
