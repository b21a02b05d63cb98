"""Parse stage, dialogues in the text layout: lines -> parts -> pairs of question and answer.

A label opens a part and a separator ends it. Where both disagree, a label alone on its line always
opens a part; one with text behind it may be content, such as the words of a sign.
"""

import re
from dataclasses import dataclass, field
from typing import Literal

from datagen.records import Turn
from datagen.replies.lines import BREAKS, LABELS, Kind, Line, read_lines
from datagen.replies.notes import Notes
from datagen.replies.wrapping import split_postamble, split_preamble, trim

Role = Literal["question", "answer", "other"]

_QUESTION_MARKS = ("?", "\uff1f", "؟", "\u037e")
_HEADING = re.compile(
    r"[#*_\s]{0,8}(?:(?:pair|turn|conversation|dialogue|exchange|example|set|q\s?&\s?a)"
    r"\s?\#?\d{1,3}|\d{1,3}[.)])[:.]?[*_\s]{0,8}",
    re.IGNORECASE,
)


@dataclass(slots=True)
class Part:
    """A stretch of the reply between two labels or separators.

    Attributes:
        role: `other` is text outside of question and answer.
        closed: a separator follows, so the part is complete even in a reply that was cut off.
        filled: some line is not blank.
    """

    role: Role
    lines: list[str] = field(default_factory=list)
    closed: bool = False
    filled: bool = False

    @property
    def text(self) -> str:
        """The lines without blanks at the ends."""
        return trim("\n".join(self.lines))

    def append(self, line: str) -> None:
        """Add a line."""
        self.lines.append(line)
        self.filled = self.filled or bool(trim(line))


def read_dialogue(text: str, notes: Notes, *, cut: bool = False) -> list[Turn]:
    """Read the pairs of a reply; an empty list means that it holds no complete one.

    Args:
        text: the reply, cleaned.
        notes: gets every liberty taken.
        cut: the reply ends at the token limit; a last pair that nothing closes is incomplete.
    """
    parts = [part for part in read_parts(text, notes) if part.role != "other"]
    return _join_pairs(parts, notes, cut=cut)


def read_parts(text: str, notes: Notes) -> list[Part]:
    """Split a reply into its parts, in order; parts without any text are kept if labelled."""
    parts = _PartReader(read_lines(text, notes), notes).read()
    parts = [part for part in parts if part.filled or part.role != "other"]
    if all(part.role == "other" for part in parts):
        return _label_in_turn(parts, notes)
    _recover_first_question(parts, notes)
    for i, part in enumerate(parts):
        if part.role == "other":
            notes.add("stray-text" if i else "preamble", part.text)
    return parts


class _PartReader:
    """Walks over the lines once; `_fresh` says that a separator came since the last text."""

    def __init__(self, lines: list[Line], notes: Notes) -> None:
        self._lines = lines
        self._notes = notes
        self._upcoming = _find_upcoming_labels(lines)
        self._has_separators = any(line.kind == "separator" for line in lines)
        self._parts = [Part("other")]
        self._fresh = True
        self._separated = True

    def read(self) -> list[Part]:
        for line, upcoming in zip(self._lines, self._upcoming, strict=True):
            if line.kind in BREAKS:
                self._break(line)
            elif line.kind in LABELS:
                self._read_label(line, upcoming)
            else:
                self._read_text(line, upcoming)
        if self._separated and self._has_separators:
            self._notes.add("extra-separator", detail="at the end")
        return self._parts

    def _break(self, line: Line) -> None:
        if line.kind == "separator":
            if self._separated:
                self._notes.add("extra-separator")
            self._separated = True
        self._parts[-1].closed = True
        self._fresh = True

    def _read_label(self, line: Line, upcoming: Kind | None) -> None:
        part = self._parts[-1]
        if not self._opens_part(part, line, upcoming):
            self._notes.add("label-inside-text", line.raw)
            part.append(line.raw)
            return
        if not self._fresh and part.role != "other":
            self._notes.add("missing-separator", line.raw)
        if not line.is_exact:
            self._notes.add("label-variant", line.raw)
        if part.role == line.kind and not part.filled and not self._fresh:
            self._parts.pop()  # a doubled label, as in `Answer:` above `**Answer 1:**`
        self._start("question" if line.kind == "question" else "answer", line.text)

    def _opens_part(self, part: Part, line: Line, upcoming: Kind | None) -> bool:
        if self._fresh or not line.text or part.role == "other":
            return True
        if part.role == "question":
            return True
        if line.kind == "answer":
            return not part.filled
        return not self._has_separators or upcoming == "answer"

    def _read_text(self, line: Line, upcoming: Kind | None) -> None:
        if not line.is_blank and self._fresh and self._parts[-1].closed:
            self._start_unlabelled(upcoming)
        self._parts[-1].append(line.raw)
        if not line.is_blank:
            self._fresh = self._separated = False

    def _start_unlabelled(self, upcoming: Kind | None) -> None:
        part = self._parts[-1]
        if part.role != "other" and not part.filled:
            self._notes.add("extra-separator", detail="between a label and its text")
            part.closed = False
        elif part.role == "question":
            self._notes.add("label-missing")
            self._start("answer")
        elif part.role == "answer" and upcoming == "answer":
            self._notes.add("label-missing")
            self._start("question")
        else:
            self._start("other")

    def _start(self, role: Role, text: str = "") -> None:
        self._parts.append(Part(role))
        self._parts[-1].append(text)
        self._fresh = self._separated = False


def _find_upcoming_labels(lines: list[Line]) -> list[Kind | None]:
    """For each line the kind of the next label below it."""
    upcoming: list[Kind | None] = []
    following: Kind | None = None
    for line in reversed(lines):
        upcoming.append(following)
        if line.kind in LABELS:
            following = line.kind
    return upcoming[::-1]


def _is_question(text: str) -> bool:
    return text.rstrip("*_\"'”\u2019)」 ").endswith(_QUESTION_MARKS)


def _label_in_turn(parts: list[Part], notes: Notes) -> list[Part]:
    """A reply without any label: separators alone may still tell questions from answers."""
    if len(parts) < 2 or len(parts) % 2:
        return parts
    preamble, first = split_preamble(parts[0].text)
    if not all(map(_is_question, [first, *(part.text for part in parts[2::2])])):
        return parts
    if preamble:
        notes.add("preamble", preamble)
    parts[0].lines = [first]
    notes.add("label-missing", detail="all labels")
    for i, part in enumerate(parts):
        part.role = "answer" if i % 2 else "question"
    return parts


def _recover_first_question(parts: list[Part], notes: Notes) -> None:
    """Text before a first `Answer:` is its question if it ends like one."""
    if len(parts) < 2 or parts[0].role != "other" or parts[1].role != "answer":
        return
    preamble, question = split_preamble(parts[0].text)
    if not _is_question(question):
        return
    if preamble:
        notes.add("preamble", preamble)
    notes.add("label-missing", question)
    parts[0].role, parts[0].lines = "question", [question]


@dataclass(slots=True)
class _Pair:
    question: str = ""
    answer: str = ""
    closed: bool = False


def _join_pairs(parts: list[Part], notes: Notes, *, cut: bool) -> list[Turn]:
    pairs: list[_Pair] = []
    for i, part in enumerate(parts):
        if part.role == "question":
            pairs.append(_Pair(question=part.text))
            continue
        if i == 0 or parts[i - 1].role == "answer":
            pairs.append(_Pair())
        pairs[-1].answer = _strip_tail(part.text, notes, is_last=i == len(parts) - 1 and not cut)
        pairs[-1].closed = part.closed or i < len(parts) - 1
    return _keep_complete(pairs, notes, cut=cut)


def _strip_tail(answer: str, notes: Notes, *, is_last: bool) -> str:
    """Leave out what stands between an answer and the next label, or after the last answer."""
    if is_last:
        answer, farewell = split_postamble(answer)
        if farewell:
            notes.add("postamble", farewell)
        return answer
    body, newline, tail = answer.rpartition("\n")
    if newline and _HEADING.fullmatch(tail):
        notes.add("pair-heading", tail)
        return trim(body)
    return answer


def _keep_complete(pairs: list[_Pair], notes: Notes, *, cut: bool) -> list[Turn]:
    turns: list[Turn] = []
    for i, pair in enumerate(pairs):
        is_last = i == len(pairs) - 1
        ends = pair.closed or not (cut and is_last)
        if pair.question and pair.answer and ends:
            turns.append(Turn(pair.question, pair.answer))
        else:
            code = "last-pair-dropped" if is_last else "pair-dropped"
            notes.add(code, pair.question or pair.answer)
    if cut and pairs and pairs[-1].closed:
        notes.add("cut-after-end")
    return turns
