import pytest

from datagen.checks.grounding.zones import PICTURE_WORDS, ZONES, join_zones, read_run


@pytest.mark.parametrize(
    ("text", "end", "zones"),
    [
        ("left side of", 2, ("left",)),
        ("far right .", 2, ("far right",)),
        ("left hand side", 3, ("left",)),
        ("left hand holds", 1, ("left",)),
        ("upper-left corner", 2, ("top", "left")),
        ("bottom right-hand corner", 3, ("bottom", "right")),
        ("middle left part", 3, ("left",)),
        ("upper central area", 3, ("top", "middle")),
        ("corner of", 1, ()),
        ("table .", 0, ()),
    ],
)
def test_words_of_place_are_read_in_a_row(text: str, end: int, zones: tuple[str, ...]) -> None:
    after, parts = read_run(text.split(), 0)
    assert after == end
    assert join_zones(parts) == zones


@pytest.mark.parametrize("word", sorted(ZONES))
def test_every_word_names_its_zone_alone(word: str) -> None:
    assert join_zones([word]) == (ZONES[word],)


def test_no_word_for_the_picture_is_a_part_of_it() -> None:
    assert PICTURE_WORDS.isdisjoint(ZONES)
