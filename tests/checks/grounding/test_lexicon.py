"""Every row of data/lexicon.toml, and the way from rows to forms."""

import tomllib
from importlib import resources
from typing import Any

import pytest

from datagen.checks.grounding.lexicon import Form, build_lexicon, load_lexicon, pluralize
from datagen.checks.grounding.readings import Term
from datagen.checks.grounding.tokens import split_words

TABLE: dict[str, Any] = tomllib.loads(
    (resources.files("datagen.checks.grounding") / "data" / "lexicon.toml").read_text("utf-8")
)
LEXICON = load_lexicon()
CATEGORIES = set(LEXICON.categories)
ROWS = [
    *((section, word, [name]) for section in ("class", "kind") for name, words in TABLE[section].items() for word in words),
    *((section, word, names) for section in ("shared", "soft", "union") for word, names in TABLE[section].items()),
    *(("person", word, ["person"]) for words in TABLE["person"].values() for word in words),
]  # fmt: skip


def find(phrase: str) -> Form | None:
    return LEXICON.forms.get(" ".join(split_words(phrase)))


def test_the_categories_are_the_eighty_of_coco() -> None:
    assert len(LEXICON.categories) == 80
    assert LEXICON.categories == tuple(sorted(LEXICON.categories))


@pytest.mark.parametrize("name", LEXICON.categories)
def test_a_category_is_found_by_its_name_and_its_plural(name: str) -> None:
    plural = TABLE["plural"].get(name) or pluralize(name)
    for phrase in (name, plural, name.replace(" ", "-")):
        form = find(phrase)
        assert form is not None
        assert form.term is not None
        assert name in form.term.classes


@pytest.mark.parametrize(("section", "word", "classes"), ROWS)
def test_every_row_is_found_under_its_word(section: str, word: str, classes: list[str]) -> None:
    form = find(word)
    assert form is not None
    assert form.term is not None
    assert set(classes) <= CATEGORIES
    assert set(classes) <= set(form.term.classes), "an earlier row has the word"
    if section not in {"class", "kind"}:
        assert form.term.classes == tuple(sorted(classes))


def test_no_row_stands_twice() -> None:
    words = [(section, word) for section, word, _ in ROWS]
    assert sorted({word for word in words if words.count(word) > 1}) == []


@pytest.mark.parametrize("phrase", TABLE["masks"]["phrases"])
def test_every_mask_hides_its_phrase(phrase: str) -> None:
    form = find(phrase)
    assert form is not None
    assert form.term is None


@pytest.mark.parametrize("word", TABLE["plural"])
def test_an_irregular_plural_belongs_to_a_word_of_the_lexicon(word: str) -> None:
    last = {key.rpartition(" ")[2] for key in LEXICON.forms}
    assert find(word) is not None or word in last


@pytest.mark.parametrize("word", TABLE["homographs"]["verbs"])
def test_every_homograph_is_a_word_of_the_lexicon(word: str) -> None:
    form = find(word)
    assert form is not None
    assert form.homograph


def test_a_mask_longer_than_a_term_wins_and_a_plural_verb_masks_nothing() -> None:
    assert LEXICON.longest["bus"] >= 2
    assert find("bus stop") == Form(None)
    assert find("umbrella stands") is None


@pytest.mark.parametrize(
    ("word", "kind", "group"),
    [
        ("sofas", "class", ""),
        ("puppies", "kind", ""),
        ("animals", "union", ""),
        ("bags", "soft", ""),
        ("gentlemen", "person", "man"),
        ("ladies", "person", "woman"),
        ("toddlers", "person", "child"),
        ("boys", "person", "boy"),
        ("skiers", "person", ""),
    ],
)
def test_a_term_may_do_what_its_section_says(word: str, kind: str, group: str) -> None:
    form = find(word)
    assert form is not None
    assert form.term is not None
    assert (form.term.kind, form.term.group, form.plural) == (kind, group, True)


def test_a_lexicon_of_ones_own_is_built_from_the_same_sections() -> None:
    table = {
        "class": {"dog": ["hound"]},
        "kind": {"dog": ["puppy dog"]},
        "shared": {},
        "soft": {},
        "union": {},
        "person": {"any": ["person"], "soft": [], "man": [], "woman": [], "boy": [], "girl": [], "child": []},
        "plural": {"person": "people"},
        "always_plural": {"words": []},
        "masks": {"phrases": ["dog park"]},
        "homographs": {"verbs": ["hound"], "verb_heads": ["parks"]},
        "heads": {"words": ["collar"]},
        "portions": {"words": []},
    }  # fmt: skip
    lexicon = build_lexicon(table)
    dog = Term("class", ("dog",), "dog")
    assert lexicon.forms["hounds"] == Form(dog, plural=True, homograph=True)
    assert lexicon.forms["puppy-dogs"].plural is True
    assert lexicon.forms["people"].plural is True
    assert "dog parks" not in lexicon.forms
    assert lexicon.heads == {"collar", "collars"}
    assert lexicon.longest == {"dog": 2, "dogs": 1, "hound": 1, "hounds": 1, "puppy": 2, "puppy-dog": 1, "puppy-dogs": 1, "person": 1, "people": 1, "dog-park": 1}  # fmt: skip
    assert lexicon.seconds == {"puppy": {"dog", "dogs"}, "dog": {"park"}}
