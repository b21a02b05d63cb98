"""Tokens that `datagen plan` expects, against what the endpoint counts exactly.

The endpoint counts with the encoding of GPT-4o. A plan for that model counts with it too; a plan
for a model of unknown encoding estimates. Prompts are judged. How long the replies of a model will
be nobody knows before it is asked: the plan takes them to be as long as the examples, and how far
that is from those of the offline writer says nothing about another one. So replies, and the total
with them, are shown only.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.processes import (
    demand_success,
    list_datagen,
    list_generate,
    run_measured,
    serve,
)
from tests.benchmarks.table import Row

RECORDS = 300  # the plan prints three to four places up to a million tokens
WITHIN = 0.03
COUNTED, ESTIMATED = "gpt-4o", "some-local-model"

_COUNT = re.compile(r"([\d.,]+)([kM]?)")
_FACTORS = {"": 1.0, "k": 1e3, "M": 1e6}


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of a run: sent, of which cacheable, and received."""

    prompt: float
    cached: float
    completion: float

    @property
    def total(self) -> float:
        """Sent and received."""
        return self.prompt + self.completion


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Plan for both kinds of models, and run once; `quick` changes nothing, it is quick."""
    del quick
    plans = {}
    for model in (COUNTED, ESTIMATED):
        command = list_datagen("plan", "--model", model, records=RECORDS)
        plans[model] = read_plan(demand_success(run_measured(command, folder)).output)
    with serve("--writer=offline", f"--tokens-of={COUNTED}") as endpoint:
        command = list_generate(
            endpoint.url, folder / "run", records=RECORDS, concurrency=64, model=COUNTED
        )
        demand_success(run_measured(command, folder))
        counters = endpoint.read_counters()
    exact = Tokens(
        counters["prompt_tokens"], counters["cached_tokens"], counters["completion_tokens"]
    )
    yield from judge(plans, exact)


def read_plan(output: str) -> Tokens:
    """The sums that `datagen plan` prints: the last row of its table.

    >>> read_plan(" all   200   15   426.9k   366.2k   36.8k   0.98")
    Tokens(prompt=426900.0, cached=366200.0, completion=36800.0)
    """
    row = next(line.split() for line in output.splitlines() if line.split()[:1] == ["all"])
    return Tokens(*map(_read_count, row[3:6]))


def _read_count(text: str) -> float:
    match = _COUNT.fullmatch(text)
    if match is None:
        raise ValueError(f"no count of tokens: {text!r}")
    return float(match[1].replace(",", "")) * _FACTORS[match[2]]


def judge(plans: Mapping[str, Tokens], exact: Tokens) -> list[Row]:
    """The rows for each plan; all but prompts is shown, not judged."""
    return [row for model, plan in plans.items() for row in _compare(model, plan, exact)]


def _compare(model: str, plan: Tokens, exact: Tokens) -> Iterator[Row]:
    for name in ("prompt", "total", "completion", "cached"):
        planned, counted = getattr(plan, name), getattr(exact, name)
        error = planned / counted - 1
        is_judged = name == "prompt"
        yield Row(
            f"{name} tokens, planned for {model}",
            f"within {WITHIN:.0%}" if is_judged else "",
            f"{error:+.1%} ({planned:,.0f}, exactly {counted:,})",
            abs(planned - counted) <= WITHIN * counted if is_judged else None,
        )
