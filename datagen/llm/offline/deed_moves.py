"""Ask stage, offline: questions on what is going on: who does what, where, with what."""

from collections.abc import Iterator

from datagen.llm.offline.actions import (
    Action,
    Actor,
    find_action,
    find_actor,
    find_clothes,
    find_content,
    find_held,
    find_location,
    find_state,
    is_surface,
)
from datagen.llm.offline.clauses import Clause
from datagen.llm.offline.facts import is_place
from datagen.llm.offline.retelling import name_plainly, retell
from datagen.llm.offline.talk import Offer, Talk, load_topic
from datagen.llm.offline.vocabulary import load_word_index
from datagen.llm.offline.words import find_singular, list_words
from datagen.records import Turn


def offer_overview(talk: Talk) -> Iterator[Offer]:
    """What is going on or to be seen."""
    wording = load_topic("overview")
    for clause in talk.clauses:
        if clause.kind == "phrase" and not clause.text[0].isupper():
            question = talk.draw(wording["phrase_questions"])
            answer = talk.draw(wording["phrase_answers"], phrase=clause.scene_phrase)
        else:
            kind = "happening_questions" if _is_event(clause) else "showing_questions"
            question, answer = talk.draw(wording[kind]), f"{clause.sentence}."
        yield Offer("tell", Turn(question, answer))


def _is_event(clause: Clause) -> bool:
    """Whether something happens rather than merely being there."""
    action = find_action(clause)
    if action is None or not action.verb.endswith("ing"):
        return False
    return action.actor.is_creature or action.base not in list_words("sets", "verbs_with_place")


def offer_who(talk: Talk) -> Iterator[Offer]:
    """Who is to be seen, where the best caption is about people; else the overview."""
    wording = load_topic("who")
    for clause in talk.clauses[:1]:
        if _is_about_people(clause) and clause.scene_phrase and not clause.text[0].isupper():
            answer = talk.draw(wording["answers"], phrase=clause.scene_phrase, be=clause.there_be)
            yield Offer("tell", Turn(talk.draw(wording["questions"]), answer))
    yield from offer_overview(talk)


def _is_about_people(clause: Clause) -> bool:
    actor = find_actor(clause)
    name = actor.name if actor is not None else clause.subject.head
    return load_word_index().get(find_singular(name.split()[-1])) == "person"


def _list_actions(talk: Talk) -> list[Action]:
    """The deeds of the captions, people called by the same word throughout."""
    return [action for clause in talk.clauses if (action := find_action(clause)) is not None]


def _name(actor: Actor, talk: Talk) -> str:
    return name_plainly(actor, talk.scene.lone)


def _ask_action(topic: str, lines: str, action: Action, talk: Talk) -> Offer:
    """A question of the topic, and the whole deed for an answer."""
    actor, name = action.actor, _name(action.actor, talk)
    question = talk.draw(load_topic(topic)[lines], be=actor.be, name=name, verb=action.verb)
    answer = f"The {name} {actor.be} {action.verb} {action.rest}".rstrip()
    return Offer(
        f"{topic} {action.base}" if topic == "object" else topic, Turn(question, f"{answer}.")
    )


def offer_action(talk: Talk) -> Iterator[Offer]:
    """What somebody is doing."""
    for action in _list_actions(talk):
        if action.actor.is_creature and action.verb.endswith("ing") and action.rest:
            yield _ask_action("do", "questions", action, talk)


def offer_object(talk: Talk) -> Iterator[Offer]:
    """What somebody holds, rides, eats, …."""
    asked = list_words("sets", "verbs_with_object")
    for action in _list_actions(talk):
        if action.base in asked and action.has_object and action.actor.is_creature:
            yield _ask_action("object", "questions", action, talk)
    for clause in talk.clauses:
        held = find_held(clause)
        if held is not None:
            actor, what = held
            action = Action(
                actor, "hold", "holding", what, starts_with_place=False, has_object=True
            )
            yield _ask_action("object", "questions", action, talk)


def offer_wearing(talk: Talk) -> Iterator[Offer]:
    """What somebody wears."""
    wording = load_topic("wearing")
    for clause in talk.clauses:
        worn = find_clothes(clause)
        if worn is not None:
            actor, clothes = worn
            have, do = ("have", "do") if actor.plural else ("has", "does")
            slots = {"be": actor.be, "have": have, "do": do, "clothes": clothes}
            slots["name"] = _name(actor, talk)
            question = talk.draw(wording["questions"], **slots)
            yield Offer("wearing", Turn(question, talk.draw(wording["answers"], **slots)))


def offer_place(talk: Talk) -> Iterator[Offer]:
    """Where somebody sits or something stands."""
    for action in _list_actions(talk):
        is_asked = action.base in list_words("sets", "verbs_with_place")
        if is_asked and action.starts_with_place and not is_place(action.actor.name):
            lines = "questions" if action.actor.is_creature else "plain_questions"
            yield _ask_action("place", lines, action, talk)
    for clause in talk.clauses:
        found = find_location(clause)
        if found is not None and not is_place(found[0].name):
            yield _ask_location(*found, talk)


def _ask_location(actor: Actor, where: str, talk: Talk) -> Offer:
    name = _name(actor, talk)
    question = talk.draw(load_topic("place")["plain_questions"], be=actor.be, name=name)
    return Offer("place", Turn(question, f"The {name} {actor.be} {where}."))


def offer_content(talk: Talk) -> Iterator[Offer]:
    """What a room has in it, what a vase is filled with."""
    lines = load_topic("content")["state_questions"]
    for clause in talk.clauses:
        state, content = find_state(clause), find_content(clause)
        if state is not None:
            actor, how, what = state
            question = talk.draw(lines, name=actor.name, be=actor.be, state=how)
            answer = f"The {actor.name} {actor.be} {how} {what}."
            yield Offer(f"content {actor.name}", Turn(question, answer))
        if content is not None:
            yield _ask_content(*content, talk)


def _ask_content(actor: Actor, what: str, talk: Talk) -> Offer:
    kind = "surface_questions" if is_surface(actor.name) else "thing_questions"
    if is_place(actor.name):
        kind = "place_questions"
    have, do = ("have", "do") if actor.plural else ("has", "does")
    question = talk.draw(load_topic("content")[kind], name=actor.name, do=do)
    return Offer(f"content {actor.name}", Turn(question, f"The {actor.name} {have} {what}."))


def offer_more(talk: Talk) -> Iterator[Offer]:
    """What another caption adds."""
    said = talk.said
    for place, clause in enumerate(talk.clauses):
        told = retell(clause, said, talk.scene.lone)
        if told:
            turn = Turn(talk.draw(load_topic("more")["questions"]), f"{told}.")
            yield Offer(f"tell {place}", turn)
