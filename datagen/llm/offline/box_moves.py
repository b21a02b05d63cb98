"""Ask stage, offline: questions whose answers the boxes hold: numbers, sides, sizes, absence."""

from collections.abc import Iterator
from itertools import pairwise

from datagen.llm.offline.fact_moves import ask_number
from datagen.llm.offline.objects import describe, find_relation, find_side, takes_are
from datagen.llm.offline.scene import list_absent
from datagen.llm.offline.talk import Offer, Talk, load_topic
from datagen.llm.offline.vocabulary import find_category
from datagen.llm.offline.words import join_list, lift_first
from datagen.records import Turn

# Large things whose absence is beyond doubt, and that somebody might look for in such a place.
_ASKED_INDOORS = ("dog", "cat", "bed", "couch", "bicycle", "laptop", "refrigerator", "horse")
_ASKED_OUTDOORS = ("dog", "bicycle", "horse", "car", "bus", "train", "boat", "airplane", "cow")
_ASKED_ANYWHERE = ("dog", "cat", "bicycle", "horse", "bus")
_CLEARLY_LARGER = 1.5
_MAIN_GROUPS = 4


def offer_boxed_number(talk: Talk) -> Iterator[Offer]:
    """How many, where the boxes allow an exact number."""
    for group in talk.scene.groups:
        if group.count == "exact":
            yield ask_number(group.category.many, group.number, talk)


def offer_side(talk: Talk) -> Iterator[Offer]:
    """On which side of the picture a single thing is."""
    wording = load_topic("side")
    for group in talk.scene.groups:
        side = find_side(group.corners[0]) if group.is_single and group.measured else ""
        if side in {"left", "right"}:
            question = talk.draw(wording["questions"], name=group.noun)
            answer = talk.draw(wording["answers"], name=group.noun, side=side)
            yield Offer(f"side {group.noun}", Turn(question, answer))


def offer_relation(talk: Talk) -> Iterator[Offer]:
    """How two single things stand to each other."""
    wording = load_topic("relation")
    singles = [group for group in talk.scene.groups if group.is_single][:_MAIN_GROUPS]
    talk.rng.shuffle(singles)
    for one, other in pairwise(singles):
        side = find_relation(one, other)
        if side in {"left", "right"}:
            slots = {"one": one.noun, "other": other.noun, "side": side}
            question = talk.draw(wording["questions"], **slots)
            yield Offer("relation", Turn(question, talk.draw(wording["answers"], **slots)))


def offer_largest(talk: Talk) -> Iterator[Offer]:
    """What takes up the most space, where nothing comes close to it."""
    wording, groups = load_topic("largest"), talk.scene.groups
    if not talk.scene.measured:
        return
    for first, second in pairwise(groups[:2]):
        if first.is_single and first.largest > _CLEARLY_LARGER * second.largest:
            answer = talk.draw(wording["answers"], name=first.noun)
            yield Offer("largest", Turn(talk.draw(wording["questions"]), answer))


def offer_absence(talk: Talk) -> Iterator[Offer]:
    """Something that is certainly not there."""
    wording, setting = load_topic("absence"), talk.scene.setting
    asked: tuple[str, ...] = _ASKED_ANYWHERE
    if setting is not None and setting.indoor is not None:
        asked = _ASKED_INDOORS if setting.indoor else _ASKED_OUTDOORS
    absent = list_absent(talk.scene, asked)
    for name in talk.rng.sample(absent, min(1, len(absent))):
        category = find_category(name)
        question = talk.draw(wording["questions"], one=category.one)
        answer = talk.draw(wording["answers"], one=category.one, noun=category.noun)
        yield Offer("absence", Turn(question, answer))


def offer_bare(talk: Talk) -> Iterator[Offer]:
    """What is left when no caption could be taken apart: a caption as it is, or the objects."""
    wording, scene = load_topic("bare"), talk.scene
    if talk.offers:
        return
    question = talk.draw(wording["questions"])
    for quote in scene.quotes[:1]:
        yield Offer("tell", Turn(question, f"{lift_first(quote)}."))
    if scene.groups:
        names = join_list([describe(group, loosely=True) for group in scene.groups[:_MAIN_GROUPS]])
        be = "are" if len(scene.groups) > 1 or takes_are(scene.groups[0]) else "is"
        yield Offer("tell", Turn(question, f"There {be} {names}."))
    yield Offer("tell", Turn(question, talk.draw(wording["empty"])))
