"""Spot-check, draw: a stream of entries -> which records are looked at, and for how many each stands.

Strata are response type by risk. Records in doubt are drawn at a higher rate, and every drawn one
carries `weight`, the number of records of its stratum over the number drawn there, so that
weighted sums stay unbiased for the whole set.

What is drawn depends on the seed, the ids and the strata, not on the order of the file: within a
stratum the records with the lowest digests of seed and id come first, and the places go to the
strata in one fixed sequence whatever the size. So a larger sample of the same set contains every
smaller one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from heapq import heapify, heappop, heappush, heappushpop
from math import ceil
from typing import Literal, NamedTuple

from datagen.spotcheck.results import Stratum
from datagen.spotcheck.statistics import Z, find_sample_size

Risk = Literal["high", "low", "unknown"]
"""`high`: a claim that nothing supports, or a low score. `unknown`: nothing was held against it."""

HIGH_RISK_FACTOR = 3.0
"""Records of high risk are drawn at three times the rate of the others of their response type."""

LEAST = 5
"""Every stratum gives so many records, or all that it has, before any gives more."""

_POSITION_BITS = 40


class Entry(NamedTuple):
    """All that the draw knows of a record.

    Attributes:
        position: of the record in its set, from 0.
        id: unique within the set.
    """

    position: int
    id: str
    response_type: str
    risk: Risk


class Drawn(NamedTuple):
    """A record of the sample; `weight` is how many records of the set it stands for."""

    position: int
    stratum: str
    weight: float


@dataclass(frozen=True, slots=True)
class Draw:
    """The records drawn, by position, and all strata, by response type and risk."""

    records: tuple[Drawn, ...]
    strata: tuple[Stratum, ...]


def draw_sample(
    entries: Iterable[Entry],
    *,
    size: int | None = None,
    margin: float | None = None,
    seed: int = 0,
    factor: float = HIGH_RISK_FACTOR,
) -> Draw:
    """Draw records; one pass, memory for the sample only (some 50 bytes a record of it).

    Args:
        entries: of the whole set, in any order.
        size: how many records; all of them where there are fewer.
        margin: in place of `size`: the half width that the interval of a share shall have at most,
            0-0.5; see `find_sample_size`. What the unequal rates cost is paid on top.
        seed: another seed draws other records.
        factor: how many times the rate of the others records of high risk are drawn at.

    Raises:
        ValueError: neither or both of `size` and `margin`.
    """
    if (size is None) == (margin is None):
        raise ValueError("give a size or a margin, one of them")
    most = size if size is not None else _limit_size(margin or 0.0, factor)
    populations, ranks = _rank(entries, seed, most + LEAST)
    places = _list_places(populations, factor)
    if margin is None:
        taken = _take_size(places, most)
    else:
        taken = _take_margin(places, populations, margin)
    return _make_draw(populations, ranks, taken)


_Key = tuple[str, Risk]


def _rank(
    entries: Iterable[Entry], seed: int, most: int
) -> tuple[dict[_Key, int], dict[_Key, list[int]]]:
    """How many records each stratum has, and its `most` lowest digests with their positions.

    Digest and position are one whole number: it takes a third of the memory of a pair.
    """
    populations: dict[_Key, int] = {}
    heaps: dict[_Key, list[int]] = {}
    for entry in entries:
        key = (entry.response_type, entry.risk)
        populations[key] = populations.get(key, 0) + 1
        heap = heaps.setdefault(key, [])
        item = -(digest_id(seed, entry.id) << _POSITION_BITS | entry.position)
        if len(heap) < most:
            heappush(heap, item)
        else:
            heappushpop(heap, item)
    return populations, {key: sorted(-item for item in heap) for key, heap in heaps.items()}


def digest_id(seed: int, name: str) -> int:
    """What ranks a record: eight bytes of its own, whatever stands before it in the set."""
    data = f"{seed}\0{name}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(data, digest_size=8).digest())


def _list_places(populations: Mapping[_Key, int], factor: float) -> Iterator[_Key]:
    """The strata in the order in which they get places, until none has a record left.

    First rounds in which each gets one, up to `LEAST`; then by Sainte-Laguë's divisors, which never
    take a place back when there are more to give. The divisors count from the rounds on, so those
    are made up for as far as there are places.
    """
    demand = {
        key: size * (factor if key[1] == "high" else 1.0) for key, size in populations.items()
    }
    order = sorted(populations, key=lambda key: (-demand[key], key))
    for given in range(LEAST):
        yield from (key for key in order if populations[key] > given)
    queue = [
        ((2 * LEAST + 1) / demand[key], place, LEAST)
        for place, key in enumerate(order)
        if populations[key] > LEAST
    ]
    heapify(queue)
    while queue:
        _, place, given = heappop(queue)
        key = order[place]
        yield key
        if populations[key] > given + 1:
            heappush(queue, ((2 * given + 3) / demand[key], place, given + 1))


def _take_size(places: Iterator[_Key], size: int) -> dict[_Key, int]:
    taken: dict[_Key, int] = {}
    for key, _ in zip(places, range(size), strict=False):
        taken[key] = taken.get(key, 0) + 1
    return taken


def _take_margin(
    places: Iterator[_Key], populations: Mapping[_Key, int], margin: float
) -> dict[_Key, int]:
    """Take places until a share of one half has an interval that is no wider.

    Its variance is a quarter of the sum of W²(1/n - 1/N) over strata with share W of the set, n of
    N drawn (Cochran, Sampling Techniques, 1977, equation 5.14), and endless before each has one.
    """
    total = sum(populations.values())
    wanted = 4 * (margin / Z) ** 2
    taken: dict[_Key, int] = {}
    spread = 0.0
    for key in places:
        share, before = populations[key] / total, taken.get(key, 0)
        taken[key] = before + 1
        spread += share**2 * (1 / (before + 1) - (1 / before if before else 1 / populations[key]))
        if len(taken) == len(populations) and spread <= wanted:
            break
    return taken


def _limit_size(margin: float, factor: float) -> int:
    """More than a margin can ask for.

    Rates that differ by `factor` at most multiply the variance by (factor + 1)² / 4 factor at most
    (the worst case of Kish's 1 + CV² of the weights, Survey Sampling, 1965, section 11.7); whole
    numbers cost a tenth where they are small.
    """
    cost = (factor + 1) ** 2 / (4 * factor)
    return ceil(1.2 * cost * find_sample_size(margin))


def _make_draw(
    populations: Mapping[_Key, int], ranks: Mapping[_Key, Sequence[int]], taken: Mapping[_Key, int]
) -> Draw:
    strata, records = [], []
    for key in sorted(populations):
        name = f"{key[0]}, {key[1]} risk"
        sampled = taken.get(key, 0)
        strata.append(Stratum(name, *key, populations[key], sampled))
        positions = (rank & ((1 << _POSITION_BITS) - 1) for rank in ranks[key][:sampled])
        weight = populations[key] / sampled if sampled else 0.0
        records += [Drawn(position, name, weight) for position in positions]
    return Draw(tuple(sorted(records)), tuple(strata))


def pair_pictures(images: Sequence[str], *, seed: int = 0) -> tuple[str | None, ...]:
    """For each record the picture of another one, for the shuffled control.

    The pictures stand in a ring, in the order of their digests, and each is shown in place of the
    one before it: so no record gets its own, each picture stands in for exactly one other, and a
    further record changes the control of the records of one picture only.

    Args:
        images: the picture of each record of the sample.
        seed: another seed pairs others.

    Returns:
        As many as there are records; None for all where they share one picture.

    >>> pair_pictures(["a.jpg", "b.jpg", "a.jpg"])
    ('b.jpg', 'a.jpg', 'b.jpg')
    """
    ring = sorted(set(images), key=lambda image: (digest_id(seed, f"picture {image}"), image))
    if len(ring) < 2:
        return (None,) * len(images)
    following = dict(zip(ring, [*ring[1:], ring[0]], strict=True))
    return tuple(following[image] for image in images)
