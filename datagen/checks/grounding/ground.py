"""Validate stage, grounding: captions and boxes of one image -> the nouns that they know.

Beside the words themselves: what is a kind of them or they a kind of, and what comes with them, for
a car has wheels and a kitchen has a sink.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from datagen.checks.grounding.vocabulary import list_above, list_singulars, load_vocabulary


@dataclass(frozen=True, slots=True)
class Ground:
    """What the captions and boxes of one image know, in nouns.

    Attributes:
        words: every word of the captions, singulars among them, neighbours joined and apart, and
            the boxed categories.
        rows: main senses of these, wide ones left out.
        above: the rows above these.
    """

    words: frozenset[str]
    rows: frozenset[int]
    above: frozenset[int]


def gather_ground(captions: Iterable[str], categories: Iterable[str]) -> Ground:
    """What the captions and the boxed categories of one image know."""
    vocabulary = load_vocabulary()
    known: set[str] = set().union(*map(_list_words, captions))
    for name in categories:
        known |= {name, name.split()[-1]}
    nouns = [vocabulary.nouns[word] for word in vocabulary.nouns.keys() & known]
    seen = [noun for noun in nouns if noun.kind != "abstract"]
    return Ground(
        words=frozenset(known),
        rows=frozenset([noun.main for noun in seen]) - vocabulary.wide,
        above=frozenset().union(*[list_above(noun.word) for noun in seen]),
    )


def is_part(noun: str, ground: Ground) -> bool:
    """Whether something known has such a part, as a bus has wheels."""
    wholes, _, _ = _load_relatives()
    return noun in wholes and not wholes[noun].isdisjoint(ground.words)


def is_of_scene(noun: str, ground: Ground) -> bool:
    """Whether a known scene has such a thing, as a kitchen has a sink, or every scene."""
    _, scenes, everywhere = _load_relatives()
    return noun in everywhere or (noun in scenes and not scenes[noun].isdisjoint(ground.words))


class _Letters(dict[int, int]):
    """Letters as they are, a blank for anything else; filled as characters come up."""

    def __missing__(self, code: int) -> int:
        self[code] = code if chr(code).isalpha() else ord(" ")
        return self[code]


_LETTERS = _Letters()


def _list_words(caption: str) -> set[str]:
    """The words of a caption in the singular; neighbours joined and apart where they make a word."""
    words = caption.lower().translate(_LETTERS).split()
    forms = [list_singulars(word) for word in words]
    openings, known = _load_words()
    pairs = list(zip(words, forms[1:], strict=False))
    return {
        *[form for each in forms for form in each],
        *[f"{one} {form}" for one, each in pairs if one in openings for form in each],
        *known.intersection([f"{one}{form}" for one, each in pairs for form in each]),
    }


@cache
def _load_words() -> tuple[frozenset[str], frozenset[str]]:
    """What stands before the last word of any compound, and every word that is asked about."""
    wholes, scenes, _ = _load_relatives()
    known = frozenset(load_vocabulary().nouns).union(*wholes.values(), *scenes.values())
    return frozenset([word.rpartition(" ")[0] for word in known]), known


_Relatives = Mapping[str, frozenset[str]]


@cache
def _load_relatives() -> tuple[_Relatives, _Relatives, frozenset[str]]:
    """For each noun the wholes that it is a part of, the scenes that have it; what every scene has."""
    wholes = _index(_read_rows("parts.toml"), "parts", "whole")
    scenes = _index(_read_rows("scenes.toml"), "has", "given")
    everywhere = [
        noun for row in _read_rows("scenes.toml") if not row["given"] for noun in row["has"]
    ]
    return wholes, scenes, frozenset(everywhere)


def _read_rows(name: str) -> list[Mapping[str, list[str]]]:
    file = resources.files("datagen.checks.grounding") / "data" / name
    rows: list[Mapping[str, list[str]]] = tomllib.loads(file.read_text(encoding="utf-8"))["rows"]
    return rows


def _index(
    rows: Iterable[Mapping[str, Sequence[str]]], key: str, value: str
) -> dict[str, frozenset[str]]:
    index: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        for word in row[key]:
            index[word].update(row[value])
    return {word: frozenset(words) for word, words in index.items()}
