"""A run on a cluster, simulated: when it ends, and what failures cost.

    python -m tests.benchmarks.simulation --workers 1000 --requests 1000000 --per-minute 30000

Requests, workers and losses are events on a clock of their own. What is simulated is what the fleet
does: shards that are begun when others have little left, places shared evenly among those that work,
a window that first opens from a quarter of them, a common rate, answers published every `commit` seconds,
retries, and workers that are lost with what they have not published. Seeded: the same scenario has
the same end. `bench_scale` holds it against real runs.
"""

import argparse
import heapq
import math
import random
import sys
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, fields

from datagen.fleet.reports import RENEW_SECONDS
from datagen.fleet.worker import COMMIT_SECONDS

_RENEWALS = 1000  # a second, of all workers together, as in the ledger
_SILENT = 20 * RENEW_SECONDS  # until the places of a lost worker are lent to others
_STEP = 3  # places that a window wins with a success
_FIRST_WAIT, _LONGEST_WAIT = 0.1, 60.0  # seconds, of the retry policy
_HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is simulated; times in seconds.

    Attributes:
        concurrency: requests in flight of all workers together.
        latency: median of an answer; `spread` is the sigma of its logarithm, 0 for none.
        per_minute: requests, 0 for no limit.
        failing: share of attempts that fail after `failing_after` and are tried again.
        losses: workers lost per worker and hour; at `killed_at` one is lost besides, if above 0.
        recovery: from the loss of a worker until another has begun its shard again.
        between: from the time at which a worker is ending until the first request of the next shard.
        driver: that the driver, which does one thing at a time, takes for each request.
    """

    workers: int = 1
    concurrency: int = 64
    requests: int = 1000
    shard_size: int = 1000
    latency: float = 1.0
    spread: float = 0.0
    per_minute: float = 0.0
    failing: float = 0.0
    failing_after: float = 0.0
    losses: float = 0.0
    killed_at: float = 0.0
    recovery: float = 30.0
    between: float = 0.5
    driver: float = 0.0
    commit: float = COMMIT_SECONDS


@dataclass(frozen=True, slots=True)
class Prediction:
    """How it ends.

    Attributes:
        seconds: from the first request to the last answer.
        attempts: requests over the wire, failed ones included.
        repeated: requests asked again because their worker was lost.
        lost: workers.
        tail: seconds from the time at which a worker first had nothing to do, to the end.
    """

    seconds: float
    attempts: int
    repeated: int
    lost: int
    tail: float


@dataclass(slots=True)
class _Worker:
    """A worker with one shard: what is to be asked, in flight, answered and not yet published.

    Once it has little left to do it is ending: another worker begins the next shard then.
    """

    todo: int = 0
    in_flight: int = 0
    window: float = 0.0
    unpublished: int = 0
    publish_at: float = math.inf
    life: int = 0
    is_working: bool = False
    is_counted: bool = False
    is_ending: bool = False

    @property
    def left(self) -> int:
        """Requests that it has to do."""
        return self.todo + self.in_flight


@dataclass(slots=True)
class _Run:
    """One simulation under way."""

    scenario: Scenario
    rng: random.Random
    shards: deque[int]
    workers: list[_Worker] = field(default_factory=list)
    now: float = 0.0
    events: list[tuple[float, int, str, int, int]] = field(default_factory=list)
    count: int = 0
    working: int = 0  # workers, without those that are ending
    ending: int = 0  # what those have left
    free_at: float = 0.0  # when the common rate lets the next request leave
    driver_free_at: float = 0.0
    ended_at: float = 0.0
    idle_at: float = math.inf
    attempts: int = 0
    repeated: int = 0
    lost: int = 0

    def plan(self, delay: float, kind: str, index: int) -> None:
        """Let something happen to a worker, as long as it lives."""
        self.count += 1
        event = (self.now + delay, self.count, kind, index, self.workers[index].life)
        heapq.heappush(self.events, event)

    def play(self) -> None:
        """Let everything happen."""
        for _ in range(self.scenario.workers):
            self.take_shard(0.0)
        killed_at = self.scenario.killed_at or math.inf
        while self.events:
            if self.events[0][0] > killed_at:
                self.now, killed_at = killed_at, math.inf
                self.lose(next(n for n, worker in enumerate(self.workers) if worker.is_working))
            self.now, _, kind, index, life = heapq.heappop(self.events)
            if life == self.workers[index].life:
                _HAPPENINGS[kind](self, index)

    def take_shard(self, delay: float) -> None:
        """A worker takes the next shard, or there is nothing to do any more."""
        if self.shards:
            size = self.shards.popleft()
            self.workers.append(_Worker(size))
            self.driver_free_at = max(self.driver_free_at, self.now) + size * self.scenario.driver
            self.plan(self.driver_free_at - self.now + delay, "begin", len(self.workers) - 1)
        else:
            self.idle_at = min(self.idle_at, self.now)

    def begin(self, index: int) -> None:
        """A worker begins with its shard, new or taken over from a lost one."""
        worker, losses = self.workers[index], self.scenario.losses
        if not worker.is_counted:
            worker.is_counted = True
            self.count_worker(worker, 1)
        worker.is_working = True
        is_open = index >= self.scenario.workers  # others have shown what the endpoint bears
        worker.window = max(1.0, self.count_places(worker) / (1 if is_open else 4))
        if losses:
            self.plan(self.rng.expovariate(losses / _HOUR), "lose", index)
        self.send(index)

    def count_worker(self, worker: _Worker, sign: int) -> None:
        """Count a worker among those that work, or with -1 no longer."""
        if worker.is_ending:
            self.ending += sign * worker.left
        else:
            self.working += sign

    def count_places(self, worker: _Worker) -> int:
        """The part of a worker."""
        if worker.is_ending:
            return worker.left
        return max(1, (self.scenario.concurrency - self.ending) // max(1, self.working))

    def send(self, index: int) -> None:
        """Let a worker send as much as it may."""
        worker, places = self.workers[index], self.count_places(self.workers[index])
        if not worker.is_ending and 2 * worker.left <= places:
            self.count_worker(worker, -1)
            worker.is_ending = True
            self.count_worker(worker, 1)
            self.take_shard(self.scenario.between)
        while worker.todo and worker.in_flight < min(places, int(worker.window)):
            worker.todo -= 1
            worker.in_flight += 1
            self.attempt(index, 0.0)

    def attempt(self, index: int, delay: float) -> None:
        """One request over the wire, after a delay and when the common rate lets it go."""
        scenario, leaves = self.scenario, self.now + delay
        if scenario.per_minute:
            leaves = max(leaves, self.free_at)
            self.free_at = leaves + 1 / find_rate(scenario)
        self.attempts += 1
        seconds = scenario.latency * math.exp(scenario.spread * self.rng.gauss(0, 1))
        if self.rng.random() < scenario.failing:
            self.plan(leaves - self.now + scenario.failing_after, "fail", index)
        else:
            self.plan(leaves - self.now + seconds, "answer", index)

    def fail(self, index: int) -> None:
        """An attempt has failed; the second wait and later ones are as likely as the first."""
        self.attempt(index, self.rng.uniform(0, _FIRST_WAIT))

    def answer(self, index: int) -> None:
        """An answer has come."""
        worker = self.workers[index]
        self.ended_at = self.now
        worker.in_flight -= 1
        self.ending -= worker.is_ending
        worker.window = min(worker.window + _STEP, self.scenario.concurrency)
        if self.now >= worker.publish_at:
            worker.unpublished = 0
        if not worker.unpublished:
            worker.publish_at = self.now + self.scenario.commit
        worker.unpublished += 1
        self.send(index)
        if not worker.left:
            self.end_life(worker)
            self.release(index)

    def lose(self, index: int) -> None:
        """A worker is lost, with what is in flight and not published."""
        worker = self.workers[index]
        again = worker.in_flight + (worker.unpublished if self.now < worker.publish_at else 0)
        self.lost += 1
        self.repeated += again
        unpublished = again - worker.in_flight
        worker.todo += again
        self.ending += unpublished if worker.is_ending else 0
        self.end_life(worker)
        self.plan(self.scenario.recovery, "begin", index)
        if self.scenario.recovery > _SILENT:  # so long nobody else gets its places
            self.plan(_SILENT, "release", index)

    def end_life(self, worker: _Worker) -> None:
        """Nothing of what is planned for the worker happens any more."""
        worker.is_working, worker.in_flight, worker.unpublished = False, 0, 0
        worker.life += 1

    def release(self, index: int) -> None:
        """The others get the places of a worker."""
        worker = self.workers[index]
        worker.is_counted = False
        self.count_worker(worker, -1)


_HAPPENINGS = {
    "begin": _Run.begin,
    "answer": _Run.answer,
    "fail": _Run.fail,
    "lose": _Run.lose,
    "release": _Run.release,
}


def find_rate(scenario: Scenario) -> float:
    """Requests a second that the ledger lets through of a limit; see `Ledger._fit_bucket`."""
    again = max(RENEW_SECONDS, scenario.workers / _RENEWALS)
    return (scenario.per_minute - 1) / (60 + again * (3 + 1 / scenario.workers))


def simulate(scenario: Scenario, seed: int = 0) -> Prediction:
    """Play a scenario to its end."""
    whole, rest = divmod(scenario.requests, scenario.shard_size)
    shards = deque([scenario.shard_size] * whole + [rest] * bool(rest))
    run = _Run(scenario, random.Random(seed), shards)
    run.play()
    tail = max(0.0, run.ended_at - run.idle_at)
    return Prediction(run.ended_at, run.attempts, run.repeated, run.lost, tail)


def describe(scenario: Scenario, prediction: Prediction) -> str:
    """One line for people."""
    rate = scenario.requests / prediction.seconds
    return (
        f"{prediction.seconds / _HOUR:.2f} h, {rate:,.1f} requests/s;"
        f" {prediction.lost:,} workers lost, {prediction.repeated:,} requests repeated"
        f" ({prediction.repeated / scenario.requests:.2%}); tail {prediction.tail:.0f} s"
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Simulate what the command line says."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.simulation")
    for each in fields(Scenario):
        flag, default = f"--{each.name.replace('_', '-')}", each.default
        parser.add_argument(flag, type=type(default), default=default)
    parser.add_argument("--seed", type=int, default=0)
    given = vars(parser.parse_args(arguments))
    seed = given.pop("seed")
    scenario = Scenario(**given)
    sys.stdout.write(f"{describe(scenario, simulate(scenario, seed))}\n")


if __name__ == "__main__":
    main()
