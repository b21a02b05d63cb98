"""How the offline writer takes captions apart; all of them invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.llm.offline.actions import find_action, find_actor, find_clothes, find_content
from datagen.llm.offline.captions import Caption, add_articles, clean_caption, read_caption
from datagen.llm.offline.clauses import Clause, read_clause
from datagen.llm.offline.retelling import retell


def clause_of(text: str) -> Clause:
    clause = read_caption(text).clause
    assert clause is not None
    return clause


@pytest.mark.parametrize(
    ("caption", "sentence"),
    [
        ("A man riding a wave on a surfboard.", "A man is riding a wave on a surfboard"),
        ("Two girls playing chess at a table", "Two girls are playing chess at a table"),
        ("A ferry docked beside a pier.", "A ferry is docked beside a pier"),
        ("A goat sits on a wall.", "A goat sits on a wall"),
        ("Three hens near a fence", "There are three hens near a fence"),
        ("An attic with a chest and a lamp", "There is an attic with a chest and a lamp"),
        ("A cook and her helper stirring soup", "A cook and her helper are stirring soup"),
        ("A couple of hikers resting on a rock", "A couple of hikers are resting on a rock"),
        ("A herd of goats crossing a road", "A herd of goats is crossing a road"),
        ("A boy in a red cap throwing a ball", "A boy in a red cap is throwing a ball"),
        ("This is a ship that is anchored in a bay", "A ship is anchored in a bay"),
        ("A photo of a donkey laying in hay", "A donkey is lying in hay"),
        ("there are many boats in the bay", "There are many boats in the bay"),
        ("Red truck on bridge", "There is a red truck on a bridge"),
        (
            "A vase full of tulips standing on a sill",
            "There is a vase full of tulips standing on a sill",
        ),
        ("A girl jogging and a dog running", "There is a girl jogging and a dog running"),
    ],
)
def test_a_caption_becomes_a_sentence(caption: str, sentence: str) -> None:
    assert clause_of(caption).sentence == sentence


@pytest.mark.parametrize(
    ("caption", "phrase"),
    [
        ("A nurse reads a letter.", "a nurse reading a letter"),
        (
            "A nurse sits on a bench and reads a letter.",
            "a nurse sitting on a bench and reading a letter",
        ),
        ("The tram is waiting at a stop.", "a tram waiting at a stop"),
        ("A shed has a green door.", "a shed with a green door"),
        ("A lantern hangs above a door.", "a lantern hanging above a door"),
    ],
)
def test_a_sentence_can_be_embedded(caption: str, phrase: str) -> None:
    assert clause_of(caption).scene_phrase == phrase


@pytest.mark.parametrize(
    "caption",
    [
        "A street with a bus driving on it",
        "A small goat by a farmer milking a cow",
        "A room with curtains drawn back",
        "A stool in a hall covered with a blanket",
    ],
)
def test_a_verb_that_may_belong_to_something_else_is_left_where_it_is(caption: str) -> None:
    assert clause_of(caption).sentence == f"There is a{caption[1:]}"


@pytest.mark.parametrize(
    "caption",
    [
        "A dogs on a couch.",
        "Two cat on a sofa.",
        "A man ride a horse.",
        "Several goats stands on a hill.",
        "I like this place a lot.",
        "WORKERS LOADING A TRUCK WITH SAND",
        "A screenshot of a game with a wizard.",
        "Un hombre con un perro en la playa.",
        "狗在沙发上",
        "Dog.",
        "<image> a cat on a mat",
    ],
)
def test_a_caption_that_would_read_badly_is_not_taken_apart(caption: str) -> None:
    assert read_caption(caption).clause is None


def test_hasty_captions_have_more_flaws() -> None:
    neat = read_caption("A man is leaning on a post.")
    hasty = read_caption("A man lening on post..with it's dog")
    assert neat.flaws == 0 < hasty.flaws


def test_missing_articles_are_added_but_not_to_mass_nouns() -> None:
    assert add_articles("Bird on fence") == "A bird on a fence"
    assert add_articles("Bread on a tray") == "Bread on a tray"
    assert add_articles("Goats in snow") == "Goats in snow"


def test_words_about_the_photograph_are_taken_off() -> None:
    assert clean_caption("An aerial view of a port .") == "a port"
    assert clean_caption("A picture of a cartoon cat") == "a cartoon cat"
    assert "cartoon" in clean_caption("A cartoon picture of a cat")


def test_a_group_is_known_by_its_members() -> None:
    actor = find_actor(clause_of("A group of nurses waiting in a hall"))
    assert actor is not None
    assert (actor.name, actor.plural, actor.be) == ("nurses", True, "are")


def test_an_action_is_put_in_the_progressive() -> None:
    action = find_action(clause_of("A woman with a braid feeds two geese."))
    assert action is not None
    assert action.sentence == "The woman is feeding two geese"


def test_clothes_and_contents_are_found() -> None:
    clothes = find_clothes(clause_of("A boy in a striped shirt eating soup"))
    content = find_content(clause_of("A hall with two lamps and a rug"))
    assert clothes is not None
    assert clothes[1] == "a striped shirt"
    assert content is not None
    assert content[1] == "two lamps and a rug"


@pytest.mark.parametrize(
    ("caption", "said", "told"),
    [
        ("A dog is lying on a rug.", {"dog"}, "The dog is lying on a rug"),
        ("A dog is lying on a rug.", set(), "A dog is lying on a rug"),
        ("A kitchen with a stove.", {"kitchen"}, "The kitchen has a stove"),
        ("A flock of geese crossing a path.", {"geese"}, "The geese are crossing a path"),
    ],
)
def test_what_is_known_is_told_with_the(caption: str, said: set[str], told: str) -> None:
    assert retell(clause_of(caption), said) == told


def test_the_only_person_is_called_by_one_word() -> None:
    clause = clause_of("A pretty lady is holding a fan.")
    assert retell(clause, {"woman"}, lone="woman") == "The pretty woman is holding a fan"
    assert retell(clause, {"woman"}, lone="woman", pronoun="she") == "She is holding a fan"


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    caption = read_caption(text)
    assert isinstance(caption, Caption)
    assert read_clause(caption.text) is None or caption.text
