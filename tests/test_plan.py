"""Planning is fair, repeatable, independent of input order, and can be extended."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import SettingsError
from datagen.plan import apportion, plan_items

SHARES = {"conversation": 58.0, "detail_description": 23.0, "complex_reasoning": 77.0}
IDS = [f"{n:012d}" for n in range(40)]


def _all(ids: list[str]) -> dict[str, list[str]]:
    return dict.fromkeys(SHARES, ids)


def test_the_released_sizes_come_out_exactly() -> None:
    assert apportion(158, SHARES) == {
        "conversation": 58,
        "detail_description": 23,
        "complex_reasoning": 77,
    }


@given(
    st.integers(0, 300),
    st.dictionaries(st.sampled_from("abcd"), st.floats(0.1, 100), min_size=1),
)
def test_apportioning_hands_out_every_record_and_never_takes_one_back(
    records: int, shares: dict[str, float]
) -> None:
    fewer, more = apportion(records, shares), apportion(records + 1, shares)
    assert sum(fewer.values()) == records
    assert all(more[name] >= fewer[name] for name in shares)


def test_a_share_of_zero_gets_nothing() -> None:
    items = plan_items(_all(IDS), SHARES | {"conversation": 0.0}, records=20)
    assert "conversation" not in {item.response_type for item in items}


def test_per_image_plans_each_type_for_each_image_once() -> None:
    items = plan_items(_all(IDS), SHARES, per_image=True)
    assert len(items) == len({item.id for item in items}) == 3 * len(IDS)


def test_the_default_is_one_record_an_image() -> None:
    assert len(plan_items(_all(IDS), SHARES)) == len(IDS)


@given(st.permutations(IDS), st.integers(1, 150), st.integers(0, 5))
def test_the_plan_does_not_depend_on_the_order_of_the_images(
    ids: list[str], records: int, seed: int
) -> None:
    shuffled = plan_items(_all(ids), SHARES, records=records, seed=seed)
    assert list(shuffled) == list(plan_items(_all(IDS), SHARES, records=records, seed=seed))


@given(st.integers(1, 120), st.integers(0, 120))
def test_a_larger_plan_holds_the_smaller_one(records: int, more: int) -> None:
    smaller = plan_items(_all(IDS), SHARES, records=records)
    larger = plan_items(_all(IDS), SHARES, records=records + more)
    assert set(smaller) <= set(larger)


def test_items_are_unique_and_sorted_even_when_images_come_round_again() -> None:
    items = plan_items(_all(IDS), SHARES, records=500)
    keys = [(item.image_id, item.response_type, item.index) for item in items]
    assert len(keys) == len(items) == 500
    assert items.count_types() == Counter(item.response_type for item in items)
    assert keys == sorted(set(keys))
    per_image = Counter(item.image_id for item in items if item.response_type == "conversation")
    assert max(per_image.values()) - min(per_image.values()) <= 1


def test_another_seed_chooses_other_images() -> None:
    first, second = (list(plan_items(_all(IDS), SHARES, records=10, seed=seed)) for seed in (0, 1))
    assert first != second


def test_a_type_without_images_is_an_error_that_names_it() -> None:
    with pytest.raises(SettingsError, match="conversation"):
        plan_items(_all(IDS) | {"conversation": []}, SHARES, records=3)


def test_a_mix_of_nothing_is_an_error() -> None:
    with pytest.raises(SettingsError, match="share above 0"):
        plan_items(_all(IDS), dict.fromkeys(SHARES, 0.0))
