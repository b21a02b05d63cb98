"""The reader that parses, on invented sentences that the rules alone read wrongly."""

import sys
from pathlib import Path

import pytest
import spacy

from datagen.checks.grounding import syntax
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.syntax import MODEL, SpacyReader
from datagen.errors import SettingsError
from tests.checks.grounding.brief import sketch_mention

TEXTS = [
    "<image>\nIs there a dog?",
    "No. A cat isn't there either, but two birds can't be missed.",
    "",
    "A bus waits.\n\nThe driver reads a book.",
]


def sketch(reader: SpacyReader | LexiconReader, text: str) -> str:
    sentences = reader.read(text)
    return ", ".join(sketch_mention(one) for sentence in sentences for one in sentence.mentions)


@pytest.fixture(scope="module")
def reader() -> SpacyReader:
    return SpacyReader()


@pytest.mark.parametrize(
    ("text", "wanted"),
    {
        "It is probably a weekday, and one notices a bird close by.": "bird",
        "It might be cold there, and the bench in the background catches the eye.": "bench",
        "Whatever may have happened before, a closer look reveals a banana.": "banana",
        "It rests there, as a closer look reveals a chair on the left.": "chair",
        "It might be late (a clock on the wall tells the time).": "clock",
    }.items(),
)
def test_a_clause_with_a_verb_of_its_own_ends_a_hedge(
    reader: SpacyReader, text: str, wanted: str
) -> None:
    assert sketch(reader, text) == wanted
    assert sketch(LexiconReader(), text) != wanted


@pytest.mark.parametrize(
    "text",
    [
        "If it were evening, a clock on the wall would tell us, and a guest would need a fork.",
        "I think that a dog sleeps there and a cat watches it.",
        "Where there is a kite, a child often plays.",
    ],
)
def test_a_governed_clause_ends_nothing(reader: SpacyReader, text: str) -> None:
    moods = [one.mood for sentence in reader.read(text) for one in sentence.mentions]
    assert moods
    assert "asserted" not in moods


def test_a_parse_is_kept_for_the_next_question(reader: SpacyReader) -> None:
    first = reader.read("A dog sleeps.")
    assert reader.read("A dog sleeps.") is first


def test_reading_in_one_go_gives_what_reading_one_by_one_gives(reader: SpacyReader) -> None:
    assert SpacyReader().read_all([*TEXTS, *TEXTS]) == [reader.read(text) for text in TEXTS] * 2
    assert reader.read_all([]) == []


def test_the_image_token_does_not_matter(reader: SpacyReader) -> None:
    assert reader.read(TEXTS[0]) is reader.read(TEXTS[0].replace("<image>", " " * 7))


def test_only_so_many_texts_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(syntax, "_KEPT", 2)
    small = SpacyReader()
    texts = ["A dog.", "A cat.", "A bird."]
    assert len(small.read_all(texts)) == 3
    again = [small.read(text) for text in texts]
    assert [one[0].mentions[0].term.name for one in again] == ["dog", "cat", "bird"]


def test_a_model_in_a_folder_can_be_named(tmp_path: Path) -> None:
    pipeline = spacy.load(MODEL, exclude=["ner"])
    pipeline.to_disk(tmp_path / "model")
    named = SpacyReader(str(tmp_path / "model"))
    assert sketch(named, "A dog sleeps.") == "dog"


def test_a_model_without_a_parser_is_refused(tmp_path: Path) -> None:
    spacy.blank("en").to_disk(tmp_path / "blank")
    with pytest.raises(SettingsError, match="a tagger and a parser"):
        SpacyReader(str(tmp_path / "blank"))


def test_an_unknown_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="no_such_model: no installed pipeline"):
        SpacyReader("no_such_model")
    (tmp_path / "empty").mkdir()
    with pytest.raises(SettingsError, match="empty: no installed pipeline"):
        SpacyReader(str(tmp_path / "empty"))


def test_without_spacy_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(SettingsError, match=r"pip install 'datagen\[spacy\]'"):
        SpacyReader()


def test_without_the_model_the_command_that_installs_it_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def load(name: str, exclude: object) -> None:
        raise OSError(f"[E050] Can't find model {name!r}")

    monkeypatch.setattr(spacy, "load", load)
    with pytest.raises(SettingsError, match=r"pip install 'datagen\[spacy\]'"):
        SpacyReader()
