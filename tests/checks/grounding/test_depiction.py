import pytest

from datagen.checks.grounding.depiction import is_depicted
from datagen.checks.grounding.phrases import read_phrase
from datagen.checks.grounding.readings import Term


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a toy DOG", True),
        ("a ceramic DOG", True),
        ("a statue of a DOG", True),
        ("a mural showing a DOG", True),
        ("a framed photo of a DOG", True),
        ("a photo of a DOG", False),
        ("a DOG on the framed poster", True),
        ("a DOG printed on his shirt", True),
        ("a DOG in a blue shirt", False),
        ("a DOG printed by hand", False),
        ("a DOG on the old sofa", False),
        ("the tail of a DOG", False),
        ("DOG", False),
    ],
)
def test_a_likeness_is_told_by_the_words_around(text: str, wanted: bool) -> None:
    words = text.split()
    at = words.index("DOG")
    term = Term("class", ("dog",), "dog")
    assert is_depicted(words, at, at, read_phrase(words, at, 0), term) is wanted


def test_material_makes_a_likeness_of_the_living_only() -> None:
    words = ["a", "wooden", "boat"]
    phrase = read_phrase(words, 2, 0)
    assert not is_depicted(words, 2, 2, phrase, Term("class", ("boat",), "boat"))
    assert is_depicted(words, 2, 2, phrase, Term("class", ("horse",), "horse"))


def test_a_stuffed_teddy_is_a_teddy() -> None:
    words = ["a", "stuffed", "teddy"]
    term = Term("class", ("teddy bear",), "teddy bear")
    assert not is_depicted(words, 2, 2, read_phrase(words, 2, 0), term)
