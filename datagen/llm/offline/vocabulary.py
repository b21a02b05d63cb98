"""Ask stage, offline: the object categories, and the words of a description that speak of them."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from datagen.llm.offline.words import (
    add_article,
    find_singular,
    is_plural,
    list_words,
    load_lexicon,
    load_table,
    make_plural,
)

_WORD = re.compile(r"[^\W_]+(?:'s\b)?")
_LONGEST_NAME = 3

_NEARBY = 3

# Names that hold a category's word and speak of something else.


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of object.

    Attributes:
        name: as it stands in the boxes.
        one, many: how one and how several are called ("a pair of scissors").
        words: singular words and names that speak of it, lower case.
        uncounted: numbers make no sense ("broccoli", "skis").
        clear: large enough that nobody leaves it unmarked.
    """

    name: str
    kind: str
    one: str
    many: str
    words: frozenset[str]
    uncounted: bool = False
    clear: bool = False

    @property
    def noun(self) -> str:
        """The bare singular behind "the" ("remote control")."""
        return self.one.split(" ", 1)[1]


@cache
def load_categories() -> Mapping[str, Category]:
    """The categories of COCO by name."""
    return {name: _make_category(name, row) for name, row in load_table("categories.toml").items()}


def find_category(name: str) -> Category:
    """The category of that name; one that COCO does not know is called by its name."""
    known = load_categories().get(name)
    return known if known is not None else _make_category(name, {})


def _make_category(name: str, row: Mapping[str, str | bool]) -> Category:
    return Category(
        name=name,
        kind=str(row.get("kind", "other")),
        one=str(row.get("one", add_article(name))),
        many=str(row.get("many", make_plural(name))),
        words=frozenset(
            word.replace("_", " ") for word in str(row.get("words", name)).lower().split()
        )
        | {name.lower()},
        uncounted=bool(row.get("uncounted", False)),
        clear=bool(row.get("clear", False)),
    )


@cache
def load_word_index() -> Mapping[str, str]:
    """Singular word or name -> category name; the few words of two categories name the first."""
    index: dict[str, str] = {}
    for name, category in load_categories().items():
        for word in category.words:
            index.setdefault(word, name)
    return index


@cache
def _load_starts() -> frozenset[str]:
    """The first words of everything that `find_mentions` has to look up."""
    return frozenset(
        name.split(" ", 1)[0] for name in (*load_word_index(), *list_words("sets", "masked"))
    )


@cache
def load_creatures() -> frozenset[str]:
    """Singular nouns for people and animals."""
    kinds = {"person", "animal"}
    index = load_word_index()
    categories = load_categories()
    living = frozenset(word for word in index if categories[index[word]].kind in kinds)
    return living | list_words("people", "creatures") | {"people"}


@cache
def load_nouns() -> frozenset[str]:
    """Words that are certainly nouns and spelt right, singular or as listed."""
    lexicon = load_lexicon()
    parts = {part for word in load_word_index() for part in word.split()}
    places = {part for place in lexicon["places"] for part in place.split("_")}
    listed = {word.lower() for word in lexicon["nouns"]["known"].split()}
    return frozenset().union(
        parts,
        places,
        listed,
        (find_singular(word) for word in listed),
        list_words("words", "collectives"),
        list_words("words", "quantities"),
        list_words("words", "mass"),
        list_words("people", "single"),
        list_words("people", "creatures"),
        list_words("words", "nouns_in_ing"),
    )


@dataclass(frozen=True, slots=True)
class Mention:
    """One place where a description speaks of a category, by word positions."""

    category: str
    word: str
    plural: bool
    place: int


def split_words(text: str) -> list[str]:
    """The lower-case words and numbers of a text, without signs."""
    return _WORD.findall(text.lower())


def find_mentions(words: Sequence[str]) -> tuple[Mention, ...]:
    """The categories that lower-case words speak of, longest name first, masked names left out."""
    found = []
    starts = _load_starts()
    place = 0
    while place < len(words):
        if words[place] not in starts and find_singular(words[place]) not in starts:
            place += 1
            continue
        size, mention = _match(words, place)
        if mention is not None:
            found.append(mention)
        place += size
    return tuple(mention for mention in found if not _is_of_animal(mention, found))


def _is_of_animal(mention: Mention, mentions: Iterable[Mention]) -> bool:
    """Whether the word for a person is an animal's: "an adult bear", "a family of elephants"."""
    return mention.word in list_words("sets", "shared_with_animals") and any(
        load_categories()[other.category].kind == "animal"
        and abs(other.place - mention.place) <= _NEARBY
        for other in mentions
    )


def _match(words: Sequence[str], place: int) -> tuple[int, Mention | None]:
    index = load_word_index()
    for size in range(min(_LONGEST_NAME, len(words) - place), 0, -1):
        name = " ".join(words[place : place + size])
        if name in list_words("sets", "masked"):
            return size, None
        head = words[place + size - 1]
        singular = name[: len(name) - len(head)] + find_singular(head)
        category = index.get(singular) or index.get(name)
        if category is not None:
            return size, Mention(category, singular, is_plural(head), place)
    return 1, None


@cache
def find_neighbors(name: str) -> frozenset[str]:
    """The categories that people take for this one, without itself."""
    groups = [
        {word.replace("_", " ") for word in row.split()}
        for row in load_lexicon()["closeness"]["near"]
    ]
    return frozenset().union(*(group for group in groups if name in group)) - {name}


def is_hinted(name: str, words: Iterable[str]) -> bool:
    """Whether any word might stand for a category, however loosely; asked before denying it.

    >>> is_hinted("train", ["a", "train", "station"]), is_hinted("dog", ["a", "vehicle"])
    (True, False)
    """
    category = find_category(name)
    loose = {part for word in category.words for part in word.split()}
    generic = load_lexicon()["closeness"]["generic"].get(category.kind, "").split()
    hints = loose.union(generic)
    return any(word in hints or find_singular(word) in hints for word in words)


def list_genders(words: Iterable[str]) -> frozenset[str]:
    """`male` and `female`, as far as words for people say it."""
    found = set()
    for word in words:
        if word in list_words("people", "male"):
            found.add("male")
        if word in list_words("people", "female"):
            found.add("female")
    return frozenset(found)
