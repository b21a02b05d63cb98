"""What captions and boxes know in nouns, and the tables that say what comes with what."""

import tomllib
from importlib import resources

import pytest

from datagen.checks.grounding.ground import find_whole, gather_ground


def test_the_ground_holds_joined_words_and_singulars() -> None:
    words = gather_ground(("A girl's Rain Coats",), ("dining table",)).words
    assert {"raincoat", "rain coat", "girl", "table", "dining table"} <= words


def test_signs_and_digits_divide_words() -> None:
    words = gather_ground(("Two\u00bd tea-cups, no.7bus",), ()).words
    assert {"two", "tea", "cup", "tea cup", "teacup", "no", "bus"} <= words


@pytest.mark.parametrize(
    ("noun", "rule"),
    [("wheel", "noun-part"), ("floor", "noun-of-scene"), ("stove", ""), ("wall", "noun-of-scene")],
)
def test_a_noun_comes_with_its_whole_or_its_scene(noun: str, rule: str) -> None:
    assert find_whole(noun, gather_ground(("A red bus.",), ("bus",))) == rule


def test_a_part_of_what_is_there_goes_before_its_scene() -> None:
    assert find_whole("road", gather_ground(("A street with shops.",), ("car",))) == "noun-part"


def read_rows(name: str) -> list[dict[str, list[str]]]:
    file = resources.files("datagen.checks.grounding") / "data" / name
    rows: list[dict[str, list[str]]] = tomllib.loads(file.read_text(encoding="utf-8"))["rows"]
    return rows


@pytest.mark.parametrize(
    ("name", "key", "value"), [("parts.toml", "whole", "parts"), ("scenes.toml", "given", "has")]
)
def test_every_row_of_the_relatives_is_lower_case_and_singular(
    name: str, key: str, value: str
) -> None:
    for row in read_rows(name):
        assert set(row) == {key, value}
        assert row[value]
        assert row[value] == [word.lower().strip() for word in row[value]], row
        assert row[key] == [word.lower().strip() for word in row[key]], row
        assert len(set(row[key])) == len(row[key]), row
        assert len(set(row[value])) == len(row[value]), row


def test_the_row_of_every_place_is_the_only_one_without_a_place() -> None:
    assert sum(not row["given"] for row in read_rows("scenes.toml")) == 1
    assert all(row["whole"] for row in read_rows("parts.toml"))
