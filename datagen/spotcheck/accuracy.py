"""Spot-check, judge: how well a test tells false records from true ones, and what is behind its flags.

`measure_auc` looks at all thresholds at once, `find_low_value` sets one that few true records fall
below, `estimate_prevalence` takes the test's own errors out of a share of flagged records.
"""

from collections.abc import Sequence
from math import floor, sqrt

from datagen.spotcheck.results import Share
from datagen.spotcheck.statistics import Z

LEAST_GAIN = 0.1
"""Sensitivity + specificity - 1 must surely be larger, or nothing is said of the share behind.

At 0.1 one flag more or less in a hundred records moves the estimate by ten points.
"""

_STEPS = 60  # halvings of an interval: as fine as a float


def measure_auc(low: Sequence[float], high: Sequence[float]) -> Share:
    """The chance that a value of `high` is above one of `low`, ties counted half; 0-1.

    That is the area under the ROC curve (Hanley and McNeil, Radiology 143, 1982). Its 95% interval
    holds every area A that is no further from the estimate than z √V(A), with
    V = A(1-A)(1 + k(1-A)/(2-A) + kA/(1+A)) / mn and k = (m+n)/2 - 1: Hanley and McNeil's variance at
    A itself instead of the estimate (method 5 of Newcombe, Stat. Med. 25, 2006, 559-573), so that a
    perfect separation of few values leaves doubt. `n` is that of the smaller group; 0.5 with the
    interval 0-1 where a group is empty.

    >>> measure_auc([1, 2], [2, 3]).estimate
    0.875
    """
    if not low or not high:
        return Share(0.5, 0.0, 1.0, 0)
    area = _count_above(low, high) / (len(low) * len(high))
    return Share(
        area,
        _find_bound(area, 0.0, len(low), len(high)),
        _find_bound(area, 1.0, len(low), len(high)),
        min(len(low), len(high)),
    )


def _count_above(low: Sequence[float], high: Sequence[float]) -> float:
    """Pairs in which the second is above the first, ties counted half (Mann and Whitney's U)."""
    marked = sorted([(value, 0) for value in low] + [(value, 1) for value in high])
    below = 0
    total = 0.0
    start = 0
    while start < len(marked):
        end = start
        while end < len(marked) and marked[end][0] == marked[start][0]:
            end += 1
        highs = sum(mark for _, mark in marked[start:end])
        lows = end - start - highs
        total += highs * (below + lows / 2)
        below += lows
        start = end
    return total


def _find_bound(area: float, edge: float, m: int, n: int) -> float:
    """The area furthest towards `edge` that the observed one does not speak against."""
    near, far = area, edge
    for _ in range(_STEPS):
        middle = (near + far) / 2
        if abs(area - middle) <= Z * sqrt(_find_auc_variance(middle, m, n)):
            near = middle
        else:
            far = middle
    return near


def _find_auc_variance(area: float, m: int, n: int) -> float:
    extra = (m + n) / 2 - 1
    factor = 1 + extra * (1 - area) / (2 - area) + extra * area / (1 + area)
    return area * (1 - area) * factor / (m * n)


def find_low_value(values: Sequence[float], share: float) -> float | None:
    """The value below which one more of the same kind falls with a chance of `share` at most.

    It is the k-th smallest with k = ⌊share (n + 1)⌋: of n + 1 values that are alike any is as
    likely to be the one below the k-th of the others (split conformal prediction, Lei et al.,
    J. Am. Stat. Assoc. 113, 2018). None where k is 0, for too few values say nothing of a tail.

    >>> find_low_value(range(1, 40), 0.05)
    2
    """
    rank = floor(share * (len(values) + 1) + 1e-9)
    return sorted(values)[rank - 1] if 0 < rank <= len(values) else None


def estimate_prevalence(
    flagged: float, n: float, sensitivity: Share, specificity: Share
) -> Share | None:
    """The share of faulty records behind the flags of an imperfect test, 0-1, or None.

    (A + Sp - 1) / (Se + Sp - 1), with A flagged (Rogan and Gladen, Am. J. Epidemiol. 107, 1978).
    The interval accounts for all three being estimates: with A' = (nA + z²/2) / (n + z²),
    Se' = (n Se + 1) / (n + 2), Sp' alike, P' the formula at these and J' = Se' + Sp' - 1, it is
    P' + d ± z √V where V = (A'(1-A')/n' + P'² Se'(1-Se')/n' + (1-P')² Sp'(1-Sp')/n') / J'² and
    d = 2z² (P' Se'(1-Se')/n' - (1-P') Sp'(1-Sp')/n'), each n' being that of its own estimate
    (Lang and Reiczigel, Prev. Vet. Med. 113, 2014, 13-22). Clipped to 0-1, and widened to hold the
    estimate where that was clipped as well.

    None where the test tells too little, see `is_telling`.

    Args:
        flagged: share of records flagged.
        n: records that it rests on, an effective number for a weighted share. Without a
            finite-population correction: also of records that were all looked at it is open which
            of the faulty ones the test finds.
        sensitivity: of faulty records, how many are flagged; `n` is their number.
        specificity: of true records, how many are not flagged.
    """
    gain = sensitivity.estimate + specificity.estimate - 1
    found, found_spread = _soften(sensitivity)
    passed, passed_spread = _soften(specificity)
    gain_softened = found + passed - 1
    if not is_telling(sensitivity, specificity) or n <= 0:
        return None
    estimate = min(max((flagged + specificity.estimate - 1) / gain, 0.0), 1.0)
    size = n + Z**2
    seen = (n * flagged + Z**2 / 2) / size
    behind = (seen + passed - 1) / gain_softened
    spread = seen * (1 - seen) / size
    spread += behind**2 * found_spread + (1 - behind) ** 2 * passed_spread
    shift = 2 * Z**2 * (behind * found_spread - (1 - behind) * passed_spread)
    half = Z * sqrt(spread) / gain_softened
    low, high = behind + shift - half, behind + shift + half
    low, high = min(max(low, 0.0), estimate), max(min(high, 1.0), estimate)
    return Share(estimate, low, high, round(n))


def is_telling(sensitivity: Share, specificity: Share) -> bool:
    """Whether Se + Sp - 1 is surely above `LEAST_GAIN`, by its own 95% lower bound.

    That is J' - z √(Se'(1-Se')/n' + Sp'(1-Sp')/n'), in the terms of `estimate_prevalence`.
    """
    found, found_spread = _soften(sensitivity)
    passed, passed_spread = _soften(specificity)
    return found + passed - 1 - Z * sqrt(found_spread + passed_spread) > LEAST_GAIN


def _soften(share: Share) -> tuple[float, float]:
    """A share with one success and one failure more, and its variance."""
    size = share.n + 2
    softened = (share.n * share.estimate + 1) / size
    return softened, softened * (1 - softened) / size
