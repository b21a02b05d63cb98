import pytest

from datagen.checks.grounding.negation import Denial, read_denial
from datagen.checks.grounding.phrases import read_phrase
from datagen.checks.grounding.scope import HEDGED, NONE


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("there is no DOG", Denial(negated=True)),
        ("no DOG is barking", Denial(negated=True, mood=NONE)),
        ("no DOG near it", Denial(negated=True, mood=HEDGED)),
        ("no DOG in the picture", Denial(negated=True)),
        ("no other DOG", Denial(negated=True, dropped="other")),
        ("it is not true that there is no DOG", Denial(negated=True, dropped="double")),
        ("no sign of a DOG", Denial(negated=True, mood=HEDGED)),
        ("no lack of DOG", Denial(mood=NONE)),
        ("free of DOG", Denial(negated=True)),
        ("none of the DOG", Denial(mood=NONE)),
        ("a street , without DOG", Denial(negated=True)),
        ("a man without a DOG", Denial(mood=NONE)),
        ("there is not a DOG", Denial(negated=True)),
        ("he is not feeding a DOG", Denial(mood=NONE)),
        ("he is not feeding the DOG", Denial()),
        ("not only a DOG", Denial(counts=False)),
        ("not sure about a DOG", Denial(mood=HEDGED)),
        ("a DOG is not visible", Denial(negated=True)),
        ("a DOG is not asleep", Denial()),
        ("the image does not show a DOG", Denial(negated=True)),
        ("we cannot see the DOG", Denial(mood=NONE)),
        ("nor a DOG", Denial(negated=True)),
    ],
)
def test_a_sentence_denies_a_thing_or_something_else_of_it(text: str, wanted: Denial) -> None:
    words = text.split()
    at = words.index("DOG")
    assert read_denial(words, read_phrase(words, at, 0), at, at, 0) == wanted
