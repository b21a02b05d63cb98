import pytest

from tests.audit.categories import (
    SAME_THING,
    choose_article,
    find_named,
    list_categories,
    name_all,
    rank_companions,
    read_table,
)

TABLE = list_categories()


def test_all_80_categories_are_there() -> None:
    assert len(TABLE) == 80


@pytest.mark.parametrize("name", TABLE)
def test_every_row_names_what_the_file_knows(name: str) -> None:
    row = TABLE[name]
    assert row.group in read_table()["groups"]
    assert row.near <= TABLE.keys()
    assert name not in row.near
    assert row.one.endswith(row.noun)
    assert {row.noun.lower(), row.plural.lower()} <= row.words


def test_scenes_hold_known_categories_and_each_category_is_in_one() -> None:
    named = [name for scene in read_table()["scenes"].values() for name in scene]
    assert set(named) <= TABLE.keys()
    assert TABLE.keys() - set(named) == {"tie"}  # worn anywhere


@pytest.mark.parametrize(
    ("text", "categories"),
    [
        ("A puppy on a sofa.", {"dog", "couch"}),
        ("Two teddy bears.", {"teddy bear"}),
        ("Nothing but sand.", set()),
        ("A bike.", {"bicycle", "motorcycle"}),
    ],
)
def test_a_word_stands_for_everything_that_it_may_mean(text: str, categories: set[str]) -> None:
    assert name_all(text) == categories


def test_a_word_of_the_group_names_all_its_members() -> None:
    assert {"cow", "sheep", "dog"} <= name_all("some animals in a field")


def test_only_plain_words_are_found_for_replacing() -> None:
    found = find_named("The kitten and two cats watch a cyclist.")
    assert [(each.category, each.plural) for each in found] == [("cat", False), ("cat", True)]


def test_a_longer_name_hides_the_shorter_one_in_it() -> None:
    assert [each.category for each in find_named("a stop sign by a bus stop")] == [
        "stop sign",
        "bus",
    ]


@pytest.mark.parametrize(
    ("noun", "article"),
    [("apple", "an"), ("umbrella", "an"), ("bus", "a"), ("TV", "a"), ("hair dryer", "a")],
)
def test_the_article_agrees(noun: str, article: str) -> None:
    assert choose_article(noun) == article


def test_companions_share_scenes() -> None:
    ranks = rank_companions(["oven", "sink"], ["toaster", "zebra"])
    assert ranks["toaster"] > ranks["zebra"] == 0


def test_synonyms_of_one_thing_come_in_equal_numbers() -> None:
    assert all(len(singular) == len(plural) for singular, plural in SAME_THING)
