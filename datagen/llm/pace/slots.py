"""Ask stage, pace: a slot for every HTTP attempt, first come first served.

The asynchronous part: who waits, who is let go, and the timer for the next. All decisions are the
`regulator`'s.
"""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from datagen.errors import AskError, EndpointError, SettingsError
from datagen.llm.pace.limits import Unit, read_limits
from datagen.llm.pace.regulator import Departure, Regulator
from datagen.llm.retry import TransientError, read_retry_after

_REFUSALS = frozenset({429, 503, 529})  # "not now"; 529 is Anthropic's word for overloaded
_READ_EVERY = 0.02  # seconds between two looks at the limits in the headers


@dataclass(frozen=True, slots=True)
class PaceState:
    """What a progress line may show.

    Attributes:
        places: requests that may be in flight now.
        in_flight: requests that are.
        waiting: requests that wait for a slot.
        requests_per_minute: the lowest rate in force, None for none.
        paused: seconds until the common pause ends; 0 for none.
    """

    places: int
    in_flight: int
    waiting: int
    requests_per_minute: float | None
    paused: float


class Pace:
    """Lets attempts go as fast and as many as the endpoint bears, and ends the run when it is dead.

    One for a run, shared by all its workers, within one event loop, whose clock it lives by.
    """

    def __init__(
        self,
        *,
        max_in_flight: int,
        requests_per_minute: float | None = None,
        tokens_per_minute: float | None = None,
        patience: float = 300.0,
        make: Callable[..., Regulator] = Regulator,
    ) -> None:
        """Set up; nothing runs before the first slot.

        Args:
            max_in_flight: attempts side by side at most, 1 or more.
            requests_per_minute: kept from the start, whatever the endpoint tells; None for what
                it tells or lets through.
            tokens_per_minute: likewise, replies included.
            patience: seconds of attempts without any success after which the run ends.
            make: makes the regulator.

        Raises:
            SettingsError: a number is not above 0.
        """
        if max_in_flight < 1:
            raise SettingsError("at least 1 request must be allowed in flight")
        per_minute: dict[Unit, float | None] = {
            "requests": requests_per_minute,
            "tokens": tokens_per_minute,
        }
        for unit, rate in per_minute.items():
            if rate is not None and not rate > 0:
                raise SettingsError(f"the {unit} per minute must be above 0")
        self._regulator = make(most=max_in_flight, per_minute=per_minute, patience=patience)
        self._waiting: deque[_Ticket] = deque()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._second_zero = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._read_at = -math.inf

    def slot(self, tokens: float = 0.0) -> "Slot":
        """A slot for one attempt: `async with pace.slot(tokens) as slot`.

        Entering it waits, and raises EndpointError once nothing has succeeded for `patience`
        seconds, or when the endpoint tells that its allowance is used up for long. How the block
        ends tells how the attempt did: a `TransientError` is a failure, an `AskError` an answer,
        any other exception neither.

        Args:
            tokens: estimate of what the request costs, its reply included; `Slot.settle` puts it
                right.
        """
        return Slot(self, tokens)

    def snapshot(self) -> PaceState:
        """How things stand."""
        regulator = self._regulator
        now = self._now() if self._loop is not None else 0.0
        return PaceState(
            places=regulator.window.places,
            in_flight=regulator.in_flight,
            waiting=len(self._waiting),
            requests_per_minute=regulator.find_rate(),
            paused=max(0.0, regulator.paused_until - now),
        )

    def _now(self) -> float:
        """Seconds since the first slot."""
        if self._loop is None:
            self._loop = asyncio.get_running_loop()
            self._second_zero = self._loop.time()
        return self._loop.time() - self._second_zero

    async def _enter(self, tokens: float) -> Departure:
        regulator = self._regulator
        if not self._waiting and not regulator.end:
            now = self._now()
            if regulator.find_delay(tokens, now) <= 0:
                return regulator.send(tokens, now)
        return await self._wait(tokens)

    async def _wait(self, tokens: float) -> Departure:
        ticket = _Ticket(tokens, asyncio.get_running_loop().create_future())
        self._waiting.append(ticket)
        self._pump()
        try:
            await ticket.called
        except asyncio.CancelledError:
            if ticket.departure is not None:  # called in the same moment
                self._regulator.withdraw()
            self._pump()
            raise
        if ticket.departure is None:
            raise EndpointError(self._regulator.end)
        return ticket.departure

    def _pump(self) -> None:
        """Call who may go, from the head of the queue, and set the timer for the next."""
        while self._waiting:
            ticket = self._waiting[0]
            if not ticket.called.done():  # else its task was cancelled
                delay = self._try(ticket)
                if delay > 0:
                    self._set_timer(delay)
                    return
                ticket.called.set_result(None)
            self._waiting.popleft()

    def _try(self, ticket: "_Ticket") -> float:
        """Let a ticket's request leave, or return the seconds until it may."""
        if self._regulator.end:
            return 0.0  # called without a departure: it raises
        now = self._now()
        delay = self._regulator.find_delay(ticket.tokens, now)
        if delay <= 0:
            ticket.departure = self._regulator.send(ticket.tokens, now)
        return delay

    def _set_timer(self, delay: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if delay < math.inf:  # else the next that comes back opens the way
            self._timer = asyncio.get_running_loop().call_later(delay, self._ring)

    def _ring(self) -> None:
        self._timer = None
        self._pump()

    def _leave(self, departure: Departure, exc: BaseException | None) -> None:
        if exc is None or isinstance(exc, AskError):
            self._regulator.note_success(departure, self._now())
        elif isinstance(exc, TransientError):
            self._regulator.note_failure(departure, self._now(), str(exc))
        else:
            self._regulator.withdraw()
        self._pump()

    def _observe(self, departure: Departure, status: int, headers: Mapping[str, str]) -> None:
        now = self._now()
        is_refusal = status in _REFUSALS
        if now < self._read_at + _READ_EVERY and not is_refusal:
            return
        self._read_at = now
        told = read_limits(headers, time.time())
        self._regulator.believe(departure, told, now)
        if is_refusal:
            wait = read_retry_after(headers, time.time)
            self._regulator.note_refusal(departure, wait, told, now)

    def _settle(self, departure: Departure, tokens: float) -> None:
        self._regulator.settle(departure, tokens, self._now())


@dataclass(slots=True, eq=False)
class _Ticket:
    """One that waits: `called` is set when its request may leave, or never will."""

    tokens: float
    called: asyncio.Future[None]
    departure: Departure | None = None


class Slot:
    """One attempt's place, from `async with`."""

    __slots__ = ("_departure", "_pace", "_tokens")

    def __init__(self, pace: Pace, tokens: float) -> None:
        """Made by `Pace.slot`."""
        self._pace = pace
        self._tokens = tokens
        self._departure: Departure | None = None

    async def __aenter__(self) -> Self:
        self._departure = await self._pace._enter(self._tokens)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        exc: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._pace._leave(self._get_departure(), exc)

    def observe(self, status: int, headers: Mapping[str, str]) -> None:
        """Tell status and headers (names lower-case, or ignoring case) of the answer."""
        self._pace._observe(self._get_departure(), status, headers)

    def settle(self, tokens: float) -> None:
        """Tell what the request has cost in the end, its reply included."""
        self._pace._settle(self._get_departure(), tokens)

    def _get_departure(self) -> Departure:
        if self._departure is None:
            raise RuntimeError("a slot is used inside its `async with` only")
        return self._departure
