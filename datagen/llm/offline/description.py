"""Ask stage, offline: a scene -> one description of some 70 to 130 words.

From the whole to the parts: what the picture shows, what the other captions add, the objects with
their numbers and places, and a closing sentence.
"""

import re
from collections.abc import Iterator
from random import Random

from datagen.llm.offline.actions import find_actor
from datagen.llm.offline.agreement import conflicts
from datagen.llm.offline.captions import Caption
from datagen.llm.offline.clauses import Clause
from datagen.llm.offline.objects import Group, describe
from datagen.llm.offline.placement import (
    draw,
    find_zone,
    list_relations,
    list_rest,
    place_groups,
    tell_size,
)
from datagen.llm.offline.retelling import find_pronoun, name_plainly, retell
from datagen.llm.offline.scene import Scene, list_absent
from datagen.llm.offline.talk import list_content, load_wording
from datagen.llm.offline.vocabulary import find_mentions, split_words
from datagen.llm.offline.words import join_list, lift_first

_FEWEST, _ENOUGH, _MOST = 70, 95, 130
_CLOSING = 13  # words of the longest closing sentence
_GROUPS = 8
_FRESH_SHARE, _SOME_SHARE = 0.5, 0.34
_COUNTED = 3
_SURE = 2
_NUMBERED = r"\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozen)\b(?:[\w ]+)"


class Draft:
    """A description in the making, with what it has named so far."""

    def __init__(self, scene: Scene, rng: Random) -> None:
        """Start with nothing said."""
        self.scene = scene
        self.rng = rng
        self.sentences: list[str] = []
        self.told: list[Caption] = []
        self.subject = ""
        self.tells_setting = False

    @property
    def size(self) -> int:
        """Words so far."""
        return sum(len(sentence.split()) for sentence in self.sentences)

    @property
    def words(self) -> list[str]:
        """The lower-case words so far."""
        return split_words(" ".join(self.sentences))

    @property
    def named(self) -> dict[str, bool]:
        """Categories that fell so far, and whether as several."""
        mentions = find_mentions(self.words)
        several = {mention.category for mention in mentions if mention.plural}
        return {mention.category: mention.category in several for mention in mentions}

    def add(self, sentence: str, most: int = _MOST - _CLOSING) -> None:
        """Add a sentence while there is room; the first is always taken."""
        if not sentence or sentence in self.sentences:
            return
        if not self.sentences or self.size + len(sentence.split()) <= most:
            self.sentences.append(sentence)
            self.subject = ""

    def is_fresh(self, sentence: str, share: float) -> bool:
        """Whether that share of what a sentence says was not said yet."""
        content = list_content(sentence)
        said = list_content(" ".join(self.sentences))
        return len(content - said) >= max(1, share * len(content))


def write_description(scene: Scene, rng: Random) -> str:
    """Describe a scene in one paragraph."""
    draft = Draft(scene, rng)
    _open(draft)
    _add_captions(draft, 1 if scene.groups else 3)
    _add_objects(draft)
    for sentence in _list_facts(scene, draft):
        if draft.size < _ENOUGH:
            draft.add(sentence)
    _add_captions(draft, 5)
    if draft.size < _FEWEST:
        _add_captions(draft, 5, fresh_share=_SOME_SHARE)
    _add_absence(draft)
    _close(draft)
    return " ".join(draft.sentences)


def _open(draft: Draft) -> None:
    scene, rng = draft.scene, draft.rng
    if scene.captions and scene.captions[0].clause is not None:
        draft.told.append(scene.captions[0])
        draft.add(_word_opening(scene.captions[0].clause, rng))
        draft.subject = scene.captions[0].clause.subject.head
    elif scene.groups:
        names = join_list([describe(group, loosely=True) for group in scene.groups[:3]])
        draft.add(draw("openings_objects", rng, list=names, List=lift_first(names)))
    elif scene.quotes:
        draft.add(draw("openings_quote", rng, quote=scene.quotes[0]))
    else:
        draft.add(load_wording()["description"]["empty"])


def _word_opening(clause: Clause, rng: Random) -> str:
    can_embed = clause.scene_phrase and not clause.text[0].isupper()
    if can_embed and (clause.kind == "phrase" or rng.random() < 0.6):
        return draw("openings_phrase", rng, phrase=clause.scene_phrase, be=clause.there_be)
    if clause.text[0].isupper():
        return f"{clause.sentence}."
    inner = clause.sentence[:1].lower() + clause.sentence[1:]
    return draw("openings_sentence", rng, sentence=clause.sentence, inner=inner)


def _add_captions(draft: Draft, limit: int, fresh_share: float = _FRESH_SHARE) -> None:
    """Tell further captions that agree with those told and add to them, until there is enough."""
    for caption in draft.scene.captions:
        if limit == 0 or draft.size >= _ENOUGH:
            return
        clashes = any(conflicts(caption, other) for other in draft.told)
        if caption not in draft.told and not clashes and caption.clause is not None:
            limit -= _add_caption(draft, caption, caption.clause, fresh_share)


def _add_caption(draft: Draft, caption: Caption, clause: Clause, fresh_share: float) -> bool:
    lone = draft.scene.lone
    pronoun = find_pronoun(clause, lone) if clause.subject.head == draft.subject else ""
    told = retell(clause, draft.scene.list_known(draft.words), lone, pronoun)
    if not told or not draft.is_fresh(told, fresh_share):
        return False
    links = load_wording()["description"]["more_links"]
    link = "" if pronoun else draft.rng.choice(links)
    if link and link not in " ".join(draft.sentences):
        told = link + (told if clause.text[0].isupper() else told[0].lower() + told[1:])
    draft.told.append(caption)
    draft.add(f"{told}.")
    draft.subject = clause.subject.head
    return True


def _add_objects(draft: Draft) -> None:
    rng, known = draft.rng, draft.named
    groups = [group for group in draft.scene.groups[:_GROUPS] if not _is_covered(group, draft)]
    draft.add(tell_size(draft.scene.groups, known, rng))
    sized = draft.scene.groups[:1] if len(draft.sentences) > len(draft.told) else ()
    placed = [group for group in groups if find_zone(group) and group not in sized]
    for sentence in place_groups(placed, known, rng):
        draft.add(sentence)
    named = draft.named
    draft.add(list_rest([g for g in groups if g.category.name not in named], rng))
    named = draft.named
    known_groups = [group for group in draft.scene.groups if group.category.name in named]
    for sentence in list_relations(known_groups, 2 if draft.size < _FEWEST else 1, rng):
        draft.add(sentence)
    _count_known(draft)


def _is_covered(group: Group, draft: Draft) -> bool:
    """Whether a caption has said all there is: several of a kind, without a number or a place."""
    return group.category.name in draft.named and group.count == "plain"


def _count_known(draft: Draft) -> None:
    """Give the number of things that the captions named without one."""
    names = [
        describe(group)
        for group in draft.scene.groups[:_COUNTED]
        if group.count in {"exact", "least", "dozen"}
        and group.category.name in draft.named
        and group.category.many not in _strip_known(draft)
        and not find_zone(group)
    ]
    if names:
        it = join_list(names)
        draft.add(draw("counted", draft.rng, it=it, It=lift_first(it)))


def _strip_known(draft: Draft) -> str:
    """What was said in numbers: the text behind its number words."""
    return " ".join(re.findall(_NUMBERED, " ".join(draft.sentences).lower()))


def _list_facts(scene: Scene, draft: Draft) -> Iterator[str]:
    """Setting, colors, weather, …, as far as they are new; drawn as they are asked for."""
    rng = draft.rng
    for fact in scene.colors:
        if not _tells_color(draft, fact.name, fact.color):
            be = "are" if fact.plural else "is"
            yield draw("color", rng, name=fact.name, color=fact.color, be=be)
    setting = scene.setting
    if setting is not None and setting.place.split()[-1] not in draft.words:
        draft.tells_setting = True
        yield draw("setting", rng, what=setting.what, where=setting.where)
    if scene.weather and scene.weather not in draft.words:
        yield draw("weather", rng, weather=scene.weather)
    if scene.time and scene.time not in draft.words:
        yield draw("time", rng, time=scene.time)
    if scene.sport and scene.sport not in draft.words:
        yield draw("sport", rng, sport=scene.sport)


def _tells_color(draft: Draft, name: str, color: str) -> bool:
    """Whether the color fell already, or the thing has not fallen at all."""
    words = set(draft.words)
    return words.issuperset(color.split()) or not words.issuperset(name.split())


def _add_absence(draft: Draft) -> None:
    """In a sparse scene, what is not there is worth a sentence."""
    if draft.size >= _FEWEST or not draft.scene.groups:
        return
    if list_absent(draft.scene, ["person"]):
        draft.add(draw("absent_people", draft.rng))


def _close(draft: Draft) -> None:
    scene, rng = draft.scene, draft.rng
    endings = []
    clause = scene.captions[0].clause if scene.captions else None
    actor = find_actor(clause) if clause is not None else None
    if actor is not None:
        name = name_plainly(actor, scene.lone)
        endings.append(draw("closings_subject", rng, name=name, be=actor.be))
    setting = scene.setting
    if setting is not None and setting.support >= _SURE and not draft.tells_setting:
        endings.append(draw("closings_setting", rng, where=setting.where))
    if not endings and scene.groups:
        endings.append(draw("closings_objects", rng))
    if endings:
        draft.add(rng.choice(endings), _MOST)
