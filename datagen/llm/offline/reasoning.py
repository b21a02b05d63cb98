"""Ask stage, offline: a scene -> one question that takes a conclusion, and its answer.

The answer starts from what is visible, goes on to what may follow from it, and marks that as
inference. The angles, with the conditions under which each fits, stand in `reasoning.toml`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random

from datagen.llm.offline.actions import Actor, find_actor, is_person
from datagen.llm.offline.agreement import conflicts
from datagen.llm.offline.captions import Caption
from datagen.llm.offline.objects import Group, describe, takes_are
from datagen.llm.offline.retelling import name_plainly, retell
from datagen.llm.offline.scene import Scene
from datagen.llm.offline.talk import load_wording
from datagen.llm.offline.vocabulary import (
    find_category,
    find_mentions,
    load_word_index,
    split_words,
)
from datagen.llm.offline.words import (
    find_singular,
    is_plural,
    join_list,
    lift_first,
    list_words,
    load_table,
)
from datagen.records import Turn

_SLACK = 0.75
_CROWD = 8
_MAIN = 3
_LISTED = 4
_SHORT_EVIDENCE = 22


@dataclass(frozen=True, slots=True)
class Angle:
    """One way to reason about a scene; the conditions are told in `reasoning.toml`."""

    name: str
    questions: tuple[str, ...]
    inferences: tuple[str, ...]
    conclusions: tuple[str, ...]
    all: frozenset[str] = frozenset()
    any: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    unless: frozenset[str] = frozenset()
    person: bool | None = None
    company: bool = False
    several: bool = False
    single: bool = False
    crowded: bool = False
    empty: bool = False


@cache
def load_angles() -> tuple[Angle, ...]:
    """The angles of `reasoning.toml`, read once."""
    return tuple(
        Angle(
            **{
                **row,
                "questions": tuple(row["questions"]),
                "inferences": tuple(row["inferences"]),
                "conclusions": tuple(row["conclusions"]),
                "all": frozenset(row.get("all", ())),
                "any": tuple(row.get("any", ())),
                "words": frozenset(row.get("words", ())),
                "unless": frozenset(row.get("unless", ())),
            }
        )
        for row in load_table("reasoning.toml")["angle"]
    )


def write_reasoning(scene: Scene, rng: Random) -> Turn:
    """One question and its answer of some 60 to 130 words."""
    angle = choose_angle(scene, rng)
    caption = _choose_caption(scene, angle)
    slots = _fill_slots(scene, angle, caption)
    parts = [
        *_gather_evidence(scene, angle, caption, rng),
        rng.choice(angle.inferences).format(**slots),
        rng.choice(angle.conclusions).format(**slots),
    ]
    return Turn(rng.choice(angle.questions).format(**slots), " ".join(parts))


def choose_angle(scene: Scene, rng: Random) -> Angle:
    """One of the angles that fit the scene most closely."""
    weights = {angle.name: weigh(angle, scene) for angle in load_angles() if fits(angle, scene)}
    best = max(weights.values())
    return rng.choice([a for a in load_angles() if weights.get(a.name, -1) >= best - _SLACK])


def weigh(angle: Angle, scene: Scene) -> float:
    """How closely an angle fits: its conditions, and how much the captions speak of them."""
    conditions = (
        bool(angle.all),
        bool(angle.words),
        angle.person is not None or angle.company,
        angle.several or angle.single,
        angle.crowded,
        4 * angle.empty,
    )
    wanted = angle.all | {find_thing(angle, scene)}
    told = sum(_tells_of(caption, wanted) for caption in scene.captions)
    worded = sum(bool(angle.words & set(caption.words)) for caption in scene.captions)
    captions = max(1, len(scene.captions))
    return 0.5 * sum(conditions) + 3 * told / captions + 2 * worded / captions


def _tells_of(caption: Caption, wanted: frozenset[str]) -> bool:
    """Whether a caption speaks of a category; of people, only where it speaks of several."""
    return any(
        mention.category in wanted and (mention.plural or mention.category != "person")
        for mention in caption.mentions
    )


def fits(angle: Angle, scene: Scene) -> bool:
    """Whether an angle's conditions hold; the angle without conditions always fits."""
    if angle.empty and (scene.groups or scene.present):
        return False
    if (angle.words and not angle.words & scene.words) or angle.unless & scene.words:
        return False
    return _fits_people(angle, scene) and _fits_things(angle, scene)


def _fits_people(angle: Angle, scene: Scene) -> bool:
    is_there = scene.has("person")
    if angle.company and not (is_there and "person" in scene.several):
        return False
    if angle.crowded and not _is_crowded(scene):
        return False
    return angle.person is None or angle.person == is_there


def _fits_things(angle: Angle, scene: Scene) -> bool:
    thing = find_thing(angle, scene)
    if not scene.has(*angle.all) or (angle.any and not thing):
        return False
    if (angle.several or angle.single) and (thing in scene.several) != angle.several:
        return False
    named = angle.all | ({thing} if thing else set())
    return not named or bool(angle.words) or bool(named & _list_relevant(scene))


def find_thing(angle: Angle, scene: Scene) -> str:
    """The category of `any` that the scene holds, the largest first; "" if none."""
    boxed = [group.category.name for group in scene.groups]
    return next(
        (name for name in (*boxed, *angle.any) if name in angle.any and scene.has(name)), ""
    )


def _list_relevant(scene: Scene) -> frozenset[str]:
    """Categories that are told of, or the largest: what the scene is about."""
    told = {name for caption in scene.captions for name in caption.categories}
    return frozenset(told | {group.category.name for group in scene.groups[:1]}) & scene.present


def _is_crowded(scene: Scene) -> bool:
    if scene.words & {"crowd", "spectators", "audience"}:
        return True
    people = scene.find_group("person")
    return people is not None and (people.number >= _CROWD or people.count == "crowd")


def _fill_slots(scene: Scene, angle: Angle, caption: Caption | None) -> dict[str, str]:
    category = find_category(find_thing(angle, scene) or "object")
    who = name_people(scene, caption)
    is_several = is_plural(who.split()[-1])
    return {
        "who": who,
        "does": "do" if is_several else "does",
        "thing": category.noun,
        "things": category.many,
    }


def name_people(scene: Scene, caption: Caption | None) -> str:
    """Whom the scene is about: "the woman", "the skiers", "the people".

    Args:
        scene: the scene.
        caption: the one that the answer starts from.
    """
    if scene.lone not in {"", "person"}:
        return f"the {scene.lone}"
    clause = caption.clause if caption is not None else None
    actor = find_actor(clause) if clause is not None else None
    if actor is not None and _is_human(actor):
        return f"the {name_plainly(actor, scene.lone)}"
    return f"the {scene.lone}" if scene.lone else "the people"


def _is_human(actor: Actor) -> bool:
    head = find_singular(actor.name.split()[-1])
    known = load_word_index().get(head) == "person" and head not in list_words(
        "words", "quantities"
    )
    return known and (actor.plural or is_person(head))


def _gather_evidence(scene: Scene, angle: Angle, caption: Caption | None, rng: Random) -> list[str]:
    """One to three sentences on what is visible."""
    sentences = []
    if caption is not None:
        sentences.append(_word_caption(caption, rng))
    things = _list_things(scene, angle, sentences)
    if things:
        sentences.append(_word_things(things, rng, first=not sentences))
    if caption is not None and len(" ".join(sentences).split()) < _SHORT_EVIDENCE:
        sentences += _add_caption(scene, caption, sentences)
    if not sentences:
        wording = load_wording()
        quoted = [f"{lift_first(quote)}." for quote in scene.quotes[:1]]
        sentences = quoted or [wording["reasoning"]["nothing"]]
    return sentences


def _choose_caption(scene: Scene, angle: Angle) -> Caption | None:
    wanted = angle.all | frozenset(angle.any)
    for caption in scene.captions[:_MAIN]:
        if caption.categories & wanted or angle.words & set(caption.words):
            return caption
    return scene.captions[0] if scene.captions else None


def _word_caption(caption: Caption, rng: Random) -> str:
    clause, wording = caption.clause, load_wording()["reasoning"]
    if clause is None:
        return f"{lift_first(caption.text)}."
    if clause.text[0].isupper():
        return f"{clause.sentence}."
    if clause.scene_phrase and (clause.kind == "phrase" or rng.random() < 0.4):
        return str(rng.choice(wording["evidence_phrase"]).format(phrase=clause.scene_phrase))
    inner = clause.sentence[:1].lower() + clause.sentence[1:]
    line = rng.choice(wording["evidence_sentence"])
    return str(line.format(sentence=clause.sentence, inner=inner))


def _list_things(scene: Scene, angle: Angle, sentences: Sequence[str]) -> list[Group]:
    """The groups not named yet, those of the angle first."""
    wanted = angle.all | frozenset(angle.any)
    named = {mention.category for mention in find_mentions(split_words(" ".join(sentences)))}
    fresh = [group for group in scene.groups if group.category.name not in named]
    return sorted(fresh, key=lambda group: group.category.name not in wanted)[:_LISTED]


def _word_things(things: Sequence[Group], rng: Random, *, first: bool) -> str:
    names = join_list([describe(group, loosely=True) for group in things])
    be = "are" if len(things) > 1 or takes_are(things[0]) else "is"
    lines = load_wording()["reasoning"]["objects_first" if first else "objects"]
    return str(rng.choice(lines).format(list=names, List=lift_first(names), be=be))


def _add_caption(scene: Scene, first: Caption, sentences: Sequence[str]) -> list[str]:
    """Another caption that agrees and adds something."""
    known = scene.list_known(split_words(" ".join(sentences)))
    for caption in scene.captions:
        if caption is first or caption.clause is None or conflicts(caption, first):
            continue
        told = retell(caption.clause, known, scene.lone)
        if told and len(caption.stems - first.stems) > 1:
            return [f"{told}."]
    return []
