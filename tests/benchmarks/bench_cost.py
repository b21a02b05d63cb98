"""`--max-cost`: what a run has cost when it stops, and how much of that was in flight.

Cost is reckoned from the endpoint's own count of tokens. A run may exceed its limit by what was in
flight: the largest number of requests side by side, times the dearest of them. Replies that are
five times as long as the plan reserves for them put it to the test. The same command once more
must not buy anything beyond that either.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.processes import list_generate, run_measured, serve
from tests.benchmarks.table import Row

REQUESTS, QUICK_REQUESTS = 1_000, 300
CONCURRENCY = 64
INPUT_PRICE, OUTPUT_PRICE = 2.5, 10.0  # USD per million tokens
STOPPED = 1
"""Exit code of a run that stopped at its limit."""

_LONGEST_PROMPT = 3_000  # tokens, as the endpoint counts them: a fourth of the characters


@dataclass(frozen=True, slots=True)
class Budget:
    """One case: a limit in USD, and replies of so many characters."""

    limit: float
    reply_size: int

    @property
    def dearest(self) -> float:
        """USD of one request, at most."""
        return price(_LONGEST_PROMPT, self.reply_size // 4 + 50)


def price(prompt_tokens: int, completion_tokens: int) -> float:
    """USD of so many tokens."""
    return (prompt_tokens * INPUT_PRICE + completion_tokens * OUTPUT_PRICE) / 1e6


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Stop runs early and late, with replies as long as expected and much longer."""
    requests = QUICK_REQUESTS if quick else REQUESTS
    whole = {size: requests * price(2_000, size // 4) for size in (1_200, 6_000)}
    for number, (size, share) in enumerate(((1_200, 0.1), (1_200, 0.6), (6_000, 0.3))):
        budget = Budget(round(whole[size] * share, 2), size)
        yield from _measure_one(budget, requests, folder / str(number))


def _measure_one(budget: Budget, requests: int, out: Path) -> Iterator[Row]:
    prices = (f"--price-input={INPUT_PRICE}", f"--price-output={OUTPUT_PRICE}")
    flags = (*prices, f"--max-cost={budget.limit}")
    with serve("--latency=0.1", f"--reply-size={budget.reply_size}") as endpoint:
        command = list_generate(
            endpoint.url, out, *flags, records=requests, concurrency=CONCURRENCY
        )
        for turn in ("", ", started again"):
            finished = run_measured(command, out.parent)
            case = f"${budget.limit:.2f}, replies of {budget.reply_size:,}{turn}"
            yield judge(case, budget, finished.code, endpoint.read_counters())


def judge(case: str, budget: Budget, code: int, counters: Mapping[str, Any]) -> Row:
    """The row for a run that has stopped."""
    spent = price(counters["prompt_tokens"], counters["completion_tokens"])
    bound = counters["max_in_flight"] * budget.dearest
    said = f"${spent:.3f} for {counters['requests']:,} requests"
    said += "" if code == STOPPED else f"; exit code {code}"
    is_met = code == STOPPED and spent <= budget.limit + bound
    return Row(case, f"at most ${bound:.2f} more", said, is_met)
