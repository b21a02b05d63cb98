"""Ask stage, offline: the query's context -> everything that may be said of the scene.

Here the descriptions are weighed against the boxes and against one another; the rooms that write
(`conversation`, `description`, `reasoning`) take what this one lets through.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from datagen.llm.offline.actions import is_person
from datagen.llm.offline.agreement import rank_captions
from datagen.llm.offline.captions import Caption, read_caption
from datagen.llm.offline.facts import (
    ColorFact,
    KindFact,
    NumberFact,
    Setting,
    find_colors,
    find_kinds,
    find_numbers,
    find_setting,
    find_sport,
    find_time,
    find_weather,
)
from datagen.llm.offline.objects import Group, make_groups, name_person
from datagen.llm.offline.reading import SceneContext
from datagen.llm.offline.vocabulary import (
    Mention,
    find_category,
    find_mentions,
    find_neighbors,
    is_hinted,
    load_word_index,
)
from datagen.llm.offline.words import find_singular, list_words

_PLENTY = 2
_HASTY = 2
_MOST_OF = 0.6
_MARKUP = re.compile(r"<[^<>]*>|[<>]|={3,}")


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of a picture.

    Attributes:
        captions: those that may be repeated and were taken apart, the most trusted first.
        quotes: cleaned texts that can only be repeated as they are, the best first.
        groups: like objects, the group with the largest box first.
        present: categories that are there: boxed, or with no boxes told by the captions.
        boxes_known: what is not in `groups` is absent.
        words: every word of every caption.
        searchable: all captions are English, so that `words` tells what they speak of.
        lone: what to call the one person ("woman"); "" unless just one is there.
        several: categories of which there is certainly, or possibly, more than one thing.
    """

    captions: tuple[Caption, ...]
    quotes: tuple[str, ...]
    groups: tuple[Group, ...]
    present: frozenset[str]
    boxes_known: bool
    measured: bool
    words: frozenset[str]
    searchable: bool
    setting: Setting | None
    time: str
    weather: str
    sport: str
    colors: tuple[ColorFact, ...]
    numbers: tuple[NumberFact, ...]
    kinds: tuple[KindFact, ...]
    lone: str
    several: frozenset[str]

    def has(self, *names: str) -> bool:
        """Whether all these categories are there."""
        return self.present.issuperset(names)

    def list_known(self, words: Iterable[str]) -> frozenset[str]:
        """The words for which one may say "the …" once certain words fell.

        "The bicycle" after a bike is clear; "the bus" is not where there may be two of them.
        """
        fallen = tuple(words)
        known = set(fallen)
        for mention in find_mentions(fallen):
            if mention.category not in self.several:
                known |= find_category(mention.category).words
        known |= {find_singular(word) for word in fallen}
        return frozenset(word for word in known if not self.is_unclear(word))

    def is_unclear(self, word: str) -> bool:
        """Whether a singular word may mean this one or that; a "pitcher" is one of a kind."""
        is_role = is_person(word) and word not in list_words("sets", "plain_people")
        return not is_role and load_word_index().get(word) in self.several

    def list_mentions(self, name: str) -> list[Mention]:
        """Where the trusted captions speak of a category."""
        return [m for caption in self.captions for m in caption.mentions if m.category == name]

    def find_group(self, name: str) -> Group | None:
        """The group of a category, if it is boxed."""
        return next((group for group in self.groups if group.category.name == name), None)


def make_scene(context: SceneContext) -> Scene:
    """Weigh a context; any context gives a scene, if need be an empty one."""
    captions = [read_caption(text) for text in dict.fromkeys(context.captions)]
    groups = make_groups(context.boxes, captions, measured=context.measured)
    boxed = frozenset(group.category.name for group in groups)
    main = frozenset(group.category.name for group in groups[:_PLENTY])
    ranked = rank_captions(captions, boxed if context.boxes_known else None, main)
    trusted = _drop_hasty([caption for caption in ranked if caption.clause is not None])
    lone = _find_lone(captions, groups, boxes_known=context.boxes_known)
    return Scene(
        captions=trusted,
        quotes=_find_quotes(captions, ranked),
        groups=groups,
        present=boxed if context.boxes_known else _find_told(ranked),
        boxes_known=context.boxes_known,
        measured=context.measured,
        words=frozenset(word for caption in captions for word in caption.words),
        searchable=all(caption.english for caption in captions),
        setting=find_setting(trusted),
        time=find_time(captions),
        weather=find_weather(captions),
        sport=find_sport(captions),
        colors=tuple(fact for fact in find_colors(trusted) if _is_lone_color(fact, groups)),
        numbers=tuple(fact for fact in find_numbers(trusted) if _fits(fact, groups)),
        kinds=find_kinds(trusted),
        lone=lone,
        several=_find_several(captions, groups) | (frozenset() if lone else {"person"}),
    )


def _find_several(captions: Sequence[Caption], groups: Sequence[Group]) -> frozenset[str]:
    told = {m.category for caption in captions for m in caption.mentions if m.plural}
    return frozenset(told | {group.category.name for group in groups if not group.is_single})


def _drop_hasty(captions: Sequence[Caption]) -> tuple[Caption, ...]:
    """Leave out what was written in haste where enough else is left."""
    careful = tuple(caption for caption in captions if caption.flaws < _HASTY)
    return careful if len(careful) >= _PLENTY else tuple(captions)


def _find_told(captions: Sequence[Caption]) -> frozenset[str]:
    """Categories that trustworthy captions speak of."""
    told = {name for caption in captions for name in caption.categories}
    # "the bear" of one caption is the teddy of another
    return frozenset(told - {"bear"} if "teddy bear" in told else told)


def _find_quotes(captions: Sequence[Caption], ranked: Sequence[Caption]) -> tuple[str, ...]:
    sound = [caption.text for caption in ranked if caption.clause is None]
    hasty = sorted(captions, key=lambda caption: caption.flaws)
    rest = [caption.text for caption in hasty if not caption.sound]
    # What a trainer takes for a sign of its own must not be repeated.
    plain = (_MARKUP.sub(" ", text).strip(" .") for text in (*sound, *rest))
    return tuple(dict.fromkeys(text for text in plain if text))


def _is_lone_color(fact: ColorFact, groups: Sequence[Group]) -> bool:
    """Whether boxes of that name leave no doubt which thing is meant."""
    head = find_singular(fact.name.split()[-1])
    for group in groups:
        if head in group.category.words or fact.name in group.category.words:
            return fact.plural or group.number == 1
    return True


def _fits(fact: NumberFact, groups: Sequence[Group]) -> bool:
    head = find_singular(fact.singular.split()[-1])
    for group in groups:
        if head in group.category.words or fact.singular in group.category.words:
            return group.number == fact.number
    return True


def _find_lone(captions: Sequence[Caption], groups: Sequence[Group], *, boxes_known: bool) -> str:
    """What to call the one person; without boxes, most captions have to speak of one."""
    people = next((group for group in groups if group.category.name == "person"), None)
    if boxes_known:
        return people.noun if people is not None and people.is_single else ""
    telling = [caption for caption in captions if "person" in caption.categories]
    told = [m for caption in telling for m in caption.mentions if m.category == "person"]
    if len(telling) < max(_PLENTY, _MOST_OF * len(captions)) or _joins_people(captions):
        return ""
    return "" if any(mention.plural for mention in told) else name_person(captions)


def _joins_people(captions: Sequence[Caption]) -> bool:
    """Whether some caption speaks of two people or more ("a boy and a girl", "a family")."""
    groups = {"crowd", "family", "team", "audience", "friend"}
    for caption in captions:
        people = [mention for mention in caption.mentions if mention.category == "person"]
        if len(people) > 1 or any(mention.word in groups for mention in people):
            return True
    return False


def list_absent(scene: Scene, candidates: Sequence[str]) -> list[str]:
    """The candidates that are certainly not there: not boxed, not hinted at, nor one like them.

    Nothing is certain without boxes, or when a caption is not plain English.
    """
    if not (scene.boxes_known and scene.searchable):
        return []
    return [
        name
        for name in candidates
        if name not in scene.present
        and not find_neighbors(name) & scene.present
        and not is_hinted(name, scene.words)
    ]
