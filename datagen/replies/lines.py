"""Parse stage, the lines of a reply: which are labels, separators, code fences, or just text.

The layout is known by its lines: `Question:` and `Answer:` open a part, a line that is exactly
`===` ends one. What is forgiven beyond that is decided here, line by line.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from datagen.layouts import ANSWER_LABEL, QUESTION_LABEL, SEPARATOR
from datagen.replies.notes import Notes
from datagen.replies.wrapping import trim

Kind = Literal["text", "question", "answer", "separator", "rule", "fence", "edge"]

LABELS: frozenset[Kind] = frozenset({"question", "answer"})
BREAKS: frozenset[Kind] = frozenset({"separator", "edge"})

_LOOK = 80
"""Characters of a line that may belong to a label; a bound, so that no line is costly."""

_LABEL = re.compile(
    r"""
    (?P<lead>[\s\d#*_+•.()\[\]-]{0,16})     # heading, bullet, number, emphasis
    (?P<word>question|answer|q|a)
    (?P<number>\s{0,2}(?:no\.?\s?)?\#?\s?\d{1,3})?
    [)\]]?
    (?P<closing>[*_]{0,3})\s{0,2}
    (?P<end>[:\uff1a][*_]{0,3}|[.)][*_]{0,3}(?=\s|$)|[-\u2013\u2014](?=\s)|$)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_RULE = re.compile(r"[-=*_]{3,80}")
_FENCE = re.compile(r"(?:`{3,}|~{3,})[ \t]*\w{0,20}")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a reply.

    Attributes:
        raw: the line as it came.
        kind: `edge` is a code fence around the reply, as opposed to one in an answer.
        text: of a label line, what follows the label; else the raw line.
        short: the label is `Q` or `A`.
    """

    raw: str
    kind: Kind
    text: str
    short: bool = False

    @property
    def is_blank(self) -> bool:
        """Whether the line is text without any."""
        return self.kind == "text" and not trim(self.raw)

    @property
    def is_exact(self) -> bool:
        """Whether the line is a label just as the layout has it."""
        return self.raw.strip() in {QUESTION_LABEL, ANSWER_LABEL}


def read_lines(text: str, notes: Notes) -> list[Line]:
    """Classify the lines of a reply; liberties taken with fences and separators are noted."""
    lines = _keep_long_labels([classify_line(raw) for raw in text.split("\n")])
    return _judge_rules(_judge_fences(lines, notes), notes)


def classify_line(raw: str) -> Line:
    """Say what a line is by itself.

    >>> classify_line("**Question 2:** What is red?").text
    'What is red?'
    >>> classify_line("a question: why?").kind
    'text'
    """
    bare = trim(raw)
    if raw.rstrip(" \t") == SEPARATOR:
        return Line(raw, "separator", raw)
    if _RULE.fullmatch(bare) and len(set(bare)) == 1:
        return Line(raw, "rule", raw)
    if _FENCE.fullmatch(bare):
        return Line(raw, "fence", raw)
    match = _LABEL.match(bare[:_LOOK])
    return _read_label(raw, bare, match) if match else _as_text(raw)


def _read_label(raw: str, bare: str, match: re.Match[str]) -> Line:
    word = match["word"].lower()
    short = len(word) == 1
    end = match["end"].rstrip("*_")
    if (end in {".", ")", "-", "\u2013", "\u2014"} and not match["number"]) or (not end and short):
        return _as_text(raw)  # prose, or an item of a list: `a) a bench`, `A - B`
    if not end and match.end() < len(bare):
        return _as_text(raw)  # cut at `_LOOK`, the line goes on
    rest = trim(bare[match.end() :])
    closed = match["closing"] or match["end"] != end
    if match["lead"].endswith(("*", "_")) and not closed:
        rest = rest.rstrip("*_ ")  # the emphasis spans label and text
    return Line(raw, "question" if word[0] == "q" else "answer", rest, short)


def _as_text(raw: str) -> Line:
    return Line(raw, "text", raw)


def _keep_long_labels(lines: list[Line]) -> list[Line]:
    """`A:` is a label only in a reply without `Answer:`; else it may be an option of a list."""
    long = {line.kind for line in lines if line.kind in LABELS and not line.short}
    return [_as_text(each.raw) if each.short and each.kind in long else each for each in lines]


def _judge_fences(lines: list[Line], notes: Notes) -> list[Line]:
    """Tell fences around the reply (`edge`) from code in an answer (`text`, labels in it too)."""
    first = next((i for i, line in enumerate(lines) if line.kind in LABELS), len(lines))
    fences = [i for i, line in enumerate(lines) if line.kind == "fence"]
    outer = [i for i in fences if i < first]
    inner = [i for i in fences if i > first]
    wrapped = len(outer) % 2 == 1
    edges = set(outer)
    if len(inner) % 2:
        last = inner.pop()
        if wrapped or all(line.is_blank for line in lines[last + 1 :]):
            edges.add(last)
    judged = list(lines)
    for start, end in zip(inner[::2], inner[1::2], strict=True):
        if _is_code(lines[start + 1 : end], _find_next(lines, end), wrapped=wrapped):
            judged[start : end + 1] = [_as_text(line.raw) for line in lines[start : end + 1]]
        else:
            edges |= {start, end}
    for i in sorted(edges):
        notes.add("code-fence", lines[i].raw)
    return [_settle_fence(line, edge=i in edges) for i, line in enumerate(judged)]


def _settle_fence(line: Line, *, edge: bool) -> Line:
    if line.kind != "fence":
        return line
    return Line(line.raw, "edge", line.raw) if edge else _as_text(line.raw)


def _find_next(lines: list[Line], index: int) -> Kind | None:
    """Kind of the first line after `index` that is not blank."""
    return next((line.kind for line in _iterate_from(lines, index + 1) if not line.is_blank), None)


def _iterate_from(lines: list[Line], start: int) -> Iterable[Line]:
    return (lines[i] for i in range(start, len(lines)))


def _is_code(block: list[Line], following: Kind | None, *, wrapped: bool) -> bool:
    """Whether two fences enclose code; they may also end one wrapped pair and begin the next."""
    kinds = {line.kind for line in block}
    if kinds >= LABELS or all(line.is_blank or line.kind == "separator" for line in block):
        return False
    return not (wrapped and following in LABELS)


def _judge_rules(lines: list[Line], notes: Notes) -> list[Line]:
    """A rule such as `---` is a separator right before a label or at the end, else text."""
    judged: list[Line] = []
    following: Kind | None = None
    for line in reversed(lines):
        if line.kind == "rule":
            if following is None or following in LABELS | BREAKS:
                notes.add("separator-variant", line.raw)
                line = Line(line.raw, "separator", line.raw)
            else:
                line = _as_text(line.raw)
        judged.append(line)
        following = following if line.is_blank else line.kind
    return judged[::-1]
