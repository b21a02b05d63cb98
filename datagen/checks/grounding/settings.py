"""Validate stage, grounding: places as large as the picture ("in the kitchen", "on the street").

"No dog on the sofa" speaks of a part of the picture, "nobody in the kitchen" of a kitchen that may be
all there is to see. A caption decides: if it has the thing in that very place, the denial stands
against it.
"""

from collections.abc import Sequence

from datagen.checks.grounding.evidence import Evidence

_ROOMS = frozenset({
    "kitchen", "bathroom", "bedroom", "office", "classroom", "restaurant", "cafeteria", "restroom",
    "room", "lobby", "hallway", "library", "store", "shop",
})  # fmt: skip
_GROUNDS = frozenset({
    "street", "road", "highway", "beach", "park", "field", "garden", "yard", "farm", "zoo", "slope",
    "sidewalk", "station", "airport", "pasture", "meadow", "court", "runway", "plaza", "forest",
})  # fmt: skip
_KINDS = frozenset({"living", "dining", "hotel", "city", "train", "bus", "busy", "whole", "entire"})
_PREPOSITIONS = frozenset({"in", "on", "at", "inside", "down", "along", "through"})
_TAILS = frozenset({
    "and", "with", "while", "near", "next", "by", "in", "on", "at", "as", "is", "are", "beside", "that",
})  # fmt: skip
_REACH = 4
"""Words from the preposition of a caption to the place ("in a small modern kitchen")."""


def find_setting(words: Sequence[str]) -> str:
    """The place that words narrow a denial to, if they say no more than that; else empty.

    >>> find_setting(["on", "street"]), find_setting(["living", "room"]), find_setting(["sofa"])
    ('street', 'room', '')
    """
    named = [word for word in words if word not in _PREPOSITIONS and word not in _KINDS]
    place = named[0] if len(named) == 1 else ""
    return place if is_setting(place) else ""


def is_setting(word: str) -> bool:
    """Whether a word names such a place."""
    return word in _ROOMS or word in _GROUNDS


def is_told_there(classes: Sequence[str], place: str, evidence: Evidence) -> bool:
    """Whether a caption has one of the categories in that place."""
    places = _ROOMS if place == "room" else {place}
    return any(
        _stands_in(places, one.sentence.words)
        for category in classes
        for one in evidence.mentions.get(category, ())
        if not one.mention.negated and not one.mention.dropped
    )


def _stands_in(places: frozenset[str] | set[str], words: Sequence[str]) -> bool:
    return any(
        word in places
        and not _PREPOSITIONS.isdisjoint(words[max(0, at - _REACH) : at])
        and (at + 1 == len(words) or not words[at + 1].isalpha() or words[at + 1] in _TAILS)
        for at, word in enumerate(words)
    )
