"""Spot-check, judge: shares and means of a stratified sample, with honest 95% intervals.

Every formula carries its source. No interval shrinks to a point because all values of a small
sample happen to agree; only where the whole population was looked at is nothing left open.

    find_sample_size    how many records a wanted half width takes
    interval_share      Wilson
    estimate_share      a share over strata
    estimate_mean       a mean over strata
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, isinf, pi, sqrt, tan
from statistics import NormalDist

from datagen.spotcheck.results import Mean, Share

Z = NormalDist().inv_cdf(0.975)
"""1.96: the normal distribution holds 95% between -Z and Z."""


@dataclass(frozen=True, slots=True)
class ShareCell:
    """One stratum: how many records it has, how many were looked at, and how many had the trait."""

    population: int
    n: int
    hits: int


@dataclass(frozen=True, slots=True)
class MeanCell:
    """One stratum: how many records it has, and the values of those looked at."""

    population: int
    values: Sequence[float]


def find_sample_size(margin: float, population: int | None = None) -> int:
    """How many records give a share of one half an interval of ± `margin`, the worst case.

    n0 = z² / 4 margin², and n0 / (1 + (n0 - 1) / N) of a population of N (Cochran, Sampling
    Techniques, 1977, equations 4.1 and 4.2).

    Args:
        margin: above 0, up to 0.5.
        population: None for an endless one.

    Raises:
        ValueError: the margin is outside 0-0.5.

    >>> find_sample_size(0.05), find_sample_size(0.05, 1000)
    (385, 278)
    """
    if not 0 < margin <= 0.5:
        raise ValueError(f"a margin lies between 0 and 0.5, not at {margin}")
    size = (Z / (2 * margin)) ** 2
    return ceil(size if population is None else size / (1 + (size - 1) / max(population, 1)))


def interval_share(share: float, n: float) -> tuple[float, float]:
    """The 95% interval of a share among `n`, which may be an effective number; 0-1 for n = 0.

    (p + z²/2n ± z √(p(1-p)/n + z²/4n²)) / (1 + z²/n) (Wilson, J. Am. Stat. Assoc. 22, 1927;
    recommended by Brown, Cai and DasGupta, Stat. Sci. 16, 2001).

    >>> [round(bound, 4) for bound in interval_share(15 / 148, 148)]
    [0.0624, 0.1605]
    """
    if isinf(n):
        return share, share
    if n <= 0:
        return 0.0, 1.0
    middle = share + Z**2 / (2 * n)
    half = Z * sqrt(share * (1 - share) / n + (Z / (2 * n)) ** 2)
    low, high = ((middle + sign * half) / (1 + Z**2 / n) for sign in (-1, 1))
    return min(max(low, 0.0), share), max(min(high, 1.0), share)


def estimate_share(cells: Sequence[ShareCell]) -> Share:
    """The share of all records that have a trait, out of a stratified sample.

    The estimate is the sum of W p, with a stratum's share W of the records and p of hits (Cochran,
    1977, equation 5.1). The interval is Wilson's on the effective number p(1-p) / V, V being the
    variance over strata with its finite-population correction (Franco, Little, Louis and Slud,
    J. Surv. Stat. Methodol. 7, 2019, who found it the best of its kind).

    For V each stratum is given one hit and one miss more (Laplace's rule); else a stratum of one
    record, or one without any hit, would count as known, and small shares would be covered in 89%
    of samples only (measured in the tests).
    Strata of which nothing was looked at are left out, as if they were like the rest.
    """
    cells = [cell for cell in cells if cell.n]
    n = sum(cell.n for cell in cells)
    if not n:
        return Share(0.0, 0.0, 1.0, 0)
    total = sum(cell.population for cell in cells)
    estimate = sum(cell.population / total * cell.hits / cell.n for cell in cells)
    low, high = interval_share(estimate, count_effective(cells))
    return Share(estimate, low, high, n)


def count_effective(cells: Sequence[ShareCell], *, is_endless: bool = False) -> float:
    """How many records drawn plainly would tell as much of a share; inf if all were looked at.

    Args:
        cells: each with something looked at.
        is_endless: without the finite-population correction, as if the records stood for more.
    """
    total = sum(cell.population for cell in cells)
    overall = variance = 0.0
    for cell in cells:
        weight = cell.population / total
        share = (cell.hits + 1) / (cell.n + 2)
        rest = 1.0 if is_endless else 1 - cell.n / cell.population
        overall += weight * share
        variance += weight**2 * rest * share * (1 - share) / cell.n
    return overall * (1 - overall) / variance if variance > 0 else inf


def estimate_mean(cells: Sequence[MeanCell]) -> Mean | None:
    """The mean over all records, out of a stratified sample; None without any value.

    The sum of W times a stratum's mean, its variance the sum of W² (1 - n/N) s²/n (Cochran, 1977,
    equations 5.1 and 5.12), and the interval by Student's t with as many degrees of freedom as
    there are values beyond one a stratum. Where a stratum has one value, s² is that of all values
    pooled. A single value in all has an endless interval.
    """
    cells = [cell for cell in cells if cell.values]
    if not cells:
        return None
    n = sum(len(cell.values) for cell in cells)
    total = sum(cell.population for cell in cells)
    means = [sum(cell.values) / len(cell.values) for cell in cells]
    estimate = sum(cell.population / total * mean for cell, mean in zip(cells, means, strict=True))
    every = [value for cell in cells for value in cell.values]
    pooled = _find_variance(every)
    variance = 0.0
    for cell in cells:
        size = len(cell.values)
        spread = _find_variance(cell.values) if size > 1 else pooled
        rest = max(1 - size / cell.population, 0.0)
        variance += (cell.population / total) ** 2 * rest * spread / size if rest else 0.0
    half = find_t(max(n - len(cells), 1)) * sqrt(variance) if variance else 0.0
    return Mean(estimate, estimate - half, estimate + half, n)


def _find_variance(values: Sequence[float]) -> float:
    """Of a sample: the squares over n - 1; endless for a single value, of which nothing is known."""
    if len(values) < 2:
        return inf
    mean = sum(values) / len(values)
    return sum((value - mean) ** 2 for value in values) / (len(values) - 1)


def find_t(freedom: int) -> float:
    """The 97.5% point of Student's t, within 0.005 of tables.

    Exact for one and two degrees of freedom, for more the series of Abramowitz and Stegun, Handbook
    of Mathematical Functions, 1964, 26.7.5.

    >>> [round(find_t(freedom), 2) for freedom in (1, 2, 5, 30)]
    [12.71, 4.3, 2.57, 2.04]
    """
    if freedom == 1:
        return tan(pi * 0.475)
    if freedom == 2:
        return 2 * 0.475 * sqrt(2 / (4 * 0.975 * 0.025))
    terms = (
        (Z**3 + Z) / 4,
        (5 * Z**5 + 16 * Z**3 + 3 * Z) / 96,
        (3 * Z**7 + 19 * Z**5 + 17 * Z**3 - 15 * Z) / 384,
        (79 * Z**9 + 776 * Z**7 + 1482 * Z**5 - 1920 * Z**3 - 945 * Z) / 92160,
    )
    point = Z
    for power, term in enumerate(terms, 1):
        point += term / float(freedom) ** power
    return point
