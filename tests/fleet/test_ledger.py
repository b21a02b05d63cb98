"""What is lent is never more than there is, and what there is gets lent."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.fleet.ledger import Ledger
from datagen.fleet.reports import RENEW_SECONDS, Counts, Grant, Limits, Report
from datagen.llm.pace import Needs
from datagen.llm.pace.limits import ToldLimit, Unit

MINUTE = 60.0


@dataclass
class Worker:
    """A worker that obeys: it sends what it may, as evenly as it can, and everything at once."""

    ledger: Ledger
    shard: int
    appetite: int
    number: int = 0
    held: float = 0.0
    in_flight: int = 0
    grant: Grant = field(default_factory=Grant)
    counts: Counts = field(default_factory=Counts)

    def renew(self, now: float, **others: Any) -> Grant:  # noqa: ANN401 - fields of `Report`
        if not self.number:
            self.number = self.ledger.open(self.shard, now)
        wanted: dict[Unit, float] = {"requests": self.appetite - self.held}
        if wanted["requests"] < 0:
            self.held = float(self.appetite)
        needs = Needs(self.in_flight, wanted, {"requests": 1.0})
        report = Report(needs, self.counts, more_requests=self.appetite)
        self.grant = self.ledger.renew(self.number, replace(report, **others), now)
        self.held += self.grant.permits.get("requests", 0.0)
        return self.grant

    def send(self, most: float) -> int:
        """Requests that leave now."""
        count = int(min(most, self.held, self.appetite))
        self.held -= count
        return count


def _play(workers: list[Worker], seconds: float, seed: int) -> Iterator[tuple[float, int]]:
    """Moments and how many requests leave at each; the workers renew in any order."""
    rng = random.Random(seed)
    due = [(rng.uniform(0, RENEW_SECONDS), index) for index in range(len(workers))]
    now = 0.0
    while now < seconds:
        now, index = min(due)
        due.remove((now, index))
        worker = workers[index]
        worker.renew(now)
        yield now, worker.send(worker.appetite)
        due.append((now + worker.grant.again * rng.uniform(1.0, 1.2), index))


@given(
    st.integers(1, 12),
    st.sampled_from([30, 240, 6000]),
    st.lists(st.integers(0, 60), min_size=12, max_size=12),
    st.integers(0, 9),
)
def test_no_minute_has_more_requests_than_the_limit(
    count: int, limit: int, appetites: list[int], seed: int
) -> None:
    ledger = Ledger(Limits(1000, requests_per_minute=limit))
    workers = [Worker(ledger, n, appetites[n]) for n in range(count)]
    left = list(_play(workers, 75.0, seed))
    first, total = 0, 0
    for moment, amount in left:
        total += amount
        while left[first][0] <= moment - MINUTE:
            total -= left[first][1]
            first += 1
        assert total <= limit


@pytest.mark.parametrize("count", [1, 3, 40])
@pytest.mark.parametrize("limit", [60, 600, 60_000])
def test_nearly_all_of_a_limit_is_used_when_it_is_wanted(count: int, limit: int) -> None:
    ledger = Ledger(Limits(1000, requests_per_minute=limit))
    workers = [Worker(ledger, n, 1 + limit) for n in range(count)]
    sent = sum(amount for moment, amount in _play(workers, 180.0, 1) if moment > MINUTE)
    assert sent >= 0.95 * 2 * limit


def test_who_wants_nothing_leaves_its_part_to_the_others() -> None:
    ledger = Ledger(Limits(1000, requests_per_minute=600))
    workers = [Worker(ledger, n, 1000 if n == 0 else 0) for n in range(8)]
    sent = sum(amount for moment, amount in _play(workers, 180.0, 2) if moment > MINUTE)
    assert sent >= 0.95 * 1200


def test_a_limit_that_one_worker_was_told_holds_for_all() -> None:
    ledger = Ledger(Limits(1000))
    one, two = Worker(ledger, 1, 100), Worker(ledger, 2, 100)
    assert one.renew(0.0).permits == two.renew(0.0).permits == {}
    told = (ToldLimit("requests", 120.0, 119.0, 60.0, 0.5),)
    one.renew(0.25, needs=Needs(told=told))
    assert "requests" in two.renew(0.5).permits
    sent = sum(amount for _, amount in _play([one, two], 60.0, 3))
    assert 100 <= sent <= 120


@pytest.mark.parametrize(("remaining", "a_minute"), [(500.0, 300), (0.0, 60)])
def test_an_allowance_that_comes_back_at_once_is_spread_until_then(
    remaining: float, a_minute: int
) -> None:
    ledger = Ledger(Limits(10))
    worker = Worker(ledger, 1, 1000)
    told = ToldLimit("requests", 1000.0, remaining, None, 100.0)
    worker.renew(0.0, needs=Needs(told=(told,)))
    sent = sum(amount for _, amount in _play([worker], MINUTE, 4))
    assert 0.9 * a_minute <= sent <= a_minute


def test_a_pause_of_one_worker_is_a_pause_of_all() -> None:
    ledger = Ledger(Limits(10))
    one, two = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    one.renew(0.0, needs=Needs(pause=3.0))
    assert two.renew(1.0).pause == pytest.approx(2.0)
    assert two.renew(4.0).pause == 0.0


@given(st.integers(1, 20), st.lists(st.tuples(st.integers(0, 5), st.integers(0, 9)), max_size=80))
def test_never_are_more_places_in_use_than_there_are(
    most: int, steps: list[tuple[int, int]]
) -> None:
    """Workers join one by one; each step one of them renews, having as much in flight as it may."""
    ledger = Ledger(Limits(most))
    workers: dict[int, Worker] = {}
    now = 0.0
    for index, back in steps:
        now += 0.1
        worker = workers.setdefault(index, Worker(ledger, index, 1))
        worker.in_flight = max(0, worker.in_flight - back)  # so many are back
        worker.renew(now)
        worker.in_flight = max(worker.in_flight, worker.grant.places)
        assert sum(each.in_flight for each in workers.values()) <= most


def test_places_are_shared_evenly_once_all_have_renewed() -> None:
    ledger = Ledger(Limits(64))
    workers = [Worker(ledger, n, 1) for n in range(4)]
    for step in range(3):
        for worker in workers:
            worker.renew(step * 0.25)
    assert [worker.grant.places for worker in workers] == [16, 16, 16, 16]


def test_the_places_of_a_silent_worker_go_to_the_others() -> None:
    ledger = Ledger(Limits(8))
    silent, other = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    silent.renew(0.0)
    assert other.renew(0.1).places == 0
    assert other.renew(10.0).places == 8


def test_a_worker_finds_its_places_again_when_it_begins_its_next_shard() -> None:
    ledger = Ledger(Limits(64))
    workers = [Worker(ledger, n, 1) for n in range(4)]
    for step in range(3):
        for worker in workers:
            worker.renew(step * 0.25)
    ledger.close(workers[0].number, Counts(), 0.75)
    assert [worker.renew(0.8).places for worker in workers[1:]] == [16, 16, 16]
    assert Worker(ledger, 9, 1).renew(1.0).places == 16


def test_a_worker_that_is_about_to_end_keeps_a_place_for_each_task_and_the_others_get_the_rest() -> (
    None
):
    ledger = Ledger(Limits(64))
    ending, other = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    for now in (0.0, 0.25):
        ending.renew(now)
        other.renew(now)
    ending.in_flight = 10
    assert ending.renew(0.5, left=10).places == 10
    assert ledger.look().ending == 1
    assert other.renew(0.5).places == 54
    ledger.close(ending.number, Counts(done=1), 0.6)
    assert ledger.look().ending == 0


def test_later_workers_take_all_their_places_at_once_while_nothing_is_refused() -> None:
    ledger = Ledger(Limits(64))
    one, two = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    assert not one.renew(0.0).is_open
    ledger.close(one.number, Counts(done=9), 1.0)
    assert two.renew(1.0).is_open
    assert not two.renew(1.2, needs=Needs(pause=1.0)).is_open
    assert not two.renew(20.0).is_open
    assert two.renew(40.0).is_open


def test_the_places_of_a_worker_that_has_nothing_more_to_do_go_to_the_others() -> None:
    ledger = Ledger(Limits(64))
    one, two = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    for now in (0.0, 0.25):
        one.renew(now)
        two.renew(now)
    ledger.close(one.number, Counts(), 0.5)
    assert two.renew(1.0).places == 32
    assert two.renew(3.0).places == 64


def test_a_lost_worker_is_told_so_and_what_it_was_lent_counts_as_used() -> None:
    ledger = Ledger(Limits(10, max_requests=100))
    lost = Worker(ledger, 1, 30)
    lost.renew(0.0, more_requests=30)
    lost.counts = Counts(done=20, asked=25)
    lost.renew(0.2, more_requests=10)
    again = Worker(ledger, 1, 30)
    assert again.renew(0.5, more_requests=100).max_requests == 65
    assert lost.renew(0.6).stop == "lost"
    assert ledger.look().counts == Counts(asked=25)  # what it had done is done again


@given(
    st.integers(1, 40),
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 9), st.booleans()), min_size=1, max_size=60
    ),
)
def test_no_more_is_asked_than_max_requests_whoever_is_lost(
    most: int, steps: list[tuple[int, int, bool]]
) -> None:
    ledger = Ledger(Limits(100, max_requests=most))
    workers: dict[int, Worker] = {}
    asked = 0
    for now, (index, amount, is_lost) in enumerate(steps):
        if is_lost:
            workers.pop(index, None)
        worker = workers.setdefault(index, Worker(ledger, index, 1))
        grant = worker.renew(now * 0.1, more_requests=amount)
        free = (grant.max_requests or 0) - worker.counts.asked
        worker.counts = replace(worker.counts, asked=worker.counts.asked + free)
        asked += free
    assert asked <= most


def test_all_of_max_requests_is_asked_before_it_stops() -> None:
    ledger = Ledger(Limits(100, max_requests=10))
    one, two = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    assert one.renew(0.0, more_requests=8).max_requests == 8
    assert two.renew(0.1, more_requests=8).max_requests == 2
    two.counts = Counts(asked=2)
    assert two.renew(0.2, more_requests=8).stop == ""  # the other may still give some back
    one.counts = Counts(asked=5)
    assert one.renew(0.3, more_requests=0).max_requests == 5
    assert two.renew(0.4, more_requests=8).max_requests == 5
    two.counts = Counts(asked=5)
    assert two.renew(0.5, more_requests=1).stop == "max_requests"
    assert one.renew(0.6).stop == "max_requests"


def test_max_cost_waits_for_what_may_come_cheaper_and_then_stops() -> None:
    ledger = Ledger(Limits(100, max_cost=1.0, spent=0.5))
    one, two = Worker(ledger, 1, 1), Worker(ledger, 2, 1)
    wants = {"more_requests": 1, "more_cost": 0.3, "least_cost": 0.3}
    assert one.renew(0.0, **wants).max_cost == pytest.approx(0.3)
    assert two.renew(0.1, **wants).max_cost == 0.0
    assert ledger.stopped == ""
    one.counts = Counts(asked=1, spent=0.1)  # it came cheaper than reserved
    one.renew(0.2)
    assert two.renew(0.3, **wants).max_cost == pytest.approx(0.3)
    two.counts = Counts(asked=1, spent=0.3)
    assert two.renew(0.4, **wants).stop == "max_cost"


def test_many_workers_renew_more_rarely() -> None:
    ledger = Ledger(Limits(4000))
    workers = [Worker(ledger, n, 1) for n in range(2000)]
    assert max(worker.renew(0.0).again for worker in workers) == pytest.approx(2.0)
