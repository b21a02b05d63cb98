import pytest

from datagen.checks.grounding.generics import mark_generic
from datagen.checks.grounding.readings import Mention, Term

DOG = Term("class", ("dog",), "dog")


def is_generic(text: str) -> bool:
    words = text.split()
    at = words.index("dogs")
    return mark_generic(words, 0, (), Mention(DOG, at, at, at, plural=True)).generic


@pytest.mark.parametrize(
    "text",
    [
        "dogs like a long walk .",
        "as dogs love to play there .",
        "we know that dogs need care .",
    ],
)
def test_a_bare_plural_alone_says_nothing_of_the_picture(text: str) -> None:
    assert is_generic(text)


@pytest.mark.parametrize(
    "text",
    [
        "dogs .",
        "dogs , with a ball on top .",
        "dogs are lying around all day .",
        "dogs are on the loose again .",
        "dogs sleep under the tree .",
        "dogs laid out for us .",
        "in the image we have dogs .",
        "there are also dogs to feed .",
        "the yard is full of dogs .",
        "they are petting dogs .",
    ],
)
def test_a_place_or_a_progressive_form_ties_it(text: str) -> None:
    assert not is_generic(text)


def test_a_thing_that_has_no_singular_is_never_generic() -> None:
    skis = Mention(Term("class", ("skis",), "skis"), 0, 0, 0, plural=True)
    assert not mark_generic(["skis", "need", "good", "care", "too"], 0, (), skis).generic
