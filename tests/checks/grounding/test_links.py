import pytest

from datagen.checks.grounding.links import AHEAD, FINITE, LINKS, OPENERS, is_link


@pytest.mark.parametrize("word", ["is", "visible", "also", "parked", "resting", "image", ","])
def test_words_of_being_there_are_links(word: str) -> None:
    assert is_link(word, LINKS)


@pytest.mark.parametrize("word", ["facing", "holding", "building", "red", "table", "with", "not"])
def test_words_that_bring_in_something_else_are_no_links(word: str) -> None:
    assert not is_link(word, LINKS)


def test_the_lists_grow_from_one_another() -> None:
    assert FINITE < LINKS < OPENERS
    assert not AHEAD & {"and", "as", "which"}
