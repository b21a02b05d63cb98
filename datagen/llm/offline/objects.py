"""Ask stage, offline: boxes -> groups of like objects: how many, how large, where.

All shares and coordinates are of the picture, 0-1, origin at the top left; left and right are the
viewer's. What is said of a group must hold for a box that stands, unmarked, for a whole crowd.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from datagen.llm.offline.captions import Caption
from datagen.llm.offline.reading import SceneBox
from datagen.llm.offline.vocabulary import Category, Mention, find_category
from datagen.llm.offline.words import list_words, read_number, spell_number

Corners = tuple[float, float, float, float]
Count = Literal["one", "exact", "least", "several", "dozen", "crowd", "plain"]
"""How a number may be told: exactly, as a lower limit, loosely, or (`plain`) not at all."""

_DOZEN = 13
# From this many on, one of the boxes may well be a crowd; COCO draws one when it gets tedious.
_SAFE_EXACT = 6
_MARGIN = 0.03
_LOOKBACK = 4
_CLEAR_MAJORITY = 3


@dataclass(frozen=True, slots=True)
class Group:
    """All boxes of one category.

    Attributes:
        count: how their number may be told.
        noun: how one is called behind "the"; for a lone person the captions' word ("woman").
        measured: the corners tell places.
    """

    category: Category
    corners: tuple[Corners, ...]
    count: Count
    noun: str
    measured: bool

    @property
    def number(self) -> int:
        """How many boxes there are."""
        return len(self.corners)

    @property
    def is_single(self) -> bool:
        """One box, and nothing hints at more of its kind."""
        return self.count == "one"

    @property
    def largest(self) -> float:
        """Area of the largest box, 0-1."""
        return max(measure(box) for box in self.corners)


def make_groups(
    boxes: Sequence[SceneBox], captions: Sequence[Caption], *, measured: bool
) -> tuple[Group, ...]:
    """Group boxes by category, the group with the largest box first."""
    by_name: dict[str, list[SceneBox]] = {}
    for box in boxes:
        by_name.setdefault(box.category, []).append(box)
    groups = [
        _make_group(find_category(name), members, captions, measured=measured)
        for name, members in by_name.items()
    ]
    return tuple(sorted(groups, key=lambda group: (-group.largest, group.category.name)))


def _make_group(
    category: Category, members: Sequence[SceneBox], captions: Sequence[Caption], *, measured: bool
) -> Group:
    count = judge_count(category, members, captions)
    is_lone_person = category.name == "person" and count == "one"
    return Group(
        category=category,
        corners=tuple(box.corners for box in members),
        count=count,
        noun=name_person(captions) if is_lone_person else category.noun,
        measured=measured,
    )


def judge_count(
    category: Category, members: Sequence[SceneBox], captions: Sequence[Caption]
) -> Count:
    """Decide how the number of boxes may be told, given what the captions say.

    A number in a caption that differs, a plural beside one box, "a group of", and boxes that hold
    one another (a crowd drawn as one box) each forbid the exact number.
    """
    if any(box.crowd for box in members):
        return "crowd"
    if len(members) >= _DOZEN:
        return "dozen"
    if category.uncounted:
        return "one" if len(members) == 1 else "plain"
    told = _find_told(category, captions)
    if len(members) == 1:
        return "plain" if told.is_plural or max(told.numbers, default=1) > 1 else "one"
    return _judge_several(members, told)


@dataclass(frozen=True, slots=True)
class _Told:
    """What captions say about the number of a category's things."""

    numbers: frozenset[int]
    is_plural: bool
    is_many: bool


def _judge_several(members: Sequence[SceneBox], told: _Told) -> Count:
    number = len(members)
    if told.numbers - {number}:
        return "least" if max(told.numbers) > number else _loosen(number)
    if told.numbers:
        return "exact"
    is_unsure = told.is_many or number > _SAFE_EXACT or _may_hold_crowd(members)
    return "least" if is_unsure else "exact"


def _loosen(number: int) -> Count:
    return "several" if number > 2 else "plain"


def _may_hold_crowd(members: Sequence[SceneBox]) -> bool:
    """Whether one box reaches around the middle of another."""
    return any(
        one is not other and _holds(one.corners, find_center(other.corners))
        for one in members
        for other in members
    )


def _holds(box: Corners, point: tuple[float, float]) -> bool:
    return box[0] <= point[0] <= box[2] and box[1] <= point[1] <= box[3]


def _find_told(category: Category, captions: Sequence[Caption]) -> _Told:
    told = [
        (mention, caption.words[max(0, mention.place - _LOOKBACK) : mention.place])
        for caption in captions
        for mention in caption.mentions
        if mention.category == category.name
    ]
    numbers = frozenset(number for _, before in told if (number := _find_number(before)))
    return _Told(
        numbers=numbers,
        is_plural=any(_is_several(mention) for mention, _ in told),
        is_many=any(
            list_words("sets", "many").intersection(before)
            or mention.word in list_words("sets", "group_nouns")
            for mention, before in told
        ),
    )


def _is_several(mention: Mention) -> bool:
    return mention.plural or mention.word in list_words("sets", "group_nouns")


def _find_number(words: Sequence[str]) -> int | None:
    numbers = [number for word in words if (number := read_number(word)) and number > 1]
    if not numbers and "couple" in words:
        return 2
    return numbers[-1] if numbers else None


def name_person(captions: Sequence[Caption]) -> str:
    """What to call the only person: the captions' word where most agree, else "person"."""
    votes = Counter(gender for caption in captions for gender in caption.genders)
    if not votes or min(votes["male"], votes["female"]) * _CLEAR_MAJORITY > max(votes.values()):
        return "person"
    words = {word for caption in captions for word in caption.words}
    young, grown = ("girl", "woman") if votes["female"] > votes["male"] else ("boy", "man")
    is_grown = bool(words & list_words("people", "grown"))
    if young in words:
        return "person" if is_grown else young
    return grown if is_grown else "person"


def describe(group: Group, *, loosely: bool = False) -> str:
    """Name a group with its number: "a dog", "two cups", "at least seven chairs".

    Args:
        group: what to name.
        loosely: say "several" rather than "at least seven".
    """
    one, many = group.category.one, group.category.many
    if group.count == "one" and group.noun != group.category.noun:
        one = f"a {group.noun}"
    wordings = {
        "one": one,
        "exact": f"{spell_number(group.number)} {many}",
        "least": f"at least {spell_number(group.number)} {many}",
        "several": f"several {many}",
        "dozen": f"more than a dozen {many}",
        "crowd": f"a crowd of {many}" if group.category.name == "person" else f"many {many}",
        "plain": many,
    }
    if loosely and group.count == "least" and group.number > 2:
        return f"several {many}"
    return wordings[group.count]


def takes_are(group: Group) -> bool:
    """Whether a group as named by `describe` takes "are"."""
    if group.count == "crowd":
        return group.category.name != "person"
    return group.count != "one"


def measure(box: Corners) -> float:
    """Area of a box, 0-1."""
    return (box[2] - box[0]) * (box[3] - box[1])


def find_center(box: Corners) -> tuple[float, float]:
    """The middle of a box."""
    return (box[0] + box[2]) / 2, (box[1] + box[3]) / 2


def find_side(box: Corners) -> str:
    """`left`, `right` or `middle` where a box clearly is, else ""."""
    x, _ = find_center(box)
    if box[2] <= 0.5 and x <= 0.36:
        return "left"
    if box[0] >= 0.5 and x >= 0.64:
        return "right"
    return "middle" if 0.42 <= x <= 0.58 and box[2] - box[0] <= 0.5 else ""


def find_height(box: Corners) -> str:
    """`top` or `bottom` where a box clearly is, else ""."""
    _, y = find_center(box)
    if box[3] <= 0.45 and y <= 0.3:
        return "top"
    return "bottom" if box[1] >= 0.6 and y >= 0.75 else ""


def find_relation(one: Group, other: Group) -> str:
    """How the first of two single things stands to the second, "" if not clearly.

    `left`, `right`: no overlap sideways; `higher`, `lower`: none in height while they overlap
    sideways.
    """
    if not (one.is_single and other.is_single and one.measured and other.measured):
        return ""
    first, second = one.corners[0], other.corners[0]
    if first[2] + _MARGIN <= second[0]:
        return "left"
    if second[2] + _MARGIN <= first[0]:
        return "right"
    if first[3] + _MARGIN <= second[1]:
        return "higher"
    return "lower" if second[3] + _MARGIN <= first[1] else ""
