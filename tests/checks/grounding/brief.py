"""What the reader makes of a text, in a line short enough for a table of cases."""

from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.readings import Mention

MARKS = {"asserted": "", "hedged": "?", "none": "~"}
READER = LexiconReader()


def sketch(text: str) -> str:
    """The mentions of a text, in order.

    `dog` is asserted, `dog?` hedged, `dog~` claims nothing, `-dog` is negated, `dog*` generic,
    `(dog: depicted)` dropped, `2 dog`, `3+ dog` and `2-3 dog` numbered, `2! dog` numbered in total.
    """
    sentences = READER.read(text)
    return ", ".join(sketch_mention(one) for sentence in sentences for one in sentence.mentions)


def sketch_mention(mention: Mention) -> str:
    """One mention in the notation of `sketch`."""
    line = mention.term.name + MARKS[mention.mood] + "*" * mention.generic
    if mention.quantity:
        low, high = mention.quantity.low, mention.quantity.high
        number = f"{low}+" if high is None else f"{low}-{high}" if high != low else str(low)
        line = f"{number}{'!' * mention.quantity.total} {line}"
    if mention.dropped:
        line = f"({line}: {mention.dropped})"
    return f"-{line}" if mention.negated else line
