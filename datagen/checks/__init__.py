"""Validate stage: LLaVA record -> findings.

Parts: `structure` (what the trainer would make of the record) and `language` (leaks, refusals,
placeholders). Each takes a raw decoded JSON value, so own and foreign files go the same way.
A further part is one more entry of `PARTS`. What needs more than one record is in `duplicates`,
what needs the disk in `images`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from difflib import get_close_matches

from datagen.checks.duplicates import SeenRecords
from datagen.checks.images import check_image_file
from datagen.checks.language import check_language, check_texts
from datagen.checks.reasons import REASON_TABLE, REASONS, make_finding
from datagen.checks.shape import read_record
from datagen.checks.structure import check_structure
from datagen.errors import SettingsError
from datagen.records import Finding

__all__ = [
    "PARTS",
    "REASONS",
    "REASON_TABLE",
    "SeenRecords",
    "check_image_file",
    "check_language",
    "check_record",
    "check_structure",
    "check_texts",
    "is_rejected",
    "make_finding",
]


def _check_record_language(record: object, captions: Sequence[str]) -> list[Finding]:
    texts = [turn.text for turn in read_record(record).turns]
    return check_texts(texts, captions=captions)


PARTS: Mapping[str, Callable[[object, Sequence[str]], list[Finding]]] = {
    "structure": lambda record, _captions: check_structure(record),
    "language": _check_record_language,
}
"""The parts of the check by name, in the order in which they report."""


def check_record(
    record: object, *, parts: Iterable[str] = tuple(PARTS), captions: Sequence[str] = ()
) -> list[Finding]:
    r"""Check one record, whatever it is, and report everything that is wrong with it.

    Args:
        record: a decoded JSON value; a LLaVA record if all is well.
        parts: names of `PARTS`. Files that teach grounding on purpose (boxes in questions and
            answers) want `{"structure"}` only.
        captions: the image's own captions where known; they license their words.

    Raises:
        SettingsError: an unknown part; names the nearest known one.

    >>> record = {"id": "1", "image": "1.jpg", "conversations": [
    ...     {"from": "human", "value": "<image>\nWho is it?"}, {"from": "gpt", "value": ""}]}
    >>> [(finding.code, finding.turn) for finding in check_record(record)]
    [('empty-answer', 1)]
    """
    wanted = frozenset(parts)
    for name in sorted(wanted - PARTS.keys()):
        near = get_close_matches(name, PARTS, n=1) or sorted(PARTS)
        raise SettingsError(f"unknown check {name!r}; did you mean {' or '.join(near)}?")
    return [
        finding
        for name, check in PARTS.items()
        if name in wanted
        for finding in check(record, captions)
    ]


def is_rejected(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings keeps the record out of the data set."""
    return any(finding.severity == "reject" for finding in findings)
