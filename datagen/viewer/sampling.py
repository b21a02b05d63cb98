"""Inspector, sample: the records of a run -> a named sample to review, each with its weight.

Strata are response type by what the checks said, accepted and rejected records alike: only both
together tell how far the checks can be believed. Rejected ones are few and say most about it, so
they are drawn at a higher rate, and weights make up for that. The same seed draws a sample that
holds every smaller one.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

from datagen import pipeline
from datagen.errors import ReviewError, RunError
from datagen.formats.reading import iter_records
from datagen.spotcheck.sampling import Entry, Risk, digest_id, draw_sample
from datagen.store import ReviewStore
from datagen.store.review_samples import (
    ReviewSample,
    SampledRecord,
    SampleStratum,
    keep_sample,
)

SAMPLE = "sample"
"""The name of a sample that has no other."""

CheckState = Literal["accepted", "rejected"]

_RISKS: dict[CheckState, Risk] = {"accepted": "low", "rejected": "high"}
_STATES: dict[str, CheckState] = {risk: state for state, risk in _RISKS.items()}

# Reasons that say nothing against a record by itself: it had passed the checks.
_PASSED = frozenset({"not-selected", "review-rejected", "spotcheck-flagged"})


class Reviewable(NamedTuple):
    """A record that can be reviewed, and what the checks said of it."""

    id: str
    response_type: str
    state: CheckState


def draw_review_sample(
    store: ReviewStore,
    records: Iterable[Reviewable],
    *,
    size: int,
    seed: int = 0,
    name: str = SAMPLE,
) -> ReviewSample:
    """Draw a sample and keep it under its name.

    Args:
        store: opened for writing.
        records: of the whole set, in any order.
        size: how many to draw; all where there are fewer.
        seed: another seed draws others.
        name: of the sample; the same name with the same seed is drawn anew, larger or smaller.

    Raises:
        ReviewError: nothing to draw from, or the name was drawn with another seed.
    """
    listed = list(records)
    if not listed:
        raise ReviewError("there is nothing to review: no record was made or rejected yet")
    entries = (
        Entry(position, record.id, record.response_type, _RISKS[record.state])
        for position, record in enumerate(listed)
    )
    draw = draw_sample(entries, size=size, seed=seed)
    strata = tuple(
        SampleStratum(
            _name_stratum(stratum.response_type, _STATES[stratum.risk]),
            stratum.response_type,
            _STATES[stratum.risk],
            stratum.population,
            stratum.sampled,
        )
        for stratum in draw.strata
    )
    drawn = [
        SampledRecord(
            listed[each.position].id,
            _name_stratum(listed[each.position].response_type, listed[each.position].state),
            each.weight,
        )
        for each in draw.records
    ]
    sample = ReviewSample(name, seed, tuple(sorted(strata)), tuple(_mix(drawn, seed)))
    keep_sample(store, sample)
    return sample


def _mix(drawn: Sequence[SampledRecord], seed: int) -> list[SampledRecord]:
    """An order in which every stratum is spread evenly, for whoever stops half way."""
    strata: dict[str, list[tuple[float, SampledRecord]]] = {}
    for each in drawn:
        chance = digest_id(seed, f"order {each.record}") / 2**64
        strata.setdefault(each.stratum, []).append((chance, each))
    places = [
        ((rank + chance) / len(members), each)
        for members in strata.values()
        for rank, (chance, each) in enumerate(sorted(members))
    ]
    return [each for _, each in sorted(places)]


def list_reviewable(folder: Path) -> Iterator[Reviewable]:
    """The records of a run that hold an answer, written and rejected ones.

    What a reviewer left out or let in, and what only a rule of selection left out, counts as what
    the checks said of the model's reply.

    Raises:
        RunError: the run was not built yet.
    """
    scores, rejected = folder / pipeline.SCORES_FILE, folder / pipeline.REJECTED_FILE
    for path in (scores, rejected):
        if not path.is_file():
            raise RunError(folder, f"holds no {path.name}; `datagen build {folder}` writes it")
    for line in _read(scores):
        yield Reviewable(line["id"], line["response_type"], line.get("checks", "accepted"))
    for line in _read(rejected):
        if line.get("stage") != "ask" and "pair" not in line:
            passed = line.get("reason") in _PASSED
            state: CheckState = "accepted" if passed else "rejected"
            yield Reviewable(line["id"], line["response_type"], line.get("checks", state))


def _read(path: Path) -> Iterator[Mapping[str, Any]]:
    """The lines of a file of the run; an empty one holds none."""
    if not path.stat().st_size:
        return
    for place, line in iter_records(path):
        if not isinstance(line, dict) or not {"id", "response_type"} <= line.keys():
            raise RunError(path, f"{place} cannot be read; `datagen build` writes the file anew")
        yield line


def _name_stratum(response_type: str, state: str) -> str:
    return f"{response_type}, {state}"
