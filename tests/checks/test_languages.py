import re

import pytest

from datagen.checks.languages import SCRIPTS, Language, find_language, list_languages

LANGUAGES = list_languages()


@pytest.mark.parametrize("language", LANGUAGES, ids=lambda language: language.name)
def test_every_row_of_the_table_can_be_used(language: Language) -> None:
    assert language.scripts
    assert set(language.scripts) <= SCRIPTS.keys() | {"Latin"}
    for words in (language.common, language.open, language.stranded):
        assert all(word == word.lower() for word in words)
    assert language.lone <= language.stranded | language.open


@pytest.mark.parametrize("name", ["Korean", "korean", " KO ", "ko-KR", "ko_KR"])
def test_a_language_is_found_by_name_and_code(name: str) -> None:
    assert find_language(name).name == "Korean"


def test_an_unknown_language_has_a_name_and_nothing_else() -> None:
    assert find_language("Klingon") == Language("Klingon")


def test_no_common_word_of_another_language_is_an_english_one() -> None:
    english = {"die", "man", "was", "in", "an", "so", "hat", "van", "door", "car", "come", "image"}
    for language in LANGUAGES:
        if language.name != "English":
            assert not language.common & english


@pytest.mark.parametrize("script", SCRIPTS)
def test_scripts_are_character_classes(script: str) -> None:
    assert re.compile(f"[{SCRIPTS[script]}]").search("cook") is None
