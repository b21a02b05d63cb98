"""Ask stage, offline: a dialogue in the making: what it is about and what has been said."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import ceil
from random import Random
from typing import Any

from datagen.llm.offline.agreement import conflicts
from datagen.llm.offline.clauses import Clause
from datagen.llm.offline.scene import Scene
from datagen.llm.offline.vocabulary import find_mentions, split_words
from datagen.llm.offline.words import find_singular, list_words, load_table
from datagen.records import Turn

# An answer on one of these topics must hold enough that was not said before.
_TELLING = ("tell", "do", "object", "place", "content", "kind", "wearing")
_FRESH_SHARE, _SOME_SHARE = 0.45, 0.25
_SHORT_WORD = 2


@dataclass(frozen=True, slots=True)
class Offer:
    """A pair that could be said next, and its topic; a topic is not taken up twice."""

    topic: str
    turn: Turn


@dataclass(slots=True)
class Talk:
    """A dialogue in the making.

    Attributes:
        clauses: of the captions that go together with the most trusted one, that one first.
        fresh_share: how much of an answer has to be new.
    """

    scene: Scene
    rng: Random
    clauses: tuple[Clause, ...] = field(init=False)
    offers: list[Offer] = field(default_factory=list)
    fresh_share: float = _FRESH_SHARE

    def __post_init__(self) -> None:
        """Choose the captions to speak of."""
        self.clauses = tuple(
            caption.clause
            for caption in self.scene.captions
            if caption.clause is not None and not conflicts(caption, self.scene.captions[0])
        )

    @property
    def words(self) -> list[str]:
        """The lower-case words that fell so far."""
        turns = [offer.turn for offer in self.offers]
        return split_words(" ".join(f"{turn.question} {turn.answer}" for turn in turns))

    @property
    def said(self) -> frozenset[str]:
        """The words of which one may speak as known."""
        return self.scene.list_known(self.words)

    @property
    def named(self) -> frozenset[str]:
        """The categories that fell so far."""
        return frozenset(mention.category for mention in find_mentions(self.words))

    def relax(self) -> None:
        """Ask for less news from now on, for a scene of which there is little to say."""
        self.fresh_share = _SOME_SHARE

    def draw(self, lines: Sequence[str], **slots: object) -> str:
        """Draw one of several wordings and fill its slots."""
        return self.rng.choice(lines).format(**slots)

    def draw_turn(self, lines: Sequence[str], **slots: object) -> Turn:
        """Draw a question that stands in one line with its answer."""
        question, answer = self.draw(lines, **slots).split(" | ")
        return Turn(question, answer)

    def take(self, offers: Iterator[Offer]) -> None:
        """Say the first of the offers that brings something new, if there is one."""
        for offer in offers:
            if self._is_new(offer):
                self.offers.append(offer)
                return

    def _is_new(self, offer: Offer) -> bool:
        for other in self.offers:
            if offer.topic == other.topic or offer.turn.question == other.turn.question:
                return False
        if not offer.topic.startswith(_TELLING):
            return True
        said = {word for other in self.offers for word in list_content(other.turn.answer)}
        mine = list_content(offer.turn.answer)
        return not said or len(mine - said) >= max(1, ceil(self.fresh_share * len(mine)))


Move = Callable[[Talk], Iterator[Offer]]
"""Offers pairs on one topic, the best first."""


@cache
def load_wording() -> Mapping[str, Any]:
    """The tables of `wording.toml`, read once."""
    return load_table("wording.toml")


def load_topic(name: str) -> Mapping[str, Sequence[str]]:
    """The wordings of one topic of the conversation."""
    topic: Mapping[str, Sequence[str]] = load_wording()["conversation"][name]
    return topic


def list_content(text: str) -> frozenset[str]:
    """The words of a text that carry something, bent back."""
    closed = list_words("function", "determiners") | list_words("function", "prepositions")
    return frozenset(
        find_singular(word)
        for word in split_words(text)
        if len(word) > _SHORT_WORD and word not in closed
    )
