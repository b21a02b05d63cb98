"""Ask stage, offline: a description's words and what part each plays.

Tags are single letters: `D` determiner, `N` number, `A` adjective, `n` noun, `P` preposition,
`C` and/or/but, `,` punctuation, `R` relative or subordinating word, `X` auxiliary, `O` pronoun,
`M` adverb, and for verbs `G` -ing form, `E` past participle, `V` third person singular,
`B` base form with a plural subject, `I` infinitive after "to".

This is no general tagger: it knows the plain style of people who describe a picture in one
sentence, and takes an unknown word for a noun.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from datagen.llm.offline.words import is_plural, list_words, load_verb_forms

_TOKEN = re.compile(r"[^\W\d_]+(?:['-][^\W\d_]+)*|\d+|\"[^\"]*\"|[,;:.]")
_MULTIWORD_LIMIT = 4

# -ing words that often belong to the noun behind them ("cutting board").
# What may follow a main verb; a noun there would more likely be the head of a compound.
_AFTER_VERB = frozenset("PDMNOGACIRX")
# "the back", "its inside"; "two high shelves"
_ADVERB_OR_NOUN = {"back": "n", "inside": "n", "outside": "n", "high": "A", "low": "A"}
# "a traffic light", "the road side"
_CLOSED = (
    ("determiners", "D"),
    ("prepositions", "P"),
    ("conjunctions", "C"),
    ("relatives", "R"),
    ("auxiliaries", "X"),
    ("pronouns", "O"),
    ("adverbs", "M"),
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word (or a fixed phrase such as "next to") with its place in the text.

    Attributes:
        word: lower case.
        start, end: character offsets into the text.
    """

    word: str
    tag: str
    start: int
    end: int


@cache
def load_closed_words() -> Mapping[str, str]:
    """Word -> tag for the words that play one part only."""
    table = {word: tag for key, tag in _CLOSED for word in list_words("function", key)}
    table.update(dict.fromkeys(list_words("numbers", "words"), "N"))
    table.update(dict.fromkeys(",;:.", ","))
    return table


@cache
def load_adjectives() -> frozenset[str]:
    """Colors, shades and other adjectives."""
    return (
        list_words("words", "colors")
        | list_words("words", "shades")
        | list_words("words", "adjectives")
    )


def tag_words(text: str) -> tuple[Token, ...]:
    """Cut a text into tagged tokens.

    >>> "".join(token.tag for token in tag_words("A man riding a wave on top of a surfboard"))
    'DnGDnPDn'
    """
    spans = _join_phrases(
        [(match.group().lower(), *match.span()) for match in _TOKEN.finditer(text)]
    )
    words = [word for word, _, _ in spans]
    tokens: list[Token] = []
    for place, (word, start, end) in enumerate(spans):
        tokens.append(Token(word, _find_tag(words, place, tokens), start, end))
    return tuple(_settle_lone_adjective(tokens, place) for place in range(len(tokens)))


def _settle_lone_adjective(tokens: Sequence[Token], place: int) -> Token:
    """Tag "on the left", "a male and a female": an adjective without a noun is one itself."""
    token = tokens[place]
    following = tokens[place + 1].tag if place + 1 < len(tokens) else ""
    previous = tokens[place - 1].tag if place else ""
    is_noun_there = previous == "n" and token.word in list_words("sets", "adjective_or_noun")
    if token.tag != "A" or not (previous in {"D", "A"} or is_noun_there):
        return token
    if following in {"n", "A", "N", ","} or (following == "C" and _goes_on(tokens, place + 2)):
        return token
    return replace(token, tag="n")


def _goes_on(tokens: Sequence[Token], place: int) -> bool:
    return place < len(tokens) and tokens[place].tag in {"A", "n"}


def _join_phrases(spans: Sequence[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
    joined: list[tuple[str, int, int]] = []
    place = 0
    while place < len(spans):
        size = _measure_phrase(spans, place)
        word = " ".join(word for word, _, _ in spans[place : place + size])
        joined.append((word, spans[place][1], spans[place + size - 1][2]))
        place += size
    return joined


@cache
def _load_phrase_heads() -> Mapping[str, tuple[str, ...]]:
    heads: dict[str, tuple[str, ...]] = {}
    for word in load_closed_words():
        if " " in word:
            head = word.split(" ", 1)[0]
            heads[head] = (*heads.get(head, ()), word)
    return heads


@cache
def _load_infinitives() -> frozenset[str]:
    return frozenset(load_verb_forms()["b"]) | {"be", "have", "do"}


def _measure_phrase(spans: Sequence[tuple[str, int, int]], place: int) -> int:
    candidates = _load_phrase_heads().get(spans[place][0], ())
    if not candidates:
        return 1
    for size in range(min(_MULTIWORD_LIMIT, len(spans) - place), 1, -1):
        if " ".join(word for word, _, _ in spans[place : place + size]) in candidates:
            return size
    return 1


def _find_tag(words: Sequence[str], place: int, before: Sequence[Token]) -> str:
    word = words[place]
    previous = before[-1].tag if before else ""
    following = words[place + 1] if place + 1 < len(words) else ""
    closed = load_closed_words().get(word)
    if before and before[-1].word == "to" and word in _load_infinitives():
        return "I"
    if closed is not None:
        return _settle_closed(word, closed, previous, following)
    if word.isdigit():
        return "N"
    verbal = _find_verb_tag(word, previous, following, before)
    if verbal:
        return verbal
    if word in {"right", "straight", "close"} and _is_preposition(following):
        return "M"
    if word in load_adjectives() or word.endswith("'s"):
        return "A"
    return "M" if _is_adverb(word) else "n"


def _settle_closed(word: str, tag: str, previous: str, following: str) -> str:
    if tag == "M" and previous in {"D", "A"} and word in _ADVERB_OR_NOUN:
        return _ADVERB_OR_NOUN[word]
    if word in {"can", "may", "will"} and previous in {"D", "A"}:
        return "n"
    if word in {"being", "been"} and previous == "X":
        return "M"
    if word == "one" and previous in {"D", "C", "P"}:
        return "O"
    if word in {"all", "both", "each"} and previous == "n" and not _is_nominal(following):
        return "M"
    return tag


def _is_nominal(word: str) -> bool:
    """Whether a word could go on with a noun phrase ("all the …", "each dog")."""
    return bool(word) and load_closed_words().get(word, "D") in {"D", "N"} and word[-3:] != "ing"


def _is_adverb(word: str) -> bool:
    return (
        word.endswith("ly") and len(word) > 4 and word not in {"family", "belly", "jelly", "lily"}
    )


def _find_verb_tag(word: str, previous: str, following: str, before: Sequence[Token]) -> str:
    forms = load_verb_forms()
    if word.endswith("ing"):
        return _tag_ing(word, previous, following)
    if word in forms["e"] or _looks_past(word):
        tag = _tag_past(word, previous, following, before)
        if tag:
            return tag
    if _joins_verbs(before):
        return "V" if word in forms["s"] else "B" if word in forms["b"] else ""
    if word in forms["s"] and _may_be_finite(word, _see_noun(before), following):
        return "" if _counts_several(before) else "V"
    if before and before[-1].word in list_words("people", "single") and word in forms["p"]:
        return "V" if _is_preposition(following) else ""
    can_be_base = word in forms["b"] and following[-3:] != "ing" and _follows_plural(word, before)
    return "B" if can_be_base and _may_be_finite(word, previous, following) else ""


def _joins_verbs(before: Sequence[Token]) -> bool:
    """Whether a second verb may follow: "sits on a bench and …"."""
    return bool(before) and before[-1].word == "and" and any(t.tag in {"V", "B"} for t in before)


def _see_noun(before: Sequence[Token]) -> str:
    """The tag before, where "with cream on top sits …" makes a noun of an adjective."""
    if not before:
        return ""
    is_noun = before[-1].word in list_words("sets", "adjective_or_noun")
    return "n" if before[-1].tag == "A" and is_noun else before[-1].tag


def _tag_ing(word: str, previous: str, following: str) -> str:
    acts = previous == "X" or (previous == "n" and load_closed_words().get(following) == "D")
    if len(word) < 5 or (word in list_words("words", "nouns_in_ing") and not acts):
        return "n"
    if word in list_words("sets", "compound_ing") and following in list_words(
        "words", "nouns_after_ing"
    ):
        return "n"
    return "A" if previous in {"D", "A", "N"} else "G"


def _looks_past(word: str) -> bool:
    return (
        word.endswith("ed")
        and len(word) > 4
        and word not in list_words("words", "not_participles")
        and word not in load_adjectives()
    )


def _tag_past(word: str, previous: str, following: str, before: Sequence[Token]) -> str:
    bare = word in load_verb_forms()["b"] or not word.endswith("ed")
    if previous in {"X", "G"}:
        return "E"
    if previous in {"n", "M", "O", "R"} and before:
        # "a table set for dinner" against "a table set", "a tree lined street"
        if _is_open(following) and word.endswith("ed"):
            return "A"
        return "" if bare and not _is_preposition(following) else "E"
    return "" if bare else "A"


def _is_open(word: str) -> bool:
    """Whether a word is most likely a noun."""
    is_bound = word in load_closed_words() or word in load_adjectives()
    return bool(word) and not is_bound and not word.endswith(("ing", "ly"))


def _is_preposition(word: str) -> bool:
    return load_closed_words().get(word) == "P"


def _may_be_finite(word: str, previous: str, following: str) -> bool:
    if previous not in {"n", "M", "R", "O", "E"}:
        return False
    if previous == "M" and word in {"lines", "rows"}:
        return False
    tag = load_closed_words().get(following, "n" if following else "P")
    if tag in _AFTER_VERB or following in load_adjectives() or following.endswith(("ing", "ed")):
        return True
    # "cuts vegetables": a plain noun behind it must be a plural
    is_object = is_plural(following) or following in list_words("words", "mass")
    return is_object and word not in list_words("nouns", "known")


def _counts_several(before: Sequence[Token]) -> bool:
    """Whether the words right before name several things, which no "sits" can follow."""
    many = list_words("function", "plural_determiners")
    for token in reversed(before):
        if token.tag not in {"n", "A", "N", "D", "M"}:
            return False
        if token.word in many or (token.tag == "N" and token.word not in {"one", "1"}):
            return True
    return False


def _follows_plural(word: str, before: Sequence[Token]) -> bool:
    """Whether the nearest noun is a plural, or several are joined.

    For a word that is no noun, a plural at the start will do: "tracks in the snow lead …".
    """
    nouns = [token for token in before if token.tag in {"n", "O"}]
    if not nouns or before[-1].tag not in {"n", "M", "R"}:
        return False
    if is_plural(nouns[-1].word) or any(token.tag == "C" for token in before):
        return True
    first = next((one for one, two in pairwise(before) if one.tag == "n" and two.tag == "P"), None)
    is_noun = word in list_words("nouns", "known")
    return first is not None and is_plural(first.word) and not is_noun
