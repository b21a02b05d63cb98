import pytest

from datagen.checks.grounding.homographs import is_modifier, keep_nouns
from datagen.checks.grounding.lexicon import load_lexicon
from datagen.checks.grounding.mentions import find_terms


def nouns(text: str) -> list[str]:
    words = text.split()
    found = keep_nouns(words, find_terms(words, load_lexicon()))
    return [" ".join(words[first : last + 1]) for first, last, _ in found]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("they sink", []),
        ("the sink", ["sink"]),
        ("to book a table", ["table"]),
        ("women bike down a road", ["women"]),
        ("the man bikes", ["man"]),
        ("a line ties him", []),
        ("on board the ship", ["ship"]),
        ("an orange hat", []),
        ("an orange sits there", ["orange"]),
        ("orange , blue and red", []),
        ("an orange and blue hat", []),
    ],
)
def test_only_nouns_are_kept(text: str, wanted: list[str]) -> None:
    assert nouns(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("car door", True),
        ("car stands", False),
        ("cars door", False),
        ("bear painting the wall", False),
        ("bear painting here", True),
        ("dog stand at the door", False),
        ("what does cat jump", False),
        ("car", False),
    ],
)
def test_a_noun_after_a_term_takes_its_claim(text: str, wanted: bool) -> None:
    words = text.split()
    term = find_terms(words, load_lexicon())[0]
    assert is_modifier(words, term, None, load_lexicon()) is wanted
