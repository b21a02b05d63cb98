"""Validate stage: LLaVA record -> findings.

Parts: `structure` (what the trainer would make of the record, its token budget included),
`language` (leaks, refusals, self-talk, placeholders), `script` (the data set's language),
`endings` (cut answers), `repetition` (loops), `copying` (the prompt's own examples), `markup` and
`personal`. Each takes the record as far as it can be read, so own and foreign files go the same
way. A further part is one more entry of `PARTS`. What needs more than one record is in
`duplicates`, what needs the disk in `images`. All codes: REASONS.md.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from datagen.checks.copying import ExampleIndex
from datagen.checks.duplicates import SeenRecords
from datagen.checks.endings import check_endings
from datagen.checks.images import check_image_file
from datagen.checks.language import check_language, check_texts, find_phrases
from datagen.checks.length import IMAGE_TOKENS, TOKEN_BUDGET, Budget, TokenCounter
from datagen.checks.markup import check_markup
from datagen.checks.personal import check_personal
from datagen.checks.reasons import REASON_TABLE, REASONS, make_finding
from datagen.checks.repetition import check_repetition
from datagen.checks.script import check_script
from datagen.checks.shape import ReadRecord, read_record
from datagen.checks.structure import check_structure
from datagen.checks.texts import Passages, read_passages
from datagen.checks.tokenizer import load_token_counter
from datagen.errors import SettingsError
from datagen.records import Finding

__all__ = [
    "PARTS",
    "REASONS",
    "REASON_TABLE",
    "ExampleIndex",
    "SeenRecords",
    "check_image_file",
    "check_language",
    "check_record",
    "check_structure",
    "check_texts",
    "is_rejected",
    "load_token_counter",
    "make_finding",
]


@dataclass(slots=True)
class Reading:
    """One record under check, with what is known besides it; see `check_record`."""

    record: object
    readable: ReadRecord
    texts: Passages
    captions: Sequence[str]
    language: str
    examples: ExampleIndex | None
    budget: Budget


def _check_copying(reading: Reading) -> Iterable[Finding]:
    return reading.examples.check(reading.texts.passages) if reading.examples else ()


PARTS: Mapping[str, Callable[[Reading], Iterable[Finding]]] = {
    "structure": lambda reading: check_structure(
        reading.record, reading.readable, budget=reading.budget
    ),
    "language": lambda reading: find_phrases(reading.texts, "language", reading.captions),
    "script": lambda reading: check_script(reading.texts.passages, reading.language),
    "endings": lambda reading: check_endings(reading.texts.passages, reading.language),
    "repetition": lambda reading: check_repetition(reading.texts.passages),
    "copying": _check_copying,
    "markup": lambda reading: check_markup(reading.texts.passages),
    "personal": lambda reading: check_personal(reading.texts, reading.captions),
}
"""The parts of the check by name, in the order in which they report."""

_NO_TEXTS = Passages([], set())


def check_record(
    record: object,
    *,
    readable: ReadRecord | None = None,
    parts: Iterable[str] = tuple(PARTS),
    captions: Sequence[str] = (),
    language: str = "English",
    examples: ExampleIndex | None = None,
    count_tokens: TokenCounter | None = None,
    budget: int = TOKEN_BUDGET,
    image_tokens: int = IMAGE_TOKENS,
) -> list[Finding]:
    r"""Check one record, whatever it is, and report everything that is wrong with it.

    Args:
        record: a decoded JSON value; a LLaVA record if all is well.
        readable: the same record already read, if the caller did so.
        parts: names of `PARTS`. Files that teach grounding on purpose (boxes in questions and
            answers) want all but `language`.
        captions: the image's own captions where known; they license their words.
        language: of the data set, in plain English ("Korean") or as a code ("ko").
        examples: texts of the prompt that no record shall copy.
        count_tokens: the target's tokenizer (see `load_token_counter`); without one the budget is
            checked by bounds.
        budget: tokens that the trainer takes of a record.
        image_tokens: how many of them the image takes.

    Raises:
        SettingsError: an unknown part; names the nearest known one.

    >>> record = {"id": "1", "image": "1.jpg", "conversations": [
    ...     {"from": "human", "value": "<image>\nWho is it?"}, {"from": "gpt", "value": ""}]}
    >>> [(finding.code, finding.turn) for finding in check_record(record)]
    [('empty-answer', 1)]
    """
    wanted = frozenset(parts)
    if not wanted <= PARTS.keys():
        _refuse_unknown(wanted)
    readable = readable or read_record(record)
    reading = Reading(
        record,
        readable,
        _NO_TEXTS if wanted <= {"structure"} else read_passages(readable),
        captions,
        language,
        examples,
        Budget(budget, image_tokens, count_tokens),
    )
    return [
        finding for name, check in PARTS.items() if name in wanted for finding in check(reading)
    ]


def _refuse_unknown(parts: Iterable[str]) -> None:
    for name in sorted(set(parts) - PARTS.keys()):
        near = get_close_matches(name, PARTS, n=1) or sorted(PARTS)
        raise SettingsError(f"unknown check {name!r}; did you mean {' or '.join(near)}?")


def is_rejected(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings keeps the record out of the data set."""
    return any(finding.severity == "reject" for finding in findings)
