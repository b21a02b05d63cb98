"""The draw: known rates, the same for the same seed, larger ones hold smaller ones."""

import tracemalloc
from collections import defaultdict
from collections.abc import Iterator
from math import sqrt
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.spotcheck.sampling import LEAST, Draw, Entry, Risk, draw_sample, pair_pictures
from datagen.spotcheck.statistics import Z

RISKS: tuple[Risk, ...] = ("high", "low", "unknown")


def make_entries(*groups: tuple[str, Risk, int]) -> list[Entry]:
    entries: list[Entry] = []
    for response_type, risk, count in groups:
        for index in range(count):
            name = f"{response_type}-{risk}-{index}"
            entries.append(Entry(len(entries), name, response_type, risk))
    return entries


SET = make_entries(
    ("conversation", "low", 800),
    ("conversation", "high", 200),
    ("detail", "low", 300),
    ("detail", "high", 3),
    ("reasoning", "unknown", 40),
)


def name_drawn(draw: Draw, entries: list[Entry]) -> set[str]:
    by_position = {entry.position: entry.id for entry in entries}
    return {by_position[record.position] for record in draw.records}


_GROUPS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from(RISKS), st.integers(0, 60)),
    max_size=6,
    unique_by=lambda group: group[:2],
)


@given(_GROUPS, st.integers(0, 200))
def test_exactly_as_many_are_drawn_as_asked_for_or_all(
    groups: list[tuple[str, Risk, int]], size: int
) -> None:
    entries = make_entries(*groups)
    draw = draw_sample(entries, size=size)
    assert len(draw.records) == len({record.position for record in draw.records})
    assert len(draw.records) == min(size, len(entries))
    assert sum(row.sampled for row in draw.strata) == len(draw.records)
    assert sum(row.population for row in draw.strata) == len(entries)


@given(_GROUPS, st.integers(20, 200))
def test_the_weights_of_a_stratum_add_up_to_its_records(
    groups: list[tuple[str, Risk, int]], size: int
) -> None:
    draw = draw_sample(make_entries(*groups), size=size)
    totals: defaultdict[str, float] = defaultdict(float)
    for record in draw.records:
        totals[record.stratum] += record.weight
    for row in draw.strata:
        assert totals[row.name] == pytest.approx(row.population)
        assert row.sampled >= min(row.population, 1)


def test_every_stratum_gives_some_and_high_risk_three_times_its_share() -> None:
    draw = draw_sample(SET, size=240)
    taken = {(row.response_type, row.risk): row.sampled for row in draw.strata}
    assert all(row.sampled >= min(row.population, LEAST) for row in draw.strata)
    low, high = taken["conversation", "low"] / 800, taken["conversation", "high"] / 200
    assert high / low == pytest.approx(3, rel=0.05)
    plain = draw_sample(SET, size=240, factor=1)
    even = {(row.response_type, row.risk): row.sampled for row in plain.strata}
    assert even["conversation", "high"] / 200 == pytest.approx(
        even["conversation", "low"] / 800, rel=0.05
    )


def test_the_order_of_the_file_changes_nothing_and_another_seed_much() -> None:
    shuffled = [
        Entry(position, *entry[1:])
        for position, entry in enumerate(Random(1).sample(SET, len(SET)))
    ]
    drawn = name_drawn(draw_sample(SET, size=100), SET)
    assert name_drawn(draw_sample(shuffled, size=100), shuffled) == drawn
    other = name_drawn(draw_sample(SET, size=100, seed=1), SET)
    assert len(drawn & other) < 50


@given(_GROUPS, st.integers(0, 60), st.integers(0, 60))
def test_a_larger_sample_holds_the_smaller_one(
    groups: list[tuple[str, Risk, int]], size: int, more: int
) -> None:
    entries = make_entries(*groups)
    small = name_drawn(draw_sample(entries, size=size), entries)
    assert small <= name_drawn(draw_sample(entries, size=size + more), entries)


@pytest.mark.parametrize("margin", [0.2, 0.1, 0.05])
def test_a_margin_is_kept_in_spite_of_unequal_rates_and_not_by_far_too_many(margin: float) -> None:
    draw = draw_sample(SET, margin=margin)

    def measure_half(drop: int) -> float:
        total = sum(row.population for row in draw.strata)
        spread = sum(
            (row.population / total) ** 2
            * (1 / max(row.sampled * (1 - drop / len(draw.records)), 1) - 1 / row.population)
            for row in draw.strata
        )
        return Z * sqrt(spread / 4)

    assert measure_half(0) <= margin < measure_half(len(draw.records) // 10)


def test_a_margin_that_cannot_be_had_takes_all() -> None:
    assert len(draw_sample(SET, margin=0.0001).records) == len(SET)


def test_size_or_margin_but_one_of_them() -> None:
    with pytest.raises(ValueError, match="one of them"):
        draw_sample(SET)
    with pytest.raises(ValueError, match="one of them"):
        draw_sample(SET, size=3, margin=0.1)


def test_a_weighted_sum_over_many_draws_comes_out_at_the_truth() -> None:
    truth = sum(len(entry.id) for entry in SET)
    names = {entry.position: entry.id for entry in SET}
    sums = [
        sum(record.weight * len(names[record.position]) for record in draw.records)
        for draw in (draw_sample(SET, size=60, seed=seed) for seed in range(100))
    ]
    assert sum(sums) / len(sums) == pytest.approx(truth, rel=0.01)


def test_memory_does_not_grow_with_the_set() -> None:
    def stream(count: int) -> Iterator[Entry]:
        for index in range(count):
            yield Entry(index, f"record {index}", "conversation", "high" if index % 5 else "low")

    peaks = []
    for count in (5_000, 50_000):
        tracemalloc.start()
        draw_sample(stream(count), size=400)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 20_000


@given(st.lists(st.sampled_from("abcdefgh"), max_size=20), st.integers(0, 5))
def test_no_record_is_shown_its_own_picture_and_no_picture_stands_in_for_two(
    images: list[str], seed: int
) -> None:
    paired = pair_pictures(images, seed=seed)
    if len(set(images)) < 2:
        assert paired == (None,) * len(images)
        return
    assert all(shown != own for shown, own in zip(paired, images, strict=True))
    following = set(zip(images, paired, strict=True))
    assert len(following) == len(set(images)) == len({shown for _, shown in following})
    assert paired == pair_pictures(images, seed=seed)


def test_a_further_picture_changes_the_control_of_one_picture_only() -> None:
    images = [f"{index}.jpg" for index in range(50)]
    before, after = pair_pictures(images), pair_pictures([*images, "new.jpg"])[:50]
    assert sum(one != other for one, other in zip(before, after, strict=True)) == 1
