"""Parse stage: the text of a reply -> turns, and findings on all that was not as asked for.

`datagen.layouts` is exact, this stage is lenient: what real models do instead of the layout is
read where its meaning is plain, and each liberty is a note. Any text at all gives a result; one
that gives no turns carries exactly one rejection.

    wrapping.py    what stands around a reply: tokens, reasoning, courtesies, refusals
    lines.py       what each line is
    dialogue.py    lines -> parts -> pairs
    prose.py       layout `text`
    decoding.py    where in a text the JSON is
    structured.py  JSON -> turns
    notes.py       the reason codes
"""

from dataclasses import dataclass

from datagen.records import Finding, ReplyFormat, ReplyLayout, Turn
from datagen.replies.decoding import is_json_like
from datagen.replies.dialogue import read_dialogue
from datagen.replies.notes import NOTES, REJECTS, Notes
from datagen.replies.prose import read_prose
from datagen.replies.structured import read_structured
from datagen.replies.wrapping import clean_reply, is_refusal, split_preamble

__all__ = ["NOTES", "REJECTS", "ParsedReply", "parse_reply"]

_COMPLETE = frozenset({"", "stop", "eos", "end_turn", "stop_sequence"})
_CUT = frozenset({"length", "max_tokens", "max_output_tokens"})
_FILTERED = frozenset({"content_filter", "safety"})


@dataclass(frozen=True, slots=True)
class ParsedReply:
    """What a reply gave: the turns, none if it is rejected, and a rejection and notes."""

    turns: tuple[Turn, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Wanted:
    layout: ReplyLayout
    question: str
    cut: bool


def parse_reply(
    text: str,
    layout: ReplyLayout,
    *,
    finish_reason: str = "stop",
    reply_format: ReplyFormat = "text",
    question: str = "",
) -> ParsedReply:
    r"""Read the turns of a reply; never raises, whatever the text.

    Args:
        text: the reply as the model gave it.
        layout: the layout that was asked for.
        finish_reason: as the endpoint gave it; at `length` an unfinished last pair is left out.
        reply_format: what was asked for; the other one is understood too.
        question: the question of the turn in layout `text`.

    >>> parse_reply("**Q:** Who?\n**A:** A cook.", "pair").turns
    (Turn(question='Who?', answer='A cook.'),)
    """
    notes = Notes()
    reason = finish_reason.strip().lower()
    if reason not in _COMPLETE | _CUT | _FILTERED:
        notes.add("unknown-finish-reason", finish_reason)
    if reason in _FILTERED:
        notes.reject("content-filter", text)
        turns: list[Turn] = []
    else:
        wanted = _Wanted(layout, question, reason in _CUT)
        turns = _read(clean_reply(text, notes), reply_format, wanted, notes)
    return ParsedReply(() if notes.rejected else tuple(turns), notes.list_findings())


def _read(text: str, reply_format: ReplyFormat, wanted: _Wanted, notes: Notes) -> list[Turn]:
    if not text:
        detail = "all tokens went elsewhere, perhaps into reasoning; raise --max-tokens"
        notes.reject("empty-reply", detail=detail if wanted.cut else "")
        return []
    read = _read_as_json if reply_format == "json" else _read_as_text
    turns = read(text, wanted, notes)
    if not turns and not notes.rejected:
        notes.reject("cut-off" if wanted.cut else "layout-not-found", text)
    if wanted.layout == "pair" and len(turns) > 1:
        notes.add("extra-pairs-dropped", turns[1].question, f"{len(turns)} pairs")
        return turns[:1]
    return turns


def _read_as_text(text: str, wanted: _Wanted, notes: Notes) -> list[Turn]:
    """Try the text layout, then JSON; layout `text` would take any JSON for prose."""
    if wanted.layout == "text":
        return _read_plain(text, wanted, notes)
    attempt = Notes()
    turns = read_dialogue(text, attempt, cut=wanted.cut)
    if not turns:
        turns = _try_json(text, wanted, notes)
        if turns:
            return turns
        if is_refusal(text):
            notes.reject("refusal", text)
    notes.absorb(attempt)
    return turns


def _read_plain(text: str, wanted: _Wanted, notes: Notes) -> list[Turn]:
    if not is_json_like(split_preamble(text)[1]):
        return _read_prose(text, wanted, notes)
    turns = _try_json(text, wanted, notes)
    if not turns and not wanted.cut:
        notes.reject("layout-not-found", text, "JSON came, and no answer can be read from it")
    return turns


def _try_json(text: str, wanted: _Wanted, notes: Notes) -> list[Turn]:
    """JSON that nobody asked for."""
    attempt = Notes()
    turns = read_structured(text, wanted.layout, attempt, cut=wanted.cut, question=wanted.question)
    if turns:
        notes.add("json-unasked")
        notes.absorb(attempt)
    return turns


def _read_prose(text: str, wanted: _Wanted, notes: Notes) -> list[Turn]:
    if is_refusal(text):
        notes.reject("refusal", text)
    elif wanted.cut:
        notes.reject("cut-off", text[-80:])
    else:
        answer = read_prose(text, notes)
        return [Turn(wanted.question, answer)] if answer else []
    return []


def _read_as_json(text: str, wanted: _Wanted, notes: Notes) -> list[Turn]:
    """Try JSON, then the text layout; plain prose is taken only where nothing looks like JSON."""
    attempt = Notes()
    turns = read_structured(text, wanted.layout, attempt, cut=wanted.cut, question=wanted.question)
    if turns:
        notes.absorb(attempt)
        return turns
    if is_refusal(text):
        notes.reject("refusal", text)
        return []
    turns = _read_unasked_text(text, wanted, notes)
    if not turns:
        notes.absorb(attempt)
    return turns


def _read_unasked_text(text: str, wanted: _Wanted, notes: Notes) -> list[Turn]:
    attempt = Notes()
    if wanted.layout != "text":
        turns = read_dialogue(text, attempt, cut=wanted.cut)
    elif "{" in text:  # broken JSON rather than prose
        turns = []
    else:
        turns = _read_prose(text, wanted, attempt)
    if turns:
        notes.add("text-unasked")
        notes.absorb(attempt)
    return turns
