"""Ask stage, offline: a clause told to somebody who has heard of some of it before.

"A dog is lying on a couch" becomes "the dog is lying …" or "it is lying …".
"""

from collections.abc import Collection

from datagen.llm.offline.actions import (
    Actor,
    find_action,
    find_content,
    find_location,
    find_members,
    is_person,
)
from datagen.llm.offline.clauses import Clause
from datagen.llm.offline.subjects import is_creature
from datagen.llm.offline.words import find_singular, lift_first, list_words


def retell(clause: Clause, said: Collection[str], lone: str = "", pronoun: str = "") -> str:
    """Tell a clause to somebody who has heard of some things already; "" if that gets clumsy.

    Args:
        clause: what to tell.
        said: lower-case words that fell before: "a dog" becomes "the dog" after a dog.
        lone: what the only person is called; whoever is told of is that person.
        pronoun: what to say in place of a known subject ("it"), "" for its name.
    """
    members = find_members(clause)
    if members is not None:
        return _retell_group(clause) if members.head in said else clause.sentence
    if not is_known(clause, said, lone):
        return clause.sentence
    if clause.kind == "phrase":
        return _retell_phrase(clause, lone, pronoun)
    if pronoun and not clause.joined:
        return lift_first(f"{pronoun} {clause.predicate}")
    return lift_first(_define_subject(clause, lone))


def _retell_group(clause: Clause) -> str:
    """Tell "A group of horses is grazing" as "The horses are grazing"."""
    action = find_action(clause)
    return action.sentence if action is not None else ""


def _retell_phrase(clause: Clause, lone: str, pronoun: str) -> str:
    """Tell "A kitchen with a stove" as "The kitchen has a stove", "a cat on a chair" with "is"."""
    content, location = find_content(clause), find_location(clause)
    if content is not None:
        actor, rest = content
        verb = "have" if actor.plural else "has"
    elif location is not None:
        actor, rest = location
        verb = actor.be
    else:
        return ""
    return lift_first(f"{pronoun or 'the ' + name_plainly(actor, lone)} {verb} {rest}")


def is_known(clause: Clause, said: Collection[str], lone: str) -> bool:
    """Whether the subject fell before, by its own word or as the only person."""
    head = clause.subject.head
    if lone and is_person(find_singular(head)):
        return not list_words("people", "single").isdisjoint(said)
    return head in said


def name_plainly(actor: Actor, lone: str) -> str:
    """What to call somebody: the only person by one word throughout."""
    is_plain = actor.name in list_words("sets", "plain_people")
    return lone if is_plain and lone not in {"", "person"} else actor.name


def find_pronoun(clause: Clause, lone: str) -> str:
    """The pronoun for a subject, "" where none is safe."""
    if clause.plural or clause.subject.plural:
        return "they"
    if is_person(find_singular(clause.subject.head)):
        return {"man": "he", "boy": "he", "woman": "she", "girl": "she"}.get(lone, "")
    return "" if clause.joined or is_creature(clause.subject) else "it"


def _define_subject(clause: Clause, lone: str) -> str:
    """The sentence with "the" in place of "a", and the only person called by one word."""
    first, head = clause.tokens[clause.subject.first], clause.tokens[clause.subject.last - 1]
    name = clause.text[head.start : head.end]
    if lone not in {"", "person"} and name in list_words("sets", "plain_people"):
        name = lone
    has_article = first.word in {"a", "an", "some", "the"}
    start = first.end if has_article else first.start
    between = clause.text[start : head.start].lstrip()
    article = "the " if has_article or first.tag != "D" else ""
    tail = clause.text[head.end : clause.cut].rstrip(" ,")
    return f"{article}{between}{name}{tail} {clause.predicate}"
