"""Audit: what is surely true of an image, and what is surely false.

Strict on purpose: where boxes, captions or a clean text leave a doubt, nothing is planted.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from datagen.records import AnnotatedImage, Box
from tests.audit.categories import find_named, list_categories, name_all
from tests.audit.wording import read_number

MOST = 11
"""Above that many boxes COCO stops counting one by one."""

LEAST_SIZE = 0.01
"""Share of the picture under which a thing may honestly be overlooked."""

_VAGUE = re.compile(
    r"\b(?:many|several|some|few|lots?|bunch|group|crowd|crowded|herd|flock|full|various|multiple"
    r"|numerous|row|rows|couple|pair|pile|stack|team|collection|assorted|other|others|set)\b"
)
_WORD = re.compile(r"[A-Za-z]+|\d+")

_COMPUTER_WORDS = frozenset({"monitor", "monitors", "computer", "computers", "desktop", "desk"})

FAMILIES: dict[str, tuple[str, ...]] = {
    "white": ("white", "cream", "ivory", "beige"),
    "grey": ("grey", "gray", "silver"),
    "black": ("black",),
    "brown": ("brown", "tan", "bronze", "golden", "gold", "blond"),
    "red": ("red", "maroon", "crimson", "scarlet"),
    "orange": ("orange", "coral"),
    "yellow": ("yellow",),
    "green": ("green", "olive", "lime", "mint"),
    "blue": ("blue", "navy", "teal", "turquoise"),
    "purple": ("purple", "violet", "lilac"),
    "pink": ("pink", "rose", "magenta"),
}
"""Colour words by family."""

_NEXT_TO = {
    "white": ("grey", "yellow", "pink"),
    "grey": ("white", "black", "blue", "brown"),
    "black": ("grey", "brown", "blue"),
    "brown": ("black", "red", "orange", "yellow", "grey"),
    "red": ("brown", "orange", "pink", "purple"),
    "orange": ("brown", "red", "yellow", "pink"),
    "yellow": ("white", "brown", "orange", "green"),
    "green": ("yellow", "blue"),
    "blue": ("green", "purple", "grey", "black"),
    "purple": ("red", "blue", "pink"),
    "pink": ("white", "red", "orange", "purple"),
}
"""Families that people mix up: neither is planted for the other."""

_COLOUR_OF = {word: family for family, words in FAMILIES.items() for word in words}
COLOUR = rf"(?:{'|'.join(_COLOUR_OF)})"
_PLANTED = ("red", "blue", "green", "yellow", "black", "white", "purple")


@dataclass(frozen=True)
class Facts:
    """One image, and all that its clean records say of it."""

    image: AnnotatedImage
    texts: tuple[str, ...]

    @cached_property
    def boxes(self) -> dict[str, list[Box]]:
        """Boxes by category, in annotation order."""
        boxes: dict[str, list[Box]] = {}
        for box in self.image.boxes:
            boxes.setdefault(box.category, []).append(box)
        return boxes

    @cached_property
    def absent(self) -> tuple[str, ...]:
        """Categories that neither a box nor any word nor a near relation brings in, sorted."""
        told = name_all("\n".join((*self.image.captions, *self.texts)))
        there = told | self.boxes.keys()
        table = list_categories()
        groups = {near for name in there for near in table[name].near if name in table}
        return tuple(
            sorted(
                name
                for name, row in table.items()
                if name not in there and name not in groups and not row.near & there
            )
        )

    @cached_property
    def present(self) -> tuple[str, ...]:
        """Boxed categories, sorted."""
        return tuple(sorted(self.boxes.keys() & list_categories().keys()))

    @cached_property
    def plain_to_see(self) -> tuple[str, ...]:
        """Boxed categories that nobody overlooks: large enough, or named by a caption; sorted.

        A `tv` beside a computer is COCO's name for its monitor: who says that there is no TV is right.
        """
        text = "\n".join(self.image.captions)
        named = name_all(text)
        is_monitor = not _COMPUTER_WORDS.isdisjoint(_WORD.findall(text.lower()))
        return tuple(
            name
            for name in self.present
            if name in named
            or (max(map(_measure, self.boxes[name])) >= LEAST_SIZE and name != "tv")
            or (name == "tv" and not is_monitor)
        )

    @cached_property
    def _told(self) -> dict[str, list[int | None]]:
        """For each boxed category the numbers that the captions give, see `_number_in`."""
        return {
            name: [_number_in(caption, name) for caption in self.image.captions]
            for name in self.boxes
        }

    def count(self, category: str) -> int | None:
        """How many there are; None where a crowd, a vague or another number leaves it open."""
        boxes = self.boxes.get(category, [])
        if not 0 < len(boxes) <= MOST or any(box.crowd for box in boxes):
            return None
        if list_categories()[category].loose:
            return None
        numbers = self._told[category]
        told = [number for number in numbers if number]
        if None in numbers or any(number != len(boxes) for number in told if number > 1):
            return None
        return len(boxes)

    def box_count(self, category: str) -> int | None:
        """How many boxes, where no caption has a larger number; None where that is open."""
        boxes = self.boxes.get(category, [])
        if not 0 < len(boxes) <= MOST or any(box.crowd for box in boxes):
            return None
        most = max((number or 0 for number in self._told[category]), default=0)
        return len(boxes) if most <= len(boxes) else None

    def is_single(self, category: str) -> bool:
        """One box, and no caption has more than one mention of it."""
        return self.count(category) == 1 and all(
            sum(category in name_all(word) for word in _WORD.findall(caption)) <= 1
            for caption in self.image.captions
        )

    @cached_property
    def singles(self) -> tuple[str, ...]:
        """Categories of which there is exactly one, sorted."""
        return tuple(name for name in self.present if self.is_single(name))

    def find_side(self, category: str) -> str:
        """`left` or `right` of the picture by a clear margin, else empty."""
        x1, _, x2, _ = self.boxes[category][0].corners
        middle = (x1 + x2) / 2
        if middle <= 0.33 and x2 < 0.5:
            return "left"
        return "right" if middle >= 0.67 and x1 > 0.5 else ""

    def list_relations(self) -> list[tuple[str, str, str]]:
        """Single things `x`, and on which `side` of `y` they are: apart and far from each other."""
        return [
            (x, side, y)
            for x in self.singles
            for y in self.singles
            if x != y and (side := _relate(self.boxes[x][0], self.boxes[y][0]))
        ]

    @cached_property
    def colours(self) -> dict[str, frozenset[str]]:
        """Families of colours that captions state of a category with one box."""
        stated: dict[str, set[str]] = {}
        for caption in self.image.captions:
            for category, colour in find_colours(caption):
                stated.setdefault(category, set()).add(colour)
        return {
            category: frozenset(colours)
            for category, colours in sorted(stated.items())
            if self.box_count(category) == 1 and len(colours) == 1 and category != "person"
        }

    def list_false_colours(self, category: str) -> list[str]:
        """Colours far from the stated one; if there are such, colours that no text has at all."""
        told = find_words("\n".join((*self.image.captions, *self.texts)))
        stated = self.colours.get(category, frozenset())
        near = stated.union(*(_NEXT_TO[colour] for colour in stated))
        far = [colour for colour in _PLANTED if colour not in near]
        return [colour for colour in far if colour not in told] or far


def _number_in(caption: str, category: str) -> int | None:
    """How many a caption gives: 0 for no number, None for a vague one."""
    total, found = 0, False
    for named in find_named(caption):
        if named.category != category:
            continue
        before = _WORD.findall(caption[: named.start])[-3:]
        if _VAGUE.search(" ".join(before).lower()) or (named.plural and not before):
            return None
        numbers = [number for word in before if (number := read_number(word))]
        total += numbers[-1] if numbers else 1
        found = found or bool(numbers)
    if category == "person" and _VAGUE.search(caption.lower()):
        return None
    return total if found or total > 1 else 0


def _measure(box: Box) -> float:
    x1, y1, x2, y2 = box.corners
    return (x2 - x1) * (y2 - y1)


def _relate(box: Box, other: Box) -> str:
    gap = (sum(box.corners[::2]) - sum(other.corners[::2])) / 2
    if gap <= -0.25 and box.corners[2] <= other.corners[0]:
        return "left"
    return "right" if gap >= 0.25 and box.corners[0] >= other.corners[2] else ""


def find_words(text: str) -> frozenset[str]:
    """Families of all colour words of a text."""
    words = (word.lower() for word in _WORD.findall(text))
    return frozenset(_COLOUR_OF[word] for word in words if word in _COLOUR_OF)


def find_colours(text: str) -> Iterable[tuple[str, str]]:
    """Categories with the family of the colour that stands before them ("a red bus").

    >>> list(find_colours("A red double bus and a green and white train."))
    [('bus', 'red')]
    """
    for named in find_named(text):
        words = _list_before(text, named.start)
        colours = [word for word in words if word in _COLOUR_OF]
        if len(colours) == 1 and not named.plural and "and" not in words:
            yield named.category, _COLOUR_OF[colours[0]]


def _list_before(text: str, end: int) -> Sequence[str]:
    """The one or two words before a noun, up to its article."""
    words = [word.lower() for word in _WORD.findall(text[:end])[-4:]]
    for index in range(len(words) - 1, -1, -1):
        if words[index] in {"a", "an", "the"}:
            return words[index + 1 :]
    return ()


def colour_family(word: str) -> str:
    """The family of a colour word, empty for any other word."""
    return _COLOUR_OF.get(word.lower(), "")
