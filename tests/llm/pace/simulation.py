"""An endpoint and the workers that ask it, in simulated time: what the regulator does, counted."""

import heapq
import math
import random
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from datagen.llm.pace.limits import ToldLimit
from datagen.llm.pace.regulator import Departure, Regulator


@dataclass
class Endpoint:
    """Answers after `latency` seconds; refuses by its limits.

    Attributes:
        per_minute: requests, from a bucket that holds `burst`; None for no limit.
        bears: requests in flight, above which it refuses.
        tells: whether its answers tell the limit.
        stray: share of requests that it refuses for no reason.
        is_dead: it never answers.
    """

    latency: float = 0.2
    per_minute: float | None = None
    burst: float = 10.0
    bears: float = math.inf
    tells: bool = True
    stray: float = 0.0
    is_dead: Callable[[float], bool] = lambda now: False
    level: float = field(init=False, default=0.0)
    at: float = field(init=False, default=0.0)

    def __post_init__(self) -> None:
        self.level = self.burst

    def judge(self, now: float, in_flight: int, rng: random.Random) -> tuple[str, float | None]:
        """`ok`, `refused` or `lost`, and Retry-After in seconds."""
        if self.is_dead(now):
            return "lost", None
        if in_flight > self.bears or rng.random() < self.stray:
            return "refused", None
        if self.per_minute is None:
            return "ok", None
        rate = self.per_minute / 60
        self.level = min(self.burst, self.level + (now - self.at) * rate)
        self.at = now
        if self.level < 1:
            return "refused", (1 - self.level) / rate
        self.level -= 1
        return "ok", None

    def tell(self) -> list[ToldLimit]:
        """The limits in the headers of an answer."""
        if self.per_minute is None or not self.tells:
            return []
        remaining = math.floor(self.level)
        reset = (self.burst - self.level) / (self.per_minute / 60)
        return [ToldLimit("requests", self.per_minute, remaining, 60.0, reset)]


@dataclass
class Result:
    """What a simulated run came to: seconds, attempts by outcome, most in flight."""

    seconds: float
    counts: Counter[str]
    most: int
    end: str


def simulate(
    endpoint: Endpoint, requests: int, workers: int, *, patience: float = 300.0, seed: int = 0
) -> Result:
    """Send requests through a regulator until all are answered, or it ends the run."""
    rng = random.Random(seed)
    regulator = Regulator(
        most=workers, per_minute={"requests": None, "tokens": None}, patience=patience
    )
    now, order, most, left = 0.0, 0, 0, requests
    ready: list[tuple[float, int]] = [(0.0, n) for n in range(min(workers, requests))]
    fresh = requests - len(ready)
    back: list[tuple[float, int, Departure, str, float | None, list[ToldLimit]]] = []
    counts: Counter[str] = Counter()
    while left and not regulator.end:
        delay = regulator.find_delay(0.0, now) if ready and ready[0][0] <= now else math.inf
        if delay <= 0:
            heapq.heappop(ready)
            departure = regulator.send(0.0, now)
            most = max(most, regulator.in_flight)
            outcome, wait = endpoint.judge(now, regulator.in_flight, rng)
            seconds = endpoint.latency if outcome == "ok" else endpoint.latency / 10
            order += 1
            entry = (now + seconds, order, departure, outcome, wait, endpoint.tell())
            heapq.heappush(back, entry)
            continue
        times = [now + delay, back[0][0] if back else math.inf]
        times.append(ready[0][0] if ready and ready[0][0] > now else math.inf)
        now = min(times)
        while back and back[0][0] <= now:
            _, number, departure, outcome, wait, told = heapq.heappop(back)
            counts[outcome] += 1
            regulator.believe(departure, told, now)
            if outcome == "ok":
                regulator.note_success(departure, now)
                left -= 1
                if fresh:
                    fresh -= 1
                    heapq.heappush(ready, (now, number))
                continue
            if outcome == "refused":
                regulator.note_refusal(departure, wait, told, now)
            regulator.note_failure(departure, now, outcome)
            again = wait if wait is not None else rng.uniform(0.25, 0.5)
            heapq.heappush(ready, (now + again, number))
    return Result(now, counts, most, regulator.end)
