from importlib import resources

import pytest

from datagen.checks.grounding.vocabulary import (
    find_noun,
    is_general,
    list_above,
    list_singulars,
    load_vocabulary,
    parse_vocabulary,
)

KINDS = {
    "abstract",
    "animal",
    "artifact",
    "body",
    "clothes",
    "food",
    "furniture",
    "object",
    "person",
    "plant",
    "structure",
    "substance",
}


def test_every_row_of_the_table_has_a_row_above_it_a_kind_and_words() -> None:
    text = (resources.files("datagen.checks.grounding") / "data" / "nouns.txt").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if not line.startswith("#")]
    for parent, kind, words in rows:
        assert -1 <= int(parent) < len(rows)
        assert kind in KINDS
        assert all(word.strip("+~") for word in words.split("|"))


def test_the_table_comes_with_the_licence_of_wordnet() -> None:
    text = (resources.files("datagen.checks.grounding") / "data" / "nouns.LICENSE").read_text(
        "utf-8"
    )
    assert "WordNet 3.0 Copyright 2006 by Princeton University" in text


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("candles", "artifact"),
        ("tractor", "artifact"),
        ("earrings", "clothes"),
        ("hoodie", "clothes"),
        ("bookshelves", "artifact"),
        ("shorts", "clothes"),
        ("sunglasses", "clothes"),
        ("posts", "artifact"),
        ("lenses", "artifact"),
        ("cliff", "object"),
        ("squirrels", "animal"),
        ("sandwiches", "food"),
        ("driver", "person"),
        ("happiness", "abstract"),
    ],
)
def test_nouns_are_found_in_both_numbers_with_their_kind(word: str, kind: str) -> None:
    noun = find_noun(word)
    assert noun is not None
    assert noun.kind == kind


def test_words_that_are_no_nouns_are_not_found() -> None:
    assert find_noun("quickly") is None


def test_a_word_that_is_often_a_verb_is_marked() -> None:
    watch, candle = find_noun("watch"), find_noun("candle")
    assert watch is not None
    assert candle is not None
    assert (watch.homograph, candle.homograph) == (True, False)


@pytest.mark.parametrize(
    ("word", "singular"),
    [("berries", "berry"), ("dishes", "dish"), ("shelves", "shelf"), ("dress", "dress")],
)
def test_the_likeliest_singular_comes_first(word: str, singular: str) -> None:
    assert list_singulars(word)[0] == singular


def test_only_the_last_word_of_a_compound_changes_its_number() -> None:
    assert list_singulars("glass doors")[0] == "glass door"


def test_what_is_above_a_noun_leaves_wide_senses_out() -> None:
    vocabulary = load_vocabulary()
    above = list_above("sandal")
    assert not vocabulary.nouns["shoe"].rows.isdisjoint(above)
    assert not vocabulary.wide & above


def test_wide_nouns_name_no_thing() -> None:
    assert is_general("device")
    assert not is_general("candle")


def test_a_table_is_read_with_its_marks() -> None:
    vocabulary = parse_vocabulary("# note\n-1\tartifact\t+lamp|light~\n0\tartifact\tcandle\n")
    lamp, light, candle = (vocabulary.nouns[word] for word in ("lamp", "light", "candle"))
    assert (lamp.word, lamp.homograph, lamp.rows) == ("lamp", False, frozenset({0}))
    assert (light.homograph, candle.rows) == (True, frozenset({1}))
    assert list(vocabulary.parents) == [-1, 0]


def test_a_circle_in_the_tree_does_no_harm() -> None:
    assert parse_vocabulary("1\tartifact\ta\n0\tartifact\tb\n").wide == frozenset()
