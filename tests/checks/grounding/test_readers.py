"""What both readers make of a text: the same claims of behaviour, run through either."""

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.readings import Mention, Mood, Reader
from datagen.checks.grounding.syntax import SpacyReader
from datagen.checks.grounding.tokens import measure_span
from tests.checks.grounding.brief import sketch_mention
from tests.checks.grounding.test_reader import CASES

NAMES = ("lexicon", "spacy")
RANKS: dict[Mood, int] = {"asserted": 0, "hedged": 1, "none": 2}
TEXTS = [text for section in CASES.values() for text in section]
WORDS = st.sampled_from(
    [
        *("a", "the", "no", "not", "isn't", "cannot", "without", "of", "two", "dog", "dogs", "man"),
        *("orange", "train", ",", ".", "?", "or", "and", "may", "to", "if", "as", "like", "there"),
        *("is", "can", "which", "where", "sits", "'s", "either", "both", "pair", "many", "none"),
        *("(", ")", "\n"),
    ]
)
BEHAVIOUR = {
    "A dog sits on the couch.": "dog, couch",
    "Two dogs and a cat are lying on the bed.": "2 dog, cat, bed",
    "There are three giraffes in the picture.": "3! giraffe",
    "There are no dogs or cats in the image.": "-dog, -cat",
    "I don't see any umbrellas.": "-umbrella",
    "The dog is not on the couch.": "dog, couch",
    "A dog might be waiting for its owner.": "dog?, owner~",
    "Perhaps a horse is behind the fence.": "horse?",
    "He should bring an umbrella.": "umbrella~",
    "They are waiting to catch a train.": "train~",
    "If a car came, the dog would run away.": "car~, dog",
    "It may rain soon, and the woman is holding an umbrella.": "woman, umbrella",
    "The man, who might be a chef, is holding a pizza.": "man, chef?, pizza",
    "A truck can be seen in the background.": "truck",
    "An orange cat sleeps under a bright orange umbrella.": "cat, umbrella",
    "A statue of a horse stands in the park.": "(horse: depicted)",
    "The car door is open.": "(car: modifier)",
    "Dogs are known for their loyalty.": "dog*",
    "People sit at the table.": "people, table",
    "Is there a cat in the picture?": "cat~",
    "- a cup\n- two forks": "cup, 2 fork",
}


@cache
def make_reader(name: str) -> Reader:
    return SpacyReader() if name == "spacy" else LexiconReader()


def list_mentions(name: str, text: str) -> list[Mention]:
    return [one for sentence in make_reader(name).read(text) for one in sentence.mentions]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("text", BEHAVIOUR)
def test_either_reader_reads_plain_english_as_people_do(name: str, text: str) -> None:
    assert ", ".join(map(sketch_mention, list_mentions(name, text))) == BEHAVIOUR[text]


@pytest.mark.parametrize("name", NAMES)
def test_offsets_point_into_the_text_as_it_was_given(name: str) -> None:
    text = "İ <image>\n**Two** dogs \u2014 the woman\u2019s \u201cpuppies\u201d."
    spans = [
        text[slice(*measure_span(sentence, one.head, one.last))]
        for sentence in make_reader(name).read(text)
        for one in sentence.mentions
    ]
    assert spans == ["Two** dogs", "the woman", "puppies"]


@pytest.mark.parametrize("name", NAMES)
def test_a_text_without_words_has_no_sentences(name: str) -> None:
    assert make_reader(name).read("") == ()
    assert make_reader(name).read("<image>\n \n") == ()


@pytest.mark.parametrize("name", NAMES)
def test_a_sentence_without_any_mention_is_given_too(name: str) -> None:
    sentences = make_reader(name).read("It is sunny. A dog naps. Is it late?")
    assert [len(one.mentions) for one in sentences] == [0, 1, 0]
    assert [one.is_question for one in sentences] == [False, False, True]


@pytest.mark.parametrize("text", TEXTS)
def test_the_parser_changes_nothing_but_how_much_is_claimed(text: str) -> None:
    plain, parsed = list_mentions("lexicon", text), list_mentions("spacy", text)
    assert [(one.term, one.first, one.negated, one.quantity) for one in parsed] == [
        (one.term, one.first, one.negated, one.quantity) for one in plain
    ]


@pytest.mark.parametrize("text", TEXTS)
def test_the_parser_claims_no_more_of_what_the_rules_read_right(text: str) -> None:
    plain, parsed = list_mentions("lexicon", text), list_mentions("spacy", text)
    pairs = zip(plain, parsed, strict=True)
    assert all(RANKS[after.mood] >= RANKS[before.mood] for before, after in pairs)


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(text=st.lists(WORDS, max_size=25).map(" ".join))
def test_any_row_of_words_gives_mentions_inside_clauses(name: str, text: str) -> None:
    for sentence in make_reader(name).read(text):
        edges = [edge for clause in sentence.clauses for edge in clause]
        assert (edges[0], edges[-1]) == (0, len(sentence.words))
        assert edges[1:-1:2] == edges[2::2]
        assert len(sentence.moods) == len(sentence.clauses)
        last = -1
        for mention in sentence.mentions:
            assert last < mention.head <= mention.first <= mention.last < len(sentence.words)
            begin, end = sentence.clauses[mention.clause]
            assert begin <= mention.first < end
            last = mention.last


@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=60, deadline=None)
@given(text=st.text())
def test_tokens_quote_the_text_whatever_it_is(name: str, text: str) -> None:
    for sentence in make_reader(name).read(text):
        for index in range(len(sentence.words)):
            start, end = measure_span(sentence, index, index)
            assert 0 <= start < end <= len(text)
