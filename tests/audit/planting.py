"""Audit: how a text gets into a clean record. What was done can be undone, which the tests use."""

import copy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random

from tests.audit.corpus import Case, Record
from tests.audit.facts import Facts

# What denies, sets a condition, compares or depicts: there nothing is said of the picture.
_NOT_SO = (
    r"no|not|never|none|nobody|nothing|neither|nor|without|hardly|if|unless|whether|or|like|than"
    r"|as|instead|rather|imagine|imagining|suppose|such|any|every|each|other|another|wish|hope"
    r"|reflections?|reflected|paintings?|posters?|toys?|statues?|picture of|photo of|mirror|drawn"
    r"|drawings?|prints?|printed|logos?|patterns?|usually|often|typically|generally|normally"
)
# What may keep an indefinite noun phrase from saying that the thing is there.
_MAYBE = (
    r"could|would|should|might|may|must|can't|cannot|perhaps|maybe|possibly|probably|likely|seems?"
    r"|appears?|looks?|suggests?|sometimes|always|expect|want|wants|need|needs|will|when|once|for"
    r"|to"
)
_DENIAL = re.compile(rf"\b(?:{_NOT_SO})\b|n't|\?", re.IGNORECASE)
_HEDGE = re.compile(rf"\b(?:{_NOT_SO}|{_MAYBE})\b|n't|\?", re.IGNORECASE)
_SEEN = re.compile(r"\bcan be (?:seen|made out)|\b(?:to|on) the (?:left|right)", re.IGNORECASE)
_SENTENCE = re.compile(r"[^\s.!?][^.!?\n]*[.!?]+(?=\s|$)")
_CLAUSE = re.compile(r"[^,;:.()\u2013\u2014]+")


@dataclass(frozen=True, slots=True)
class Plant:
    """A record with one thing planted in it.

    Attributes:
        family: `object`, `count`, …, see `suite.PLANTERS`.
        shape: where and how it stands.
        false: a defect that must be caught; else a true look-alike that must pass.
        turn: LLaVA message index of the planted text.
        start: where it begins in that message.
        removed, inserted: the text that stood there, and what stands there now.
        added: how many messages were added at the end of the dialogue.
        swapped: the case whose context it is held against, if not its own.
    """

    family: str
    shape: str
    false: bool
    case: Case
    record: Record
    turn: int = 0
    start: int = 0
    removed: str = ""
    inserted: str = ""
    added: int = 0
    swapped: Case | None = None


@dataclass(frozen=True, slots=True)
class Setting:
    """What a planter is given: the clean record, its facts, a source of chance of its own.

    Attributes:
        false: plant a defect, else its true look-alike.
    """

    case: Case
    facts: Facts
    rng: Random
    false: bool

    @property
    def answers(self) -> list[int]:
        """The turns that answer."""
        return list(range(1, len(self.case.texts), 2))


def splice(
    setting: Setting, family: str, shape: str, turn: int, start: int, end: int, text: str
) -> Plant:
    """Put a text in the place of another."""
    record = copy.deepcopy(setting.case.record)
    old = record["conversations"][turn]["value"]
    record["conversations"][turn]["value"] = old[:start] + text + old[end:]
    return Plant(
        family, shape, setting.false, setting.case, record, turn, start, old[start:end], text
    )


def append(setting: Setting, family: str, shape: str, sentence: str) -> Plant:
    """Put a sentence at the end of one of the answers."""
    turn = setting.rng.choice(setting.answers)
    text = setting.case.texts[turn]
    closed = text.rstrip()[-1:] in {".", "!", "?", '"', "”", ")"}
    gap = " " if closed else ". "
    return splice(setting, family, shape, turn, len(text), len(text), gap + sentence)


def attach(setting: Setting, family: str, shape: str, clause: str) -> Plant | None:
    """Put a subordinate clause, with its full stop, at the end of a sentence that says how it is."""
    places = [
        (turn, sentence)
        for turn in setting.answers
        for sentence in list_sentences(setting.case.texts[turn])
        if is_asserted(sentence[0]) and sentence[0].endswith(".") and sentence[0].count(" ") >= 3
    ]
    if not places:
        return None
    turn, (_, _, end) = setting.rng.choice(places)
    return splice(setting, family, shape, turn, end - 1, end, clause)


def add_turn(setting: Setting, family: str, shape: str, question: str, answer: str) -> Plant:
    """Put a question and its answer at the end of the dialogue."""
    record = copy.deepcopy(setting.case.record)
    record["conversations"] += [
        {"from": "human", "value": question},
        {"from": "gpt", "value": answer},
    ]
    turn = len(record["conversations"]) - 1
    return Plant(family, shape, setting.false, setting.case, record, turn, inserted=answer, added=2)


def undo(plant: Plant) -> Record:
    """The record without what was planted."""
    record = copy.deepcopy(plant.record)
    turns = record["conversations"]
    if plant.added:
        del turns[-plant.added :]
        return record
    text = turns[plant.turn]["value"]
    end = plant.start + len(plant.inserted)
    turns[plant.turn]["value"] = text[: plant.start] + plant.removed + text[end:]
    return record


def list_sentences(text: str) -> list[tuple[str, int, int]]:
    """Sentences with their full stop, and where they start and end."""
    return [(match[0], *match.span()) for match in _SENTENCE.finditer(text)]


def is_asserted(text: str, *, definite: bool = False) -> bool:
    """Whether nothing in the text denies, nor, of an indefinite thing, hedges."""
    cues = _DENIAL if definite else _HEDGE
    return not cues.search(_SEEN.sub(" ", text))


def list_clauses(text: str) -> Iterator[tuple[str, int]]:
    """Clauses of a text, cut at punctuation, with their start; none of a question or condition."""
    for sentence in re.finditer(r"[^.!?\n]+[.!?]*", text):
        if sentence[0].rstrip().endswith("?") or re.match(r"\s*(?:If|Should)\b", sentence[0]):
            continue
        for clause in _CLAUSE.finditer(sentence[0]):
            yield clause[0], sentence.start() + clause.start()
