"""Audit: every plant of every clean record, by family and shape; the same for the same seed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product
from random import Random

from tests.audit.claims import SHAPES, plant_innocent, plant_reply, plant_talk
from tests.audit.corpus import Case
from tests.audit.facts import Facts
from tests.audit.planting import Plant, Setting
from tests.audit.replacing import REPLACEMENTS
from tests.audit.speech import SPEECH
from tests.audit.structures import damage_any
from tests.audit.wording import read_wording

IN_PLACE_TRIES = 6
"""How often a change in place is tried on one record; each place of it is changed once."""

Planter = Callable[[Setting], Plant | None]

VISUAL = ("object", "count", "side", "absence", "colour")
"""Families of statements about the picture."""


def _bind(plant: Callable[[Setting, str], Plant | None], key: str) -> Planter:
    return lambda setting: plant(setting, key)


PLANTERS: Mapping[tuple[str, str], Planter] = {
    **REPLACEMENTS,
    **{
        (family, shape): _bind(plant, family)
        for family in VISUAL
        for shape, plant in SHAPES.items()
    },
    **{("reply", shape): _bind(plant_reply, shape) for shape in ("invented", "denied")},
    **{("object", key): _bind(plant_innocent, key) for key in read_wording()["innocent"]},
    **{(family, "look-alike"): _bind(plant_talk, family) for family in VISUAL[1:]},
    **SPEECH,
    ("structure", "any"): damage_any,
}
"""Everything that is planted, by family and shape."""


def list_facts(cases: Iterable[Case]) -> dict[str, Facts]:
    """The facts of each image by id; texts of the hand-written records count as knowledge."""
    texts: dict[str, list[str]] = {}
    images = {}
    for case in cases:
        images[case.image.id] = case.image
        told = texts.setdefault(case.image.id, [])
        told += case.texts if case.origin == "hand" else []
    return {name: Facts(image, tuple(texts[name])) for name, image in images.items()}


def plant_all(cases: Sequence[Case], *, seed: int, known: Sequence[Case] = ()) -> Iterator[Plant]:
    """Plant everything in every record, one thing in each copy.

    Args:
        cases: clean records.
        seed: other seeds draw other words and places.
        known: further clean records that tell what is in the pictures.
    """
    facts = list_facts((*cases, *known))
    for index, case in enumerate(cases):
        for key in PLANTERS:
            yield from _plant_one(case, facts[case.image.id], key, seed)
        other = cases[(index + len(cases) // 3 + seed) % len(cases)]
        if other.image.id != case.image.id:
            yield Plant("swap", "other picture", True, case, case.record, swapped=other)


def _plant_one(case: Case, facts: Facts, key: tuple[str, str], seed: int) -> Iterator[Plant]:
    """Defects and look-alikes of one family and shape; in place at several places."""
    tries = IN_PLACE_TRIES if key in REPLACEMENTS else 1
    done = set()
    for attempt, false in product(range(tries), (True, False)):
        name = f"{case.record['id']}:{case.origin}:{key}:{attempt}:{false}"
        plant = PLANTERS[key](Setting(case, facts, Random(f"{seed}:{name}"), false))
        if plant and plant.record != case.record:
            place = (false, plant.turn, plant.start if tries > 1 else 0)
            if place not in done:
                done.add(place)
                yield plant
