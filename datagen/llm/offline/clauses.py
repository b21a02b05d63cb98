"""Ask stage, offline: one description -> a clause that can be said, asked about, or embedded.

People describe pictures in fragments ("A man riding a wave"), in sentences ("A man rides a wave")
and in bare phrases ("A kitchen with a stove"). A `Clause` brings the three under one roof.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from datagen.llm.offline.phrases import Phrase, find_phrases, read_phrase
from datagen.llm.offline.subjects import SubjectReader
from datagen.llm.offline.tagging import Token, tag_words
from datagen.llm.offline.vocabulary import load_nouns
from datagen.llm.offline.words import (
    add_article,
    find_ing,
    find_singular,
    lift_first,
    load_verb_forms,
)

Kind = Literal["progressive", "participle", "finite", "copula", "phrase"]

_FINITE_COPULAS = frozenset({"is", "are", "has", "have"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A description taken apart.

    Attributes:
        text: the description, first letter lowered where that is safe, no full stop.
        kind: `progressive` ("a man riding …"), `participle` ("a bus parked …"), `finite`
            ("a man rides …"), `copula` ("a man is …", "… has …"), `phrase` (no verb).
        subject: the noun phrase that acts, behind "a couple of" and the like.
        plural: the whole subject takes "are".
        joined: several noun phrases make up the subject ("a man and his dog").
        cut: character offset in `text` where the predicate starts.
        tokens, phrases: of `text`.
        verb: token position of the main verb, -1 for a bare phrase.
    """

    text: str
    kind: Kind
    subject: Phrase
    plural: bool
    joined: bool
    cut: int
    tokens: tuple[Token, ...]
    phrases: tuple[Phrase, ...]
    verb: int

    @property
    def be(self) -> str:
        """The form of "to be" that fits the subject."""
        return "are" if self.plural else "is"

    @property
    def there_be(self) -> str:
        """The form of "to be" behind "there", where the first noun decides."""
        return "are" if self.subject.plural else "is"

    @property
    def subject_text(self) -> str:
        """The whole subject as written."""
        return self.text[: self.cut].rstrip(" ,")

    @property
    def predicate(self) -> str:
        """What is said of the subject, with its verb: "is riding a wave"; "" for a bare phrase."""
        rest = self.text[self.cut :].lstrip(" ,")
        return f"{self.be} {rest}" if self.kind in {"progressive", "participle"} else rest

    @property
    def sentence(self) -> str:
        """A full sentence with its capital, without full stop."""
        if self.kind == "phrase":
            return f"There {self.there_be} {self.text}"
        return lift_first(f"{self.subject_text} {self.predicate}")

    @property
    def scene_phrase(self) -> str:
        """The same as a noun phrase ("a man riding a wave"), "" where the verb does not allow it."""
        if self.kind in {"progressive", "participle", "phrase"}:
            return _introduce(self, self.text)
        return _introduce(self, _embed_finite(self))

    @property
    def verb_base(self) -> str:
        """The base form of the verb that tells most ("ride" in "is riding"), "" if unknown."""
        if self.verb < 0:
            return ""
        verb = self.tokens[self.verb]
        if self.kind == "copula" and self.verb + 1 < len(self.tokens):
            verb = self.tokens[self.verb + 1]
        kinds = {"G": "g", "E": "e", "V": "s", "B": "b"}
        return load_verb_forms().get(kinds.get(verb.tag, ""), {}).get(verb.word, "")


def read_clause(text: str) -> Clause | None:
    """Take a description apart; None if it does not follow one of the known patterns.

    >>> read_clause("A man riding a wave on a surfboard").sentence
    'A man is riding a wave on a surfboard'
    >>> read_clause("Two dogs on a couch").sentence
    'There are two dogs on a couch'
    >>> read_clause("A cat sits on a chair").scene_phrase
    'a cat sitting on a chair'
    """
    tokens = tag_words(text)
    if not tokens:
        return None
    reader = SubjectReader(tokens)
    if not reader.read():
        return None
    return _finish(text, tokens, reader)


def _finish(text: str, tokens: tuple[Token, ...], reader: SubjectReader) -> Clause | None:
    kind, verb = _find_verb(tokens, reader)
    if kind is None or not _verb_agrees(tokens, verb, kind, reader):
        return None
    cut = _find_cut(text, tokens, verb)
    return Clause(
        text=_lower_start(text, tokens),
        kind=kind,
        subject=reader.subject,
        plural=_takes_are(tokens, verb, kind, reader),
        joined=len(reader.heads) > 1,
        cut=cut,
        tokens=tokens,
        phrases=find_phrases(tokens),
        verb=verb,
    )


def _find_cut(text: str, tokens: Sequence[Token], verb: int) -> int:
    """Where the predicate starts; an adverb before the verb is part of it ("are all eating")."""
    if verb < 0:
        return len(text)
    while verb > 1 and tokens[verb - 1].tag == "M":
        verb -= 1
    return tokens[verb].start


def _find_verb(tokens: Sequence[Token], reader: SubjectReader) -> tuple[Kind | None, int]:
    place = reader.place
    later = _find_later_finite(tokens, place + 1)
    if reader.tag == "R":
        return None, -1
    if reader.tag == "X":
        known = tokens[place].word in _FINITE_COPULAS and later < 0
        return ("copula", place) if known else (None, -1)
    if reader.tag in {"V", "B"}:
        return ("finite", place) if later < 0 else (None, -1)
    if later >= 0:
        return _settle_later(tokens, later)
    return _find_fragment_verb(reader)


def _find_fragment_verb(reader: SubjectReader) -> tuple[Kind | None, int]:
    """The verb of a description without a finite one."""
    if reader.tag not in {"", "G"}:
        return None, -1
    if reader.is_loose or (reader.participle < 0 and not reader.tag):
        return "phrase", -1
    if reader.tag == "G" and (reader.is_animate or reader.participle < 0):
        is_double = _has_second_subject(reader.tokens, reader.place)
        return ("phrase", -1) if is_double else ("progressive", reader.place)
    return "participle", reader.participle


def _has_second_subject(tokens: Sequence[Token], start: int) -> bool:
    """Whether somebody else acts behind an "and": "a dog sitting … and a man holding …"."""
    for place in range(start, len(tokens) - 1):
        phrase = read_phrase(tokens, place + 1) if tokens[place].word == "and" else None
        if phrase and phrase.last < len(tokens) and tokens[phrase.last].tag in {"G", "E"}:
            return True
    return False


def _settle_later(tokens: Sequence[Token], later: int) -> tuple[Kind | None, int]:
    """The main verb stands behind a shortened relative clause: "a man riding a horse jumps"."""
    if _find_later_finite(tokens, later + 1) >= 0:
        return None, -1
    if tokens[later].tag == "X":
        return ("copula", later) if tokens[later].word in _FINITE_COPULAS else (None, -1)
    return "finite", later


def _find_later_finite(tokens: Sequence[Token], start: int) -> int:
    """The next finite verb that no "that", "while", "as" … introduces; -1 if none."""
    for place in range(start, len(tokens)):
        if tokens[place].tag == "R":
            return -1
        if tokens[place].tag in {"V", "B", "X"} and tokens[place - 1].tag != "C":
            return place
    return -1


def _verb_agrees(tokens: Sequence[Token], verb: int, kind: Kind, reader: SubjectReader) -> bool:
    if kind not in {"copula", "finite"} or reader.is_group:
        return True
    return _is_plural_verb(tokens[verb]) == reader.plural


def _takes_are(tokens: Sequence[Token], verb: int, kind: Kind, reader: SubjectReader) -> bool:
    if kind in {"copula", "finite"}:
        return _is_plural_verb(tokens[verb])
    return reader.plural


def _is_plural_verb(token: Token) -> bool:
    return token.tag == "B" or token.word in {"are", "have"}


def _lower_start(text: str, tokens: Sequence[Token]) -> str:
    first = text[: tokens[0].end]
    # A name keeps its capital; so does anything with a capital inside.
    is_common = first[1:].islower() and _is_common(tokens[0])
    if tokens[0].tag in {"D", "N", "A", "M"} or is_common:
        return first.lower() + text[tokens[0].end :]
    return text


def _is_common(token: Token) -> bool:
    return token.word in load_nouns() or find_singular(token.word) in load_nouns()


def _introduce(clause: Clause, phrase: str) -> str:
    """Say "a bus" for "the bus" where it comes in for the first time."""
    is_definite = clause.tokens[0].word == "the" and not clause.joined
    if not is_definite or clause.subject.plural or not phrase:
        return phrase
    return add_article(phrase[len("the ") :])


def _embed_finite(clause: Clause) -> str:
    verb = clause.tokens[clause.verb]
    following = clause.tokens[clause.verb + 1].tag if clause.verb + 1 < len(clause.tokens) else ""
    rest = bend_rest(clause, clause.verb + 1)
    if rest is None:
        return ""
    if verb.word in {"is", "are"}:
        return f"{clause.subject_text} {rest}" if following in {"G", "E", "P"} else ""
    if verb.word in {"has", "have"}:
        return f"{clause.subject_text} with {rest}" if following in {"D", "N", "A", "n"} else ""
    base = clause.verb_base
    return f"{clause.subject_text} {find_ing(base)} {rest}".strip() if base else ""


def bend_rest(clause: Clause, first: int) -> str | None:
    """What follows a verb that was put in -ing, with the verbs joined to it put so as well.

    "and reads a book" becomes "and reading a book"; None where a joined verb cannot be bent.
    """
    if first >= len(clause.tokens):
        return ""
    text, start = clause.text, clause.tokens[first].start
    for place in reversed(range(first + 1, len(clause.tokens))):
        token = clause.tokens[place]
        if clause.tokens[place - 1].tag == "C" and token.tag in {"V", "B", "X"}:
            base = load_verb_forms()["s" if token.tag == "V" else "b"].get(token.word)
            if base is None or token.tag == "X":
                return None
            text = text[: token.start] + find_ing(base) + text[token.end :]
    return text[start:].strip(" ,")
