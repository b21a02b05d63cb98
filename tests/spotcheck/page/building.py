"""Results as a spot-check of the samples could give them, made up; only the pictures are real."""

import json
import math
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

from datagen.spotcheck.results import (
    FlaggedRecord,
    Mean,
    Measure,
    ProbeKind,
    Reliability,
    Results,
    Share,
    Stratum,
    TypeResult,
)
from datagen.spotcheck.subjects import Control

SAMPLES = Path(__file__).resolve().parents[3] / "samples"

_TYPES = ("complex_reasoning", "conversation", "detail_description")
_SIZES = {"complex_reasoning": 5210, "conversation": 3980, "detail_description": 2810}
_RISKS = (("low", 0.93), ("high", 0.07))
_MEASURES = (
    ("gain", "Gain by the picture, nats per token", (0.31, 0.02, 0.0), 0.16, -0.04),
    ("worst", "Worst word of an answer, nats", (-1.6, -3.4, -3.1), 0.9, -4.2),
    ("agreement", "Agreement with the model's own answer, 0–1", (0.71, 0.42, 0.38), 0.14, None),
    ("clip", "CLIP similarity of picture and answer, cosine", (0.262, 0.171, 0.158), 0.028, 0.19),
)
_CONTROLS: tuple[Control, ...] = ("right", "shuffled", "blank")
_REASONS = (
    ("low-gain", "The picture makes the answer no more likely than a blank one does."),
    ("worst-word", "The picture speaks against a word of the answer."),
    ("low-clip", "Picture and answer are less alike than those of true records."),
)


def make_share(estimate: float, n: int) -> Share:
    """A share with an interval of about the right width."""
    half = 1.96 * math.sqrt(max(estimate * (1 - estimate), 0.003) / max(n, 1))
    return Share(estimate, max(estimate - half, 0.0), min(estimate + half, 1.0), n)


def make_results(**changes: Any) -> Results:  # noqa: ANN401 - any field
    """A whole set of results, the same at every call; `changes` replace its fields."""
    rng = random.Random(7)
    strata = _make_strata()
    sampled = sum(stratum.sampled for stratum in strata)
    results = Results(
        target="runs/coco-12k/dataset.jsonl",
        models={
            "LLaVA": "llava-hf/llava-1.5-7b-hf, float16",
            "CLIP": "openai/clip-vit-large-patch14-336, float32",
        },
        records=sum(_SIZES.values()),
        sampled=sampled,
        seed=0,
        strata=strata,
        measures=tuple(_make_measure(rng, sampled, *row) for row in _MEASURES),
        probes=_make_probes(),
        reliability=Reliability(
            make_share(0.64, 186),
            make_share(0.94, 212),
            usable=True,
            note="The flags tell false records from true ones well enough for an estimate.",
        ),
        types=_make_types(strata),
        flagged=_make_flagged(rng),
        unseen={"the picture file is missing": 3, "the picture cannot be decoded": 1},
        missing=(
            "Colours and counts were not asked about: no annotations know them.",
            "GPT-type endpoints give no probabilities of foreign text, so none was scored.",
        ),
    )
    return replace(results, **changes)


def _make_strata() -> tuple[Stratum, ...]:
    strata = []
    for response_type in _TYPES:
        for risk, share in _RISKS:
            population = round(_SIZES[response_type] * share)
            rate = {"low": 0.03, "high": 0.09}[risk]
            name = f"{response_type}, {risk} risk"
            strata.append(Stratum(name, response_type, risk, population, round(population * rate)))
    return (*strata, Stratum("conversation, unknown risk", "conversation", "unknown", 40, 0))


def _make_measure(
    rng: random.Random,
    count: int,
    name: str,
    title: str,
    centres: tuple[float, float, float],
    spread: float,
    threshold: float | None,
) -> Measure:
    values, means = {}, {}
    for control, centre in zip(_CONTROLS, centres, strict=True):
        drawn = sorted(rng.gauss(centre, spread) for _ in range(count))
        half = 1.96 * spread / math.sqrt(count)
        values[control] = tuple(drawn)
        means[control] = Mean(centre, centre - half, centre + half, count)
    gap = centres[0] - centres[1]
    half = 2.5 * spread / math.sqrt(count)
    mean = Mean(gap, gap - half, gap + half, count)
    if threshold is None:
        note = "This model cannot tell true records from false ones by it."
        return Measure(name, title, values, means, mean, auc=make_share(0.52, 190), note=note)
    return Measure(name, title, values, means, mean, threshold, make_share(0.83, 190))


def _make_probes() -> tuple[ProbeKind, ...]:
    rows = (
        ("boxed", (0.86, 0.41, 0.62)),
        ("random", (0.93, 0.74, 0.35)),
        ("popular", (0.81, 0.58, 0.37)),
        ("co-occurring", (0.72, 0.61, 0.33)),
        ("count", (0.58, 0.29, 0.31)),
    )
    return tuple(
        ProbeKind(
            kind,
            {
                control: make_share(share, 150)
                for control, share in zip(_CONTROLS, shares, strict=True)
            },
        )
        for kind, shares in rows
    )


def _make_types(strata: tuple[Stratum, ...]) -> tuple[TypeResult, ...]:
    shares = {
        "complex_reasoning": (0.082, 0.045),
        "conversation": (0.117, 0.096),
        "detail_description": (0.094, 0.061),
    }
    types = []
    for name in _TYPES:
        sampled = sum(stratum.sampled for stratum in strata if stratum.response_type == name)
        flagged, defects = shares[name]
        types.append(
            TypeResult(
                name,
                _SIZES[name],
                sampled,
                make_share(flagged, sampled),
                make_share(defects, sampled // 3),
            )
        )
    total = sum(stratum.sampled for stratum in strata)
    whole = TypeResult(
        "all", sum(_SIZES.values()), total, make_share(0.096, total), Share(0.06, 0.03, 0.09, total)
    )
    return (*types, whole)


def _make_flagged(rng: random.Random) -> tuple[FlaggedRecord, ...]:
    lines = (SAMPLES / "output" / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    records = rng.sample([json.loads(line) for line in lines], 9)
    flagged = []
    for record in records:
        said = [turn["value"].replace("<image>", "").strip() for turn in record["conversations"]]
        turns = tuple(zip(said[::2], said[1::2], strict=True))
        last = len(turns) - 1
        words = turns[last][1].split(" ")
        start = len(" ".join(words[:3])) + 1
        flagged.append(
            FlaggedRecord(
                id=record["id"],
                response_type=record["id"].split("_", 1)[1].rsplit("_", 1)[0],
                image=record["image"],
                picture=str(SAMPLES / "images" / record["image"]),
                turns=turns,
                reasons=tuple(rng.sample(_REASONS, rng.choice([1, 1, 2]))),
                values={
                    "gain": rng.gauss(-0.1, 0.05),
                    "worst": rng.gauss(-4.5, 0.5),
                    "clip": rng.gauss(0.18, 0.02),
                },
                doubtful=((last, start, start + len(" ".join(words[3:5]))),),
            )
        )
    broken = replace(flagged[2], picture=str(SAMPLES / "images" / "gone.jpg"))
    return (*flagged[:2], broken, *flagged[3:])
