"""The kill test: what a run that is killed at random moments must come to.

Wanted is the data set of a run that nobody disturbed, byte for byte; that no request is asked again
whose reply is in the store; and that no more requests are answered twice than were in flight or not
yet committed at a kill: those that the endpoint was serving, and those that it had answered since
the last commit can have begun.
"""

import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.journal import GONE, GOOD, count_repeats
from tests.benchmarks.processes import demand_success, run_measured, serve
from tests.benchmarks.rendering import Rendered, render_requests
from tests.chaos.legs import Leg, Run, do_legs, make_run

COMMITTED_WITHIN = 0.5
"""Seconds after which an answer must be on disk: the store gathers for 0.1 s, the rest is for the
way there and the disk's own time, on a machine that is busy with the endpoint too."""

FILES = ("dataset.jsonl", "dataset.json", "rejected.jsonl")
"""What must be the same, byte for byte."""

KILLED = -9
"""Exit code of a process that was killed."""

_PART_FILES = ".*.part"


@dataclass(frozen=True, slots=True)
class Plan:
    """How often a run of which size is killed, and what else goes wrong.

    Attributes:
        kills: random moments.
        at_edges: kill beside that as the folder is set up, and twice at the end.
        faults: of the wire, as shares of all attempts.
        spoils: weak replies, as shares of all requests.
        given: flags of the endpoint.
        flags: flags of the run.
    """

    requests: int
    concurrency: int
    kills: int
    seed: int
    faults: Mapping[str, float]
    spoils: Mapping[str, float]
    at_edges: bool = False
    given: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Kill:
    """One leg that ended in a kill, counted.

    Attributes:
        moment: when it was due.
        at_risk: requests with a good answer in this leg that is not in the store.
        in_flight: requests that the endpoint was serving.
        recent: good answers that it had given shortly before.
        oldest: seconds before the kill at which the oldest lost answer was given.
        stored: requests in the store.
    """

    moment: str
    at_risk: int
    in_flight: int
    recent: int
    oldest: float
    stored: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the kills have done.

    Attributes:
        kills: those that took place; a leg that ended before its moment is none.
        failures: what legs said that ended by themselves, but not well.
        differing: files that are not those of the undisturbed run.
        missing, doubled: records.
        vanished: replies that were in the store and are no more.
        asked_again: requests that were asked although their reply was in the store.
        unknown: requests that are none of the plan.
        repeats: good answers beyond the first of each request.
        leftovers: unfinished files in the run folder.
    """

    kills: list[Kill] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)
    missing: int = 0
    doubled: int = 0
    vanished: int = 0
    asked_again: int = 0
    unknown: int = 0
    repeats: int = 0
    leftovers: int = 0

    @property
    def allowed(self) -> int:
        """Requests that may have been answered twice."""
        return sum(kill.in_flight + kill.recent for kill in self.kills)


def kill_often(plan: Plan, folder: Path, say: Callable[[str], object]) -> Verdict:
    """Do an undisturbed run and one that is killed, and compare them; `say` is told what goes on."""
    rendered = list(render_requests(plan.requests))
    say("undisturbed …\n")
    undisturbed = folder / "undisturbed"
    _run_undisturbed(plan, undisturbed)
    out = folder / "killed"
    with serve(*_list_given(plan), faults=plan.faults) as endpoint:
        run = make_run(
            endpoint, out, *plan.flags, records=plan.requests, concurrency=plan.concurrency
        )
        moments = name_moments(plan, run)
        legs = []
        for name, leg in zip([*moments, "the end"], do_legs(run, moments), strict=True):
            legs.append(leg)
            say(f"{name}: {len(leg.stored):,} stored, {len(leg.visits):,} requests\n")
    return examine([*moments, "the end"], legs, rendered, out, undisturbed)


def _run_undisturbed(plan: Plan, out: Path) -> None:
    """The same plan, never killed, and without faults of the wire."""
    with serve(*_list_given(plan)) as endpoint:
        run = make_run(
            endpoint, out, *plan.flags, records=plan.requests, concurrency=plan.concurrency
        )
        demand_success(run_measured(run.command, out.parent))


def _list_given(plan: Plan) -> list[str]:
    spoils = [f"--spoil={name}={rate}" for name, rate in plan.spoils.items()]
    return ["--watched", f"--seed={plan.seed}", *spoils, *plan.given]


def name_moments(plan: Plan, run: Run) -> dict[str, Callable[[], bool]]:
    """When to kill: at random counts of answers, and at the edges of the run where wanted."""

    def has_answered(count: int) -> Callable[[], bool]:
        return lambda: run.endpoint.count("answered") >= count

    def is_set_up() -> bool:
        return any(run.folder.glob("run.*"))

    def has_written() -> bool:  # one file of the data set, and mostly not yet the others
        return any((run.folder / name).exists() for name in FILES)

    counts = sorted(random.Random(plan.seed).sample(range(1, plan.requests), plan.kills))
    drawn = {f"{count:,} answered": has_answered(count) for count in counts}
    if not plan.at_edges:
        return drawn
    ends = {"all answered": has_answered(plan.requests), "first file written": has_written}
    return {"set up": is_set_up, **drawn, **ends}


def examine(
    names: Sequence[str],
    legs: Sequence[Leg],
    rendered: Sequence[Rendered],
    out: Path,
    undisturbed: Path,
) -> Verdict:
    """Draw the verdict from all legs, the last of which ended by itself."""
    digests = {each.key: each.digest for each in rendered}
    stored = [frozenset(digests[key] for key in leg.stored) for leg in legs]
    asked = [frozenset(visit.digest for visit in leg.visits) for leg in legs]
    before = [frozenset[str](), *stored[:-1]]
    ids = _list_ids(out)
    return Verdict(
        kills=[
            _count_kill(name, leg, after)
            for name, leg, after in zip(names, legs, stored, strict=True)
            if leg.code == KILLED
        ],
        failures=[leg.output for leg in legs if leg.code not in {0, KILLED}],
        differing=[
            name for name in FILES if _read_bytes(out / name) != _read_bytes(undisturbed / name)
        ],
        missing=len({each.id for each in rendered} - set(ids)),
        doubled=len(ids) - len(set(ids)),
        vanished=sum(len(old - new) for old, new in zip(before, stored, strict=True)),
        asked_again=sum(len(old & new) for old, new in zip(before, asked, strict=True)),
        unknown=len(frozenset().union(*asked) - set(digests.values())),
        repeats=count_repeats(visit for leg in legs for visit in leg.visits),
        leftovers=len(list(out.glob(_PART_FILES))),
    )


def _count_kill(name: str, leg: Leg, stored: frozenset[str]) -> Kill:
    answered = {visit.digest: visit.left for visit in leg.visits if visit.outcome == GOOD}
    lost = [left for digest, left in answered.items() if digest not in stored]
    return Kill(
        moment=name,
        at_risk=len(lost),
        in_flight=sum(visit.outcome == GONE and visit.left >= leg.ended_at for visit in leg.visits),
        recent=sum(left >= leg.ended_at - COMMITTED_WITHIN for left in answered.values()),
        oldest=max((leg.ended_at - left for left in lost), default=0.0),
        stored=len(stored),
    )


def _list_ids(out: Path) -> list[str]:
    """Ids of all records and rejections."""
    files = (out / "dataset.jsonl", out / "rejected.jsonl")
    lines = (line for path in files for line in _read_bytes(path).splitlines())
    return [json.loads(line)["id"] for line in lines]


def _read_bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""
