import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.bands import BandTable

KEYS = st.lists(st.integers(0, 2**32 - 1), min_size=3, max_size=3)


@given(st.lists(KEYS, max_size=30), KEYS)
def test_every_item_that_shares_a_key_is_found(items: list[list[int]], wanted: list[int]) -> None:
    table = BandTable(bands=3, slots=1 << 10, sharing=100)
    for keys in items:
        table.add(keys)
    sharing = {
        number
        for number, keys in enumerate(items)
        if any(one == other for one, other in zip(keys, wanted, strict=True))
    }
    assert sharing <= set(table.find(wanted))


def test_an_item_found_by_several_keys_comes_once() -> None:
    table = BandTable(bands=2, slots=8, sharing=10)
    table.add([1, 2])
    assert list(table.find([1, 2])) == [0]


def test_the_same_key_in_another_band_is_another_key() -> None:
    table = BandTable(bands=2, slots=8, sharing=10)
    table.add([1, 2])
    assert list(table.find([2, 1])) == []


def test_of_many_items_with_one_key_the_newest_are_found() -> None:
    table = BandTable(bands=1, slots=8, sharing=3)
    for _ in range(10):
        table.add([5])
    assert sorted(table.find([5])) == [7, 8, 9]


@pytest.mark.parametrize("count", [0, 1, 5])
def test_the_length_is_the_number_of_items(count: int) -> None:
    table = BandTable(bands=1, slots=8, sharing=3)
    assert [table.add([number]) for number in range(count)] == list(range(count))
    assert len(table) == count
