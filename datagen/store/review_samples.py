"""Run store, reviews: named samples of records, each with the number of records it stands for."""

from typing import NamedTuple

from datagen.errors import ReviewError
from datagen.store.review_events import Decision
from datagen.store.reviews import ReviewStore


class SampleStratum(NamedTuple):
    """Records of one response type that the checks treated alike.

    Attributes:
        state: what the checks said: `accepted` or `rejected`.
        population: how many there are in the set.
        sampled: how many of them were drawn.
    """

    name: str
    response_type: str
    state: str
    population: int
    sampled: int


class SampledRecord(NamedTuple):
    """A record of a sample; `weight` is how many records of its stratum it stands for."""

    record: str
    stratum: str
    weight: float


class ReviewSample(NamedTuple):
    """A named sample, its records in the order in which they are shown."""

    name: str
    seed: int
    strata: tuple[SampleStratum, ...]
    records: tuple[SampledRecord, ...]


def keep_sample(store: ReviewStore, sample: ReviewSample) -> None:
    """Keep a sample; a larger or smaller draw of the same name and seed takes the older's place.

    Raises:
        ReviewError: the name has another seed, whose records would be lost from sight.
    """
    with store.transaction() as connection:
        seeds = store.query("SELECT seed FROM samples WHERE name = ?", (sample.name,))
        if seeds and seeds[0][0] != sample.seed:
            raise ReviewError(
                f"the sample {sample.name!r} was drawn with seed {seeds[0][0]}; "
                "give that seed, or another --name"
            )
        for table in ("sampled", "strata"):
            connection.execute(f"DELETE FROM {table} WHERE sample = ?", (sample.name,))
        (order,) = connection.execute("SELECT ifnull(max(drawn), 0) + 1 FROM samples").fetchone()
        connection.execute(
            "INSERT OR REPLACE INTO samples VALUES (?, ?, ?)", (sample.name, sample.seed, order)
        )
        connection.executemany(
            "INSERT INTO strata VALUES (?, ?, ?, ?, ?, ?)",
            [(sample.name, *stratum) for stratum in sample.strata],
        )
        connection.executemany(
            "INSERT INTO sampled VALUES (?, ?, ?, ?, ?)",
            [
                (sample.name, record.record, place, record.stratum, record.weight)
                for place, record in enumerate(sample.records)
            ],
        )


def list_samples(store: ReviewStore) -> list[str]:
    """The names of the samples, the one drawn last first."""
    return [name for (name,) in store.query("SELECT name FROM samples ORDER BY drawn DESC")]


def read_sample_decisions(store: ReviewStore, name: str) -> dict[str, Decision]:
    """The decisions that hold on the records of a sample, by record; without undecided ones."""
    rows = store.query(
        "SELECT sampled.record, decision FROM sampled JOIN states ON states.record = sampled.record"
        " WHERE sample = ? AND decision IS NOT NULL",
        (name,),
    )
    return dict(rows)


def read_sample(store: ReviewStore, name: str) -> ReviewSample:
    """One sample.

    Raises:
        ReviewError: there is none of this name.
    """
    seeds = store.query("SELECT seed FROM samples WHERE name = ?", (name,))
    if not seeds:
        known = ", ".join(list_samples(store)) or "none was drawn yet"
        raise ReviewError(f"there is no sample {name!r}: {known}")
    strata = store.query(
        "SELECT name, response_type, state, population, sampled FROM strata"
        " WHERE sample = ? ORDER BY name",
        (name,),
    )
    records = store.query(
        "SELECT record, stratum, weight FROM sampled WHERE sample = ? ORDER BY place", (name,)
    )
    return ReviewSample(
        name,
        seeds[0][0],
        tuple(SampleStratum(*row) for row in strata),
        tuple(SampledRecord(*row) for row in records),
    )
