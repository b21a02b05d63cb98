"""Audit: COCO's categories in the audit's own words, apart from the lexicon that it measures."""

import re
import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

_TABLE = Path(__file__).with_name("categories.toml")
_VOWEL_SOUND = re.compile(r"[aeio]|u(?!ni)|SUV", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Category:
    """One category: how to name it, and every word that could mean it.

    Attributes:
        noun: the name as people say it ("ball", "hair dryer").
        one: with its article ("an umbrella", "a pair of skis").
        words: every word or phrase that names or implies it, its group's words not included.
        near: categories that people mix it up with.
        loose: not counted one by one.
    """

    name: str
    noun: str
    one: str
    plural: str
    group: str
    verbs: tuple[str, ...]
    words: frozenset[str]
    near: frozenset[str]
    loose: bool


@dataclass(frozen=True, slots=True)
class Named:
    """A plain word of a category in a text."""

    start: int
    end: int
    category: str
    plural: bool


@cache
def read_table() -> Mapping[str, Any]:
    """The whole file."""
    return tomllib.loads(_TABLE.read_text(encoding="utf-8"))


@cache
def list_categories() -> Mapping[str, Category]:
    """All categories by COCO's name."""
    table = read_table()
    return {
        name: _make_category(name, row, table["manners"])
        for name, row in table["categories"].items()
    }


def _make_category(name: str, row: Mapping[str, Any], manners: Mapping[str, list[str]]) -> Category:
    one = row.get("one") or f"{choose_article(name)} {name}"
    noun = one.removeprefix("a ").removeprefix("an ").removeprefix("some ")
    noun = noun.removeprefix("pair of ")
    plural = row.get("plural") or f"{name}s"
    words = {name, noun.lower(), plural.lower(), *row["words"]}
    verbs = (*manners[row["manner"]], *manners["any"])
    near = frozenset(row.get("near", ()))
    return Category(
        name,
        noun,
        one,
        plural,
        row["group"],
        verbs,
        frozenset(words),
        near,
        row.get("loose", False),
    )


def choose_article(noun: str) -> str:
    """`a` or `an`.

    >>> choose_article("umbrella"), choose_article("unicorn"), choose_article("TV")
    ('an', 'a', 'a')
    """
    return "an" if _VOWEL_SOUND.match(noun) else "a"


@cache
def _index_words() -> Mapping[str, frozenset[str]]:
    """For each word the categories that it may mean; a group's word means all members."""
    index: dict[str, set[str]] = {}
    groups = read_table()["groups"]
    for name, category in list_categories().items():
        for word in (*category.words, *groups[category.group]):
            index.setdefault(word, set()).add(name)
    return {word: frozenset(names) for word, names in index.items()}


@cache
def _match_words() -> re.Pattern[str]:
    words = sorted(_index_words(), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, words))})\b", re.IGNORECASE)


def name_all(text: str) -> frozenset[str]:
    """Every category that a word of the text may mean, in the widest sense.

    >>> sorted(name_all("A kitten near a double-decker."))
    ['bus', 'cat']
    """
    index = _index_words()
    found = (index[match[0].lower()] for match in _match_words().finditer(text))
    return frozenset(name for names in found for name in names)


SAME_THING = (
    (("couch", "sofa"), ("couches", "sofas")),
    (("refrigerator", "fridge"), ("refrigerators", "fridges")),
    (("tv", "television"), ("tvs", "televisions")),
    (("bicycle", "bike"), ("bicycles", "bikes")),
    (("motorcycle", "motorbike"), ("motorcycles", "motorbikes")),
    (("airplane", "plane", "aeroplane"), ("airplanes", "planes", "aeroplanes")),
    (("donut", "doughnut"), ("donuts", "doughnuts")),
    (("backpack", "rucksack"), ("backpacks", "rucksacks")),
    (("cell phone", "mobile phone"), ("cell phones", "mobile phones")),
    (("tennis racket", "racket", "racquet"), ("tennis rackets", "rackets", "racquets")),
    (("fire hydrant", "hydrant"), ("fire hydrants", "hydrants")),
    (("cup", "mug"), ("cups", "mugs")),
    (("car", "automobile"), ("cars", "automobiles")),
    (("train", "railway train"), ("trains", "railway trains")),
    (("boat", "vessel"), ("boats", "vessels")),
    (("suitcase", "piece of luggage"), ("suitcases", "pieces of luggage")),
)
"""Words that mean the same thing, singular and plural."""

_SYNONYMS = (
    ("person", ("man", "men")),
    ("person", ("woman", "women")),
    ("person", ("child", "children")),
    ("dining table", ("table", "tables")),
    ("airplane", ("plane", "planes")),
    ("bicycle", ("bike", "bikes")),
    ("motorcycle", ("motorbike", "motorbikes")),
    ("car", ("taxi", "taxis")),
    ("couch", ("sofa", "sofas")),
    ("refrigerator", ("fridge", "fridges")),
    ("cell phone", ("phone", "phones")),
    ("cup", ("mug", "mugs")),
    ("tv", ("television", "televisions")),
    ("dog", ("puppy", "puppies")),
    ("cat", ("kitten", "kittens")),
    ("tennis racket", ("racket", "rackets")),
    ("fire hydrant", ("hydrant", "hydrants")),
    ("donut", ("doughnut", "doughnuts")),
    ("backpack", ("rucksack", "rucksacks")),
    ("potted plant", ("plant", "plants")),
)


@cache
def _plain_words() -> Mapping[str, tuple[str, bool]]:
    """Bare names, singular and plural, of which nobody doubts what they mean."""
    words: dict[str, tuple[str, bool]] = {}
    for name, category in list_categories().items():
        if not category.loose:
            words[category.noun.lower()] = (name, False)
            words[category.plural.lower()] = (name, True)
    for synonym, (single, plural) in _SYNONYMS:
        words[single] = (synonym, False)
        words[plural] = (synonym, True)
    return words


@lru_cache(maxsize=4096)
def find_named(text: str) -> tuple[Named, ...]:
    """Plain words of categories in a text, the longest first where they overlap.

    >>> [(named.category, named.plural) for named in find_named("Two teddy bears and a dog.")]
    [('teddy bear', True), ('dog', False)]
    """
    plain = _plain_words()
    return tuple(
        Named(*match.span(), *found)
        for match in _match_words().finditer(text)
        if (found := plain.get(match[0].lower()))
    )


def rank_companions(present: Collection[str], absent: Collection[str]) -> dict[str, int]:
    """How many scenes each absent category shares with present ones, each scene counted by both."""
    scenes = read_table()["scenes"].values()
    ranks = dict.fromkeys(absent, 0)
    for scene in scenes:
        shared = len(set(present) & set(scene))
        for name in ranks.keys() & set(scene):
            ranks[name] += shared
    return ranks
