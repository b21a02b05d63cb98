"""The lexicon reader on invented sentences; see `reading_cases.toml`."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.tokens import measure_span
from tests.checks.grounding.brief import sketch

CASES: dict[str, dict[str, str]] = tomllib.loads(
    Path(__file__).with_name("reading_cases.toml").read_text(encoding="utf-8")
)
READER = LexiconReader()
WORDS = st.sampled_from(
    [
        *(
            "a",
            "the",
            "no",
            "not",
            "without",
            "of",
            "two",
            "dog",
            "dogs",
            "man",
            "orange",
            "or",
            "and",
        ),
        *(
            ",",
            ".",
            "?",
            '"',
            "may",
            "to",
            "if",
            "as",
            "like",
            "there",
            "is",
            "can",
            "which",
            "bus",
        ),
        *(
            "stop",
            "'s",
            "either",
            "neither",
            "both",
            "pair",
            "many",
            "none",
            "isn't",
            "about",
            "\n",
        ),
    ]
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [pytest.param(*case, id=case[0]) for section in CASES.values() for case in section.items()],
)
def test_a_sentence_is_read_as_people_read_it(text: str, wanted: str) -> None:
    assert sketch(text) == wanted


def test_offsets_point_into_the_text_as_it_was_given() -> None:
    text = "İ <image>\n**Two** dogs \u2014 the woman\u2019s \u201cpuppies\u201d."
    spans = [
        text[slice(*measure_span(sentence, one.head, one.last))]
        for sentence in READER.read(text)
        for one in sentence.mentions
    ]
    assert spans == ["Two** dogs", "the woman", "puppies"]


def test_a_sentence_without_any_mention_is_given_too() -> None:
    sentences = READER.read("It is sunny. A dog naps. Is it late?")
    assert [len(one.mentions) for one in sentences] == [0, 1, 0]
    assert [one.is_question for one in sentences] == [False, False, True]


def test_clauses_cover_the_sentence_without_gaps() -> None:
    (sentence,) = READER.read("The man, who may be tired, is waiting to catch a bus.")
    edges = [edge for clause in sentence.clauses for edge in clause]
    assert edges[0] == 0
    assert edges[-1] == len(sentence.words)
    assert edges[1:-1:2] == edges[2::2]
    assert len(sentence.moods) == len(sentence.clauses)


def test_a_mention_knows_its_noun_phrase() -> None:
    (sentence,) = READER.read("We see the two small, brown dogs.")
    (mention,) = sentence.mentions
    assert (mention.determiner, mention.words, mention.plural) == (
        "the",
        ("two", "small", ",", "brown"),
        True,
    )
    assert sentence.words[mention.head] == "the"


def test_the_mood_of_a_mention_is_that_of_its_clause() -> None:
    (sentence,) = READER.read("A cat sleeps and may dream of a bird.")
    assert [sentence.moods[one.clause] for one in sentence.mentions] == ["asserted", "hedged"]


def test_an_empty_text_has_no_sentences() -> None:
    assert READER.read("") == ()
    assert READER.read("<image>\n \n") == ()


@given(st.lists(WORDS, max_size=25).map(" ".join))
def test_any_row_of_words_gives_ordered_mentions_inside_the_sentence(text: str) -> None:
    for sentence in READER.read(text):
        last = -1
        for mention in sentence.mentions:
            assert last < mention.head <= mention.first <= mention.last < len(sentence.words)
            assert 0 <= mention.clause < len(sentence.clauses)
            last = mention.last


@given(st.text())
def test_tokens_quote_the_text_whatever_it_is(text: str) -> None:
    for sentence in READER.read(text):
        for index in range(len(sentence.words)):
            start, end = measure_span(sentence, index, index)
            assert 0 <= start < end <= len(text)
