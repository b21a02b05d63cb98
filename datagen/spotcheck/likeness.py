"""Spot-check, compare: a recorded answer and a model's own -> how far they agree, 0-1.

The recorded pair says how: yes or no and numbers agree or they do not, all other text agrees as far
as it has the same words.
"""

import re
from collections import Counter
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from datagen.checks.grounding.quantities import PARTITIVES, read_number
from datagen.checks.grounding.vocabulary import list_singulars

Kind = Literal["yes-no", "count", "text"]

_ASKS = re.compile(
    r"(?:and |so |but )?(?:is|are|was|were|do|does|did|can|could|has|have|will|would|should)(?:n't)?\b",
    re.IGNORECASE,
)
_OR = re.compile(r"\bor\b", re.IGNORECASE)
_HOW_MANY = re.compile(r"\b(?:how many|(?:what is )?the (?:total )?number of)\b", re.IGNORECASE)
_YES = re.compile(r"(?:yes|yeah|yep|yup|indeed|correct|certainly|absolutely)\b", re.IGNORECASE)
_NO = re.compile(r"(?:no|nope|none|neither|nobody|nothing)\b(?! (?:doubt|idea))", re.IGNORECASE)
_EXISTS = re.compile(
    r"there(?:'s| is| are|'re) (not\b|no\b|none\b|n't)?|(?:i|you|we) (?:can |could )?(?:see|spot) (no\b)?",
    re.IGNORECASE,
)
_DENIES = re.compile(r"\b(?:not|cannot|never)\b|n't\b", re.IGNORECASE)
_SENTENCE_END = re.compile(r"[.!?;]")
_WORD = re.compile(r"[^\W_]+(?:'[a-z]+)?")
_NUMBER = re.compile(r"[^\W_]+(?:-[a-z]+)?")
_NONE = frozenset({"no", "none", "zero", "nobody", "nothing"})
_ARTICLES = frozenset({"a", "an"})
_STOP_WORDS = frozenset(
    {
        *("a", "an", "the", "this", "that", "these", "those", "there", "it", "its", "they"),
        *("is", "are", "was", "were", "be", "been", "being", "has", "have", "do", "does", "can"),
        *("of", "in", "on", "at", "to", "with", "and", "or", "as", "by", "for", "from", "into"),
        *("image", "picture", "photo", "scene", "seen", "see", "shown", "shows", "visible"),
    }
)
"""Words that answers about any picture share."""


@dataclass(frozen=True, slots=True)
class Likeness:
    """How a pair was compared and how far the two answers agree; None where that is open."""

    kind: Kind
    agreement: float | None


def compare_answers(question: str, recorded: str, own: str) -> Likeness:
    """Hold a model's own answer against the recorded one.

    A yes-no pair asks for it and its answer says or implies either; a count pair asks how many and
    a number stands in its answer. There agreement is 1 or 0, and None where the own answer gives
    neither. Text agrees by `measure_overlap`, None where the recorded answer has no word for it.

    >>> compare_answers("Is there a dog?", "Yes, a brown one.", "No, there is no dog.").agreement
    0.0
    >>> compare_answers("How many dogs are there?", "Two dogs play.", "There are 2.").agreement
    1.0
    """
    said = read_yes_no(question, recorded)
    if said is not None:
        own_said = read_yes_no(question, own)
        return Likeness("yes-no", None if own_said is None else float(said == own_said))
    if _HOW_MANY.search(question):
        number = read_count(recorded)
        if number is not None:
            own_number = read_count(own)
            return Likeness("count", None if own_number is None else float(number == own_number))
    return Likeness("text", measure_overlap(recorded, own))


def read_yes_no(question: str, answer: str) -> bool | None:
    """Whether an answer says yes or no to a question that asks for it; None for neither.

    It opens with the word, or it says what is there ("There are no dogs."), or its first sentence
    denies. A question for one of two ("Is it red or blue?") is none.

    >>> read_yes_no("Is it raining?", "It isn't raining."), read_yes_no("Is it raining?", "Perhaps.")
    (False, None)
    """
    asking = _find_asking(question)
    if not _ASKS.match(asking) or _OR.search(asking):
        return None
    text = answer.strip().lstrip("\"'*(")
    if _YES.match(text):
        return True
    if _NO.match(text):
        return False
    exists = _EXISTS.match(text)
    if exists:
        return not (exists[1] or exists[2])
    return False if _DENIES.search(_SENTENCE_END.split(text, maxsplit=1)[0]) else None


def _find_asking(question: str) -> str:
    """The last sentence that asks; the instructions that may stand around it are left."""
    asking = [part for part in re.findall(r"[^.?!\n]+\?", question) if part.strip()]
    return (asking[-1] if asking else question).strip()


def read_count(answer: str) -> int | None:
    """The number that an answer to "how many" gives: its first one, words for none being 0.

    "A" and "an" are 1 where no number stands in the answer at all, but not in "a few", "a group".

    >>> [read_count(text) for text in ("There are three.", "None.", "A dog.", "Several.")]
    [3, 0, 1, None]
    """
    words = [word.lower() for word in _NUMBER.findall(answer)]
    for word in words:
        if word in _NONE:
            return 0
        number = read_number(word)
        if number is not None:
            return number
    things = (after for word, after in pairwise(words) if word in _ARTICLES)
    return 1 if next(things, "few") not in PARTITIVES else None


def measure_overlap(recorded: str, own: str) -> float | None:
    """F1 of the words that two texts share, 0-1; None where the recorded one has none.

    2PR / (P + R), P being the share of the own words found in the recorded ones and R the reverse,
    each word as often as it stands there (SQuAD's F1, Rajpurkar et al., EMNLP 2016). Words are lower
    case, without punctuation and the words that answers about any picture share, and in the
    singular.

    >>> measure_overlap("Two dogs play.", "a dog plays")
    0.8
    """
    wanted, given = _count_words(recorded), _count_words(own)
    if not wanted:
        return None
    shared = (wanted & given).total()
    return 2 * shared / (wanted.total() + given.total())


def _count_words(text: str) -> Counter[str]:
    words = (word.lower() for word in _WORD.findall(text.replace("\u2019", "'")))
    return Counter(list_singulars(word)[0] for word in words if word not in _STOP_WORDS)
