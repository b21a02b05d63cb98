"""Run store, reviews: why a record is rejected, a list that the reviewers may change."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from datagen.errors import ReviewError

MOST_REASONS = 10
"""One for each number key; the tenth has the key 0."""

_LONGEST = 80
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")

FIRST_REASONS: tuple[tuple[str, str], ...] = (
    ("not-there", "Speaks of something that is not in the picture"),
    ("wrong-trait", "Wrong colour, material, kind or activity"),
    ("wrong-number", "Wrong number"),
    ("wrong-place", "Wrong place or relation"),
    ("guess", "Goes beyond what can be seen"),
    ("misses-the-point", "Answers something else, or leaves out what matters"),
    ("poor-question", "The question is unclear, or its answer cannot be seen"),
    ("poor-language", "Clumsy, repetitive or broken language"),
    ("unfit", "Unsafe, personal or offensive"),
)
"""The list that a new file begins with: code and label."""


class ReviewReason(NamedTuple):
    """One reason; `version` is that of the list that it stands in."""

    code: str
    label: str
    version: int


def check_reasons(reasons: Sequence[tuple[str, str]]) -> None:
    """See whether a list can be used.

    Raises:
        ReviewError: none or too many, a code that is no kebab-case or comes twice, a bad label.
    """
    if not 0 < len(reasons) <= MOST_REASONS:
        raise ReviewError(f"{len(reasons)} reasons: give 1 to {MOST_REASONS}, one for each key")
    for code, label in reasons:
        if not _CODE.fullmatch(code) or len(code) > _LONGEST:
            raise ReviewError(f"{code!r} is no code of a reason; write e.g. wrong-colour")
        if not label.strip() or len(label) > _LONGEST or not label.isprintable():
            raise ReviewError(f"{code}: its label must be one line of 1 to {_LONGEST} characters")
    codes = [code for code, _ in reasons]
    if len(set(codes)) < len(codes):
        raise ReviewError("two reasons have the same code")
