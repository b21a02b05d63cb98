"""Ask stage, offline: questions on single facts of the captions: colors, numbers, the place, …."""

from collections.abc import Iterator

from datagen.llm.offline.facts import ColorFact
from datagen.llm.offline.talk import Offer, Talk, load_topic
from datagen.llm.offline.vocabulary import find_category, split_words
from datagen.llm.offline.words import lift_first, list_words, spell_number
from datagen.records import Turn

# Colors to ask for wrongly.
_CONTRASTS = ("red", "blue", "green", "yellow", "black", "white", "orange", "brown")
_WRONG_SHARE, _EITHER_SHARE, _DOOR_SHARE = 0.15, 0.35, 0.25


def offer_color(talk: Talk) -> Iterator[Offer]:
    """The color of a thing."""
    facts = list(talk.scene.colors)
    talk.rng.shuffle(facts)
    for fact in facts:
        yield Offer(f"color {fact.name}", _ask_color(fact, talk))


def _ask_color(fact: ColorFact, talk: Talk) -> Turn:
    """Ask openly, for one of two colors, or for a color that the thing has not."""
    wording = load_topic("color")
    be, it, do = ("are", "they", "do") if fact.plural else ("is", "it", "does")
    slots = {"name": fact.name, "color": fact.color, "be": be, "it": it, "do": do}
    slots |= {"Be": lift_first(be), "It": lift_first(it), "wrong": _draw_other(fact, talk)}
    way, answers = talk.rng.random(), wording["answers"]
    if way < _WRONG_SHARE:
        question, answers = talk.draw(wording["wrong_questions"], **slots), wording["wrong_answers"]
    elif way < _EITHER_SHARE and fact.color in list_words("words", "colors"):
        one, other = talk.rng.sample([fact.color, slots["wrong"]], 2)
        question = talk.draw(wording["either_questions"], one=one, other=other, **slots)
    else:
        question = talk.draw(wording["questions"], **slots)
    return Turn(question, talk.draw(answers, **slots))


def _draw_other(fact: ColorFact, talk: Talk) -> str:
    """A color that the thing has not."""
    own = set(split_words(fact.color))
    return talk.rng.choice([color for color in _CONTRASTS if color not in own])


def offer_number(talk: Talk) -> Iterator[Offer]:
    """How many, where a caption counts."""
    for fact in talk.scene.numbers:
        yield ask_number(fact.name, fact.number, talk)


def ask_number(many: str, number: int, talk: Talk) -> Offer:
    """Ask for a number of two or more things."""
    wording = load_topic("number")
    word = spell_number(number)
    slots = {"many": many, "noun": many, "number": word, "Number": lift_first(word), "be": "are"}
    turn = Turn(talk.draw(wording["questions"], **slots), talk.draw(wording["answers"], **slots))
    return Offer(f"number {many}", turn)


def offer_setting(talk: Talk) -> Iterator[Offer]:
    """Where it all takes place."""
    setting = talk.scene.setting
    if setting is None:
        return
    by_door = setting.indoor is not None and talk.rng.random() < _DOOR_SHARE
    lines = load_topic("setting")["door_pairs" if by_door else "pairs"]
    door = "indoors" if setting.indoor else "outdoors"
    turn = talk.draw_turn(lines, door=door, where=setting.where, what=setting.what)
    yield Offer("setting", turn)


def offer_kind(talk: Talk) -> Iterator[Offer]:
    """Which kind of thing it is: a clay court, a wooden fence."""
    facts = list(talk.scene.kinds)
    talk.rng.shuffle(facts)
    for fact in facts:
        slots = {"noun": fact.noun, "phrase": fact.phrase, "Phrase": lift_first(fact.phrase)}
        yield Offer(f"kind {fact.noun}", talk.draw_turn(load_topic("kind")["pairs"], **slots))


def offer_animal(talk: Talk) -> Iterator[Offer]:
    """Which animal it is, where there is one kind only and it is alive."""
    told = {name for caption in talk.scene.captions for name in caption.categories}
    names = [n for n in talk.scene.present | told if find_category(n).kind == "animal"]
    if len(names) != 1 or talk.scene.words & list_words("sets", "not_alive"):
        return
    category, mentions = find_category(names[0]), talk.scene.list_mentions(names[0])
    if mentions:
        several = any(mention.plural for mention in mentions)
        lines = load_topic("animal")["many_pairs" if several else "pairs"]
        yield Offer("animal", talk.draw_turn(lines, one=category.one, many=category.many))


def offer_sport(talk: Talk) -> Iterator[Offer]:
    """Which sport it is."""
    if talk.scene.sport:
        wording = load_topic("sport")
        answer = talk.draw(wording["answers"], sport=talk.scene.sport)
        yield Offer("sport", Turn(talk.draw(wording["questions"]), answer))


def offer_weather(talk: Talk) -> Iterator[Offer]:
    """The weather or the time of day."""
    scene, weather, time = talk.scene, load_topic("weather"), load_topic("time")
    if scene.weather:
        answer = talk.draw(weather["answers"], weather=scene.weather)
        yield Offer("weather", Turn(talk.draw(weather["questions"]), answer))
    if scene.time:
        yield Offer("weather", Turn(talk.draw(time["questions"]), talk.draw(time[scene.time])))


def offer_presence(talk: Talk) -> Iterator[Offer]:
    """Whether something is there, of something that is and was not named yet."""
    wording = load_topic("presence")
    names = sorted(talk.scene.present - talk.named - {"person"})
    talk.rng.shuffle(names)
    for category in map(find_category, names):
        question = talk.draw(wording["questions"], one=category.one)
        answer = talk.draw(wording["answers"], one=category.one)
        yield Offer(f"presence {category.name}", Turn(question, answer))
