from importlib import resources

import pytest

from datagen.checks.grounding.noun_phrases import (
    CLAIMING_KINDS,
    find_candidate,
    find_phrases,
    is_listed,
    is_silent,
)
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.readings import Sentence
from datagen.checks.grounding.vocabulary import find_noun, is_general

READER = LexiconReader()


def find(text: str) -> list[str]:
    return [phrase.noun.word for one in READER.read(text) for phrase in find_phrases(one)]


@pytest.mark.parametrize(
    ("text", "nouns"),
    [
        ("There is a candle.", ["candle"]),
        ("Two tall white candles are lit.", ["candle"]),
        ("She carries a lantern, a ladder and a bucket.", ["lantern", "ladder", "bucket"]),
        ("Lanterns hang above them.", ["lantern"]),
        ("The man's ladder leans there.", ["ladder"]),
        ("A shower curtain hangs there.", ["shower curtain"]),
        ("There is a candle-lit lantern.", ["lantern"]),
        ("She pours a glass of lemonade.", ["lemonade"]),
        ("There is a bookshelf.", ["bookshelf"]),
    ],
)
def test_heads_of_phrases_are_found(text: str, nouns: list[str]) -> None:
    assert find(text) == nouns


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("A lantern festival is held.", "the noun only modifies the next"),
        ("It sheds a lot.", "a verb after its subject"),
        ("The clothes suit a chilly day.", "a verb before its object"),
        ("There is a string of bulbs on the dog.", "a measure"),
        ("A dog looks into the camera.", "part of taking the picture"),
        ("There is a device.", "too wide to be wrong"),
        ("A lantern and gloves would be sensible.", "advice"),
        ("They went by canoe.", "a singular without a determiner"),
        ("A dog and a chair.", "words of the lexicon"),
        ("A feeling of joy fills the moment.", "nothing that can be seen"),
    ],
)
def test_what_claims_no_thing_is_passed_over(text: str, reason: str) -> None:
    assert [noun for noun in find(text) if noun not in {"bulb"}] == [], reason


def test_a_phrase_begins_at_its_determiner() -> None:
    (sentence,) = READER.read("Behind him stands an old rusty lantern.")
    (phrase,) = find_phrases(sentence)
    assert (phrase.determiner, phrase.head, phrase.first, phrase.last) == ("an", 3, 6, 6)


def test_tokens_of_any_reader_will_do() -> None:
    (phrase,) = find_phrases(Sentence(["a", "ladder"], [0, 2]))
    assert phrase.noun.word == "ladder"


def test_a_list_of_examples_is_known_by_its_opening() -> None:
    (sentence,) = READER.read("A ladder and many things, including a bucket and a lantern.")
    listed = {phrase.noun.word: is_listed(sentence, phrase) for phrase in find_phrases(sentence)}
    assert listed == {"ladder": False, "bucket": True, "lantern": True}


def test_words_of_the_lexicon_are_no_candidates() -> None:
    assert find_candidate("chair") is None
    assert find_candidate("candles") == find_noun("candle")


def test_silent_nouns_are_silent_and_no_others() -> None:
    assert is_silent("camera")
    assert not is_silent("candle")
    assert find_noun("container") is not None
    assert is_general("container")


def test_every_silent_noun_would_claim_a_thing_otherwise() -> None:
    file = resources.files("datagen.checks.grounding") / "data" / "silent_nouns.txt"
    lines = file.read_text("utf-8").splitlines()
    words = [word for line in lines if not line.startswith("#") for word in line.split()]
    assert len(set(words)) == len(words)
    for word in words:
        noun = find_noun(word.replace("_", " "))
        assert noun is not None, word
        assert noun.kind in CLAIMING_KINDS, word
