"""What captions and boxes know in nouns, and the tables that say what comes with what."""

import tomllib
from importlib import resources

import pytest

from datagen.checks.grounding.ground import gather_ground, is_of_scene, is_part


def test_the_ground_holds_joined_words_and_singulars() -> None:
    words = gather_ground(("A girl's Rain Coats",), ("dining table",)).words
    assert {"raincoat", "rain coat", "girl", "table", "dining table"} <= words


def test_signs_and_digits_divide_words() -> None:
    words = gather_ground(("Two\u00bd rain-coats, no.7bus",), ()).words
    assert {"two", "rain", "coat", "raincoat", "no", "bus"} <= words


def test_a_known_whole_has_its_parts() -> None:
    bus = gather_ground(("A red bus.",), ("bus",))
    assert [is_part(noun, bus) for noun in ("wheel", "stove")] == [True, False]


def test_a_known_scene_has_its_things_and_every_scene_has_a_floor() -> None:
    kitchen, road = gather_ground(("A kitchen.",), ()), gather_ground((), ())
    assert [is_of_scene(noun, kitchen) for noun in ("cabinet", "floor")] == [True, True]
    assert [is_of_scene(noun, road) for noun in ("cabinet", "floor")] == [False, True]


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
