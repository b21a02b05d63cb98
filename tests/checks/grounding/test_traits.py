import pytest

from datagen.checks.grounding.evidence import Evidence, gather_evidence
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.traits import collect_stated, is_judged, is_only, read_traits
from datagen.records import AnnotatedImage, Box
from tests.checks.grounding.builders import MarkedReader, build_sentences, make_evidence, plain

RED = frozenset({"red"})


def read(marked: str) -> list[str]:
    """The traits of the first noun phrase."""
    (sentence,) = build_sentences(marked)
    words = sentence.words
    known = RED | {"white", "sitting"}
    return [words[at] for at in read_traits(words, sentence.mentions[0], known, {"bright"})]


@pytest.mark.parametrize(
    ("marked", "traits"),
    [
        ("{A big red #car} waits.", ["red"]),
        ("{The #car} is red.", ["red"]),
        ("{The #car} is bright red and white.", ["red", "white"]),
        ("They make {the #car} red.", []),
        ("{The #car} in the picture is red.", ["red"]),
        ("{The #car}, which is red, waits.", ["red"]),
        ("The colour of {the #car} is red.", ["red"]),
        ("The man near {the #car} is red.", []),
        ("The man holding {the white #umbrella} is red.", ["white"]),
        ("The man near {the #car} that is red.", ["red"]),
        ("Is {the #car} red?", ["red"]),
        ("{A #boy} who is still sitting.", ["sitting"]),
        ("{The red #car} is white.", ["red", "white"]),
        ("{The #car} is not red.", []),
        ("{The #car} near a red house.", []),
        ("{The #car} is fast and red.", []),
        ("{A #boy} is standing or sitting.", []),
    ],
)
def test_traits_stand_before_a_noun_or_are_said_of_it(marked: str, traits: list[str]) -> None:
    assert read(marked) == traits


def test_what_a_thing_has_is_not_the_thing() -> None:
    (sentence,) = LexiconReader().read("The cat's red collar is new.")
    words = sentence.words
    assert all(read_traits(words, one, RED) == [] for one in sentence.mentions)


def test_verbs_stand_right_behind_a_noun() -> None:
    (sentence,) = build_sentences("{A #boy} sitting by {the #car}.")
    boy, words = sentence.mentions[0], sentence.words
    assert read_traits(words, boy, {"sitting"}, directly=True) == [2]
    assert read_traits(words, boy, {"sitting"}) == []


def make(*areas: float) -> Evidence:
    boxes = tuple(Box("car", (0.0, 0.0, area, 1.0)) for area in areas)
    caption = "{A red #car} waits."
    image = AnnotatedImage("1", "1.jpg", (plain(caption),), boxes)
    return gather_evidence(image, MarkedReader(caption))


def test_one_box_or_one_large_box_is_a_single_thing() -> None:
    assert is_only(make(0.5), ["car"])
    assert is_only(make(0.6, 0.05), ["car"], loosely=True)
    assert not is_only(make(0.6, 0.05), ["car"])
    assert not is_only(make(0.6, 0.3), ["car"], loosely=True)


def test_captions_that_may_mean_another_thing_state_nothing() -> None:
    (sentence,) = build_sentences("{The #car} is white.")
    (car,) = sentence.mentions
    assert collect_stated(make(0.5), car, RED).words == RED
    assert collect_stated(make(0.5), car, RED).captions == (0,)
    assert not collect_stated(make(0.6, 0.3), car, RED).words


def test_only_the_thing_itself_is_the_large_one() -> None:
    evidence = make(0.6, 0.05)
    for marked, words in (("{The #car} is white.", RED), ("{A #car} is white.", frozenset())):
        (sentence,) = build_sentences(marked)
        assert collect_stated(evidence, sentence.mentions[0], RED).words == words


def test_a_caption_that_counts_all_of_them_speaks_of_each() -> None:
    (sentence,) = build_sentences("{A white #car} waits.")
    two = make_evidence("car 2", "{Two red #cars} wait.")
    assert collect_stated(two, sentence.mentions[0], RED).words == RED
    three = make_evidence("car 3", "{Two red #cars} wait.")
    assert not collect_stated(three, sentence.mentions[0], RED).words


def test_a_caption_that_lists_all_of_them_speaks_of_each() -> None:
    (sentence,) = build_sentences("{The #man} is standing.")
    evidence = make_evidence("person 2", "{A #man} and {a #woman} sitting.")
    stated = collect_stated(evidence, sentence.mentions[0], {"sitting"})
    assert stated.words == {"sitting"}


def test_a_vague_word_is_held_only_against_itself() -> None:
    (sentence,) = build_sentences("{The #table} is red.")
    (table,) = sentence.mentions
    same = make_evidence("dining table 1", "{A red #table}.")
    assert collect_stated(same, table, RED).words == RED
    assert is_judged(table)


@pytest.mark.parametrize(
    "marked",
    [
        "{No #car} is red.",
        "{The #car|hedged} is red.",
        "{The #car|generic} is red.",
        "{The #car|modifier} is red.",
        "{A #table} is red.",
        "{The #animal} is red.",
        "{The other #car} is red.",
    ],
)
def test_noun_phrases_that_captions_need_not_mean_are_not_judged(marked: str) -> None:
    (sentence,) = build_sentences(marked)
    assert not is_judged(sentence.mentions[0])
