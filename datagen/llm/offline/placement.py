"""Ask stage, offline: groups of objects -> sentences on how many there are and where.

A place is told only when every box of the group is clearly there.
"""

from collections.abc import Mapping, Sequence
from random import Random

from datagen.llm.offline.objects import (
    Corners,
    Group,
    describe,
    find_center,
    find_height,
    find_relation,
    find_side,
    measure,
    takes_are,
)
from datagen.llm.offline.talk import load_wording
from datagen.llm.offline.words import join_list, lift_first

_FILLING = 0.45
_LARGE = 0.2
_LITTLE = 0.02
_REACHING = 0.8
_SPREAD = 0.5
_MANY = 4
_CLEARLY_LARGER = 1.5
_MAIN = 5


def draw(key: str, rng: Random, **slots: object) -> str:
    """Draw one of the description's wordings and fill its slots."""
    line: str = rng.choice(load_wording()["description"][key])
    return line.format(**slots)


def find_zone(group: Group) -> str:
    """Key of the wording for where a group is ("top_left"), "" if that is not clear.

    `apart`, `each`: two things in different places; `spread`: many from side to side.
    """
    if not group.measured or group.count in {"crowd", "plain"}:
        return ""
    zones = [_find_box_zone(box) for box in group.corners]
    if len(set(zones)) == 1:
        return zones[0]
    if len(zones) == 2 and group.count == "exact":
        return _find_double_zone(group, zones)
    if len(zones) >= _MANY and _is_spread(group.corners):
        return "spread"
    sides, heights = (
        {find_side(box) for box in group.corners},
        {find_height(box) for box in group.corners},
    )
    shared = [*(sides if len(sides) == 1 else ()), *(heights if len(heights) == 1 else ())]
    return next((zone for zone in shared if zone), "")


def _find_box_zone(box: Corners) -> str:
    side, height = find_side(box), find_height(box)
    return f"{height}_{side}" if height and side in {"left", "right"} else side or height


def _find_double_zone(group: Group, zones: Sequence[str]) -> str:
    if {find_side(box) for box in group.corners} == {"left", "right"}:
        return "apart"
    return "each" if all(zones) else ""


def _is_spread(corners: Sequence[Corners]) -> bool:
    middles = [find_center(box)[0] for box in corners]
    return (
        max(middles) - min(middles) >= _SPREAD and min(middles) <= 1 / 3 and max(middles) >= 2 / 3
    )


def name_group(group: Group, known: Mapping[str, bool], *, loosely: bool = False) -> str:
    """A group with its number, with "the" where it was named before.

    Args:
        group: what to name.
        known: categories that were named, and whether as several.
        loosely: see `describe`.
    """
    name = describe(group, loosely=loosely)
    if group.is_single and group.category.name in known:
        return f"the {group.noun}"
    is_known_number = group.count == "exact" and known.get(group.category.name, False)
    return f"the {name}" if is_known_number else name


def place_groups(groups: Sequence[Group], known: Mapping[str, bool], rng: Random) -> list[str]:
    """Sentences on where groups are, two places in one sentence where that reads well.

    Args:
        groups: those with a zone, see `find_zone`.
        known: categories that were named before, and whether as several.
        rng: draws the wordings.
    """
    zones: dict[str, list[Group]] = {}
    for group in groups:
        zones.setdefault(find_zone(group), []).append(group)
    scattered = {zone: zones.pop(zone, []) for zone in ("apart", "each", "spread")}
    together = list(zones.items())
    sentences = []
    while together:
        size = 2 if len(together) > 1 and rng.random() < 0.75 else 1
        sentences.append(_place_zones(together[:size], known, rng))
        together = together[size:]
    sentences += [_place_apart(group, known, rng) for group in scattered["apart"]]
    sentences += [_place_each(group, rng) for group in scattered["each"]]
    return sentences + _place_spread(scattered["spread"], known, rng)


def _place_zones(
    zones: Sequence[tuple[str, Sequence[Group]]], known: Mapping[str, bool], rng: Random
) -> str:
    slots: dict[str, str] = {}
    for mark, (zone, members) in zip(("", "2"), zones, strict=False):
        names = join_list([name_group(group, known, loosely=True) for group in members])
        place = draw(zone, rng)
        slots |= {
            f"list{mark}": names,
            f"List{mark}": lift_first(names),
            f"be{mark}": "are" if len(members) > 1 or takes_are(members[0]) else "is",
            f"place{mark}": place,
            f"Place{mark}": lift_first(place),
        }
    if len(zones) > 1:
        return draw("placed_twice", rng, **slots)
    # "there is the dog" is no good
    has_known = "the " in f" {slots['list']}"
    return draw("placed_known" if has_known else "placed", rng, **slots)


def _place_apart(group: Group, known: Mapping[str, bool], rng: Random) -> str:
    it = name_group(group, known)
    key = "apart_known" if it.startswith("the ") else "apart"
    return draw(key, rng, it=it, It=lift_first(it))


def _place_each(group: Group, rng: Random) -> str:
    boxes = sorted(group.corners)
    first, last = (draw(_find_box_zone(box), rng) for box in boxes)
    return draw("each", rng, many=f"two {group.category.many}", first=first, last=last)


def _place_spread(groups: Sequence[Group], known: Mapping[str, bool], rng: Random) -> list[str]:
    if not groups:
        return []
    it = join_list([name_group(group, known, loosely=len(groups) > 1) for group in groups])
    key = "spread_known" if it.startswith("the ") else "spread"
    return [draw(key, rng, it=it, It=lift_first(it))]


def list_rest(groups: Sequence[Group], rng: Random) -> str:
    """One sentence that lists groups with their numbers, "" for none."""
    if not groups:
        return ""
    names = [describe(group, loosely=True) for group in groups]
    be = "are" if len(groups) > 1 or takes_are(groups[0]) else "is"
    return draw("rest", rng, list=join_list(names), be=be)


def tell_size(groups: Sequence[Group], known: Mapping[str, bool], rng: Random) -> str:
    """How much of the view the largest thing takes, where that is remarkable."""
    first = groups[0] if groups else None
    if (
        first is None
        or not first.measured
        or not first.is_single
        or first.category.name not in known
    ):
        return ""
    key = _find_size_key(first.corners[0])
    if key:
        slots = {"be": "is", "fill": "fills", "take": "takes", "reach": "reaches"}
        return draw(key, rng, name=first.noun, **slots)
    if len(groups) > 1 and first.largest >= _CLEARLY_LARGER * groups[1].largest:
        return draw("largest", rng, name=first.noun)
    return ""


def _find_size_key(box: Corners) -> str:
    area = measure(box)
    if area >= _FILLING:
        return "filling"
    if area >= _LARGE:
        is_tall, is_wide = box[3] - box[1] >= _REACHING, box[2] - box[0] >= _REACHING
        return "tall" if is_tall else "wide" if is_wide else ""
    return "small" if area <= _LITTLE else ""


def list_relations(groups: Sequence[Group], limit: int, rng: Random) -> list[str]:
    """Sentences on how the larger single things stand to one another, each thing at most once."""
    singles = [group for group in groups if group.is_single][:_MAIN]
    rng.shuffle(singles)
    sentences: list[str] = []
    while len(singles) > 1 and len(sentences) < limit:
        one = singles.pop()
        other = next((group for group in singles if find_relation(one, group)), None)
        if other is not None:
            singles.remove(other)
            sentences.append(_relate(one, other, rng))
    return sentences


def _relate(one: Group, other: Group, rng: Random) -> str:
    relation = find_relation(one, other)
    key = "relations_sides" if relation in {"left", "right"} else "relations_heights"
    return draw(key, rng, one=one.noun, other=other.noun, side=relation, height=relation)
