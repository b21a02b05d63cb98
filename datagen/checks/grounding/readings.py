"""Validate stage, grounding: what a reader makes of a text, before anything is judged.

The two readers, `lexicon` and `spacy`, give the same records, so that every family of claims is
written once. Offsets are characters of the text that was read.
"""

from collections.abc import Sequence
from typing import Literal, Protocol, runtime_checkable

import msgspec

TermKind = Literal["class", "kind", "union", "soft", "person", "noun"]
"""What a term of the lexicon may do.

class: another word for one COCO category ("sofa"). kind: a sub-kind of one ("puppy", "taxi"): its
own counts and colours speak of a part of the category only. union: any of several ("animal",
"vehicle", "fruit"). soft: may support, never accuses ("bag", "screen", "table"). person: a word for
people ("lady", "rider"): every person word licenses every other. noun: a concrete noun outside the
lexicon, of the open vocabulary ("candle").
"""

Mood = Literal["asserted", "hedged", "none"]
"""`asserted`: the clause says that it is so. `hedged`: perhaps so. `none`: claims nothing of this
picture: purpose, advice, condition, comparison, general knowledge, alternatives."""


class Term(msgspec.Struct, frozen=True, gc=False):
    """One entry of the lexicon, found by its words.

    Attributes:
        kind: what the term may do.
        classes: COCO categories, sorted; of a union all its members; empty for a `noun`.
        name: the term in the singular ("puppy").
        group: finer group inside a class whose counts may differ, such as `man`, `woman`, `child`.
    """

    kind: TermKind
    classes: tuple[str, ...]
    name: str
    group: str = ""


class Quantity(msgspec.Struct, frozen=True, gc=False):
    """A number word before a noun, or before a list that it rules.

    Attributes:
        low, high: what it allows; high None for "at least", "several" and the like.
        exact: said as a bare number ("two"), of the whole ("only two", "a total of two") or by a
            word for a number ("pair").
        total: the words say that this is all there is: "only", "exactly", "in total", "there are".
    """

    low: int
    high: int | None
    exact: bool = True
    total: bool = False


class Mention(msgspec.Struct, frozen=True, gc=False):
    """One noun phrase whose head is a term.

    Attributes:
        term: what was found.
        first, last: token indices of the term itself in its sentence, last included.
        head: token index where the noun phrase begins (determiner, number, adjectives).
        determiner: lower-case: `a`, `the`, `no`, `his`, `another`, `each`, …, or empty for none.
        words: the words between determiner and term, lower-case ("two small red").
        quantity: the number that it is given, None for none.
        plural: the term stands in the plural.
        mood: of its clause at this place.
        negated: it is said not to be there ("no dog", "without a dog", "there isn't a dog").
            A sentence that denies something else of it ("the dog is not running") negates nothing.
        dropped: why it makes no claim of existence by itself though the words are there:
            `modifier` ("car door"), `depicted` ("a poster of a dog"), `other` ("no other dogs"),
            `double` (double negation), `part` ("the left hand of"), `idiom`; empty for none.
        generic: a bare plural without anything that anchors it in the picture.
        clause: index of its clause in the sentence.
    """

    term: Term
    first: int
    last: int
    head: int
    determiner: str = ""
    words: tuple[str, ...] = ()
    quantity: Quantity | None = None
    plural: bool = False
    mood: Mood = "asserted"
    negated: bool = False
    dropped: str = ""
    generic: bool = False
    clause: int = 0


class Sentence(msgspec.Struct, frozen=True, gc=False):
    """One sentence as read.

    Attributes:
        words: lower-case with straight apostrophes, punctuation included; not to be changed.
        starts: their offsets in the text.
        mentions: in order of `first`; terms never overlap.
        clauses: for each clause its first token and the one after its last, in order.
        moods: of the clauses.
        is_question: ends with a question mark.
    """

    words: Sequence[str]
    starts: Sequence[int]
    mentions: Sequence[Mention] = ()
    clauses: Sequence[tuple[int, int]] = ()
    moods: Sequence[Mood] = ()
    is_question: bool = False


class Reader(Protocol):
    """Turns a text into sentences."""

    def read(self, text: str) -> Sequence[Sentence]:
        """Read one message; sentences without any mention are given too."""
        ...


@runtime_checkable
class BatchReader(Protocol):
    """A reader that is faster when it may read many texts at once, and keeps what it has read."""

    def read_all(self, texts: Sequence[str]) -> Sequence[Sequence[Sentence]]:
        """Read many messages; `read` has them at hand afterwards."""
        ...
