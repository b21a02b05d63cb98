"""Short questions about a small scene, and the client that writes them behind the offline writer.

The offline writer's dialogues hold few yes/no questions, nearly all of them answered with no. A
model that shall be asked yes/no questions must have seen both answers equally often, so this
response type is written here, from the same context and in the same layout, and goes through the
same pipeline and checks.
"""

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from random import Random

from datagen.layouts import render_text
from datagen.llm.offline import write_reply
from datagen.llm.offline.objects import find_side
from datagen.llm.offline.reading import read_context
from datagen.llm.offline.vocabulary import find_category, load_categories, load_word_index
from datagen.llm.offline.words import add_article, find_singular, lift_first, spell_number
from datagen.records import Prompt, Reply, Turn
from tests.benchmarks.small_llava.icons import COLORS, ICONS

QUIZ_MARK = "You put short questions"
"""How the system message of this response type begins."""

_QUESTIONS = 6
MOST = 3  # of a kind in a scene
_KNOWN_SHARE = 0.7  # of the absent things that are asked for; the others are never drawn at all
_COLORED = re.compile(rf"\b({'|'.join(COLORS)}) ([a-z]+)")

Corners = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Fact:
    """What is known of one kind of thing: its colour and the boxes of its things, 0-1."""

    category: str
    color: str
    corners: tuple[Corners, ...]

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self.corners)

    @property
    def noun(self) -> str:
        """Behind "the": "dog", "dogs"."""
        return name_kind(self.category, self.count)

    @property
    def be(self) -> str:
        """The form of "to be"."""
        return "is" if self.count == 1 else "are"

    @property
    def side(self) -> str:
        """`left` or `right` where a single thing clearly is, else ""."""
        side = find_side(self.corners[0]) if self.count == 1 else ""
        return side if side in {"left", "right"} else ""


def name_kind(category: str, count: int) -> str:
    """The bare name of one or several.

    >>> name_kind("bus", 2), name_kind("bus", 1)
    ('buses', 'bus')
    """
    return find_category(category).noun if count == 1 else find_category(category).many


def read_facts(context: str) -> tuple[Fact, ...]:
    """What captions and box lines tell, by kind."""
    scene = read_context(context)
    index = load_word_index()
    colors = {}
    for color, noun in _COLORED.findall(" ".join(scene.captions).lower()):
        colors[index.get(find_singular(noun), "")] = color
    names = dict.fromkeys(box.category for box in scene.boxes)
    return tuple(
        Fact(
            name,
            colors.get(name, ""),
            tuple(box.corners for box in scene.boxes if box.category == name),
        )
        for name in names
    )


def write_quiz(facts: Sequence[Fact], rng: Random) -> tuple[Turn, ...]:
    """Some questions of all kinds, none of them twice."""
    turns: dict[str, Turn] = {}
    makers = [*_MAKERS, *_MAKERS]
    rng.shuffle(makers)
    for make in makers:
        turn = make(facts, rng)
        if turn is not None and len(turns) < _QUESTIONS:
            turns.setdefault(turn.question, turn)
    return tuple(turns.values())


def ask_presence(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """Whether something is there; yes and no equally often."""
    is_short = rng.random() < 0.5
    if rng.random() < 0.5:
        fact = rng.choice(facts)
        told = f"there {fact.be} {_count(fact.category, fact.count)}"
        return _ask_whether(fact.category, "Yes" if is_short else f"Yes, {told}", rng)
    drawn = ICONS if rng.random() < _KNOWN_SHARE else load_categories()
    absent = sorted(drawn.keys() - {fact.category for fact in facts})
    category = find_category(rng.choice(absent))
    return _ask_whether(
        category.name, "No" if is_short else f"No, there is no {category.noun}", rng
    )


def _ask_whether(category: str, answer: str, rng: Random) -> Turn:
    """In few words where the answer is one."""
    place = rng.choice(("picture", "image"))
    question = f"Is there {find_category(category).one} in the {place}?"
    if "," not in answer:
        question += " Answer yes or no."
    return Turn(question, f"{answer}.")


def _count(category: str, count: int) -> str:
    noun = name_kind(category, count)
    return add_article(noun) if count == 1 else f"{spell_number(count)} {noun}"


def ask_number(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """How many there are."""
    fact = rng.choice(facts)
    many = name_kind(fact.category, 2)
    word = spell_number(fact.count)
    return Turn(f"How many {many} are there?", f"There {fact.be} {word} {fact.noun}.")


def ask_whether_number(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """Whether there are so many."""
    fact = rng.choice(facts)
    asked = rng.choice([number for number in range(1, MOST + 1) if number != fact.count])
    answer = "No"
    if rng.random() < 0.5:
        asked, answer = fact.count, "Yes"
    be = "Is" if asked == 1 else "Are"
    question = f"{be} there {spell_number(asked)} {name_kind(fact.category, asked)}?"
    return Turn(question, f"{answer}, there {fact.be} {spell_number(fact.count)} {fact.noun}.")


def ask_color(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """Which colour it has."""
    fact = rng.choice(facts)
    return Turn(
        f"What color {fact.be} the {fact.noun}?", f"The {fact.noun} {fact.be} {fact.color}."
    )


def ask_whether_color(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """Whether it has that colour."""
    fact = rng.choice(facts)
    asked = rng.choice([color for color in COLORS if color != fact.color])
    answer = "No"
    if rng.random() < 0.5:
        asked, answer = fact.color, "Yes"
    question = f"{lift_first(fact.be)} the {fact.noun} {asked}?"
    return Turn(question, f"{answer}, the {fact.noun} {fact.be} {fact.color}.")


def ask_side(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """On which side a single thing is; None where none is clearly on one."""
    sided = [fact for fact in facts if fact.side]
    if not sided:
        return None
    fact = rng.choice(sided)
    question = f"On which side is the {fact.noun}?"
    return Turn(question, f"The {fact.noun} is on the {fact.side}.")


def ask_which(facts: Sequence[Fact], rng: Random) -> Turn | None:
    """What has that colour, where one kind alone has it."""
    colors = [fact.color for fact in facts]
    alone = [fact for fact in facts if colors.count(fact.color) == 1]
    if not alone:
        return None
    fact = rng.choice(alone)
    return Turn(f"What is {fact.color} in the picture?", f"The {fact.noun} {fact.be} {fact.color}.")


Maker = Callable[[Sequence[Fact], Random], Turn | None]
_MAKERS: tuple[Maker, ...] = (
    ask_presence,
    ask_presence,
    ask_number,
    ask_whether_number,
    ask_color,
    ask_whether_color,
    ask_side,
    ask_side,
    ask_which,
)


class SmallWriter:
    """A client: short questions where they are asked for, else the offline writer's replies."""

    async def ask(self, prompt: Prompt) -> Reply:
        """Write the reply to a prompt."""
        if not prompt.messages[0].content.startswith(QUIZ_MARK):
            return Reply(write_reply(prompt.messages, seed=prompt.seed), "offline")
        query = prompt.messages[-1].content
        digest = hashlib.sha256(f"{prompt.seed}\0{query}".encode()).digest()
        turns = write_quiz(read_facts(query), Random(int.from_bytes(digest)))
        return Reply(render_text(turns, "pairs"), "offline")

    async def close(self) -> None:
        """Nothing to close."""
