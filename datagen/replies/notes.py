"""Parse stage, its reason codes: why a reply is refused, and every liberty taken with one.

Nothing is dropped or repaired in silence: the rooms of this package write into a `Notes`, and
`parse_reply` turns that into findings, at most one a code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from datagen.records import Finding

STAGE = "parse"
SPAN = 80
"""Characters of a reply that a finding repeats."""

REJECTS: Mapping[str, str] = {
    "content-filter": "The endpoint's content filter stopped the reply.",
    "empty-reply": "The reply holds no text.",
    "refusal": "The reply is a refusal.",
    "cut-off": "The reply ends at the token limit before anything is complete; raise --max-tokens.",
    "layout-not-found": "The reply is not in the layout that was asked for.",
    "bad-json": "The reply is not the JSON that was asked for.",
}
"""Codes that reject a reply, each with one sentence for a person."""

NOTES: Mapping[str, str] = {
    "line-endings": "Line ends of another system became newlines.",
    "invisible-characters": "Zero-width characters at an end were left out.",
    "broken-characters": "Halves of surrogate pairs became U+FFFD.",
    "thinking-removed": "The model's reasoning before the reply was left out.",
    "end-token": "A special token at the end was left out.",
    "code-fence": "Code fences around the reply were left out.",
    "preamble": "Words before the reply were left out.",
    "postamble": "Words to the user after the reply were left out.",
    "stray-text": "Text outside of question and answer was left out.",
    "label-variant": "A label is written otherwise than `Question:` or `Answer:` on its own line.",
    "label-missing": "A part without a label was taken for what was due there.",
    "label-inside-text": "A line like a label was kept as text.",
    "label-stripped": "A label before a plain text was left out.",
    "missing-separator": "A label stands without a `===` line before it.",
    "extra-separator": "A `===` line separates nothing.",
    "separator-variant": "Another rule stands for the `===` line.",
    "pair-heading": "A heading or number between pairs was left out.",
    "question-dropped": "A question came where a text alone was asked for; its answer was taken.",
    "pair-dropped": "A pair without question or answer was left out.",
    "last-pair-dropped": "The last pair is incomplete and was left out.",
    "extra-pairs-dropped": "More pairs came than the one asked for; the first was kept.",
    "json-unasked": "JSON came where text was asked for.",
    "text-unasked": "Text came where JSON was asked for.",
    "json-shape": "The JSON has other keys or another nesting than was asked for.",
    "json-extra-key": "A key that was not asked for was left out.",
    "json-control-characters": "Raw control characters stand in a JSON string.",
    "cut-after-end": "The reply ends at the token limit, but what is kept was complete before.",
    "unknown-finish-reason": "The endpoint gave a finish reason that is not known.",
}
"""Codes that are counted only, each with one sentence for a person."""


@dataclass(slots=True)
class _Entry:
    span: str
    detail: str
    count: int = 1


@dataclass(slots=True)
class Notes:
    """Collects what is to be said about one reply; the first rejection stands."""

    _rejection: Finding | None = None
    _entries: dict[str, _Entry] = field(default_factory=dict)

    @property
    def rejected(self) -> bool:
        """Whether a rejection was entered."""
        return self._rejection is not None

    def reject(self, code: str, span: str = "", detail: str = "") -> None:
        """Enter a code of `REJECTS`; later ones are ignored."""
        if self._rejection is None:
            message = _compose(REJECTS[code], detail)
            self._rejection = Finding(code, STAGE, "reject", message, None, _shorten(span))

    def add(self, code: str, span: str = "", detail: str = "") -> None:
        """Enter a code of `NOTES`; a repeated one is counted, with the span of the first."""
        entry = self._entries.get(code)
        if entry is None:
            self._entries[code] = _Entry(_shorten(span), detail)
        else:
            entry.count += 1

    def absorb(self, other: "Notes") -> None:
        """Take over what an attempt at reading has noted."""
        for code, entry in other._entries.items():
            known = self._entries.setdefault(code, entry)
            if known is not entry:
                known.count += entry.count
        self._rejection = self._rejection or other._rejection

    def list_findings(self) -> tuple[Finding, ...]:
        """The rejection first, then one note a code, in the order met."""
        notes = tuple(
            Finding(code, STAGE, "note", _describe(code, entry), None, entry.span)
            for code, entry in self._entries.items()
        )
        return notes if self._rejection is None else (self._rejection, *notes)


def _shorten(span: str) -> str:
    """The beginning of a span, verbatim; the slice comes first, for spans may be megabytes."""
    return span[: 10 * SPAN].strip()[:SPAN]


def _compose(sentence: str, detail: str) -> str:
    return f"{sentence.rstrip('.')}: {detail}" if detail else sentence


def _describe(code: str, entry: _Entry) -> str:
    message = _compose(NOTES[code], entry.detail)
    return f"{message} ({entry.count} times)" if entry.count > 1 else message
