"""Balance stage: the records of a set -> how its questions, answers and objects are spread.

Counts only, so memory grows with the number of different openings; which pictures there were is kept
in a temporary file.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from datagen.bands import BandTable, digest_text

LISTED = 20
"""Openings, and categories, that the report lists."""

YES_NO_WORDS = frozenset(
    [
        "is",
        "are",
        "was",
        "were",
        "do",
        "does",
        "did",
        "has",
        "have",
        "can",
        "could",
        "will",
        "would",
        "should",
        "may",
        "might",
    ]
)
"""First words of questions that ask for yes or no."""


def find_opening(question: str) -> str:
    """The first two words of a question, lower-case.

    >>> find_opening("What is the man doing?")
    'what is'
    """
    return " ".join(word.strip(",.?!") for word in question.lower().split()[:2])


def asks_yes_no(question: str) -> bool:
    """Whether a question asks for yes or no, by its first word."""
    return question.lower().partition(" ")[0] in YES_NO_WORDS


@dataclass(slots=True)
class _TypeBalance:
    records: int = 0
    questions: int = 0
    yes_no: int = 0
    yes: int = 0
    absent: int = 0
    openings: Counter[str] = field(default_factory=Counter)
    lengths: Counter[int] = field(default_factory=Counter)


class _Seen(NamedTuple):
    """That a picture, by the digest of its name, has a record of a type."""

    image: int
    response_type: str


class Balance:
    """What a set consists of; `add` record by record, `to_json` in the end."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._types: dict[str, _TypeBalance] = {}
        self._named: Counter[str] = Counter()
        self._boxed: Counter[str] = Counter()
        # Pictures by the number of response types that they have; which they have is in the table.
        self._kinds: Counter[int] = Counter()
        self._seen = BandTable(_Seen)

    def add(
        self,
        response_type: str,
        image: str,
        pairs: Sequence[tuple[str, str]],
        *,
        named: Collection[str] = (),
        boxed: Collection[str] = (),
        absent: int = 0,
    ) -> None:
        """Count one record.

        Args:
            response_type: its response type.
            image: the record's `image`.
            pairs: its questions, without the image token, and answers.
            named: categories that it names with support.
            boxed: categories that are boxed in its image.
            absent: absences that it tells of rightly.
        """
        counts = self._types.setdefault(response_type, _TypeBalance())
        counts.records += 1
        counts.absent += absent > 0
        for question, answer in pairs:
            counts.questions += 1
            counts.openings[find_opening(question)] += 1
            counts.lengths[len(answer.split())] += 1
            if asks_yes_no(question):
                counts.yes_no += 1
                counts.yes += answer.lower().startswith("yes")
        if self._count_picture(image, response_type):
            self._boxed.update(boxed)
        self._named.update(named)

    def to_json(self) -> dict[str, Any]:
        """The report as plain values, keys in a fixed order; shares are 0 to 1."""
        kinds = {count: self._kinds[count] for count in sorted(self._kinds) if self._kinds[count]}
        return {
            "types": {name: _describe(self._types[name]) for name in sorted(self._types)},
            "types_a_picture": {str(count): pictures for count, pictures in kinds.items()},
            "objects": self._describe_objects(),
        }

    def _count_picture(self, image: str, response_type: str) -> bool:
        """Count the type of a picture; true for a new picture."""
        digest = digest_text(image)
        types = {seen.response_type for seen in self._seen.find([digest]) if seen.image == digest}
        if response_type not in types:
            self._seen.add([digest], _Seen(digest, response_type))
            self._kinds[len(types) + 1] += 1
            if types:
                self._kinds[len(types)] -= 1
        return not types

    def _describe_objects(self) -> list[dict[str, Any]]:
        """The commonest categories: share of pictures that box them, of records that name them."""
        records = sum(counts.records for counts in self._types.values())
        ranked = sorted(self._boxed, key=lambda name: (-self._boxed[name], name))
        return [
            {
                "category": name,
                "boxed": _share(self._boxed[name], self._kinds.total()),
                "named": _share(self._named[name], records),
            }
            for name in ranked[:LISTED]
        ]


def _describe(counts: _TypeBalance) -> dict[str, Any]:
    openings = sorted(counts.openings.items(), key=lambda entry: (-entry[1], entry[0]))
    return {
        "records": counts.records,
        "questions": counts.questions,
        "openings": {name: _share(n, counts.questions) for name, n in openings[:LISTED]},
        "yes_no_questions": _share(counts.yes_no, counts.questions),
        "answered_yes": _share(counts.yes, counts.yes_no),
        "records_with_an_absence": _share(counts.absent, counts.records),
        "words_an_answer": {
            name: _find_quantile(counts.lengths, share)
            for name, share in (("p10", 0.1), ("median", 0.5), ("p90", 0.9))
        },
    }


def _find_quantile(lengths: Mapping[int, int], share: float) -> int:
    """The smallest length that at least this share of the answers does not exceed."""
    wanted = share * sum(lengths.values())
    seen = 0
    for length in sorted(lengths):
        seen += lengths[length]
        if seen >= wanted:
            return length
    return 0


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def summarize_balance(report: Mapping[str, Any]) -> list[str]:
    """A line a response type: the commonest opening, yes/no questions, lengths of answers."""
    lines = []
    for name, counts in report["types"].items():
        opening, share = next(iter(counts["openings"].items()), ("", 0.0))
        words = counts["words_an_answer"]
        yes = counts["answered_yes"]
        answered = "" if yes is None else f" ({yes:.0%} of them answered yes)"
        lines.append(
            f"{name}: {share or 0:.0%} of questions begin {opening!r},"
            f" {counts['yes_no_questions'] or 0:.0%} ask for yes or no{answered},"
            f" {counts['records_with_an_absence'] or 0:.0%} of records tell of an absence;"
            f" {words['p10']} to {words['p90']} words an answer"
        )
    return lines
