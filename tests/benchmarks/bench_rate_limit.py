"""How much of an endpoint's request limit is used, and how many requests it has to refuse.

The endpoint's bucket holds a minute's worth and starts full. That burst says nothing about pace, so
it is taken out of both figures, for n requests let in between the first and the last arrival:

    share of the rate = (n - burst) / (limit per second * seconds)
    share refused     = refusals / (arrivals - burst)

The refusals come mostly where the burst ends, so that their share is lower in a longer run.

Once the endpoint tells its limits in headers beside Retry-After. Once Retry-After is all it tells, in
whole seconds; then nobody can know that the burst is about to end, and what is in flight at that
moment is refused. So that case is shown, not judged.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.benchmarks.journal import GOOD, Visit
from tests.benchmarks.processes import list_generate, run_measured, serve
from tests.benchmarks.table import Row

RATE = 0.95
REFUSED = 0.02
CONCURRENCY = 64


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Run twice the burst's number of requests, under both kinds of endpoint."""
    per_minute = 120 if quick else 600
    for name, flags in (("limits told", []), ("Retry-After alone", ["--silent"])):
        limit = f"--requests-per-minute={per_minute}"
        with serve("--watched", "--latency=0.2", limit, *flags) as endpoint:
            out = folder / name.replace(" ", "-")
            command = list_generate(
                endpoint.url, out, records=2 * per_minute, concurrency=CONCURRENCY
            )
            code = run_measured(command, folder).code
            visits = endpoint.read_visits()
        case = f"{per_minute} a minute, {name}"
        is_judged = not (quick or flags)
        yield from judge(case, per_minute, code, visits, is_judged=is_judged)


def judge(
    case: str, per_minute: int, code: int, visits: Sequence[Visit], *, is_judged: bool = True
) -> list[Row]:
    """The rows for a run's exit code and what an endpoint with that limit has seen of it."""
    good = [visit for visit in visits if visit.outcome == GOOD]
    paced = len(good) - per_minute
    if code or paced <= 0:
        said = f"exit code {code}, {len(good)} of {2 * per_minute} answered"
        return [Row(case, "all are answered", said, met=False)]
    refused = sum(visit.outcome == "429" for visit in visits)
    seconds = max(visit.came for visit in good) - min(visit.came for visit in visits)
    rate = paced / (per_minute / 60 * seconds)
    share = refused / (len(visits) - per_minute)
    return [
        Row(
            f"{case}: rate",
            f"at least {RATE:.0%}",
            f"{rate:.1%} ({paced} after the burst in {seconds:.1f} s)",
            rate >= RATE if is_judged else None,
        ),
        Row(
            f"{case}: refused",
            f"at most {REFUSED:.0%}",
            f"{share:.1%} ({refused} of {len(visits):,}, the burst included)",
            share <= REFUSED if is_judged else None,
        ),
    ]
