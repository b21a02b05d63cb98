"""Sets as numbers say what Python's own sets and sorting say."""

from hypothesis import given
from hypothesis import strategies as st

from datagen.viewer.bitmaps import Column, keys_above, keys_below, make_set, pack, take, unpack

KEYS = st.sets(st.integers(0, 300))
VALUES = st.lists(st.none() | st.integers(0, 40), max_size=60)


@given(KEYS, st.integers(0, 310), st.integers(0, 20))
def test_a_set_gives_its_lowest_and_highest_keys_back(keys: set[int], key: int, count: int) -> None:
    bits = make_set(keys, 300)
    assert unpack(pack(bits)) == bits
    assert take(bits, 1000) == sorted(keys)
    assert take(bits, count) == sorted(keys)[:count]
    assert take(bits, count, highest=True) == sorted(keys, reverse=True)[:count]
    assert take(keys_above(bits, key), 1000) == sorted(each for each in keys if each > key)
    assert take(keys_below(bits, key), 1000) == sorted(each for each in keys if each < key)


@given(VALUES)
def test_a_column_gives_its_numbers_back(values: list[int | None]) -> None:
    column = Column.from_values(values)
    assert [column.get(key) for key in range(len(values))] == values


@given(VALUES, st.integers(0, 100))
def test_records_are_compared_with_a_number(values: list[int | None], bound: int) -> None:
    found = [take(bits, 1000) for bits in Column.from_values(values).compare(bound)]
    pairs = [(key, value) for key, value in enumerate(values) if value is not None]
    assert found == [
        [key for key, value in pairs if value < bound],
        [key for key, value in pairs if value == bound],
        [key for key, value in pairs if value > bound],
    ]


@given(VALUES, st.sets(st.integers(0, 59)), st.integers(0, 70), st.booleans(), st.booleans())
def test_the_smallest_and_largest_are_those_of_sorting(
    values: list[int | None], among: set[int], count: int, largest: bool, highest: bool
) -> None:
    known = [(value, key) for key, value in enumerate(values) if value is not None and key in among]
    known.sort(
        key=lambda pair: (-pair[0] if largest else pair[0], -pair[1] if highest else pair[1])
    )
    column = Column.from_values(values)
    keys = column.take(make_set(among, 60), count, largest=largest, highest=highest)
    assert keys == [key for _, key in known][:count]


@given(VALUES, VALUES, st.sets(st.integers(0, 59)))
def test_numbers_of_some_records_are_replaced(
    old: list[int | None], new: list[int | None], keys: set[int]
) -> None:
    column = Column.from_values(old).replace(make_set(keys, 60), Column.from_values(new))
    for key in range(60):
        source = new if key in keys else old
        assert column.get(key) == (source[key] if key < len(source) else None)
