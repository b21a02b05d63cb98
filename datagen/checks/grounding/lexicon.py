"""Grounding, reading: data/lexicon.toml -> a dictionary of word forms.

A form is one spelling in one number ("taxi cabs"); a term is what it stands for. Looking a form up
costs one dictionary access a word, whatever the lexicon's size.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from datagen.checks.grounding.readings import Term, TermKind
from datagen.checks.grounding.tokens import split_words

_GROUPS = ("man", "woman", "boy", "girl", "child")


@dataclass(frozen=True, slots=True)
class Form:
    """One spelling of a term.

    Attributes:
        term: None for a mask: the phrase is consumed and names nothing.
        plural: None where singular and plural are spelled alike ("sheep").
        homograph: the word may be a verb or an adjective as well.
    """

    term: Term | None
    plural: bool | None = False
    homograph: bool = False


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the dictionary walk needs.

    Attributes:
        forms: words joined by blanks -> form.
        longest: first word of any form -> the number of words of its longest form.
        seconds: first word of any longer form -> the words that may follow it there.
        heads, portions: see the data file.
        categories: COCO's names, in alphabetical order.
    """

    forms: Mapping[str, Form]
    longest: Mapping[str, int]
    seconds: Mapping[str, frozenset[str]]
    heads: frozenset[str]
    portions: frozenset[str]
    categories: tuple[str, ...] = field(default=())


@cache
def load_lexicon() -> Lexicon:
    """The lexicon of the package, read once."""
    file = resources.files("datagen.checks.grounding") / "data" / "lexicon.toml"
    return build_lexicon(tomllib.loads(file.read_text("utf-8")))


def build_lexicon(table: Mapping[str, Any]) -> Lexicon:
    """Build a lexicon from a table in the form of data/lexicon.toml."""
    irregular = {_key(word): _key(plural) for word, plural in table["plural"].items()}
    always_plural = frozenset(table["always_plural"]["words"])
    homographs = frozenset(table["homographs"]["verbs"])
    forms: dict[str, Form] = {}
    for word, term in _list_terms(table):
        for key, plural in _list_numbers(_key(word), irregular):
            form = Form(term, True if word in always_plural else plural, word in homographs)
            for spelling in _list_spellings(key):
                forms.setdefault(spelling, form)
    verb_heads = frozenset(table["homographs"]["verb_heads"])
    for phrase in table["masks"]["phrases"]:
        for key, plural in _list_numbers(_key(phrase), irregular):
            if plural and key.rpartition(" ")[2] in verb_heads:
                continue  # "an umbrella stands"
            for spelling in _list_spellings(key):
                forms.setdefault(spelling, Form(None))
    return Lexicon(
        forms=forms,
        longest=_measure_longest(forms),
        seconds=_list_seconds(forms),
        heads=frozenset(_with_plurals(table["heads"]["words"], irregular)) - verb_heads,
        portions=frozenset(_with_plurals(table["portions"]["words"], irregular)),
        categories=tuple(sorted({*table["class"], "person"})),
    )


def pluralize(word: str) -> str:
    """The regular plural of an English noun, of its last word if there are several.

    >>> [pluralize(word) for word in ("bus", "puppy", "toy", "hot dog", "bench")]
    ['buses', 'puppies', 'toys', 'hot dogs', 'benches']
    """
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    if word.endswith("man") and not word.endswith(("human", "german")):
        return word[:-2] + "en"
    if word.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    return word + "s"


def _key(phrase: str) -> str:
    return " ".join(split_words(phrase))


def _list_spellings(key: str) -> tuple[str, ...]:
    """As in "double decker bus", "double-decker bus", "double-decker-bus"."""
    return (key, key.replace(" ", "-", 1), key.replace(" ", "-"))


def _list_numbers(key: str, irregular: Mapping[str, str]) -> Iterator[tuple[str, bool | None]]:
    plural = irregular.get(key)
    if plural is None:
        stem, _, last = key.rpartition(" ")
        last = irregular.get(last, pluralize(last))
        plural = f"{stem} {last}" if stem else last
    yield key, None if plural == key else False
    if plural != key:
        yield plural, True


def _with_plurals(words: Iterable[str], irregular: Mapping[str, str]) -> Iterator[str]:
    for word in words:
        yield from (key for key, _ in _list_numbers(word, irregular))


def _list_terms(table: Mapping[str, Any]) -> Iterator[tuple[str, Term]]:
    """Pairs of a word and its term; the first of equal words wins."""
    for category, words in table["class"].items():
        if category not in table["shared"]:
            term = Term("class", (category,), category)
            yield from ((word, term) for word in (category, *words))
    for category, words in table["kind"].items():
        yield from ((word, Term("kind", (category,), word)) for word in words)
    yield from _list_people(table["person"])
    kinds: tuple[tuple[str, TermKind], ...] = (
        ("shared", "class"),
        ("soft", "soft"),
        ("union", "union"),
    )
    for section, kind in kinds:
        for word, classes in table[section].items():
            yield word, Term(kind, tuple(sorted(classes)), word)


def _list_people(groups: Mapping[str, list[str]]) -> Iterator[tuple[str, Term]]:
    for group in _GROUPS:
        for word in groups[group]:
            yield word, Term("person", ("person",), word, group)
    for word in groups["any"]:
        yield word, Term("person", ("person",), word)
    for word in groups["soft"]:
        yield word, Term("soft", ("person",), word)


def _measure_longest(forms: Iterable[str]) -> dict[str, int]:
    longest: dict[str, int] = {}
    for key in forms:
        first, size = key.partition(" ")[0], key.count(" ") + 1
        longest[first] = max(size, longest.get(first, 0))
    return longest


def _list_seconds(forms: Iterable[str]) -> dict[str, frozenset[str]]:
    seconds: dict[str, set[str]] = {}
    for first, second, *_ in (key.split(" ") for key in forms if " " in key):
        seconds.setdefault(first, set()).add(second)
    return {first: frozenset(words) for first, words in seconds.items()}
