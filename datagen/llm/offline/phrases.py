"""Ask stage, offline: noun phrases inside a tagged description."""

from collections.abc import Sequence
from dataclasses import dataclass

from datagen.llm.offline.tagging import Token, load_adjectives
from datagen.llm.offline.words import (
    find_singular,
    is_plural,
    is_uninflected,
    list_words,
    read_number,
)

_INSIDE = frozenset("DNAMn")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase without what hangs on it: "two small brown dogs".

    Attributes:
        first, last: token positions, `last` exclusive.
        preposition: the one right before it, "" if none.
        determiner: its first determiner, "" if none.
        number: the value of its number word, None if none.
        colors: color words in order; a shade stays with its color ("dark blue").
        qualities: the other adjectives in order.
        name: noun modifiers and head ("fire hydrant"), lower case.
        head: the last noun, lower case.
        plural: the head is a plural, or is made one by its determiner ("two sheep").
    """

    first: int
    last: int
    preposition: str
    determiner: str
    number: int | None
    colors: tuple[str, ...]
    qualities: tuple[str, ...]
    name: str
    head: str
    plural: bool

    @property
    def singular(self) -> str:
        """The name with its head in the singular."""
        return self.name[: len(self.name) - len(self.head)] + find_singular(self.head)


def find_phrases(tokens: Sequence[Token]) -> tuple[Phrase, ...]:
    """All noun phrases of a description, left to right."""
    found = []
    place = 0
    while place < len(tokens):
        phrase = read_phrase(tokens, place)
        if phrase is not None:
            found.append(phrase)
        place = phrase.last if phrase is not None else place + 1
    return tuple(found)


def read_phrase(tokens: Sequence[Token], first: int) -> Phrase | None:
    """The noun phrase that starts at a token, None if none does."""
    last = _find_end(tokens, first)
    nouns = [token for token in tokens[first:last] if token.tag == "n"]
    if not nouns or tokens[last - 1].tag != "n":
        return None
    return _make_phrase(tokens, first, last)


def _find_end(tokens: Sequence[Token], first: int) -> int:
    place = first
    while place < len(tokens):
        tag = tokens[place].tag
        if tag == "D" and place > first and tokens[place - 1].tag != "D":
            break
        if tag in {"C", ","} and _joins_adjectives(tokens, place, first):
            place += 1
        elif tag not in _INSIDE or (tag == "N" and _has_noun(tokens, first, place)):
            break
        place += 1
    while place > first and tokens[place - 1].tag != "n":
        place -= 1
    return place


def _has_noun(tokens: Sequence[Token], first: int, last: int) -> bool:
    return any(token.tag == "n" for token in tokens[first:last])


def _joins_adjectives(tokens: Sequence[Token], place: int, first: int) -> bool:
    """Whether this is the "and" of "black and white cows"."""
    return (
        first < place < len(tokens) - 1
        and tokens[place - 1].tag == "A"
        and tokens[place + 1].tag == "A"
        and not _has_noun(tokens, first, place)
    )


def _make_phrase(tokens: Sequence[Token], first: int, last: int) -> Phrase:
    inside = tokens[first:last]
    # In "a child's blankets" the article belongs to the child.
    owned = any(token.word.endswith("'s") for token in inside)
    determiners = [token.word for token in inside if token.tag == "D" and not owned]
    number = next((read_number(token.word) for token in inside if token.tag == "N"), None)
    determiner = determiners[-1] if determiners else ""
    nouns = _find_name(inside)
    head = nouns[-1]
    return Phrase(
        first=first,
        last=last,
        preposition=tokens[first - 1].word if first and tokens[first - 1].tag == "P" else "",
        determiner=determiner,
        number=number,
        colors=_find_colors(inside),
        qualities=_find_qualities(inside),
        name=" ".join(nouns),
        head=head,
        plural=_is_plural_phrase(head, determiner, number),
    )


def _find_name(inside: Sequence[Token]) -> list[str]:
    """The head with the nouns right before it: in "tree lined street" only the last."""
    names: list[str] = []
    for token in reversed(inside):
        if token.tag != "n":
            break
        names.insert(0, token.word)
    return names


def _find_colors(inside: Sequence[Token]) -> tuple[str, ...]:
    shades = list_words("words", "shades")
    found = []
    for place, token in enumerate(inside):
        if token.tag == "A" and token.word in list_words("words", "colors"):
            shade = inside[place - 1].word if place else ""
            found.append(f"{shade} {token.word}" if shade in shades else token.word)
    return tuple(found)


def _find_qualities(inside: Sequence[Token]) -> tuple[str, ...]:
    colors = list_words("words", "colors") | list_words("words", "shades")
    return tuple(
        token.word
        for token in inside
        if token.tag == "A" and token.word not in colors and token.word in load_adjectives()
    )


def _is_plural_phrase(head: str, determiner: str, number: int | None) -> bool:
    if is_uninflected(head):
        many = list_words("function", "plural_determiners")
        return (number or 1) > 1 or determiner in many or determiner in {"some", "all"}
    return is_plural(head)


def agrees(phrase: Phrase) -> bool:
    """Whether determiner and number fit the noun ("two dogs", not "a dogs")."""
    singular_only = list_words("function", "singular_determiners")
    if phrase.determiner in singular_only and phrase.number is None:
        return not phrase.plural
    if (phrase.number or 1) > 1 or phrase.determiner in list_words(
        "function", "plural_determiners"
    ):
        return phrase.plural
    return True
