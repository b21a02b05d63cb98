"""Validate stage, grounding: the colours an answer gives to things, held against the captions.

Boxes have no colour, so only a thing that captions colour can be given a wrong one, and only if
they can mean no other (see `traits`). All colours that captions give a category count together,
near ones too ("tan" for "brown"); an answer is wrong if it has none of them. People have no colour:
"a man in red" speaks of clothes.
"""

import tomllib
from collections.abc import Collection, Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from msgspec.structs import replace

from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.evidence import Passage, find_boxes, knows
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.tokens import measure_span
from datagen.checks.grounding.traits import (
    collect_stated,
    find_affirmed,
    find_topic,
    is_judged,
    is_open,
    read_traits,
    split_found,
)
from datagen.checks.memo import Memo

_MANY = "many"
_OPENERS = frozenset(
    {
        "no",
        "yes",
        "it",
        "they",
        "is",
        "are",
        "'s",
        "'re",
        "the",
        "its",
        "and",
        ",",
        "looks",
        "to",
        "be",
    }
)
_PARTLY = frozenset({"on", "at", "near", "around", "along", "below", "above", "underneath"})
_COLOURLESS = frozenset({"person"})


@dataclass(frozen=True, slots=True)
class Palette:
    """The colour table.

    Attributes:
        families: each colour word -> its family; words for several colours -> "many".
        near: each family -> those that it may be called, itself included.
        words: all colour words.
        nouns: words for "colour".
        shades: words before a colour that change nothing.
    """

    families: Mapping[str, str]
    near: Mapping[str, frozenset[str]]
    words: frozenset[str]
    nouns: frozenset[str]
    shades: frozenset[str]

    def find_families(self, word: str) -> frozenset[str]:
        """The families of a word, of "red-and-white" both; empty for any other word."""
        if word in self.families:
            return frozenset({self.families[word]})
        if "-" not in word:
            return frozenset()
        pieces = word.split("-")
        rest = [piece for piece in pieces if piece not in self.families]
        is_colour = all(one in self.nouns or one in self.shades or one == "and" for one in rest)
        return frozenset(self.families[one] for one in pieces if one in self.families and is_colour)


class _ColourWords(Container[str]):
    """The words that are colours; hyphens join them freely, so no list holds them all."""

    def __contains__(self, word: object) -> bool:
        return isinstance(word, str) and _FAMILIES[word] != frozenset()


_COLOURS = _ColourWords()


@cache
def load_palette() -> Palette:
    """Read the colour table once."""
    file = resources.files("datagen.checks.grounding") / "data" / "colours.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    families = {word: name for name, words in table["families"].items() for word in words}
    families |= dict.fromkeys(table["words"]["many"], _MANY)
    near = {name: {name} for name in table["families"]}
    for name, others in table["near"].items():
        for other in others:
            near[name].add(other)
            near[other].add(name)
    return Palette(
        families,
        {name: frozenset(others) for name, others in near.items()},
        frozenset(families),
        frozenset(table["words"]["nouns"]),
        frozenset(table["words"]["shades"]),
    )


_FAMILIES = Memo(lambda word: load_palette().find_families(word))


def judge_colours(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge the colours that one sentence gives to things of the lexicon."""
    palette = load_palette()
    words = sentence.words
    if palette.words.isdisjoint(words) and not _has_compound(words, passage.text):
        affirmed = find_affirmed(sentence, passage)
        if affirmed is not None:
            for claim in _judge_named(affirmed, passage, palette):
                start, end = measure_span(sentence, 0, 0)
                yield replace(claim, start=start, end=end)
        return
    if is_open(sentence):
        return
    named = list(_judge_named(sentence, passage, palette))
    yield from named
    topic = find_topic(sentence, passage)
    if topic is not None and not named and not sentence.mentions:
        found = _read_short(words, passage, palette)
        if found:
            yield from _judge(topic, found, sentence, passage)


def _judge_named(sentence: Sentence, passage: Passage, palette: Palette) -> Iterator[Claim]:
    words = sentence.words
    for mention in sentence.mentions:
        found = _read_colours(words, mention, palette)
        if found and is_judged(mention):
            # "The black bus is red" says two things, one of them wrong.
            for part in split_found(mention, found):
                yield from _judge(mention, part, sentence, passage)


def _read_colours(words: Sequence[str], mention: Mention, palette: Palette) -> list[int]:
    """Where the colours of a noun phrase stand, those of a part of it left out ("white on top")."""
    found = read_traits(words, mention, _COLOURS, palette.shades)
    if found and found[-1] > mention.last:
        follows = words[found[-1] + 1 : found[-1] + 3]
        is_part = follows[:1] == ["in"] and palette.nouns.isdisjoint(follows)
        if is_part or (follows and follows[0] in _PARTLY):
            return [at for at in found if at < mention.first]
    elif words[mention.last + 1 : mention.last + 2] in (["has"], ["have"]):
        return found + _read_owned(words, mention.last + 2, palette)
    return found


def _read_owned(words: Sequence[str], start: int, palette: Palette) -> list[int]:
    """The colours of "has a red colour"; "has a red door" gives none."""
    found: list[int] = []
    for at in range(start, len(words)):
        if words[at] in palette.nouns:
            return found
        if words[at] in _COLOURS:
            found.append(at)
        elif words[at] not in palette.shades and words[at] != "and":
            break
    return []


def _has_compound(words: Sequence[str], text: str) -> bool:
    return "-" in text and any("-" in word and word in _COLOURS for word in words)


def _read_short(words: Sequence[str], passage: Passage, palette: Palette) -> list[int]:
    """The colours of "Red.", "It is red and white.", when a colour was asked for."""
    asked = [word for part in passage.question for word in part.words]
    if not any(word in palette.nouns or word in palette.families for word in asked):
        return []
    found: list[int] = []
    for at, word in enumerate(words):
        if word in _COLOURS:
            found.append(at)
        elif word not in palette.shades and word not in palette.nouns and word not in _OPENERS:
            break
    return found


def _judge(
    mention: Mention, found: Sequence[int], sentence: Sentence, passage: Passage
) -> Iterator[Claim]:
    classes = mention.term.classes
    if not knows(passage.evidence, classes) or not _COLOURLESS.isdisjoint(classes):
        return
    palette = load_palette()
    words = sentence.words
    said = {name for at in found for name in palette.find_families(words[at])}
    stated = collect_stated(passage.evidence, mention, _COLOURS, palette.shades)
    families = {name for word in stated.words for name in palette.find_families(word)}
    verdict = _compare(said, families)
    first, last = min(mention.first, found[0]), max(mention.last, found[-1])
    if mention not in sentence.mentions:
        first, last = found[0], found[-1]
    start, end = measure_span(sentence, first, last)
    yield Claim(
        family="colour",
        verdict=verdict,
        rule="colour-by-captions",
        turn=passage.turn,
        start=start,
        end=end,
        subject=mention.term.name,
        classes=classes,
        anchor=" ".join(words[at] for at in found),
        boxes=find_boxes(passage.evidence, classes),
        captions=stated.captions,
        detail=f"captions: {', '.join(sorted(stated.words))}" if verdict == "contradicted" else "",
    )


def _compare(said: Collection[str], families: Collection[str]) -> Verdict:
    """Hold families of colours said against those that captions state."""
    palette = load_palette()
    stated = set(families)
    if not stated or _MANY in said:
        return "unverifiable"
    if not stated.isdisjoint(said):
        return "supported"
    if _MANY in stated or any(not palette.near[name].isdisjoint(stated) for name in said):
        return "unverifiable"
    return "contradicted"
