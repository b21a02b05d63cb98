from datagen.checks.grounding.lexicon import load_lexicon
from datagen.checks.grounding.mentions import find_terms, make_mentions
from datagen.checks.grounding.readings import Mention
from datagen.checks.grounding.scope import read_scope


def read(text: str) -> tuple[Mention, ...]:
    words = text.split()
    return make_mentions(
        words, find_terms(words, load_lexicon()), load_lexicon(), read_scope(words)
    )


def test_the_longest_form_is_found_and_masks_are_stepped_over() -> None:
    words = ["a", "teddy", "bear", "at", "a", "bus", "stop"]
    assert [(first, last) for first, last, _ in find_terms(words, load_lexicon())] == [(1, 2)]


def test_a_form_never_reaches_past_the_end() -> None:
    assert [last for _, last, _ in find_terms(["a", "fire"], load_lexicon())] == []


def test_a_real_bear_is_no_teddy() -> None:
    assert [one.term.classes for one in read("a real bear and a bear")] == [
        ("bear",),
        ("bear", "teddy bear"),
    ]


def test_a_word_with_one_form_takes_its_number_from_what_stands_before() -> None:
    assert [one.plural for one in read("a sheep , two sheep and sheep")] == [False, True, True]


def test_a_number_that_is_denied_counts_nothing() -> None:
    (one,) = read("there is not only one dog")
    assert (one.quantity, one.negated) == (None, False)
