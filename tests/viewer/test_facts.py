"""What the store knows of items is told in any order, fastest in theirs."""

from pathlib import Path

import pytest

from datagen.records import Item
from datagen.viewer.facts import RunFacts
from tests.viewer.asking import find_target

KNOWN = [(f"{n:012d}", name) for n in range(3) for name in ("complex_reasoning", "conversation")]


@pytest.mark.parametrize("order", [1, -1])
def test_cost_and_objects_of_every_item(made_run: Path, order: int) -> None:
    target = find_target(made_run)
    with RunFacts(made_run, target.settings) as facts:
        told = {place: facts.get(Item(*place)) for place in KNOWN[::order]}
    with RunFacts(made_run, target.settings) as facts:
        again = {place: facts.get(Item(*place)) for place in KNOWN}
    assert told == again
    assert all(each.cost and 0.0001 < each.cost < 0.001 for each in told.values())
    assert [len(each.objects) for each in told.values()] == [4] * 6


def test_an_item_that_nobody_asked_about_is_unknown(made_run: Path) -> None:
    with RunFacts(made_run, find_target(made_run).settings) as facts:
        unknown = facts.get(Item("999", "conversation"))
    assert (unknown.cost, list(unknown.objects)) == (0, [])


def test_without_a_price_there_is_no_cost(made_run: Path) -> None:
    target = find_target(made_run, model=None)
    settings = target.settings.model_copy(update={"model": None})
    with RunFacts(made_run, settings) as facts:
        assert facts.get(Item(*KNOWN[0])).cost is None
