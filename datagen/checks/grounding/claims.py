"""Validate stage, grounding: what an answer claims about the picture, and what became of it.

A claim is one statement that can be held against the symbolic context: that a category is there or
not, how many there are, where one stands, what colour it has. It keeps where it stands in the
text, what it says, the verdict, the evidence and the rule that decided.
"""

from typing import Literal

import msgspec

Family = Literal[
    "object", "count", "relation", "absence", "colour", "attribute", "consistency", "noun"
]
"""`attribute` is posture, weather, light and action; `consistency` holds an answer against itself;
`noun` is the open vocabulary, which only the captions and a list of concrete nouns know."""

Verdict = Literal["supported", "contradicted", "unverifiable", "unsupported"]
"""`unverifiable`: the context cannot tell. `unsupported`: a concrete noun of the open vocabulary,
claimed without any ground in the context, which is a doubt and no proof."""


class Claim(msgspec.Struct, frozen=True, gc=False):
    """One statement about the picture and its verdict.

    Attributes:
        family: what kind of statement it is.
        verdict: what the context says to it.
        rule: id of the rule that decided, kebab-case, listed in `rules.toml`.
        turn: LLaVA message index: question `i` is `2 * i`, its answer one more.
        start, end: character offsets in that message; the text between is the span.
        subject: what it is about: a COCO category, or the noun.
        classes: the COCO categories that would satisfy it, sorted; empty for the open vocabulary.
        polarity: whether it says that something is so, or that it is not.
        number: the number claimed, `(2, 2)` for two and `(3, None)` for three or more.
        anchor: what the subject is related to: a category, `left of the picture`, a colour.
        boxes: indices into the image's boxes that speak for or against it.
        captions: indices into the image's captions that do.
        detail: the contradiction in a few words for people ("4 boxes of person"), else empty.
    """

    family: Family
    verdict: Verdict
    rule: str
    turn: int
    start: int
    end: int
    subject: str
    classes: tuple[str, ...] = ()
    polarity: bool = True
    number: tuple[int, int | None] | None = None
    anchor: str = ""
    boxes: tuple[int, ...] = ()
    captions: tuple[int, ...] = ()
    detail: str = ""
