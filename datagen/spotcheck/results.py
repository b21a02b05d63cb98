"""Spot-check: what it says of a set, as plain values; `spotcheck.json` is this and nothing else."""

from dataclasses import dataclass, field

from datagen.spotcheck.subjects import Control


@dataclass(frozen=True, slots=True)
class Share:
    """A share of records, 0-1, with its 95% interval, out of `n` that were looked at."""

    estimate: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean with its 95% interval over `n` values."""

    estimate: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """Records of one response type and risk: how many there are and how many were looked at."""

    name: str
    response_type: str
    risk: str
    population: int
    sampled: int


@dataclass(frozen=True, slots=True)
class Measure:
    """One measure over the sample, under each control.

    Attributes:
        name: `gain`, `worst`, `agreement`, `clip`, ….
        title: for people; with the unit.
        values: by control, one value a record, ascending; the control curves are drawn from them.
        means: by control.
        gap: mean of right minus shuffled, over records that have both.
        threshold: records below it are flagged, that of most records where types differ; None
            where the measure flags nobody.
        auc: chance that a true record has a higher value than a false one, measured on twins.
        note: why the measure flags nobody, in one sentence; empty where it does.
    """

    name: str
    title: str
    values: dict[Control, tuple[float, ...]]
    means: dict[Control, Mean]
    gap: Mean | None = None
    threshold: float | None = None
    auc: Share | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class ProbeKind:
    """How the model answers questions whose answers the annotations know.

    Attributes:
        kind: `boxed` (yes is right), `random`, `popular`, `co-occurring` (no is right), `count`.
        correct: share of right answers, by control.
    """

    kind: str
    correct: dict[Control, Share]


@dataclass(frozen=True, slots=True)
class Reliability:
    """How well the flags tell false records from true ones, measured on twins.

    Attributes:
        sensitivity: share of false twins flagged; `n` is an effective number where response types
            count as they do in the set.
        specificity: share of true records not flagged, likewise.
        usable: the flags say enough for an estimate of the defects of the set.
        note: one sentence for people.
    """

    sensitivity: Share
    specificity: Share
    usable: bool
    note: str


@dataclass(frozen=True, slots=True)
class TypeResult:
    """One response type, or all of them under the name `all`.

    Attributes:
        flagged: share of the set's records that a model would flag, weighted by stratum.
        defects: share of faulty records behind it, corrected by the reliability; None if unusable.
    """

    response_type: str
    records: int
    sampled: int
    flagged: Share
    defects: Share | None


@dataclass(frozen=True, slots=True)
class FlaggedRecord:
    """A record that was flagged, worst first.

    Attributes:
        picture: path of its picture file.
        turns: questions and answers.
        reasons: each a code and a sentence, e.g. `("low-gain", "The picture makes …")`.
        values: by measure, under the right picture.
        doubtful: `(turn, start, end)` of the words that speak most against it, in answer offsets.
    """

    id: str
    response_type: str
    image: str
    picture: str
    turns: tuple[tuple[str, str], ...]
    reasons: tuple[tuple[str, str], ...]
    values: dict[str, float]
    doubtful: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """All that a spot-check found.

    Attributes:
        target: file or run folder, as given.
        models: what each was used for, e.g. `{"LLaVA": "llava-hf/llava-1.5-7b-hf, float16"}`.
        records: of the set.
        strata: all of them; what has `sampled` 0 was not looked at.
        unseen: records of the sample whose pictures could not be shown, by problem.
        missing: what could not be measured, and why, in sentences.
        types: one a response type, then `all`.
        flagged: the worst records, worst first; not all of them.
    """

    target: str
    models: dict[str, str]
    records: int
    sampled: int
    seed: int
    strata: tuple[Stratum, ...]
    measures: tuple[Measure, ...]
    probes: tuple[ProbeKind, ...]
    reliability: Reliability | None
    types: tuple[TypeResult, ...]
    flagged: tuple[FlaggedRecord, ...]
    unseen: dict[str, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()
