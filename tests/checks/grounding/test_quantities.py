import pytest

from datagen.checks.grounding.quantities import is_counter, mark_total, read_number, read_quantity
from datagen.checks.grounding.readings import Quantity


@pytest.mark.parametrize(
    ("phrase", "wanted"),
    [
        ("two", Quantity(2, 2)),
        ("30", Quantity(30, 30)),
        ("twenty-one", Quantity(21, 21)),
        ("one", Quantity(1, 1, exact=False)),
        ("only one", Quantity(1, 1, total=True)),
        ("exactly three", Quantity(3, 3, total=True)),
        ("at least two", Quantity(2, None, exact=False)),
        ("more than two", Quantity(3, None, exact=False)),
        ("fewer than five", Quantity(1, 4, exact=False)),
        ("up to six", Quantity(1, 6, exact=False)),
        ("two or three", Quantity(2, 3, exact=False)),
        ("about ten", Quantity(7, 13, exact=False)),
        ("half a dozen", Quantity(6, 6)),
        ("two dozen", Quantity(24, 24)),
        ("several", Quantity(3, None, exact=False)),
        ("second", Quantity(2, None, exact=False)),
    ],
)
def test_number_words_say_what_they_allow(phrase: str, wanted: Quantity) -> None:
    words = phrase.split()
    assert read_quantity(words, len(words) - 1) == wanted


def test_a_word_that_counts_nothing_has_no_quantity() -> None:
    assert read_quantity(["red"], 0) is None
    assert read_number("red") is None
    assert not is_counter("red")


def test_a_long_row_of_digits_is_no_count() -> None:
    assert read_number("20240") is None


def test_a_vague_number_in_total_stays_vague() -> None:
    assert mark_total(Quantity(3, None, exact=False)) == Quantity(3, None, exact=False, total=True)
    assert mark_total(Quantity(1, 1, exact=False)) == Quantity(1, 1, total=True)
