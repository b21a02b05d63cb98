"""Spot-check, probes: an annotated image -> questions whose answers its annotations know.

How a model does on them tells whether it sees at all. As in POPE (Li et al., EMNLP 2023) yes is
right for boxed categories, and no for absent ones of three kinds: any, those that stand in many
pictures, and those that often stand together with what is there. A model that says yes to
everything fails all three, one that goes by habit fails the last.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Literal

from datagen.context import render_context
from datagen.llm.offline.objects import Group
from datagen.llm.offline.reading import read_context
from datagen.llm.offline.scene import make_scene
from datagen.llm.offline.vocabulary import find_category
from datagen.records import AnnotatedImage, Box
from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.grounds import list_absent

Kind = Literal["boxed", "random", "popular", "co-occurring", "count"]

LEAST_AREA = 0.01
"""Share of the picture that a thing covers to be asked for: 55 pixels square of 640 by 480."""

MOST_COUNTED = 6
"""Up to so many things are asked to be counted."""

_POOL = 3  # a kind's questions are drawn from so many times as many candidates, the best ranked
_NAMES = {"dining table": "a dining table"}  # "a table" may be a desk, which is not boxed


@dataclass(frozen=True, slots=True)
class Probe:
    """A question about a picture and its right answer.

    Attributes:
        category: COCO's name of what is asked for.
        question: to be asked with the picture.
        answer: `yes`, `no`, or the number in digits.
    """

    kind: Kind
    category: str
    question: str
    answer: str


def make_probes(
    image: AnnotatedImage, counts: CategoryCounts, *, seed: int = 0, each: int = 1
) -> tuple[Probe, ...]:
    """Questions about one picture, as many of each kind; the same for the same seed and image id.

    Args:
        image: without boxes it gives none.
        counts: of the whole source, for the popular and the co-occurring ones.
        seed: another one draws other categories.
        each: at most so many a kind; fewer of all yes-no kinds alike where one has not as many.
    """
    rng = Random(f"{seed}:{image.id}:probes")
    kinds = list(_draw_kinds(image, counts, rng, each))
    shared = min(len(names) for _, names in kinds)
    yes_no = [_ask(kind, name) for kind, names in kinds for name in names[:shared]]
    return (*yes_no, *_draw_counts(image, rng, each))


def _draw_kinds(
    image: AnnotatedImage, counts: CategoryCounts, rng: Random, each: int
) -> Iterator[tuple[Kind, Sequence[str]]]:
    """Categories by kind; none stands in two."""
    boxed = sorted({box.category for box in image.boxes if is_plain(box)})
    yield "boxed", rng.sample(boxed, min(each, len(boxed)))
    absent = list(list_absent(image))
    present = {box.category for box in image.boxes}
    for kind in ("co-occurring", "popular", "random"):
        if kind == "random":
            pool = absent
        elif kind == "popular":
            pool = counts.rank_popular(absent)[: _POOL * each]
        else:
            pool = counts.rank_companions(present, absent)[: _POOL * each]
        names = rng.sample(pool, min(each, len(pool)))
        absent = [name for name in absent if name not in names]
        yield kind, names


def is_plain(box: Box) -> bool:
    """Whether a thing is one and large enough that nobody overlooks it."""
    return not box.crowd and _measure(box) >= LEAST_AREA


def _measure(box: Box) -> float:
    """Share of the picture: of the mask where it is known, else of the box."""
    x1, y1, x2, y2 = box.corners
    return box.area or (x2 - x1) * (y2 - y1)


def _ask(kind: Kind, name: str) -> Probe:
    one = _NAMES.get(name, find_category(name).one).replace("some ", "any ")
    question = f"Is there {one} in the picture? Answer yes or no."
    return Probe(kind, name, question, "yes" if kind == "boxed" else "no")


def _draw_counts(image: AnnotatedImage, rng: Random, each: int) -> Iterator[Probe]:
    """Questions of how many, where boxes and captions leave no doubt."""
    groups = [group for group in _list_groups(image) if _is_countable(group, image)]
    for group in rng.sample(groups, min(each, len(groups))):
        question = f"How many {group.category.many} are there in the picture? Answer with a number."
        yield Probe("count", group.category.name, question, str(group.number))


def _list_groups(image: AnnotatedImage) -> Sequence[Group]:
    """The boxes as the offline writer groups them: it knows when a number may be told."""
    return make_scene(read_context(render_context(image, "captions+boxes"))).groups


def _is_countable(group: Group, image: AnnotatedImage) -> bool:
    boxes = [box for box in image.boxes if box.category == group.category.name]
    return (
        group.count in {"one", "exact"}
        and not group.category.uncounted
        and len(boxes) <= MOST_COUNTED
        and all(map(is_plain, boxes))
    )
