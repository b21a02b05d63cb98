"""Runs on a local Ray beside what the simulation says of them.

The endpoint answers after a second, so that waiting and not the machine is the bound, and the
workers' processes are warm. One thing is measured first and told to the simulation: the time between
two shards of a worker, on shards of four requests. Then 1, 2, 4 and 8 workers, a common rate, failing
attempts and a killed worker are predicted and run. Times are from the first request to the last
answer, as the endpoint sees them.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, redirect_stdout
from dataclasses import dataclass, replace
from io import StringIO
from pathlib import Path

from datagen import cli
from datagen.fleet.cluster import LOCAL, open_cluster
from tests.benchmarks.journal import GOOD, Visit, count_repeats
from tests.benchmarks.processes import MODEL, Endpoint, RunFailedError, serve
from tests.benchmarks.simulation import Prediction, Scenario, simulate
from tests.benchmarks.table import Row
from tests.fleet.runs import Here, kill, meanwhile, wait_until

TOLERANCE = 0.15
"""By so much a run may take longer or shorter than predicted."""

LATENCY = 1.0
_PLACES = 8  # of each worker
_SHARDS = 3  # of each worker
_SMALL = 8  # shards by which the time between two is measured
_SEEDS = 9  # simulations, of which the median counts
_KILL_AT = 6.0


@dataclass(frozen=True, slots=True)
class Trial:
    """What a run took: seconds, attempts, and good answers beyond the first of a request."""

    seconds: float
    attempts: int
    repeated: int


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure the time between shards, then compare."""
    os.environ["OPENAI_API_KEY"] = "none"
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")
    size, counts = (4, (1, 2)) if quick else (100, (1, 2, 4, 8))
    with open_cluster(LOCAL, max(counts)):
        many = 2 * max(counts)  # one for the shard before, which is ending
        # Shards that last until all processes have started.
        run(Scenario(many, many, 10 * many, 10, LATENCY), folder / "warm")
        between = fit_between(folder / "small")
        yield Row("between two shards of a worker", "-", f"{between:.2f} s")
        base = Scenario(latency=LATENCY, between=between, shard_size=size)
        for count in counts:
            scenario = scale(base, count, _SHARDS)
            yield compare(f"{count} workers", scenario, folder / f"{count}", is_judged=not quick)
        if not quick:
            yield from measure_troubles(base, folder)


def fit_between(out: Path) -> float:
    """Seconds from the end of a shard to the next, by which the simulation takes as long as a run."""
    small = Scenario(1, 4, 4 * _SMALL, 4, LATENCY)
    wanted = run(small, out).seconds
    steps = [step / 50 for step in range(150)]
    return min(steps, key=lambda s: abs(simulate(replace(small, between=s)).seconds - wanted))


def scale(base: Scenario, workers: int, shards: int) -> Scenario:
    """So many workers, each with so many shards to do."""
    return replace(
        base,
        workers=workers,
        concurrency=_PLACES * workers,
        requests=workers * shards * base.shard_size,
    )


def measure_troubles(base: Scenario, folder: Path) -> Iterator[Row]:
    """A common rate, failing attempts, a worker that is killed."""
    four = scale(base, 4, 2)
    rated = replace(four, requests=300, shard_size=25, per_minute=480.0)
    yield compare("4 workers, 480 a minute", rated, folder / "rated")
    yield compare("4 workers, 10% of 500s", replace(four, failing=0.1), folder / "failing")
    yield from compare_killed(four, folder / "killed")


def compare(case: str, scenario: Scenario, out: Path, *, is_judged: bool = True) -> Row:
    """One prediction and one run."""
    predicted, trial = predict(scenario), run(scenario, out)
    return _judge(case, predicted, trial, is_judged=is_judged)


def _judge(case: str, predicted: Prediction, trial: Trial, *, is_judged: bool = True) -> Row:
    off = trial.seconds / predicted.seconds - 1
    return Row(
        case,
        f"{predicted.seconds:.1f} s within {TOLERANCE:.0%}",
        f"{trial.seconds:.1f} s ({off:+.0%}), {trial.attempts} attempts"
        f" (predicted {predicted.attempts})",
        abs(off) <= TOLERANCE if is_judged else None,
    )


def compare_killed(scenario: Scenario, out: Path) -> Iterator[Row]:
    """A worker is killed; how long another takes to begin is measured in the run itself."""
    killed_at: list[float] = []
    with _serve(scenario) as endpoint:
        here = Here("", Path(f"/proc/{os.getpid()}"), out)
        with meanwhile(lambda: _kill_worker(endpoint, here, killed_at)):
            _generate(endpoint, scenario, out)
        visits = endpoint.read_visits()
    trial = read_trial(visits)
    first = min(visit.came for visit in visits)
    again = {visit.digest for visit in visits if visit.came > killed_at[0]}
    gone = {v.digest for v in visits if v.came < killed_at[0] < v.left or v.outcome != GOOD}
    came = [v.came for v in visits if v.came > killed_at[0] and v.digest in gone & again]
    scenario = replace(scenario, killed_at=killed_at[0] - first, recovery=min(came) - killed_at[0])
    predicted = predict(scenario)
    yield _judge("4 workers, one killed", predicted, trial)
    most = scenario.concurrency // scenario.workers * (1 + scenario.commit / scenario.latency + 1)
    repeated = trial.attempts - scenario.requests
    yield Row(
        "4 workers, one killed: asked again",
        f"at most {most:.0f}",
        f"{repeated} (predicted {predicted.repeated})",
        repeated <= most,
    )


def predict(scenario: Scenario) -> Prediction:
    """The median of some simulations."""
    ends = sorted((simulate(scenario, seed) for seed in range(_SEEDS)), key=lambda p: p.seconds)
    return ends[_SEEDS // 2]


def run(scenario: Scenario, out: Path) -> Trial:
    """A real run of a scenario, without losses."""
    with _serve(scenario) as endpoint:
        _generate(endpoint, scenario, out)
        return read_trial(endpoint.read_visits())


def read_trial(visits: list[Visit]) -> Trial:
    """What an endpoint has seen of a run."""
    first, last = min(v.came for v in visits), max(v.left for v in visits if v.outcome == GOOD)
    return Trial(last - first, len(visits), count_repeats(visits))


def _serve(scenario: Scenario) -> AbstractContextManager[Endpoint]:
    faults = {"500": scenario.failing} if scenario.failing else {}
    return serve("--watched", f"--latency={scenario.latency}", faults=faults)


def _generate(endpoint: Endpoint, scenario: Scenario, out: Path) -> None:
    captions = out.with_suffix(".json")
    write_captions(captions, scenario.requests)
    flags = {
        "captions": captions,
        "model": MODEL,
        "base-url": endpoint.url,
        "grounding": "off",
        "mix": "detail_description=1",  # so that each image has one request
        "concurrency": scenario.concurrency,
        "ray-workers": scenario.workers,
        "shard-size": scenario.shard_size,
        "out": out,
    }
    if scenario.per_minute:
        flags["requests-per-minute"] = scenario.per_minute
    said = StringIO()
    with redirect_stdout(said):
        try:
            given = [f"--{name}={value}" for name, value in flags.items()]
            cli.main(["generate", "--ray", *given], standalone=False)
        except SystemExit as exit_:
            raise RunFailedError(f"exit code {exit_.code}: {said.getvalue()[-120:]}") from exit_


def write_captions(path: Path, images: int) -> None:
    """A captions file of so many images: one request each, so that shards are of one size."""
    numbers = range(1, images + 1)
    content = {
        "images": [
            {"id": n, "file_name": f"{n:012d}.jpg", "width": 640, "height": 480} for n in numbers
        ],
        "annotations": [
            {"id": n, "image_id": n, "caption": f"A dog stands on hill number {n}."}
            for n in numbers
        ],
    }
    path.write_text(json.dumps(content), encoding="utf-8")


def _kill_worker(endpoint: Endpoint, here: Here, killed_at: list[float]) -> None:
    """Kill one of the workers some seconds after the first request."""
    wait_until(lambda: endpoint.count("visits") > 0)
    time.sleep(_KILL_AT)
    kill(here.list_workers()[0])
    killed_at.append(time.monotonic())
