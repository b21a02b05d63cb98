"""Validate stage: messages of a record -> the same texts made ready for the parts that read words.

Every part wants much the same of a text: quotation marks and blanks of one kind, quoted passages
out of the way, lower case, the words. It is done once here.
"""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from datagen.checks.rules import find_triggers
from datagen.checks.shape import ReadRecord
from datagen.records import IMAGE_TOKEN

# One character for one, so that offsets into the plain text hold in the original.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("*_`", " ")  # Markdown emphasis
    | dict.fromkeys("\u201c\u201d\u201e\u201f\xab\xbb\u300c\u300d\u300e\u300f", '"')
)

# What a picture shows as writing. Never the whole text: a refusal in quotes is still one.
_QUOTED = re.compile(r'"[^"\n]{1,300}"')

_HIDDEN = "\0"
_NO_TOKEN = " " * len(IMAGE_TOKEN)

# Between words: punctuation, but neither the apostrophe nor the hidden quotations.
_BETWEEN = str.maketrans(dict.fromkeys('!"#$%&()*+,-./:;<=>?@[\\]^_`{|}~\u2026\u2013\u2014', " "))


class Passage(NamedTuple):
    r"""One message of a record, ready to be read.

    Attributes:
        turn: LLaVA message index.
        is_answer: what the model would learn to write; a message of unknown speaker is none.
        text: as it stands in the record.
        plain: as long as the text and with the same offsets, but with straight quotation marks, no
            emphasis, blanks for the image token, and `\0` for what stands in quotation marks.
        lowered: `plain` in lower case.
        words: of `lowered`, without punctuation; a quotation is one word of `\0`.
    """

    turn: int
    is_answer: bool
    text: str
    plain: str
    lowered: str
    words: list[str]


class Passages(NamedTuple):
    """The messages of a record that hold text, and the triggers of phrase rules in all of them."""

    passages: list[Passage]
    hits: set[str]


def read_passages(record: ReadRecord) -> Passages:
    """Make the messages of a record ready."""
    turns = ((turn.place, turn.speaker == "gpt", turn.text) for turn in record.turns)
    return make_passages(turns)


def make_passages(messages: Iterable[tuple[int, bool, str | None]]) -> Passages:
    """Make messages ready that are given as index, whether an answer, and text."""
    passages = [
        _make_passage(index, text, is_answer=is_answer)
        for index, is_answer, text in messages
        if text
    ]
    # Most triggers are in no text of a record, which one look at all of them together tells.
    return Passages(passages, find_triggers("\n".join([passage.lowered for passage in passages])))


def _make_passage(index: int, text: str, *, is_answer: bool) -> Passage:
    plain = _make_plain(text)
    lowered = plain.lower()
    return Passage(index, is_answer, text, plain, lowered, split_words(lowered))


def split_words(lowered: str) -> list[str]:
    """The words of a text in lower case, without punctuation.

    >>> split_words("yes, a red-and-white one; it's new.")
    ['yes', 'a', 'red', 'and', 'white', 'one', "it's", 'new']
    """
    return lowered.translate(_BETWEEN).split()


def read_words(text: str) -> list[str]:
    """The words of any text, made ready like a message's."""
    return split_words(_make_plain(text).lower())


def quote_words(passage: Passage, words: Sequence[str]) -> str:
    """Words in a row as they stand in the text of a message; the words themselves if they do not."""
    pattern = r"[\W_]*".join(map(re.escape, words))
    match = re.search(pattern, passage.lowered)
    # Lower case of a few letters is longer than they are; then offsets do not hold.
    if match is None or len(passage.lowered) != len(passage.text):
        return " ".join(words)
    return passage.text[slice(*match.span())]


def _make_plain(text: str) -> str:
    return hide_quotes(text.translate(_PLAIN).replace(IMAGE_TOKEN, _NO_TOKEN))


def hide_quotes(plain: str) -> str:
    """Blank out quoted passages, lengths kept, unless the quotation is the whole text."""
    if '"' not in plain:
        return plain
    whole = plain.strip()
    return _QUOTED.sub(lambda match: match[0] if match[0] == whole else _mask(match[0]), plain)


def _mask(quotation: str) -> str:
    return '"' + _HIDDEN * (len(quotation) - 2) + '"'
