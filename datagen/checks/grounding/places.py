"""Validate stage, grounding: the phrases of place in a sentence, found by their tokens.

Only places that boxes can decide are given: parts of the picture ("in the upper left corner of the
image"), relations to a mentioned thing ("to the left of the dog"), and spread over the picture. A
thing's own parts ("the left side of the street", "the middle of the table") are given as `local`:
nothing follows from them.
"""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec
from msgspec.structs import replace

from datagen.checks.grounding.geometry import Relation, Zone
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.zones import (
    PICTURE_WORDS,
    SIDED_PARTS,
    SIDES,
    STRONG,
    ZONES,
    join_zones,
    read_run,
)

PlaceKind = Literal["zone", "relation", "spread", "local"]

_PREPOSITIONS = frozenset({
    "on", "at", "in", "to", "toward", "towards", "near", "along", "by", "around",
})  # fmt: skip
_CLOSE = frozenset({"close", "closer", "closest", "near", "nearer", "nearest", "next"})
_ABOUT = frozenset({"toward", "towards", "near", "around"})
_DETERMINERS = frozenset({"the", "this", "that", "a", "an", "its"})
_HEIGHTS = frozenset({"top", "bottom"})
_WHOLE = frozenset({"entire", "whole"})
_FRAGMENT_ENDS = frozenset({"one", "of", "the", "this", ".", "!"})
_NEXT_WORDS = frozenset({
    ",", ".", ";", ":", "!", "?", ")", "and", "while", "with", "but", "as", "whereas", "is",
    "are", "was", "were", "there", "stands", "sits", "lies", "hangs", "stand", "sit", "lie",
    "hang", "we", "you", "one", "another", "can", "a", "an", "the", "two", "three", "four",
    "five", "six", "several", "some", "in", "by", "near", "next", "behind", "from", "has",
    "have", "who", "which", "that", "where", "also", "appears", "rests", "rest", "appear",
    "wears", "holds", "looks", "seems", "faces", "carries", "rides", "does", "did", "-",
    "\n",
})  # fmt: skip
"""What may follow a place; a noun there would make "left" its adjective ("the left hand")."""
_NOUNS_IN_ING = frozenset({
    "building", "railing", "wing", "ring", "painting", "ceiling", "awning", "string", "clothing",
    "lighting", "earring", "parking", "opening", "landing", "crossing", "wedding", "siding",
})  # fmt: skip

_RELATION_WORDS: dict[str, tuple[tuple[tuple[str, ...], Relation], ...]] = {
    "above": (((), "above"),), "below": (((), "below"),), "beneath": (((), "below"),),
    "beside": (((), "beside"),), "next": ((("to",), "beside"),), "atop": (((), "on"),),
    "on": ((("top", "of"), "on"),),
    "left": ((("of",), "left of"),), "right": ((("of",), "right of"),),
    "higher": ((("than",), "above"),), "lower": ((("than",), "below"),),
}  # fmt: skip
_SPREAD_WORDS = frozenset({"scattered", "spread", "dispersed", "distributed", "strewn"})
_OVER = frozenset({"throughout", "across", "around", "over", "about"})
_HYPHENED = frozenset(
    f"{one}-{other}" for one in (*ZONES, *STRONG) for other in (*ZONES, "hand", "side", "most")
)
_TRIGGERS = (
    ZONES.keys()
    | _HYPHENED
    | _SPREAD_WORDS
    | _RELATION_WORDS.keys() - {"on"}
    | frozenset({"across"})
)
_OPENERS = _RELATION_WORDS.keys() | _SPREAD_WORDS | _PREPOSITIONS | {"across"}
"""Words with which a phrase of place begins."""


class Place(msgspec.Struct, frozen=True, gc=False):
    """One phrase of place.

    Attributes:
        kind: `local` decides nothing.
        first, last: its tokens, last included.
        zones: of a `zone`, the parts of the picture that are meant together.
        relation: of a `relation`.
        anchor: what the relation is to; None where "to its left" leaves it to the sentence.
        is_bare: a zone that does not name the picture.
        also: of "on the left and right sides", the zones of the second.
    """

    kind: PlaceKind
    first: int
    last: int
    zones: tuple[Zone, ...] = ()
    relation: Relation | None = None
    anchor: Mention | None = None
    is_bare: bool = True
    also: tuple[Zone, ...] = ()


def find_places(sentence: Sentence) -> list[Place]:
    """The phrases of place in order; they never overlap."""
    words = sentence.words
    if _TRIGGERS.isdisjoint(words):
        return []
    heads = {mention.head: mention for mention in sentence.mentions}
    fragment = _read_fragment(words)
    places: list[Place] = [fragment] if fragment is not None else []
    start = fragment.last if fragment is not None else 0
    for index in [index for index, word in enumerate(words) if word in _OPENERS]:
        if index < start:
            continue
        place = _read_place(words, index, heads)
        if place is not None:
            places.append(place)
            start = place.last + 1
    return _share_owners(places)


def _read_fragment(words: Sequence[str]) -> Place | None:
    """Read a whole answer such as "The left side." or "The left one."."""
    if words[0] not in _DETERMINERS:
        return None
    end, parts = read_run(words, 1)
    zones = join_zones(parts)
    if not zones:
        return None
    rest = words[end:]
    while rest and (rest[0] in _FRAGMENT_ENDS or rest[0] in PICTURE_WORDS):
        rest = rest[1:]
    return Place("zone", 0, end - 1, zones=zones) if not rest else None


def _read_place(words: Sequence[str], index: int, heads: Mapping[int, Mention]) -> Place | None:
    word = words[index]
    if word in _RELATION_WORDS:
        related = _read_relation(words, index, heads)
        if related is not None:
            return related
    if word in _SPREAD_WORDS or word == "across":
        return _read_spread(words, index)
    if word in _PREPOSITIONS:
        return _read_zone(words, index, heads)
    return None


def _read_relation(words: Sequence[str], index: int, heads: Mapping[int, Mention]) -> Place | None:
    """Read "above the dog", "next to the dog", "higher in the view than the dog"."""
    for rest, relation in _RELATION_WORDS[words[index]]:
        start = index + 1
        if rest == ("than",):
            start = _skip_picture(words, start)
        after = start + len(rest)
        anchor = heads.get(after)
        if tuple(words[start:after]) == rest and anchor is not None:
            if words[index - 1 : index] == ["from"] or _owns(words, anchor):
                return None
            return Place("relation", index, anchor.last, relation=relation, anchor=anchor)
    return None


def _owns(words: Sequence[str], mention: Mention) -> bool:
    return words[mention.last + 1 : mention.last + 2] in (["'s"], ["'"])


def _skip_picture(words: Sequence[str], index: int) -> int:
    """Where "in the picture" ends that may begin here."""
    if words[index : index + 2] == ["in", "the"] and words[index + 2 : index + 3] != []:
        return index + 3 if words[index + 2] in PICTURE_WORDS else index
    return index


def _read_spread(words: Sequence[str], index: int) -> Place | None:
    """Read "scattered throughout the scene", "across the view", "spread from left to right"."""
    at = index + (words[index] in _SPREAD_WORDS)
    if words[at : at + 4] == ["from", "left", "to", "right"]:
        return Place("spread", index, at + 3)
    while words[at : at + 1] in (["out"], ["all"]):
        at += 1
    if at + 2 < len(words) and words[at] in _OVER and words[at + 1] in _DETERMINERS:
        end = at + 2 + (words[at + 2] in _WHOLE)
        if words[end : end + 1] and words[end] in PICTURE_WORDS:
            return Place("spread", index, end)
    return None


def _read_zone(words: Sequence[str], index: int, heads: Mapping[int, Mention]) -> Place | None:
    """Read "on the far left side of the image", "to its left", "to the right of the dog"."""
    start = index + 1
    if start < len(words) and words[start] in _DETERMINERS:
        start += 1
    end, parts = read_run(words, start)
    zones = join_zones(parts) if parts else ()
    if not zones:
        return None
    is_loose = words[index] in _ABOUT or words[index - 1] in _CLOSE
    if is_loose or words[end : end + 1] != ["of"]:
        # "In the middle" may be the middle of a group.
        zones = tuple("about middle" if zone == "middle" else zone for zone in zones)
    also: tuple[Zone, ...] = ()
    if words[end : end + 1] == ["and"]:
        end, also = _read_second(words, end)
    run = _Run(words, index, end, tuple(parts), zones, also)
    if words[index + 1] == "its":
        return run.relate(None, run.last) if run.is_plain else None
    if words[end : end + 1] == ["of"]:
        return _read_owner(run, heads)
    if words[index] == "to" and run.is_plain and words[index - 1] not in _CLOSE:
        return _read_comparison(run, heads)
    if set(zones) <= _HEIGHTS and words[index + 1] not in _DETERMINERS:
        return None  # "with a cherry on top"
    if not _may_follow(words[end] if end < len(words) else "."):
        return None
    return Place("zone", index, end - 1, zones=zones, also=also)


def _may_follow(word: str) -> bool:
    return word in _NEXT_WORDS or (word.endswith("ing") and word not in _NOUNS_IN_ING)


def _read_second(words: Sequence[str], end: int) -> tuple[int, tuple[Zone, ...]]:
    """Read "and right sides" after "on the left"; where it ends and its zones, if it is that."""
    start = end + 1 + (words[end + 1 : end + 2] == ["the"])
    after, parts = read_run(words, start)
    also = join_zones(parts)
    return (after, also) if also else (end, ())


class _Run(msgspec.Struct, frozen=True, gc=False):
    """Words of side and height in a row, from their preposition `first` to before `end`."""

    words: Sequence[str]
    first: int
    end: int
    parts: tuple[str, ...]
    zones: tuple[Zone, ...]
    also: tuple[Zone, ...] = ()

    @property
    def last(self) -> int:
        return self.end - 1

    @property
    def is_plain(self) -> bool:
        """Whether it is only "left" or "right", maybe "far"."""
        return SIDES.issuperset(part for part in self.parts if part not in STRONG)

    def relate(self, anchor: Mention | None, last: int) -> Place:
        """Make it a relation by its side."""
        side = "left" if "left" in self.parts else "right"
        relation: Relation = "left of" if side == "left" else "right of"
        if not self.is_plain:
            relation = "left side" if side == "left" else "right side"
        return Place("relation", self.first, last, relation=relation, anchor=anchor)


def _read_owner(run: _Run, heads: Mapping[int, Mention]) -> Place:
    """Read on after "of": whose left, top or middle it is."""
    words, after = run.words, run.end + 1
    anchor = heads.get(after)
    if anchor is not None and not _owns(words, anchor):
        is_side = SIDED_PARTS.issuperset(run.parts) and not SIDES.isdisjoint(run.parts)
        return run.relate(anchor, anchor.last) if is_side else _make_local(run, anchor.last)
    while after < len(words) and (words[after] in _DETERMINERS or words[after] in _WHOLE):
        after += 1
    owner = words[after] if after < len(words) else ""
    if owner == "room" and "middle" in run.zones:
        return _make_local(run, after)  # of the room, not of the picture
    if owner in PICTURE_WORDS or (run.is_plain and ZONES.get(owner) == "middle"):
        return Place("zone", run.first, after, zones=run.zones, is_bare=False, also=run.also)
    return _make_local(run, min(after, len(words) - 1))


def _make_local(run: _Run, last: int) -> Place:
    return Place("local", run.first, last)


def _read_comparison(run: _Run, heads: Mapping[int, Mention]) -> Place | None:
    """Read "farther to the right than the dog"; "to the right" alone has no anchor to hold it."""
    words = run.words
    if words[run.end : run.end + 1] == ["than"] and run.end + 1 in heads:
        anchor = heads[run.end + 1]
        return run.relate(anchor, anchor.last)
    if words[0] == "compared" and words[run.first - 1] in {"farther", "further"}:
        return run.relate(None, run.last)
    return None


def _share_owners(places: list[Place]) -> list[Place]:
    """Let "one on the left and one on the right side of the street" be local, both of them."""
    shared = list(places)
    for index in range(len(places) - 1, 0, -1):
        one, other = shared[index - 1], shared[index]
        if one.kind == "zone" and one.is_bare and other.kind == "local":
            shared[index - 1] = replace(one, kind="local")
    return shared
