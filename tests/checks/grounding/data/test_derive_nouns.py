from importlib import resources
from pathlib import Path

import pytest

from datagen.checks.grounding.data.derive_nouns import (
    count_uses,
    index_senses,
    main,
    make_table,
    parse_synsets,
    read_everyday,
)
from datagen.checks.grounding.noun_phrases import CLAIMING_KINDS
from datagen.checks.grounding.vocabulary import load_vocabulary, parse_vocabulary

DATA = """\
  1 A licence stands here.
00000001 06 n 02 lamp 0 light 1 001 @ 00000009 n 0000 | gives light; "a candle on a candle lamp"
00000002 06 n 01 candle 0 001 @ 00000001 n 0000 | a lamp of wax
00000003 04 n 01 light 2 000 | an act
00000009 06 n 01 artifact 0 000 | a made thing
00000010 06 n 01 tidy 0 001 @ 00000009 n 0000 | a box
"""
NOUNS = """\
  1 A licence stands here.
artifact n 1 1 ~ 1 0 00000009
candle n 1 1 @ 1 1 00000002
lamp n 1 1 @ 1 1 00000001
light n 2 1 @ 2 2 00000003 00000001
tidy n 1 1 @ 1 0 00000010
"""
USES = """\
candle%1:06:00:: 1 3
lamp%1:06:00:: 1 5
light%1:04:00:: 1 20
light%1:06:01:: 2 5
candle%2:30:00:: 1 2
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    texts = {
        "data.noun": DATA,
        "index.noun": NOUNS,
        "index.verb": "candle v 1 0 1 1 00000007\n",
        "index.adj": "tidy a 1 0 1 0 00000008\n",
        "cntlist.rev": USES,
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def test_synsets_are_read_without_the_licence() -> None:
    lamp, *others = parse_synsets(DATA.splitlines())
    assert (lamp.offset, lamp.file, lamp.words) == ("00000001", "06", ("lamp", "light"))
    assert lamp.parents == ("00000009",)
    assert len(others) == 4


def test_senses_stand_in_the_order_of_the_index() -> None:
    assert index_senses(NOUNS.splitlines())["light"] == ("00000003", "00000001")


def test_uses_are_counted_by_word_part_of_speech_and_sense() -> None:
    uses = count_uses(USES.splitlines())
    assert uses["light", "n"] == [20, 5]
    assert uses["candle", "v"] == [2]


def test_the_table_keeps_the_tree_of_what_can_be_seen(folder: Path) -> None:
    vocabulary = parse_vocabulary(make_table(folder, {}))
    nouns = vocabulary.nouns
    assert {word: nouns[word].kind for word in ("lamp", "candle", "light", "tidy")} == {
        "lamp": "artifact",
        "candle": "artifact",
        "light": "abstract",
        "tidy": "abstract",
    }
    assert {vocabulary.parents[row] for row in nouns["candle"].rows} == set(nouns["lamp"].rows)
    assert nouns["candle"].homograph


def test_everyday_words_are_kept_and_added(folder: Path) -> None:
    additions = read_everyday(["# note", "", "light", "night light = lamp"])
    assert additions == {"light": "", "night_light": "lamp"}
    vocabulary = parse_vocabulary(make_table(folder, additions))
    nouns = vocabulary.nouns
    assert (nouns["light"].kind, nouns["night light"].kind) == ("artifact", "artifact")
    assert {vocabulary.parents[row] for row in nouns["night light"].rows} == set(nouns["lamp"].rows)


def test_a_wrong_call_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="usage"):
        main([])
    with pytest.raises(SystemExit, match=r"data\.noun"):
        main([str(tmp_path)])


def test_every_everyday_word_is_in_the_table_as_a_thing() -> None:
    file = resources.files("datagen.checks.grounding") / "data" / "everyday.txt"
    for word in read_everyday(file.read_text("utf-8").splitlines()):
        noun = load_vocabulary().nouns.get(word.replace("_", " "))
        assert noun is not None, word
        assert noun.kind in CLAIMING_KINDS, word
