"""A set with a known share of faulty records, and a model that sees as well as it is told to.

True records score by a normal distribution, faulty ones by one that is shifted down; a shift of 1.81
gives an AUC of 0.9. Records of high risk are faulty three times as often as the others.
"""

from pathlib import Path
from random import Random

from datagen.records import Turn
from datagen.spotcheck.estimates import Judged, estimate_types
from datagen.spotcheck.results import TypeResult
from datagen.spotcheck.sampling import Entry, Risk, draw_sample
from datagen.spotcheck.subjects import Subject
from datagen.spotcheck.verdicts import Known, flag, measure_reliability, set_thresholds

SHARES = {"conversation": 0.5, "detail_description": 0.2, "complex_reasoning": 0.3}
HIGH_RISK = 0.2
"""Share of the records that the checks have doubts about."""


def score(rng: Random, shift: float, *, is_false: bool) -> dict[str, float]:
    """Two measures that go together, as those of one model do."""
    common = rng.gauss(0, 1)
    drop = shift if is_false else 0.0
    return {"gain": common - drop, "worst": 0.8 * common + rng.gauss(0, 0.6) - drop}


def make_known(rng: Random, count: int, shift: float) -> list[Known]:
    """References and their twins, as many of each type as of any other."""
    return [
        Known(f"{name} {index}", name, is_false, score(rng, shift, is_false=is_false))
        for name in SHARES
        for index in range(count // len(SHARES))
        for is_false in (False, True)
    ]


def simulate(
    seed: int, rate: float, *, shift: float = 1.81, size: int = 300, references: int = 300
) -> tuple[tuple[TypeResult, ...], dict[str, float]]:
    """One spot-check of 5000 records: what it estimates, and what is true, by response type."""
    rng = Random(f"simulation {seed} {rate} {shift}")
    low = rate / (1 + 2 * HIGH_RISK)
    entries, faulty = [], []
    for position in range(5000):
        name = rng.choices(list(SHARES), list(SHARES.values()))[0]
        risk: Risk = "high" if rng.random() < HIGH_RISK else "low"
        entries.append(Entry(position, f"{seed} {position}", name, risk))
        faulty.append(rng.random() < (3 * low if risk == "high" else low))
    draw = draw_sample(entries, size=size, seed=seed)
    known = make_known(rng, references, shift)
    thresholds = set_thresholds(known)
    populations = {name: sum(each.response_type == name for each in entries) for name in SHARES}
    judged = []
    for record in draw.records:
        entry = entries[record.position]
        values = score(rng, shift, is_false=faulty[record.position])
        reasons = flag(values, thresholds.find(entry.response_type))
        subject = Subject(
            entry.id,
            entry.response_type,
            "1.jpg",
            Path("1.jpg"),
            (Turn("What?", "A dog."),),
            stratum=record.stratum,
            weight=record.weight,
        )
        judged.append(Judged(subject, {"right": values}, reasons))
    types = estimate_types(judged, draw.strata, measure_reliability(known, thresholds, populations))
    truth = {
        name: sum(faulty[entry.position] for entry in entries if entry.response_type == name)
        / populations[name]
        for name in SHARES
    }
    return types, truth | {"all": sum(faulty) / len(faulty)}
