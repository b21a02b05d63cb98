import pytest

from datagen.checks.grounding.phrases import Phrase, read_phrase
from datagen.checks.grounding.readings import Quantity


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("the big dog", Phrase(0, "the", ("big",), None)),
        ("holds red umbrellas", Phrase(1, "", ("red",), None)),
        ("on dogs", Phrase(1, "", (), None)),
        ("a black and white cat", Phrase(0, "a", ("black", "and", "white"), None)),
        ("his two dogs", Phrase(0, "his", ("two",), Quantity(2, 2))),
        ("the woman 's dog", Phrase(2, "'s", (), None)),
        ("there 's dog", Phrase(2, "", (), None)),
        ("both dogs", Phrase(0, "both", (), Quantity(2, 2))),
        ("how many dogs", Phrase(0, "how many", (), None)),
        ("a group of dogs", Phrase(0, "a", ("group", "of"), None)),
        ("a large group of three dogs", Phrase(0, "a", ("large", "group", "of", "three"), Quantity(3, 3))),
        ("one of the dogs", Phrase(0, "one of", ("the",), Quantity(1, 1, exact=False))),
        ("some of the three dogs", Phrase(0, "some of", ("the", "three"), Quantity(3, 3))),
        ("hair of dogs", Phrase(2, "", (), None)),
        ("two pairs of twins", Phrase(0, "", ("two", "pairs", "of"), None)),
        ("there are only two dogs", Phrase(3, "", ("two",), Quantity(2, 2, total=True))),
    ],
)  # fmt: skip
def test_the_words_before_a_term_are_its_noun_phrase(text: str, wanted: Phrase) -> None:
    words = text.split()
    assert read_phrase(words, len(words) - 1, 0) == wanted


def test_a_phrase_ends_at_the_term_before() -> None:
    words = ["the", "dog", "bed"]
    assert read_phrase(words, 2, 2) == Phrase(2, "", (), None)
