"""Validate stage, grounding: the words for parts of the picture, "far left", "upper right corner"."""

from collections.abc import Sequence

from datagen.checks.grounding.geometry import Zone

PICTURE_WORDS = frozenset({
    "image", "picture", "photo", "photograph", "scene", "frame", "view", "shot", "composition",
    "room",
})  # fmt: skip
"""What stands for the whole picture; a room mostly fills it."""

ZONES: dict[str, Zone] = {
    "left": "left", "leftmost": "far left", "right": "right", "rightmost": "far right",
    "top": "top", "upper": "top", "bottom": "bottom", "lower": "bottom",
    "center": "middle", "centre": "middle", "central": "middle", "middle": "middle",
}  # fmt: skip
"""Each word for a part of the picture."""

_FAR: dict[Zone, Zone] = {"left": "far left", "right": "far right"}
_SIDED: frozenset[Zone] = frozenset({"left", "right", "far left", "far right"})

STRONG = frozenset({"far", "extreme", "very"})
"""What makes a side the far side."""

_PART_WORDS = frozenset({
    "side", "sides", "part", "half", "area", "section", "portion", "edge", "corner", "region",
    "third", "quarter", "end",
})  # fmt: skip
_RUN_WORDS = ZONES.keys() | _PART_WORDS | STRONG | frozenset({
    "hand", "foreground", "background",
})  # fmt: skip
SIDES = frozenset({"left", "right"})
SIDED_PARTS = SIDES | STRONG | {"side", "hand"}
"""All that a mere side may be made of ("far left hand side"), without a corner or an edge."""


def read_run(words: Sequence[str], start: int) -> tuple[int, list[str]]:
    """The words of a place in a row, hyphens resolved, and the token after them."""
    parts: list[str] = []
    index = start
    while index < len(words):
        word = words[index]
        pieces = word.split("-") if "-" in word else [word]
        if not _RUN_WORDS.issuperset(pieces) or (word == "hand" and not _is_side(words, index)):
            break
        parts += pieces
        index += 1
    return index, [part for part in parts if part]


def _is_side(words: Sequence[str], index: int) -> bool:
    """Whether it goes on as in "left hand side", and is no hand."""
    return words[index + 1 : index + 2] != [] and words[index + 1] in _PART_WORDS


def join_zones(parts: Sequence[str]) -> tuple[Zone, ...]:
    """The zones that the words name together; "centre left" is on the left."""
    zones = [ZONES[part] for part in parts if part in ZONES]
    if not STRONG.isdisjoint(parts):
        zones = [_FAR.get(zone, zone) for zone in zones]
    is_sided = not _SIDED.isdisjoint(zones)
    return tuple(dict.fromkeys(zone for zone in zones if not (is_sided and zone == "middle")))
