"""Spot-check, twins: a true dialogue and its claims -> single changes that each make it false.

Every kind of change is a row of `KINDS`: it takes the claims of one answer that have ground and
gives replacements in place. Whether the result is false is not decided here; `twins.py` asks.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.colours import load_palette
from datagen.checks.grounding.quantities import NUMBERS, read_number
from datagen.checks.grounding.readings import Mention
from datagen.checks.grounding.tokens import measure_span, split_words
from datagen.llm.offline.vocabulary import find_category
from datagen.llm.offline.words import add_article
from datagen.records import AnnotatedImage, Turn
from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.grounds import list_absent, read_text

Kind = Literal["object", "count", "colour", "yes-no", "side"]

_CANDIDATES = 4  # absent categories that are tried in place of one
_MOST_SPELLED = 20
_COLOURS = (
    *("red", "blue", "green", "yellow", "black", "white", "brown", "orange", "purple", "pink"),
)
_WORD = re.compile(r"(?<![\w-])[^\W_]+(?![\w-])")
_SIDE = re.compile(r"\b(?:left|right)\b", re.IGNORECASE)
_SIDES = {"left": "right", "right": "left"}
_ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)
_FIRST_SENTENCE = re.compile(r"[^.!?]+[.!?]*")
_AFFIRMED = re.compile(r"(yes, there (?:is|are)) (?:an?|some) (.+)", re.IGNORECASE)
_SEEN = re.compile(r"yes, (.+?) can be (.+)", re.IGNORECASE)
_DENIED = re.compile(
    r"(no, there (?:is|are)) no ([\w -]+?)( (?:in|to|here|anywhere)\b.*|[.!].*|$)", re.IGNORECASE
)
_UNSEEN = re.compile(r"no, (.+?) (?:cannot|can't|can not) be (.+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Source:
    """What a dialogue can be made false by.

    Attributes:
        claims: of the dialogue, all of them.
        counts: of the whole source, for the company of things.
    """

    turns: tuple[Turn, ...]
    claims: Sequence[Claim]
    image: AnnotatedImage
    counts: CategoryCounts

    def list_true(self, family: str) -> Iterator[tuple[Claim, int, str]]:
        """Claims of a family that have ground and stand in an answer: with its turn and text."""
        for claim in self.claims:
            turn, is_answer = divmod(claim.turn, 2)
            if claim.family == family and claim.verdict == "supported" and is_answer:
                yield claim, turn, self.turns[turn].answer


@dataclass(frozen=True, slots=True)
class Change:
    """A text in place of a part of an answer; `turn` counts pairs of question and answer."""

    turn: int
    start: int
    end: int
    text: str


def list_objects(source: Source) -> Iterator[Change]:
    """The noun of a boxed thing becomes that of an absent one which is often in such company."""
    boxed = {box.category for box in source.image.boxes} - {"person"}
    for claim, turn, answer in source.list_true("object"):
        if len(claim.classes) != 1 or claim.classes[0] not in boxed:
            continue
        mention = _find_mention(answer, claim)
        if mention is not None:
            for name in _list_strangers(source, claim.classes[0]):
                category = find_category(name)
                noun = category.many if mention.plural else category.noun
                yield _replace(answer, turn, claim.start, claim.end, noun)


def _find_mention(answer: str, claim: Claim) -> Mention | None:
    """The noun phrase that makes a claim, if another noun can stand in its place."""
    for sentence in read_text(answer):
        for mention in sentence.mentions:
            if measure_span(sentence, mention.first, mention.last) == (claim.start, claim.end):
                after = sentence.words[mention.last + 1 : mention.last + 2]
                is_bare = not mention.plural and mention.head == mention.first  # "eating banana"
                return None if mention.dropped or is_bare or after == ["of"] else mention
    return None


def _list_strangers(source: Source, category: str) -> list[str]:
    """Absent categories, those first that often are in such company and of the same sort."""
    texts = [text for turn in source.turns for text in (turn.question, turn.answer)]
    absent = [
        name
        for name in list_absent(source.image, texts)
        if name != "person" and not find_category(name).uncounted and name != "scissors"
    ]
    boxed = {box.category for box in source.image.boxes}
    ranked = source.counts.rank_companions(boxed, absent)
    ranked += [name for name in source.counts.rank_popular(absent) if name not in ranked]
    ranked += [name for name in absent if name not in ranked]
    kind = find_category(category).kind
    near = ranked[: 3 * _CANDIDATES]
    return sorted(near, key=lambda name: find_category(name).kind != kind)[:_CANDIDATES]


def list_counts(source: Source) -> Iterator[Change]:
    """A number of two or more becomes another such number, word for word or digits for digits."""
    for claim, turn, answer in source.list_true("count"):
        low, high = claim.number or (0, None)
        if low != high or low < 2:
            continue
        for match in _WORD.finditer(answer, claim.start, claim.end):
            if read_number(match[0].lower()) == low:
                for number in (low + 1, low + 2, low + 3, low - 1):
                    text = _write_number(number, match[0])
                    if number > 1 and text:
                        yield _replace(answer, turn, *match.span(), text)


def _write_number(number: int, like: str) -> str:
    """Written as another one is; empty where that cannot be done ("both", "dozen")."""
    if like.isdecimal():
        return str(number)
    words = _list_number_words()
    return words.get(number, "") if like.lower() in words.values() else ""


@cache
def _list_number_words() -> Mapping[int, str]:
    units = {value: word for word, value in reversed(NUMBERS.items()) if value <= _MOST_SPELLED}
    return {value: word for value, word in units.items() if value > 1}


def list_colours(source: Source) -> Iterator[Change]:
    """A colour becomes one that no caption names and that nobody takes for one that they name."""
    palette = load_palette()
    words = {word for caption in source.image.captions for word in split_words(caption)}
    told = {family for word in words for family in palette.find_families(word)}
    near = {other for family in told for other in palette.near.get(family, ())} | told
    free = [colour for colour in _COLOURS if palette.families[colour] not in near]
    for claim, turn, answer in source.list_true("colour"):
        for match in _WORD.finditer(answer, claim.start, claim.end):
            if match[0].lower() == claim.anchor:
                for colour in free:
                    yield _replace(answer, turn, *match.span(), colour)


def list_sides(source: Source) -> Iterator[Change]:
    """Left becomes right or the reverse, where a place is told by one of the two alone."""
    for claim, turn, answer in source.list_true("relation"):
        sides = list(_SIDE.finditer(answer, claim.start, claim.end))
        if len(sides) == 1:
            yield _replace(answer, turn, *sides[0].span(), _SIDES[sides[0][0].lower()])


def list_replies(source: Source) -> Iterator[Change]:
    """A yes that something is there becomes a no with all that its sentence says, or the reverse."""
    for family in ("object", "absence"):
        for claim, turn, answer in source.list_true(family):
            first = _FIRST_SENTENCE.match(answer)
            if (
                first is None
                or claim.start != 0
                or answer[: claim.end].lower() not in {"yes", "no"}
            ):
                continue
            goes_on = any(
                other.turn == claim.turn
                and other.start >= first.end()
                and not set(other.classes).isdisjoint(claim.classes)
                for other in source.claims
            )
            text = turn_reply(first[0])
            if text and not goes_on:
                yield Change(turn, 0, first.end(), text)


def turn_reply(sentence: str) -> str:
    """The contrary of a reply about what is there; empty where its form is not known.

    >>> turn_reply("Yes, there is an old dog here.")
    'No, there is no old dog here.'
    >>> turn_reply("No, there is no apple in sight.")
    'Yes, there is an apple in sight.'
    """
    bare = re.fullmatch(r"(yes|no)([.!]?)", sentence.strip(), re.IGNORECASE)
    if bare:
        return ("No" if bare[1].lower() == "yes" else "Yes") + bare[2]
    if match := _AFFIRMED.fullmatch(sentence):
        return f"No{match[1][3:]} no {match[2]}"
    if match := _SEEN.fullmatch(sentence):
        return f"No, {match[1]} cannot be {match[2]}"
    if match := _DENIED.fullmatch(sentence):
        things = match[2] if match[1].lower().endswith("are") else add_article(match[2])
        return f"Yes{match[1][2:]} {things}{match[3]}"
    if match := _UNSEEN.fullmatch(sentence):
        return f"Yes, {match[1]} can be {match[2]}"
    return ""


def _replace(answer: str, turn: int, start: int, end: int, text: str) -> Change:
    """Put a word in another's place: an article right before it agrees, a capital stays one."""
    if answer[start].isupper():
        text = text[0].upper() + text[1:]
    article = _ARTICLE.search(answer[:start])
    if article:
        new = add_article(text).split(" ", 1)[0]
        new = new.capitalize() if article[1][0].isupper() else new
        start, text = article.start(), new + article[2] + text
    return Change(turn, start, end, text)


KINDS: Mapping[Kind, Callable[[Source], Iterator[Change]]] = {
    "object": list_objects,
    "count": list_counts,
    "colour": list_colours,
    "yes-no": list_replies,
    "side": list_sides,
}
