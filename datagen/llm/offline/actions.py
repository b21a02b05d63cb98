"""Ask stage, offline: who does what in a clause, in the shape that questions and answers need."""

from dataclasses import dataclass

from datagen.llm.offline.clauses import Clause, bend_rest
from datagen.llm.offline.phrases import Phrase
from datagen.llm.offline.subjects import is_creature
from datagen.llm.offline.words import add_article, find_ing, find_singular, is_mass, list_words


@dataclass(frozen=True, slots=True)
class Actor:
    """The subject once it is known: "the man", "the people" behind "a group of people".

    Attributes:
        name: without article.
        is_creature: people or animals, who do things.
    """

    name: str
    plural: bool
    is_creature: bool

    @property
    def be(self) -> str:
        """The form of "to be"."""
        return "are" if self.plural else "is"


@dataclass(frozen=True, slots=True)
class Action:
    """What an actor is doing: "riding", "a wave on top of a surfboard"."""

    actor: Actor
    base: str
    verb: str
    rest: str
    starts_with_place: bool
    has_object: bool

    @property
    def sentence(self) -> str:
        """As in "The man is riding a wave …", without full stop."""
        return f"The {self.actor.name} {self.actor.be} {self.verb} {self.rest}".rstrip()


def find_actor(clause: Clause) -> Actor | None:
    """The subject as it is called the second time; None where it has several parts.

    "A group of people" comes back as "the people", "a pile of luggage" as "the pile of luggage".
    """
    if clause.joined:
        return None
    subject, inner, members = clause.subject, _find_inner(clause), find_members(clause)
    if members is not None:
        return Actor(members.name, plural=True, is_creature=is_creature(members))
    # A proper name loses its capitals in `name`.
    start, end = clause.tokens[subject.first].end, clause.tokens[subject.last - 1].end
    name = subject.name if clause.text[start:end].islower() else subject.head
    if inner is not None:
        name = f"{name} of {inner.name}"
    return Actor(name, subject.plural, is_creature(subject))


def _is_collective(phrase: Phrase) -> bool:
    return phrase.head in list_words("words", "collectives")


def _find_inner(clause: Clause) -> Phrase | None:
    """The phrase behind "of", right after the subject."""
    start = clause.subject.last + 1
    return next(
        (
            phrase
            for phrase in clause.phrases
            if phrase.first == start and phrase.preposition == "of"
        ),
        None,
    )


def find_action(clause: Clause) -> Action | None:
    """The deed of a clause, put in the progressive; None where nothing is done."""
    actor = find_actor(clause)
    place = _find_verb_place(clause)
    # "is containing" is no English
    if actor is None or place < 0 or clause.verb_base in list_words("sets", "stative_verbs"):
        return None
    token = clause.tokens[place]
    is_bent = token.tag not in {"G", "E"}
    verb = find_ing(clause.verb_base) if is_bent else token.word
    rest = bend_rest(clause, place + 1) if is_bent else clause.text[token.end :].strip(" ,")
    if rest is None:
        return None
    following = clause.tokens[place + 1] if place + 1 < len(clause.tokens) else None
    return Action(
        actor=actor,
        base=clause.verb_base,
        verb=verb,
        rest=rest,
        starts_with_place=following is not None and _is_place_start(clause, place + 1),
        has_object=following is not None and following.tag in {"D", "N", "A", "n"},
    )


def _find_verb_place(clause: Clause) -> int:
    if clause.kind in {"progressive", "participle"}:
        return clause.verb
    if clause.kind == "finite":
        return clause.verb if clause.verb_base else -1
    following = clause.verb + 1
    if clause.kind == "copula" and following < len(clause.tokens):
        is_be = clause.tokens[clause.verb].word in {"is", "are"}
        return following if is_be and clause.tokens[following].tag in {"G", "E"} else -1
    return -1


def _is_place_start(clause: Clause, place: int) -> bool:
    tokens = clause.tokens
    while place < len(tokens) and tokens[place].tag in {"M", "E"}:
        place += 1
    # "sitting down in": the first preposition only tells the direction
    if (
        place + 1 < len(tokens)
        and tokens[place].word in {"down", "up"}
        and tokens[place + 1].tag == "P"
    ):
        place += 1
    return place < len(tokens) and tokens[place].word in list_words("sets", "locating")


def find_location(clause: Clause) -> tuple[Actor, str] | None:
    """Where the subject of a bare phrase or of "is" is: ("bus", "at a bus stop near a tower")."""
    actor = find_actor(clause)
    place = clause.subject.last if clause.kind == "phrase" else clause.verb + 1
    is_bare = clause.kind == "phrase" or (
        clause.kind == "copula" and clause.tokens[clause.verb].word in {"is", "are"}
    )
    if actor is None or not is_bare or place >= len(clause.tokens):
        return None
    if clause.tokens[place].word not in list_words("sets", "locating") or _holds_verb(
        clause, place
    ):
        return None
    if any(phrase.first == place + 1 and _is_no_place(phrase) for phrase in clause.phrases):
        return None
    return actor, clause.text[clause.tokens[place].start :]


def _is_no_place(phrase: Phrase) -> bool:
    """As in "in a uniform", "at night"."""
    return is_clothing(phrase) or phrase.head in list_words("sets", "moments")


def is_clothing(phrase: Phrase) -> bool:
    """Whether a phrase names something to wear."""
    return phrase.head in list_words("clothes", "words")


def find_clothes(clause: Clause) -> tuple[Actor, str] | None:
    """What a person has on: ("man", "a grey jacket") of "a man in a grey jacket skiing"."""
    actor = find_actor(clause)
    if actor is None or not is_person(find_singular(clause.subject.head)):
        return None
    for phrase in clause.phrases:
        before = clause.tokens[phrase.first - 1]
        is_worn = before.word == "wearing" or (
            before.word == "in" and phrase.first == clause.subject.last + 1
        )
        if is_worn and is_clothing(phrase) and phrase.determiner in {"a", "an", ""}:
            return actor, _word_clothes(clause, phrase)
    return None


def _word_clothes(clause: Clause, phrase: Phrase) -> str:
    first, last = clause.tokens[phrase.first], clause.tokens[phrase.last - 1]
    text = clause.text[first.start : last.end]
    is_bare = not phrase.determiner and not phrase.plural
    return add_article(text) if is_bare and not is_mass(phrase.head) else text


def find_held(clause: Clause) -> tuple[Actor, str] | None:
    """What somebody holds while doing something else: "men standing in a wood holding a disc"."""
    actor, start = find_actor(clause), _find_verb_place(clause)
    if actor is None or not actor.is_creature or start < 0:
        return None
    for place in range(start + 1, len(clause.tokens) - 1):
        token = clause.tokens[place]
        if token.word == "holding" and not _meets_creature(clause, start, place):
            return actor, clause.text[token.end :].strip()
    return None


def _meets_creature(clause: Clause, start: int, end: int) -> bool:
    between = [phrase for phrase in clause.phrases if start < phrase.first < end]
    return any(is_creature(phrase) for phrase in between) or any(
        token.tag in {"C", "R"} for token in clause.tokens[start:end]
    )


def find_content(clause: Clause) -> tuple[Actor, str] | None:
    """What a thing has: ("kitchen", "white cabinets and some yellow walls")."""
    actor = find_actor(clause)
    place = clause.subject.last if clause.kind == "phrase" else clause.verb
    if actor is None or actor.is_creature or place >= len(clause.tokens):
        return None
    word = clause.tokens[place].word
    if word not in {"with", "has", "have"} or (word == "with" and clause.kind != "phrase"):
        return None
    rest = clause.text[clause.tokens[place].end :].strip()
    if place + 1 >= len(clause.tokens) or clause.tokens[place + 1].tag not in {"D", "N", "A", "n"}:
        return None
    return actor, rest


def find_state(clause: Clause) -> tuple[Actor, str, str] | None:
    """What a thing is filled or covered with: ("vase", "filled with", "yellow flowers")."""
    actor = find_actor(clause)
    place = _find_verb_place(clause)
    if actor is None or place < 0 or place + 2 >= len(clause.tokens):
        return None
    state, link = clause.tokens[place], clause.tokens[place + 1]
    if state.word not in list_words("sets", "states") or link.word not in {"with", "in", "by"}:
        return None
    return actor, f"{state.word} {link.word}", clause.text[link.end :].strip()


def _holds_verb(clause: Clause, start: int) -> bool:
    return any(token.tag in {"G", "V", "B", "X", "R"} for token in clause.tokens[start:])


def is_surface(name: str) -> bool:
    """Whether things lie on it ("table")."""
    return find_singular(name.split()[-1]) in {"table", "desk", "plate", "tray", "counter", "shelf"}


def is_person(noun: str) -> bool:
    """Whether a singular noun names one person."""
    return noun in list_words("people", "single")


def find_members(clause: Clause) -> Phrase | None:
    """The horses of "a group of horses"."""
    inner = _find_inner(clause)
    return inner if inner is not None and inner.plural and _is_collective(clause.subject) else None
