"""Audit: false and true statements about the picture, in sentences of their own.

A family draws what it says (`draw_object`, …), a shape how it stands in the record. The false and
the true ones are worded alike, so that wording tells nothing.
"""

from collections.abc import Callable, Mapping

from tests.audit import planting, wording
from tests.audit.categories import list_categories, rank_companions
from tests.audit.planting import Plant, Setting
from tests.audit.wording import Slots, spell_number

Draw = Callable[[Setting], Slots | None]


def name_category(category: str) -> dict[str, str]:
    """The words for one category: noun, with article, plural."""
    row = list_categories()[category]
    return {"noun": row.noun, "a": row.one, "s": row.plural}


def choose_absent(setting: Setting, *, loose: bool = True) -> str | None:
    """An absent category, one of those that most belong to such a scene."""
    table = list_categories()
    absent = [name for name in setting.facts.absent if loose or not table[name].loose]
    ranks = rank_companions(setting.facts.present, absent)
    best = sorted(ranks, key=lambda name: (-ranks[name], name))[:8]
    return setting.rng.choice(best) if best else None


def draw_object(setting: Setting) -> Slots | None:
    """An absent category, or one that is there."""
    words, rng = wording.read_wording()["words"], setting.rng
    if setting.false:
        category = choose_absent(setting)
        if category is None:
            return None
        verb = rng.choice(list_categories()[category].verbs)
        place = rng.choice(words["places"])
        return name_category(category) | {"verb": verb, "place": place}
    if not setting.facts.present:
        return None
    category = rng.choice(setting.facts.present)
    verb, place = rng.choice(words["true_verbs"]), rng.choice(words["true_places"])
    return name_category(category) | {"verb": verb, "place": place}


def draw_count(setting: Setting) -> Slots | None:
    """A number above what boxes and captions have, or the true one."""
    counts = _list_counts(setting, 1 if setting.false else 2)
    if not counts:
        return None
    category, number = setting.rng.choice(counts)
    number += setting.rng.randint(2, 4) if setting.false else 0
    return name_category(category) | {"n": spell_number(number, setting.rng)}


def _list_counts(setting: Setting, least: int) -> list[tuple[str, int]]:
    found = ((name, setting.facts.count(name)) for name in setting.facts.present)
    return [(name, number) for name, number in found if number and number >= least]


def draw_below(setting: Setting) -> Slots | None:
    """A number below, by one at least and of two at least; the text says that this is all."""
    counts = _list_counts(setting, 3)
    if not counts or not setting.false:
        return None
    category, number = setting.rng.choice(counts)
    fewer = setting.rng.randint(2, number - 1)
    return name_category(category) | {"n": spell_number(fewer, setting.rng)}


def draw_frame(setting: Setting) -> Slots | None:
    """A single thing far from the middle, on the other side or on its own."""
    facts = setting.facts
    places = [(name, side) for name in facts.singles if (side := facts.find_side(name))]
    if not places:
        return None
    category, side = setting.rng.choice(places)
    return {"x": name_category(category)["noun"], "side": _turn(side, setting.false)}


def draw_relation(setting: Setting) -> Slots | None:
    """Two single things that stand well apart, changed about or not."""
    relations = setting.facts.list_relations()
    if not relations:
        return None
    x, side, y = setting.rng.choice(relations)
    nouns = name_category(x)["noun"], name_category(y)["noun"]
    return {"x": nouns[0], "y": nouns[1], "side": _turn(side, setting.false)}


def _turn(side: str, flip: bool) -> str:
    return {"left": "right", "right": "left"}[side] if flip else side


def draw_absence(setting: Setting) -> Slots | None:
    """A boxed category said not to be there, or one that is truly absent; two absent companions."""
    absent = setting.facts.absent
    pool = setting.facts.plain_to_see if setting.false else absent
    table = list_categories()
    companions = [name for name in absent if not table[name].loose]
    if not pool or len(companions) < 3:
        return None
    category = setting.rng.choice(pool)
    others = setting.rng.sample([name for name in companions if name != category], 2)
    slots = name_category(category)
    for index, name in enumerate(others, start=1):
        words = name_category(name)
        slots |= {f"t{index}": words["noun"], f"at{index}": words["a"], f"s{index}": words["s"]}
    return slots


def draw_colour(setting: Setting) -> Slots | None:
    """A colour far from the one that the captions state, or that one."""
    stated = setting.facts.colours
    if not stated:
        return None
    category = setting.rng.choice(list(stated))
    colours = list(stated[category])
    if setting.false:
        colours = setting.facts.list_false_colours(category)
    if not colours:
        return None
    return name_category(category) | {"colour": setting.rng.choice(colours)}


def _add_list(setting: Setting, slots: Slots) -> Slots | None:
    """Two present things as the other elements of a list."""
    if "t1" in slots:
        return slots
    said = slots.get("noun")
    table = list_categories()
    names = [name for name in setting.facts.present if table[name].noun != said]
    if len(names) < 2:
        return None
    others = setting.rng.sample(names, 2)
    return {**slots, **{f"t{i}": _name_many(setting, name) for i, name in enumerate(others, 1)}}


def _name_many(setting: Setting, category: str) -> str:
    row = list_categories()[category]
    single = len(setting.facts.boxes[category]) == 1 or row.loose
    return row.one if single else f"some {row.plural}"


DRAWS: Mapping[str, Mapping[str, Draw]] = {
    "object": {"core": draw_object, "appended": draw_object, "list": draw_object},
    "count": {"core": draw_count, "appended": draw_count, "list": draw_count, "below": draw_below},
    "side": {"frame": draw_frame, "relation": draw_relation},
    "absence": {"core": draw_absence, "appended": draw_absence, "list": draw_absence},
    "colour": {"core": draw_colour, "appended": draw_colour},
}
"""What a family says, by the key of its wording."""

_QUESTION: Mapping[str, Draw] = {
    "object": draw_object,
    "count": draw_count,
    "side": draw_frame,
    "absence": draw_absence,
    "colour": draw_colour,
}


def _draw_core(setting: Setting, family: str, keys: tuple[str, ...]) -> tuple[str, Slots] | None:
    """A template under one of the keys that can be filled in, and its slots."""
    draws = [(key, slots) for key in keys if (slots := DRAWS[family][key](setting))]
    if not draws:
        return None
    key, slots = setting.rng.choice(draws)
    return wording.draw(setting.rng, family, key), slots


def _list_cores(family: str) -> tuple[str, ...]:
    return ("frame", "relation") if family == "side" else ("core",)


def plant_appended(setting: Setting, family: str) -> Plant | None:
    """A sentence of its own at the end of an answer."""
    keys = (*_list_cores(family), *(("appended",) if "appended" in DRAWS[family] else ()))
    drawn = _draw_core(setting, family, keys)
    if drawn is None:
        return None
    sentence = wording.capitalize(wording.fill(*drawn))
    return planting.append(setting, family, "appended", sentence.rstrip(".") + ".")


def plant_below(setting: Setting, family: str) -> Plant | None:
    """Too small a number, said to be all."""
    drawn = _draw_core(setting, family, ("below",)) if "below" in DRAWS[family] else None
    return planting.append(setting, family, "below", wording.fill(*drawn)) if drawn else None


def plant_listed(setting: Setting, family: str) -> Plant | None:
    """One element of a list."""
    drawn = _draw_core(setting, family, ("list",)) if "list" in DRAWS[family] else None
    slots = _add_list(setting, drawn[1]) if drawn else None
    if drawn is None or slots is None:
        return None
    sentence = wording.capitalize(wording.fill(drawn[0], slots))
    return planting.append(setting, family, "list", sentence)


def plant_hedged(setting: Setting, family: str) -> Plant | None:
    """An assertion after a hedge that is about something else."""
    drawn = _draw_core(setting, family, _list_cores(family))
    if drawn is None:
        return None
    frame = wording.draw(setting.rng, "frames", "hedge")
    sentence = frame.format(core=wording.fill(*drawn))
    return planting.append(setting, family, "after a hedge", sentence)


def plant_subordinate(setting: Setting, family: str) -> Plant | None:
    """A clause at the end of a sentence of the record."""
    drawn = _draw_core(setting, family, _list_cores(family))
    if drawn is None:
        return None
    frame = wording.draw(setting.rng, "frames", "subordinate")
    clause = frame.format(core=wording.fill(*drawn))
    return planting.attach(setting, family, "subordinate", clause)


def plant_question(setting: Setting, family: str) -> Plant | None:
    """A further question and its answer; in conversations only."""
    slots = _QUESTION[family](setting) if setting.case.response_type == "conversation" else None
    if slots is None:
        return None
    question, answer = wording.draw_pair(setting.rng, family)
    texts = wording.fill(question, slots), wording.fill(answer, slots)
    return planting.add_turn(setting, family, "question", *texts)


def plant_reply(setting: Setting, shape: str) -> Plant | None:
    """A question and "yes" to what is absent, or "no" to what is there; in conversations only."""
    draw = {"invented": draw_object, "denied": draw_absence}[shape]
    slots = draw(setting) if setting.case.response_type == "conversation" else None
    if slots is None:
        return None
    question, answer = wording.draw_pair(setting.rng, "reply", shape)
    texts = wording.fill(question, slots), wording.fill(answer, slots)
    return planting.add_turn(setting, "reply", shape, *texts)


def plant_innocent(setting: Setting, key: str) -> Plant | None:
    """An absent category named without a claim that it is there."""
    category = None if setting.false else choose_absent(setting, loose=False)
    if category is None:
        return None
    sentence = wording.fill(wording.draw(setting.rng, "innocent", key), name_category(category))
    return planting.append(setting, "object", key, sentence)


def plant_talk(setting: Setting, family: str) -> Plant | None:
    """Talk about a present thing with the words of the family and without its claim."""
    counts = _list_counts(setting, 3)
    names = [name for name, _ in counts] if family == "count" else setting.facts.singles
    if setting.false or not names:
        return None
    category = setting.rng.choice(names)
    colours = setting.facts.list_false_colours(category) or ["red"]
    slots = name_category(category) | {"n": "two", "colour": setting.rng.choice(colours)}
    template = setting.rng.choice(wording.read_wording()[family]["innocent"]["text"])
    return planting.append(setting, family, "look-alike", wording.fill(template, slots))


SHAPES: Mapping[str, Callable[[Setting, str], Plant | None]] = {
    "appended": plant_appended,
    "list": plant_listed,
    "subordinate": plant_subordinate,
    "after a hedge": plant_hedged,
    "question": plant_question,
    "below": plant_below,
}
"""The shapes that hold a sentence or a clause of their own."""
