"""Ask stage, offline: the descriptions of a picture, cleaned, taken apart and judged for use.

Descriptions are written by hurried people: with typing errors, in capitals, in telegram style,
or about the photograph instead of what it shows. Such ones are kept for what they mention but not
repeated.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from datagen.llm.offline.clauses import Clause, read_clause
from datagen.llm.offline.phrases import Phrase, agrees, find_phrases
from datagen.llm.offline.tagging import Token, load_adjectives, load_closed_words, tag_words
from datagen.llm.offline.vocabulary import (
    Mention,
    find_mentions,
    list_genders,
    load_nouns,
    load_word_index,
    split_words,
)
from datagen.llm.offline.words import (
    add_article,
    find_singular,
    is_mass,
    is_plural,
    is_uninflected,
    lift_first,
    list_words,
    load_verb_forms,
)

_MIN_WORDS, _MAX_WORDS = 3, 26
# A sentence needs words that hold it together; below this share the text is hardly English.
_MIN_FUNCTION_SHARE = 0.15
_PLAIN = re.compile(r"[A-Za-zÀ-ÿ0-9 ,.;:'\"-]*")
_STRAIGHTENED = str.maketrans({"\u2018": "'", "\u2019": "'", "\u201c": '"', "\u201d": '"'})
_SOURCE = re.compile(
    r"^(?:(?:this|the|an?)\s+)?"
    r"(?:(?:(?!cartoon|digital|cgi|drawn|painted|toy|animated|computer)\w+\s+){0,2}(?:picture|photo|photograph|image|shot|view|close[ -]?up)\s+"
    r"(?:of|shows|showing|that shows)\s+|(?:there|this|here)\s+(?:is|are)\s+|these\s+are\s+)",
    re.IGNORECASE,
)
_RELATIVE = re.compile(
    r"^((?:\S+ ){1,5}?\S+),? (?:that|which|who) (?:is|are) (?=\w)", re.IGNORECASE
)
_REPAIRS = (
    (re.compile(r"\s+"), " "),
    (re.compile(r"\s+([,.;:])"), r"\1"),
    (re.compile(r"[\s.!;,]+$"), ""),
    # "laying" without an object is "lying"
    (
        re.compile(
            r"\blay(ing|s)\b(?= (?:on|in|down|by|next|near|against|under|beside|along|around|"
            r"inside|outside|atop|between|over|across|together|there)\b)"
        ),
        lambda match: "lying" if match.group(1) == "ing" else "lies",
    ),
    (re.compile(r"\ba (?=(?:[aeio]|u[^ns])\w)(?!eu|one|once)", re.IGNORECASE), "an "),
    (re.compile(r"\bpersons\b"), "people"),
    (re.compile(r"\bskate board(?=s?\b)"), "skateboard"),
    (re.compile(r"\bsurf board(?=s?\b)"), "surfboard"),
)
_CLEAR_FLAW = 3
_STRANGE = 2


@dataclass(frozen=True, slots=True)
class Caption:
    """One description.

    Attributes:
        text: cleaned, without full stop.
        clause: taken apart; None where it follows no known pattern.
        words: lower case, every one.
        mentions: where it speaks of which category.
        categories: the names of those.
        genders: `male`, `female`, as its words for people tell.
        stems: what it is about: its content words, bent back, people's words as "@person".
        flaws: how many things speak against repeating it; 0 is best.
        sound: it may be repeated at all.
        english: it can be searched for English words; what it does not name may still be there.
    """

    text: str
    clause: Clause | None
    words: tuple[str, ...]
    mentions: tuple[Mention, ...]
    categories: frozenset[str]
    genders: frozenset[str]
    stems: frozenset[str]
    flaws: int
    sound: bool
    english: bool


# The same descriptions come again: for other response types, retries and candidates.
@lru_cache(maxsize=4096)
def read_caption(raw: str) -> Caption:
    """Clean one description and take it apart."""
    raw = raw.translate(_STRAIGHTENED)
    text = add_articles(clean_caption(raw))
    words = tuple(split_words(raw))
    tokens = tag_words(text)
    readable = is_readable(text)
    clause = read_clause(text) if readable else None
    mentions = _drop_verbs(find_mentions(words), tokens)
    return Caption(
        text=text.capitalize() if _is_shouted(text) else text,
        clause=clause if clause is not None and is_grammatical(clause) else None,
        words=words,
        mentions=mentions,
        categories=frozenset(mention.category for mention in mentions),
        genders=list_genders(words),
        stems=find_stems(tokens),
        flaws=count_flaws(raw, tokens) + _count_strange_subject(clause),
        sound=readable,
        english=_has_english(words),
    )


def _drop_verbs(mentions: Sequence[Mention], tokens: Sequence[Token]) -> tuple[Mention, ...]:
    """Leave out what only looks like a thing: "a boy skateboards down a path"."""
    verbs = {find_singular(token.word) for token in tokens if token.tag in {"V", "B", "I"}}
    return tuple(mention for mention in mentions if mention.word not in verbs)


def clean_caption(raw: str) -> str:
    """One line without full stop and without words about the photograph itself.

    >>> clean_caption("A photo of a cat  laying on a couch .")
    'a cat lying on a couch'
    >>> clean_caption("A man that is standing by a car")
    'A man standing by a car'
    """
    text = raw
    for pattern, repair in _REPAIRS:
        text = pattern.sub(repair, text)
    text = text.strip()
    text = _SOURCE.sub("", text, count=1)
    shortened = _RELATIVE.sub(r"\1 ", text, count=1)
    # With a second "is" the first belongs to a real relative clause.
    return text if re.search(r"\b(?:is|are|has|have)\b", shortened) else shortened


def add_articles(text: str) -> str:
    """Put "a" where telegram style left it out: at the start, and behind words of place.

    >>> add_articles("Orange bus on street in front of brick building")
    'An orange bus on a street in front of a brick building'
    """
    tokens = tag_words(text)
    for phrase in reversed(find_phrases(tokens)):
        if _lacks_article(phrase, tokens) and not text[1:2].isupper():
            start = tokens[phrase.first].start
            rest = text[start:] if start else text[:1].lower() + text[1:]
            text = text[:start] + add_article(rest)
    return (
        lift_first(text) if tokens and tokens[0].start == 0 and text[:2] in {"a ", "an"} else text
    )


def _lacks_article(phrase: Phrase, tokens: Sequence[Token]) -> bool:
    if phrase.determiner or phrase.number is not None or phrase.plural:
        return False
    first = tokens[phrase.first]
    if first.tag == "D" or first.word.endswith("'s") or is_uninflected(phrase.head):
        return False
    is_place = phrase.preposition in list_words("sets", "places_before_article")
    return (phrase.first == 0 or is_place) and phrase.head in _load_countable()


@lru_cache(maxsize=1)
def _load_countable() -> frozenset[str]:
    singular = {noun for noun in load_nouns() if not is_plural(noun)}
    return frozenset(singular) - list_words("words", "mass") - list_words("nouns", "bare")


def is_readable(text: str) -> bool:
    """Whether a cleaned description may be repeated: plain English, about the scene."""
    words = split_words(text)
    if not _MIN_WORDS <= len(words) <= _MAX_WORDS or not _PLAIN.fullmatch(text):
        return False
    if _is_shouted(text) or text.count('"') % 2:
        return False
    return not _list_spoilers().intersection(words) and _has_english(words)


def _is_shouted(text: str) -> bool:
    return sum(letter.isupper() for letter in text) > len(text) / 4


def _list_spoilers() -> frozenset[str]:
    return list_words("words", "leaks") | list_words("words", "first_person")


def _has_english(words: Sequence[str]) -> bool:
    closed = load_closed_words()
    foreign = list_words("words", "foreign").intersection(words)
    held = sum(word in closed for word in words)
    return not foreign and held >= _MIN_FUNCTION_SHARE * max(1, len(words))


def is_grammatical(clause: Clause) -> bool:
    """Whether determiners fit their nouns throughout ("a lots of buses" does not)."""
    if find_singular(clause.subject.head) in list_words("sets", "no_subject"):
        return False
    nouns = clause.subject.name.split()
    # "several goats stands": a verb that does not fit was taken for a noun
    if nouns[-1] in load_verb_forms()["s"] and any(is_plural(noun) for noun in nouns[:-1]):
        return False
    return all(agrees(phrase) for phrase in clause.phrases)


def count_flaws(raw: str, tokens: Sequence[Token]) -> int:
    """Signs of haste: unknown words, missing articles, doubled full stops, "it's" for "its"."""
    unknown = sum(not _is_known(token) for token in tokens)
    haste = sum(sign in raw for sign in ("..", ";", "(", "/", "  "))
    # "its" is what nearly all of them mean
    wrong = _CLEAR_FLAW * len(re.findall(r"\bit's\b", raw))
    return unknown + haste + wrong + count_bare_nouns(tokens)


def _count_strange_subject(clause: Clause | None) -> int:
    """A subject that is no known noun is a slip ("a black and white catch sits …")."""
    if clause is None or not clause.subject.head.isascii():
        return 0
    head = find_singular(clause.subject.head)
    return 0 if head in load_nouns() or clause.subject.head in load_nouns() else _STRANGE


def count_bare_nouns(tokens: Sequence[Token]) -> int:
    """Singular nouns without an article where one belongs ("Man leaning on post")."""
    return sum(
        1
        for phrase in find_phrases(tokens)
        if not phrase.determiner
        and phrase.number is None
        and not phrase.plural
        and not is_mass(phrase.head)
        and not _is_owned(tokens, phrase.first)
    )


def _is_owned(tokens: Sequence[Token], first: int) -> bool:
    # "next to a table and chair": one article serves both
    shares = first >= 2 and tokens[first - 1].word == "and" and tokens[first - 2].tag == "n"
    return shares or tokens[first].word.endswith("'s")


def _is_known(token: Token) -> bool:
    if token.tag not in {"n", "A", "G", "E"} or " " in token.word or "'" in token.word:
        return True
    return find_singular(token.word) in _load_known() or token.word in _load_known()


@lru_cache(maxsize=1)
def _load_known() -> frozenset[str]:
    forms = load_verb_forms()
    return load_nouns().union(load_adjectives(), *(forms[kind] for kind in forms))


def find_stems(tokens: Sequence[Token]) -> frozenset[str]:
    """What a description is about; words for people count as one."""
    forms = load_verb_forms()
    index = load_word_index()
    counting = list_words("words", "quantities") | list_words("words", "collectives")
    stems = set()
    for token in tokens:
        if token.word in counting:
            continue
        if token.tag in {"n", "A"}:
            stem = find_singular(token.word)
            stems.add("@person" if index.get(stem) == "person" else stem)
        elif token.tag in {"G", "E", "V", "B"}:
            kind = {"G": "g", "E": "e", "V": "s", "B": "b"}[token.tag]
            stems.add(forms[kind].get(token.word, token.word))
    return frozenset(stems)
