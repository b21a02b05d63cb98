"""Validate stage, grounding: whether a sentence shows a thing in the picture or only names it.

A true answer names many things that are nowhere in the picture: in general statements, reasons,
idioms, advice. A contradiction therefore needs an anchor: words that place the thing before the
reader ("there is", "on the left", "is standing", "next to the man") or at least one of a number.
"""

from collections.abc import Sequence

from datagen.checks.grounding.evidence import Passage, knows
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.word_classes import AUXILIARIES, CONJUNCTIONS, PREPOSITIONS, PRONOUNS

_SEEING = frozenset({
    "there", "there's", "see", "sees", "notice", "notices", "spot", "find", "finds", "finding", "shows",
    "show", "showing", "reveals", "features", "featuring", "include", "includes", "including", "contains",
    "depicts", "note", "make", "visible", "seen", "displays", "appears", "captures", "has", "have",
})  # fmt: skip
_HOLDING = frozenset({
    "holds", "holding", "carries", "carrying", "wears", "wearing", "rides", "riding",
})  # fmt: skip
_FRAME = frozenset({
    "picture", "image", "photo", "photograph", "scene", "frame", "background", "foreground", "visible",
    "left", "right", "corner", "middle", "centre", "center", "edge", "side", "nearby", "here",
})  # fmt: skip
_PLACES = frozenset({
    "in", "on", "at", "near", "next", "behind", "beside", "under", "above", "below", "between", "by",
    "across", "along", "inside", "against", "around", "over", "close", "nearby", "further", "farther", "off", "to", "with",
    "who", "which", "that", "beneath", "underneath", "atop", "among", "outside", "through", "into",
})  # fmt: skip
_POSTURES = frozenset({
    "stands", "stand", "sits", "sit", "lies", "lie", "hangs", "hang", "rests", "rest", "leans", "lean",
    "waits", "wait", "walks", "walk", "runs", "run", "rides", "ride", "flies", "fly", "floats", "float",
    "parked", "placed", "seated", "located", "positioned", "stood", "sat", "lay", "hung", "set", "left",
    "looks", "look", "catches", "fills", "covers", "holds", "faces", "grazes", "graze", "too", "also",
    "comes", "come", "peeks", "peek", "sticks", "stick", "watches", "watch", "glides", "glide",
})  # fmt: skip
_SHOWN = (
    _POSTURES | _PLACES
    | frozenset({"seen", "made", "spotted", "found", "noticed", "stopped", "visible", "shown"})
)  # fmt: skip
_FOLLOWERS = (
    AUXILIARIES | CONJUNCTIONS | PREPOSITIONS | PRONOUNS | _PLACES | _POSTURES
    | frozenset({"there", "here", "then", "now", "a", "an", "the", "no", "not", "made", "full", "worn",
                 "further", "farther", "just", "partly", "half", "quite", "right", "far", "somewhere", "all"})
)  # fmt: skip
"""What may follow a noun that heads its phrase."""

_TRAILING = frozenset({
    "with", "in", "on", "at", "of", "by", "from", "into", "to", "for", "like", "as",
})  # fmt: skip
_POINTING = frozenset({"the", "this", "that", "these", "those", "both"})
_OWNING = frozenset({"his", "her", "its", "their", "my", "your", "our", "'s"})
_CLAUSE_MARKS = frozenset({",", "and", "while", "as", "that", ":", ";", "but", "because", "since"})
_SHORT = 45
"""Words of an answer that answers and does not reason."""


def is_anchored(mention: Mention, sentence: Sentence, passage: Passage) -> bool:
    """Whether the sentence shows the mention's thing in the picture.

    Descriptions and short answers speak of the picture from beginning to end, so there only what
    comes along is doubted; the long answers of reasoning need more.
    """
    if passage.is_question or sentence.is_question:
        return True
    if _is_bare(mention) and not mention.plural:
        return False
    words = sentence.words
    start = sentence.clauses[mention.clause][0] if mention.clause < len(sentence.clauses) else 0
    if not _SEEING.isdisjoint(words[start : mention.head]):
        return True
    if words[mention.head - 1 : mention.head] and words[mention.head - 1] in _HOLDING:
        return not _is_bare(mention)
    if _trails(mention, words) or _has_other_head(mention, words):
        return False
    if _is_bare(mention):
        return False
    if _is_placed(mention, words) or _is_description(passage):
        return True
    if mention.determiner in _POINTING and _opens(mention, words, start):
        return True
    return _has_company(mention, sentence, words, passage)


def _is_description(passage: Passage) -> bool:
    """Whether the answer is short, or the question wants the picture described."""
    if passage.text.count(" ") < _SHORT:
        return True
    return any(
        word.startswith(("descri", "detail", "elaborat"))
        for asked in passage.question
        for word in asked.words
    )


def _opens(mention: Mention, words: Sequence[str], start: int) -> bool:
    """Whether the noun phrase begins its clause."""
    return mention.head == start or words[mention.head - 1] in _CLAUSE_MARKS


def _is_bare(mention: Mention) -> bool:
    return not mention.determiner and mention.quantity is None


def _has_other_head(mention: Mention, words: Sequence[str]) -> bool:
    """Whether the next word is a noun that the phrase is really about ("guest list")."""
    after = words[mention.last + 1] if mention.last + 1 < len(words) else "."
    if mention.plural or not after.isalpha() or after in _FOLLOWERS:
        return False
    return not after.endswith(("ing", "ed", "s", "ly"))


def _trails(mention: Mention, words: Sequence[str]) -> bool:
    """Whether it comes along in a phrase of place or company: "with a cup", "in a bowl"."""
    if mention.determiner in _POINTING or not mention.head:
        return False
    return words[mention.head - 1] in _TRAILING


def _is_placed(mention: Mention, words: Sequence[str]) -> bool:
    """Whether what follows says where it is or what it is doing."""
    following = words[mention.last + 1 : mention.last + 6]
    after = [word for word in following if word not in {",", "too", "also"}]
    if not after:
        return False
    if after[0] in _POSTURES or after[0] in _PLACES:
        return True
    if after[0] in AUXILIARIES:
        return any(word in _SHOWN or word.endswith("ing") for word in after[1:4])
    return after[0].endswith("ing")


def _has_company(
    mention: Mention, sentence: Sentence, words: Sequence[str], passage: Passage
) -> bool:
    """Whether the sentence speaks of the picture's frame or of things that are known there."""
    if not _FRAME.isdisjoint(words):
        return True
    if mention.determiner in _OWNING or words[mention.head - 1] in {"around", "for", "to"}:
        return False
    return any(
        one is not mention and one.mood == "asserted" and knows(passage.evidence, one.term.classes)
        for one in sentence.mentions
    )
