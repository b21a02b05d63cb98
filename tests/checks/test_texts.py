from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.shape import read_record
from datagen.checks.texts import (
    hide_quotes,
    make_passages,
    quote_words,
    read_passages,
    read_words,
)


def test_only_messages_with_text_are_passages_and_answers_are_told() -> None:
    turns = [
        {"from": "human", "value": "<image>\nWho?"},
        {"from": "gpt", "value": "A cook."},
        {"from": "gpt", "value": None},
        {"from": "narrator", "value": "Soup."},
    ]
    read = read_passages(read_record({"conversations": turns}))
    assert [(each.turn, each.is_answer) for each in read.passages] == [
        (0, False),
        (1, True),
        (3, False),
    ]
    assert read.passages[0].words == ["who"]


def test_quotations_are_hidden_unless_they_are_the_whole_text() -> None:
    assert hide_quotes('It says "stop" here.') == 'It says "\0\0\0\0" here.'
    assert hide_quotes('"I cannot see it."') == '"I cannot see it."'


def test_words_are_without_case_punctuation_and_emphasis() -> None:
    assert read_words("The *Cook's* well-known soup\u2026 (\u201chot\u201d), 3.5!") == [
        "the",
        "cook's",
        "well",
        "known",
        "soup",
        "\0\0\0",
        "3",
        "5",
    ]


def test_words_are_quoted_as_they_stand() -> None:
    read = make_passages([(1, True, "He wears a Red, *warm* hat.")])
    assert quote_words(read.passages[0], ["red", "warm"]) == "Red, *warm"
    assert quote_words(read.passages[0], ["blue"]) == "blue"


@given(st.text())
def test_the_plain_text_has_the_offsets_of_the_original(text: str) -> None:
    for passage in make_passages([(1, True, text)]).passages:
        assert len(passage.plain) == len(text)
