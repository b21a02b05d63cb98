"""Audit: leaks, refusals and look-alikes written without a look at the phrase files.

`wording_tuned.toml` was tuned on afterwards, `wording_untouched.toml` never.
"""

import tomllib

import pytest

from datagen.checks import check_texts
from tests.audit.corpus import DATA
from tests.audit.measures import Share

FILES = ("tuned", "untouched")
QUESTION = "What is there to see?"
LEADS = ("", "It is a calm scene. ")


def read_sentences(file: str, kind: str) -> list[str]:
    table = tomllib.loads((DATA / f"wording_{file}.toml").read_text(encoding="utf-8"))
    sentences: list[str] = table[kind]
    return sentences


def is_found(sentence: str) -> bool:
    """By a rejection or a note, as an answer of its own or behind another sentence."""
    return any(check_texts([QUESTION, lead + sentence]) for lead in LEADS)


def measure(file: str, kind: str) -> Share:
    found = [is_found(sentence) for sentence in read_sentences(file, kind)]
    return Share(sum(found), len(found))


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("kind", ["leak", "refusal"])
def test_nine_of_ten_are_found(file: str, kind: str) -> None:
    share = measure(file, kind)
    assert share.rate >= 0.9, str(share)


@pytest.mark.parametrize("file", FILES)
def test_at_most_two_of_a_hundred_look_alikes_are_found(file: str) -> None:
    share = measure(file, "innocent")
    assert share.rate <= 0.02, str(share)


def test_no_sentence_stands_in_both_files() -> None:
    tuned, untouched = (
        {each for kind in ("leak", "refusal", "innocent") for each in read_sentences(file, kind)}
        for file in FILES
    )
    assert not tuned & untouched


def test_there_are_sixty_of_each_kind_that_nobody_tuned_on() -> None:
    kinds = ("leak", "refusal", "innocent")
    assert all(len(read_sentences("untouched", kind)) >= 60 for kind in kinds)
