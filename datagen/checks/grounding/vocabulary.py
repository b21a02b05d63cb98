"""Validate stage, grounding: the nouns of the open vocabulary and what is a kind of what.

The table `data/nouns.txt` says how its rows are made and marked.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

_WIDE = 120
"""A sense with more senses below it than this names no thing ("structure", "device") …"""
_NAMING_KINDS = frozenset({"animal", "plant", "clothes", "food"})
"""… but for these: "a tree" and "food" say what is to be seen."""

_IRREGULAR = {
    "calves": "calf", "children": "child", "elves": "elf", "feet": "foot", "geese": "goose",
    "halves": "half", "hooves": "hoof", "knives": "knife", "leaves": "leaf", "lenses": "lens",
    "lives": "life",
    "loaves": "loaf", "men": "man", "mice": "mouse", "oxen": "ox", "people": "person",
    "scarves": "scarf", "shelves": "shelf", "teeth": "tooth", "sunglasses": "sunglasses", "thieves": "thief",
    "wharves": "wharf", "wives": "wife", "wolves": "wolf", "women": "woman",
}  # fmt: skip
_ENDINGS = ("ss", "us", "is")
"""A word with such an ending is no plural."""


@dataclass(frozen=True, slots=True)
class Noun:
    """A noun of the table.

    Attributes:
        word: in the singular, parts of a compound apart by a blank.
        kind: of its most frequent visible sense: `artifact`, `food`, `structure`, `person`, …;
            `abstract` for what mostly cannot be seen.
        homograph: as often a verb or an adjective.
        rows: its senses.
        main: the most frequent of them.
    """

    word: str
    kind: str
    homograph: bool
    rows: frozenset[int]
    main: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The table.

    Attributes:
        nouns: by word.
        parents: for each row the one above it, -1 for none.
        wide: rows that name no thing, because too much is below them.
        openings: what stands before the last word of a compound.
    """

    nouns: dict[str, Noun]
    parents: Sequence[int]
    wide: frozenset[int]
    openings: frozenset[str]


@cache
def load_vocabulary() -> Vocabulary:
    """Read the table once."""
    file = resources.files("datagen.checks.grounding") / "data" / "nouns.txt"
    return parse_vocabulary(file.read_text(encoding="utf-8"))


def parse_vocabulary(text: str) -> Vocabulary:
    """Read a table in the notation of `nouns.txt`."""
    parents: list[int] = []
    named: list[bool] = []
    kinds: dict[str, str] = {}
    mains: dict[str, int] = {}
    senses: defaultdict[str, list[int]] = defaultdict(list)
    homographs: set[str] = set()
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        parent, kind, words = line.split("\t")
        for shown in words.split("|"):
            word = shown.strip("+~")
            if shown.endswith("~"):
                homographs.add(word)
            if shown.startswith("+") or word not in kinds:
                kinds[word], mains[word] = kind, len(parents)
            senses[word].append(len(parents))
        parents.append(int(parent))
        named.append(kind in _NAMING_KINDS)
    nouns = {
        word: Noun(word, kinds[word], word in homographs, frozenset(rows), mains[word])
        for word, rows in senses.items()
    }
    openings = frozenset([word.rpartition(" ")[0] for word in nouns])
    return Vocabulary(nouns, parents, _find_wide(parents, named), openings)


def _find_wide(parents: Sequence[int], named: Sequence[bool]) -> frozenset[int]:
    below = [0] * len(parents)
    for row in range(len(parents)):
        for above in _climb(row, parents):
            below[above] += 1
    return frozenset(row for row, count in enumerate(below) if count > _WIDE and not named[row])


def _climb(row: int, parents: Sequence[int]) -> list[int]:
    """The rows above a row, nearest first; WordNet's few circles end where they close."""
    path: list[int] = []
    row = parents[row]
    while row >= 0 and row not in path:
        path.append(row)
        row = parents[row]
    return path


@lru_cache(maxsize=1 << 14)
def find_noun(word: str) -> Noun | None:
    """The noun that a lower-case word is, in either number; None for no noun of the table.

    Where both forms are nouns ("shorts"), the one that can be seen.

    >>> find_noun("candles").word
    'candle'
    """
    nouns = load_vocabulary().nouns
    found = [nouns[form] for form in list_singulars(word) if form in nouns]
    if word in nouns and nouns[word].kind != "abstract":
        return found[0] if found[0].kind != "abstract" else nouns[word]
    return found[0] if found else None


def find_compound(first: str, last: str) -> Noun | None:
    """The noun that two lower-case words make, the last of them in either number."""
    return find_noun(f"{first} {last}") if first in load_vocabulary().openings else None


@lru_cache(maxsize=1 << 14)
def list_singulars(word: str) -> tuple[str, ...]:
    """What a lower-case word may be in the singular, the likeliest first, itself among them.

    >>> list_singulars("benches")
    ('bench', 'benche', 'benches')
    """
    start, blank, last = word.rpartition(" ")
    return tuple(f"{start}{blank}{form}" for form in _list_forms(last))


def _list_forms(word: str) -> list[str]:
    if word in _IRREGULAR:
        return [_IRREGULAR[word], word]
    if not word.endswith("s") or word.endswith(_ENDINGS) or len(word) < 4:
        return [word]
    forms = [word[:-1], word]
    if word.endswith("ies"):
        forms.insert(0, f"{word[:-3]}y")
    if word.endswith("ves"):
        forms[:0] = [f"{word[:-3]}f", f"{word[:-3]}fe"]
    if word.endswith(("ches", "shes", "sses", "xes", "zes", "oes")):
        forms.insert(0, word[:-2])
    return forms


@lru_cache(maxsize=1 << 14)
def list_above(word: str) -> frozenset[int]:
    """The rows above the most frequent sense of a noun of the table, wide ones left out."""
    vocabulary = load_vocabulary()
    return frozenset(_climb(vocabulary.nouns[word].main, vocabulary.parents)) - vocabulary.wide


@lru_cache(maxsize=1 << 14)
def is_general(word: str) -> bool:
    """Whether a noun of the table is too general to name a thing: "structure", "item"."""
    vocabulary = load_vocabulary()
    return not vocabulary.nouns[word].rows.isdisjoint(vocabulary.wide)
