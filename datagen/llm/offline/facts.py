"""Ask stage, offline: captions -> single facts that can be asked for: colors, numbers, the place.

Several people describe the same picture. A fact counts only while no other description of it says
otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from datagen.llm.offline.captions import Caption
from datagen.llm.offline.clauses import Clause
from datagen.llm.offline.phrases import Phrase
from datagen.llm.offline.vocabulary import load_nouns, load_word_index
from datagen.llm.offline.words import (
    add_article,
    find_singular,
    join_list,
    list_words,
    load_lexicon,
)

# Nouns whose color is a kind ("red wine") or a code ("green light").
# "driving down the road" takes place on it.
_DIRECTIONS = frozenset({"down", "along"})
_TIMES = {
    "night": "night",
    "nighttime": "night",
    "dusk": "dusk",
    "dawn": "dawn",
    "sunset": "sunset",
    "daytime": "daytime",
}


@dataclass(frozen=True, slots=True)
class ColorFact:
    """A thing and its color: "umbrella", "red", and whether there are several of them."""

    name: str
    color: str
    plural: bool


@dataclass(frozen=True, slots=True)
class NumberFact:
    """A number of things that a caption starts with: 2, "dogs", "dog"."""

    number: int
    name: str
    singular: str


@dataclass(frozen=True, slots=True)
class KindFact:
    """A thing of a certain kind: "court", "a clay court"."""

    noun: str
    phrase: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Where it takes place.

    Attributes:
        place: the bare name ("train station").
        what: with its article ("a busy train station").
        where: with its preposition as well ("at a busy train station").
        indoor: True, False, or None where it may be either.
        support: how many captions say so.
    """

    place: str
    what: str
    where: str
    indoor: bool | None
    support: int


def find_colors(captions: Sequence[Caption]) -> tuple[ColorFact, ...]:
    """Colors that stand right before a noun and that no other caption contradicts."""
    phrases = [phrase for caption in captions for phrase in list_phrases(caption)]
    colored: dict[str, list[Phrase]] = {}
    for phrase in phrases:
        if phrase.colors and _may_be_asked(phrase):
            colored.setdefault(find_singular(phrase.head), []).append(phrase)
    return tuple(
        ColorFact(found[0].name, join_list(_order_colors(found[0])), found[0].plural)
        for head, found in colored.items()
        if _agree_on_color(found) and _is_one_thing(head, found[0], phrases)
    )


def list_phrases(caption: Caption) -> tuple[Phrase, ...]:
    """The noun phrases of a caption that was understood."""
    return caption.clause.phrases if caption.clause is not None else ()


def _order_colors(phrase: Phrase) -> list[str]:
    return list(dict.fromkeys(phrase.colors))


def _may_be_asked(phrase: Phrase) -> bool:
    head = find_singular(phrase.head)
    is_human = load_word_index().get(head) == "person"
    return head not in list_words("sets", "fixed_colors") and not is_human and head in load_nouns()


def _agree_on_color(found: Sequence[Phrase]) -> bool:
    return len({frozenset(phrase.colors) for phrase in found}) == 1


def _is_one_thing(head: str, phrase: Phrase, phrases: Sequence[Phrase]) -> bool:
    """Whether "the umbrella" is clear: no caption speaks of several or of another."""
    same = [other for other in phrases if find_singular(other.head) == head]
    if any(other.determiner == "another" for other in same):
        return False
    return phrase.plural or not any(other.plural for other in same)


def find_kinds(captions: Sequence[Caption]) -> tuple[KindFact, ...]:
    """Single things that a caption names with their kind ("a clay court", "a wooden fence").

    No fact where another caption names another kind of it, or several of them.
    """
    phrases = [phrase for caption in captions for phrase in list_phrases(caption)]
    found: dict[str, set[str]] = {}
    for phrase in phrases:
        if phrase.determiner in {"a", "an"} and not phrase.plural:
            kind = _name_kind(phrase)
            if kind:
                found.setdefault(phrase.head, set()).add(kind)
    return tuple(
        KindFact(head, add_article(kinds.pop()))
        for head, kinds in found.items()
        if len(kinds) == 1 and not any(p.plural and find_singular(p.head) == head for p in phrases)
    )


def _name_kind(phrase: Phrase) -> str:
    """Kind and noun, "" where the noun has no kind or is known by both words ("fire hydrant")."""
    head = phrase.head
    if (
        head in list_words("sets", "no_kinds")
        or load_word_index().get(head) == "person"
        or head not in load_nouns() | _load_places().keys()
    ):
        return ""
    parts = phrase.name.split()
    if len(parts) == 1:
        kinds = [word for word in phrase.qualities if word in list_words("sets", "kind_adjectives")]
        return f"{kinds[0]} {head}" if kinds else ""
    fixed = phrase.name in load_word_index() or phrase.name in _load_places()
    is_known = len(parts) == 2 and parts[0] in list_words("sets", "kind_nouns")
    return phrase.name if is_known and not fixed else ""


def find_numbers(captions: Sequence[Caption]) -> tuple[NumberFact, ...]:
    """Numbers that a caption starts with and no other caption contradicts.

    A number further inside may count something else ("a table for seven people").
    """
    starts = [caption.clause.subject for caption in captions if caption.clause is not None]
    facts = {}
    for phrase in starts:
        if (phrase.number or 1) > 1 and phrase.plural and _agree_on_number(phrase, captions):
            facts[phrase.singular] = NumberFact(phrase.number or 0, phrase.name, phrase.singular)
    return tuple(facts.values())


def _agree_on_number(phrase: Phrase, captions: Sequence[Caption]) -> bool:
    head = find_singular(phrase.head)
    kind = load_word_index().get(head, head)
    others = [other for caption in captions for other in list_phrases(caption)]
    same = [other for other in others if _is_kind(other, head, kind)]
    told = {other.number for other in same if other.number is not None}
    lone = sum(not other.plural for other in same)
    return told == {phrase.number} and lone <= len(same) - lone


def _is_kind(phrase: Phrase, head: str, kind: str) -> bool:
    singular = find_singular(phrase.head)
    return singular == head or load_word_index().get(singular, singular) == kind


def find_setting(captions: Sequence[Caption]) -> Setting | None:
    """The place that most captions name, the most trusted first; None if none does."""
    found: dict[str, list[tuple[str, str]]] = {}
    for caption in captions:
        for place, wordings in _find_places(caption).items():
            found.setdefault(place, []).append(wordings)
    if not found:
        return None
    place = max(found, key=lambda name: len(found[name]))
    indoor = {"in": True, "out": False}.get(_load_places()[place][1])
    what, where = found[place][0]
    return Setting(place, what, where, indoor, len(found[place]))


@cache
def _load_places() -> dict[str, tuple[tuple[str, ...], str]]:
    rows = load_lexicon()["places"]
    return {
        name.replace("_", " "): (tuple(row.split("|")[0].split()), row.split("|")[1].strip())
        for name, row in rows.items()
    }


def is_place(name: str) -> bool:
    """Whether a name is that of a place where a scene can be set."""
    return bool({name, name.split()[-1]} & _load_places().keys())


def _find_places(caption: Caption) -> dict[str, tuple[str, str]]:
    """Place -> how to say what it is and where something there is, for one caption."""
    found: dict[str, tuple[str, str]] = {}
    for phrase in list_phrases(caption):
        place = _match_place(phrase)
        if place is None or caption.clause is None:
            continue
        preposition = _choose_preposition(phrase, place)
        if preposition:
            bare, here = _word_phrase(caption.clause, phrase)
            what = bare if phrase.plural else add_article(bare)
            found.setdefault(place, (what, f"{preposition} {here}"))
    return found


def _match_place(phrase: Phrase) -> str | None:
    parts = phrase.singular.split()
    for size in (2, 1):
        name = " ".join(parts[-size:])
        if name in _load_places():
            return name
    return phrase.name if phrase.name in _load_places() else None


def _choose_preposition(phrase: Phrase, place: str) -> str:
    """The caption's own preposition if it sets the scene; a kitchen that is the subject gets "in"."""
    allowed = _load_places()[place][0]
    if phrase.number is not None or (phrase.plural and place != phrase.name):
        return ""
    if phrase.first == 0:
        return allowed[0]
    # "in the street", "in a river": one is on them
    preposition = phrase.preposition
    if preposition == "in" and (allowed[0] == "on" or "in" not in allowed):
        preposition = "on"
    if preposition not in allowed:
        return ""
    return allowed[0] if preposition in _DIRECTIONS else preposition


def _word_phrase(clause: Clause, phrase: Phrase) -> tuple[str, str]:
    """A phrase without its determiner, and as one says it where it stands."""
    first = clause.tokens[phrase.first]
    text = clause.text[first.start : clause.tokens[phrase.last - 1].end]
    text = text[:1].lower() + text[1:] if phrase.first == 0 else text
    bare = text[len(first.word) :].strip() if first.tag == "D" else text
    if first.tag == "D" and first.word not in list_words("sets", "owners"):
        return bare, text
    return bare, bare if phrase.plural else add_article(bare)


def find_time(captions: Sequence[Caption]) -> str:
    """`night`, `dusk`, … as a caption names it, "" if none does or two differ."""
    found = {_TIMES[word] for caption in captions for word in caption.words if word in _TIMES}
    return found.pop() if len(found) == 1 else ""


def find_sport(captions: Sequence[Caption]) -> str:
    """The sport that the captions' words give away, "" if none or two do."""
    texts = [f" {' '.join(caption.words)} " for caption in captions]
    found = {
        sport for words, sport in _load_sports() if any(f" {words} " in text for text in texts)
    }
    return found.pop() if len(found) == 1 else ""


@cache
def _load_sports() -> tuple[tuple[str, str], ...]:
    pairs = (pair.split("=") for pair in load_lexicon()["sports"]["words"].split())
    return tuple((words.replace("_", " "), sport) for words, sport in pairs)


def find_weather(captions: Sequence[Caption]) -> str:
    """The kind of day a caption speaks of ("sunny"), "" if none does or two differ."""
    found = {
        word
        for caption in captions
        for word, following in zip(caption.words, caption.words[1:], strict=False)
        if word in list_words("sets", "weather")
        and following in {"day", "afternoon", "morning", "evening", "weather"}
    }
    return found.pop() if len(found) == 1 else ""
