"""Selection stage: a set of scored records -> the positions of those that are to be written.

Two rules, each for every response type by itself, so that the mix stays as it was: the best share
by score, and a balanced part. Everything is decided from few features a record, held for all
records at once (about 600 bytes each).
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

MOST_YES_NO = 0.3
"""Share of a type's records in which most questions ask for yes or no."""

MOST_OF_AN_OPENING = 0.1
"""Share of a type's records whose first question begins with the same two words."""

MOST_OF_A_CATEGORY = 0.5
"""Share of a type's records that name the same category."""

ALWAYS = 3
"""Records that any cap lets through, so that small sets are not emptied."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """What the choice knows of one record.

    Attributes:
        id: decides between equal scores.
        score: 0 to 1; None counts as 1, for nothing speaks against the record.
        opening: the first two words of the first question, lower-case.
        is_yes_no: most of its questions ask for yes or no.
        categories: the COCO categories that it names with support.
    """

    id: str
    response_type: str
    score: float | None = None
    opening: str = ""
    is_yes_no: bool = False
    categories: frozenset[str] = frozenset()


def select(
    candidates: Sequence[Candidate], *, top: float | None = None, balance: bool = False
) -> dict[int, str]:
    """The rule that leaves out a record, by its position; whoever is not named stays.

    Args:
        candidates: all records, in the order of the data set.
        top: share of each response type to keep, 0 to 1, best scores first; rounded up.
        balance: keep of these only a balanced part (`choose_balanced`).

    >>> select([Candidate("a", "t", 0.9), Candidate("b", "t", 0.2)], top=0.5)
    {1: 'top'}
    """
    left_out: dict[int, str] = {}
    for positions in _group(candidates).values():
        ranked = sorted(positions, key=lambda n: (-_score(candidates[n]), candidates[n].id))
        count = len(ranked) if top is None else math.ceil(top * len(ranked))
        left_out |= dict.fromkeys(ranked[count:], "top")
        if balance:
            left_out |= choose_balanced(ranked[:count], candidates)
    return dict(sorted(left_out.items()))


def choose_balanced(ranked: Sequence[int], candidates: Sequence[Candidate]) -> dict[int, str]:
    """Go through records of one type, best first, and leave out what there is too much of.

    At most `MOST_YES_NO` of them ask mostly for yes or no, at most `MOST_OF_AN_OPENING` begin with
    the same two words, at most `MOST_OF_A_CATEGORY` name the same category and no rarer one. Shares
    are of the records given; the first `ALWAYS` of each kind stay in any case.

    Returns:
        `yes-no`, `opening` or `category` by the position of each record left out.
    """
    counts: Counter[str] = Counter()
    frequency = Counter(name for n in ranked for name in candidates[n].categories)
    caps = {
        "yes-no": _cap(MOST_YES_NO, len(ranked)),
        "opening": _cap(MOST_OF_AN_OPENING, len(ranked)),
        "category": _cap(MOST_OF_A_CATEGORY, len(ranked)),
    }
    left_out: dict[int, str] = {}
    for position in ranked:
        kinds = _list_kinds(candidates[position], frequency)
        full = next((rule for rule, kind in kinds.items() if counts[kind] >= caps[rule]), None)
        if full is None:
            counts.update(kinds.values())
        else:
            left_out[position] = full
    return left_out


def _list_kinds(candidate: Candidate, frequency: Mapping[str, int]) -> dict[str, str]:
    """Of what kind a record is, by the rule that caps the kind.

    A record counts for the rarest category that it names: so a rare one is never kept out by the
    person who stands beside it.
    """
    kinds = {}
    if candidate.is_yes_no:
        kinds["yes-no"] = "yes-no"
    if candidate.opening:
        kinds["opening"] = f"opening {candidate.opening}"
    if candidate.categories:
        rarest = min(candidate.categories, key=lambda name: (frequency[name], name))
        kinds["category"] = f"category {rarest}"
    return kinds


def _cap(share: float, records: int) -> int:
    return max(ALWAYS, math.floor(share * records))


def _group(candidates: Iterable[Candidate]) -> dict[str, list[int]]:
    groups: dict[str, list[int]] = {}
    for position, candidate in enumerate(candidates):
        groups.setdefault(candidate.response_type, []).append(position)
    return groups


def _score(candidate: Candidate) -> float:
    return 1.0 if candidate.score is None else candidate.score
