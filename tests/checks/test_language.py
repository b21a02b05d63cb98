"""The language check on invented sentences; see `language_cases.toml`."""

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks import REASON_TABLE, check_language, check_texts
from datagen.records import Turn

CASES: dict[str, dict[str, list[str]]] = tomllib.loads(
    Path(__file__).with_name("language_cases.toml").read_text(encoding="utf-8")
)
LEAKS = [
    pytest.param(code, text, id=text)
    for section in ("leak", "leak-more", "leak-elsewhere")
    for code, texts in CASES[section].items()
    for text in texts
]
INNOCENT = [pytest.param(text, id=text) for texts in CASES["innocent"].values() for text in texts]


def codes(*texts: str, captions: tuple[str, ...] = ()) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.turn) for finding in check_texts(texts, captions=captions)]


@pytest.mark.parametrize(("code", "text"), LEAKS)
def test_a_leak_is_found_and_quoted_verbatim(code: str, text: str) -> None:
    spans = {finding.code: finding.span for finding in check_texts([text])}
    assert code in spans
    assert spans[code]
    assert spans[code] in text


@pytest.mark.parametrize("text", INNOCENT)
def test_an_innocent_sentence_gives_nothing(text: str) -> None:
    assert check_texts([text]) == []


def test_every_language_code_has_cases() -> None:
    documented = {code for code, reason in REASON_TABLE.items() if reason.stage == "language"}
    assert documented == CASES["leak"].keys()


def test_there_are_many_cases_of_both_kinds() -> None:
    assert len(LEAKS) >= 150
    assert len(INNOCENT) >= 100


def test_leaks_and_refusals_reject_and_filler_is_noted() -> None:
    severity = {code: REASON_TABLE[code].severity for code in CASES["leak"]}
    assert {code for code, kind in severity.items() if kind == "note"} == {
        "mention-talk",
        "chat-filler",
    }


def test_a_word_of_the_images_own_captions_is_content() -> None:
    answer = "According to the caption, the cat wants a cheeseburger."
    assert codes(answer) == [("source-named", 0)]
    assert codes(answer, captions=("A meme of a cat with a caption.",)) == []


def test_a_thing_that_bears_text_makes_its_words_content_wherever_it_is_spoken_of() -> None:
    answer = "The text mentions a sale."
    assert codes("What is there?", answer) == [("source-named", 1)]
    assert codes("What is there?", f"There is a poster. {answer}") == []
    assert codes("What do the posters say?", answer) == []
    assert codes("What is there?", answer, captions=("A poster on a wall.",)) == []


def test_a_question_may_speak_of_what_the_other_one_said() -> None:
    assert codes("You mentioned a dog; what is it doing?", "It sleeps.") == []
    assert codes("What is the dog doing?", "You mentioned that it sleeps.") == [("source-named", 1)]


def test_a_dog_that_is_bounding_does_not_license_boxes() -> None:
    answer = "The bounding box of the dog is large."
    assert codes(answer, captions=("A bounding dog.",)) == [("box-named", 0)]


def test_a_caption_never_licenses_a_refusal() -> None:
    answer = "I'm sorry, but I cannot see the image."
    captions = ("A sign says sorry beside an image.",)
    assert codes(answer, captions=captions) == [("refusal-phrase", 0)]


def test_questions_are_checked_as_well_and_turns_count_messages() -> None:
    turns = [
        Turn("What is it?", "A cat."),
        Turn("What do the captions say?", "The caption says so."),
    ]
    found = [(finding.code, finding.turn) for finding in check_language(turns)]
    assert found == [("source-named", 2), ("source-named", 3)]


def test_an_unusable_text_is_skipped_and_keeps_its_place() -> None:
    findings = check_texts([None, "The bounding box is large."])
    assert [(finding.code, finding.turn) for finding in findings] == [("box-named", 1)]


def test_the_same_code_is_said_once_a_turn() -> None:
    assert codes("The captions say so. The captions do not mention it.") == [("source-named", 0)]


def test_a_licensed_match_does_not_hide_a_later_one() -> None:
    text = 'The banner says "according to the captions", and according to the captions it is old.'
    (finding,) = check_texts([text])
    assert text.count(finding.span) == 2
    assert finding.code == "source-named"


def test_curly_quotes_and_markdown_change_nothing() -> None:
    assert codes("I\u2019m sorry, but I can\u2019t.") == [("refusal-phrase", 0)]
    assert codes("The **bounding box** is large.") == [("box-named", 0)]


@given(st.text(), st.text())
def test_any_text_gives_verbatim_spans_and_no_error(before: str, after: str) -> None:
    text = f"{before} according to the captions {after}"
    for finding in check_texts([before, text]):
        assert finding.turn is not None
        assert finding.span in (before, text)[finding.turn]
        assert 0 < len(finding.span) <= 80
