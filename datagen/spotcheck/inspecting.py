"""Spot-check, the order: records -> sample -> what the models see -> flags, estimates, page.

Nothing here knows torch; the models come in through their seams.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random

from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.estimates import (
    Judged,
    estimate_types,
    rank_flagged,
    summarize_measures,
    summarize_probes,
)
from datagen.spotcheck.grounds import judge_turns
from datagen.spotcheck.likeness import compare_answers, read_count, read_yes_no
from datagen.spotcheck.likening import classify_crops, measure_margins
from datagen.spotcheck.listing import RecordSet
from datagen.spotcheck.measuring import Embedder, Observer
from datagen.spotcheck.models import ImageTextModel, OwnAnswer, VisionModel
from datagen.spotcheck.probes import Probe, make_probes
from datagen.spotcheck.references import make_reference
from datagen.spotcheck.results import FlaggedRecord, Results, Stratum
from datagen.spotcheck.sampling import Drawn, digest_id, draw_sample
from datagen.spotcheck.scores import compare_scores, find_doubtful
from datagen.spotcheck.showing import (
    Answers,
    Scores,
    Stage,
    answer_probes,
    answer_subjects,
    count_looks,
    score_subjects,
    set_stage,
)
from datagen.spotcheck.subjects import Control, Subject
from datagen.spotcheck.twins import make_twin
from datagen.spotcheck.verdicts import (
    ALL_TYPES,
    Known,
    flag,
    measure_reliability,
    set_thresholds,
)
from datagen.store import LookStore

SAMPLE = 400
"""Records looked at where nothing else is said: a share of a half is then known to about 6%."""

REFERENCES = 200
SHOWN = 30
"""Flagged records on the page."""

_MOST_PROBED = 200  # pictures

TITLES: Mapping[str, str] = {
    "gain": "Grounding gain: how much likelier the picture makes the answer, nats a token",
    "worst": "Most doubtful word: its gain from the picture, nats",
    "agreement": "Agreement of the model's own answers, 0 to 1",
    "clip": "CLIP margin: fit to the picture beyond other pictures, cosine",
}
"""What is measured of a record, for people."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be looked at.

    Attributes:
        sample: records; None where a margin is given.
        margin: half width of the interval that is wanted, 0-0.5.
        references: at most so many true records and twins, by which the models are measured.
        max_tokens: of an own answer.
    """

    sample: int | None = SAMPLE
    margin: float | None = None
    references: int = REFERENCES
    max_tokens: int = 64
    seed: int = 0


@dataclass(slots=True)
class Progress:
    """What is under way, for whoever shows it."""

    stage: str = ""
    done: int = 0
    total: int = 0


@dataclass(slots=True)
class _Findings:
    """What was measured, by subject id, then by control."""

    values: dict[str, dict[Control, dict[str, float]]] = field(default_factory=dict)
    doubtful: dict[str, tuple[tuple[int, int, int], ...]] = field(default_factory=dict)

    def put(self, subject: str, control: Control, name: str, value: float | None) -> None:
        if value is not None:
            self.values.setdefault(subject, {}).setdefault(control, {})[name] = value


def inspect(
    target: str,
    records: RecordSet,
    folder: Path,
    store: LookStore,
    *,
    llava: VisionModel | None,
    clip: ImageTextModel | None,
    wish: Wish,
    on_progress: Callable[[Progress], None] = lambda progress: None,
) -> Results:
    """Look at a sample of the records and say what holds for all of them.

    Args:
        target: name of the set, for the report.
        records: the set.
        folder: of the pictures.
        store: keeps looks and flags.
        llava: scores and answers; None leaves out what needs it.
        clip: embeds; None leaves out what needs it.
        wish: what is to be looked at.
        on_progress: told of every look.

    Raises:
        DatagenError: the records cannot be read, the store cannot be written, an endpoint fails.
    """
    progress = Progress("listing records")
    on_progress(progress)
    draw = draw_sample(records.list_entries(), size=wish.sample, margin=wish.margin, seed=wish.seed)
    subjects = _load_subjects(records, folder, draw.records)
    counts = CategoryCounts(records.iterate_images())
    truths, twins = _make_known(subjects, counts, wish)
    stage = set_stage([*subjects, *truths, *twins], seed=wish.seed)
    probes = _make_probes(stage, counts, wish)

    def tell(count: int) -> None:
        progress.done += count
        on_progress(progress)

    findings = _Findings()
    answered: list[tuple[str, Control, bool]] = []
    if llava is not None:
        progress.stage = "looking"
        progress.total = count_looks(stage, probes, can_score=llava.can_score)
        on_progress(progress)
        observer = Observer(llava, store, max_tokens=wish.max_tokens, on_look=tell)
        if llava.can_score:
            _add_scores(findings, stage, score_subjects(stage, observer))
        _add_answers(findings, stage, answer_subjects(stage, observer))
        answered += [
            (probe.kind, control, _is_right(probe, look))
            for probe, control, look in answer_probes(stage, probes, observer)
        ]
    if clip is not None:
        progress.stage, progress.done, progress.total = "comparing pictures and texts", 0, 0
        on_progress(progress)
        embedder = Embedder(clip, store, on_look=tell)
        for name, margins in measure_margins(stage, embedder).items():
            for control, (mean, _) in margins.items():
                findings.put(name, control, "clip", mean)
        answered += [
            ("crop", control, is_right)
            for control, is_right in classify_crops(stage, embedder, counts.list_names())
        ]
    known = _list_known(truths, twins, findings)
    judging = _Judging(subjects, draw.strata, known)
    judged = judging.judge(stage, findings)
    _keep_flags(store, judged)
    return judging.conclude(
        target,
        judged,
        findings,
        answered,
        models=_name_models(llava, clip),
        problems=Counter(stage.problems[s.id] for s in subjects if s.id in stage.problems),
        missing=_say_missing(records, llava, clip, known),
        seed=wish.seed,
    )


def _load_subjects(records: RecordSet, folder: Path, drawn: Iterable[Drawn]) -> tuple[Subject, ...]:
    """The drawn records, in the order of the set."""
    places = {each.position: each for each in drawn}
    loaded = records.load(places)
    return tuple(
        Subject(
            listed.id,
            listed.response_type,
            listed.image,
            folder / listed.image,
            listed.turns,
            listed.image_first,
            listed.annotated,
            places[position].stratum,
            places[position].weight,
        )
        for position, listed in sorted(loaded.items())
    )


def _make_known(
    subjects: Sequence[Subject], counts: CategoryCounts, wish: Wish
) -> tuple[list[Subject], list[Subject]]:
    """True records about the pictures of the sample, and a false twin of each.

    They are spread over the response types as the sample is.
    """
    truths: list[Subject] = []
    twins: list[Subject] = []
    for subject in sorted(subjects, key=lambda each: digest_id(wish.seed, each.id)):
        if len(truths) >= wish.references:
            break
        if subject.annotated is None:
            continue
        turns = make_reference(subject.annotated, subject.response_type, wish.seed)
        if not turns:
            continue
        rng = Random(f"{wish.seed}:{subject.id}:twin")
        twin = make_twin(
            turns, judge_turns(turns, subject.annotated), subject.annotated, counts, rng
        )
        if twin is None:
            continue
        truths.append(replace(subject, id=f"true:{subject.id}", turns=turns))
        twins.append(replace(subject, id=f"twin:{subject.id}", turns=twin.turns))
    return truths, twins


def _make_probes(stage: Stage, counts: CategoryCounts, wish: Wish) -> dict[str, tuple[Probe, ...]]:
    """Questions about each picture of the sample, asked once a picture."""
    probes: dict[str, tuple[Probe, ...]] = {}
    seen: set[Path] = set()
    for subject in stage.subjects:
        if len(seen) >= _MOST_PROBED:
            break
        if subject.annotated is not None and subject.picture not in seen:
            seen.add(subject.picture)
            probes[subject.id] = make_probes(subject.annotated, counts, seed=wish.seed)
    return probes


def _add_scores(findings: _Findings, stage: Stage, scores: Scores) -> None:
    for subject in stage.subjects:
        answers = [turn.answer for turn in subject.turns]
        by_control = scores.get(subject.id, {})
        for control, values in compare_scores(answers, by_control).items():
            for name, value in values.items():
                findings.put(subject.id, control, name, value)
        findings.doubtful[subject.id] = find_doubtful(answers, by_control)


def _add_answers(findings: _Findings, stage: Stage, answers: Answers) -> None:
    for subject in stage.subjects:
        for control, said in answers.get(subject.id, {}).items():
            found = [
                compare_answers(turn.question, turn.answer, own)
                for turn, own in zip(subject.turns, said, strict=True)
            ]
            values = [each.agreement for each in found if each.agreement is not None]
            if values:
                findings.put(subject.id, control, "agreement", sum(values) / len(values))


def _is_right(probe: Probe, look: OwnAnswer) -> bool:
    if probe.kind == "count":
        number = read_count(look.text)
        return number is not None and str(number) == probe.answer
    said = look.yes >= 0.5 if look.yes is not None else read_yes_no(probe.question, look.text)
    return said is not None and said == (probe.answer == "yes")


def _list_known(
    truths: Sequence[Subject], twins: Sequence[Subject], findings: _Findings
) -> list[Known]:
    """What was measured of the references whose picture could be shown."""
    return [
        Known(subject.id.partition(":")[2], subject.response_type, is_false, values["right"])
        for group, is_false in ((truths, False), (twins, True))
        for subject in group
        if "right" in (values := findings.values.get(subject.id, {}))
    ]


class _Judging:
    """The sample judged by what is known of the references."""

    def __init__(
        self, subjects: Sequence[Subject], strata: Sequence[Stratum], known: Sequence[Known]
    ) -> None:
        self._subjects = subjects
        self._strata = strata
        self._thresholds = set_thresholds(known)
        populations: Counter[str] = Counter()
        for row in strata:
            populations[row.response_type] += row.population
        self._populations = populations
        self._reliabilities = (
            measure_reliability(known, self._thresholds, populations) if known else {}
        )

    def judge(self, stage: Stage, findings: _Findings) -> list[Judged]:
        """Every record of the sample that was looked at."""
        judged = []
        for subject in self._subjects:
            values = findings.values.get(subject.id, {})
            if subject.id in stage.problems or "right" not in values:
                continue
            bounds = self._thresholds.find(subject.response_type)
            judged.append(Judged(subject, values, flag(values["right"], bounds)))
        return judged

    def conclude(
        self,
        target: str,
        judged: Sequence[Judged],
        findings: _Findings,
        answered: Iterable[tuple[str, Control, bool]],
        *,
        models: dict[str, str],
        problems: Mapping[str, int],
        missing: tuple[str, ...],
        seed: int,
    ) -> Results:
        """All of it for the report."""
        measures = summarize_measures(judged, self._strata, self._thresholds, TITLES)
        flagged = [_describe_flagged(one, findings) for one in judged if one.reasons]
        return Results(
            target=target,
            models=models,
            records=self._populations.total(),
            sampled=len(self._subjects),
            seed=seed,
            strata=tuple(self._strata),
            measures=measures,
            probes=summarize_probes(answered),
            reliability=self._reliabilities.get(ALL_TYPES),
            types=estimate_types(judged, self._strata, self._reliabilities),
            flagged=rank_flagged(flagged, measures, most=SHOWN),
            unseen=dict(problems),
            missing=missing,
        )


def _describe_flagged(one: Judged, findings: _Findings) -> FlaggedRecord:
    subject = one.subject
    return FlaggedRecord(
        subject.id,
        subject.response_type,
        subject.image,
        str(subject.picture),
        tuple((turn.question, turn.answer) for turn in subject.turns),
        one.reasons,
        dict(one.values["right"]),
        findings.doubtful.get(subject.id, ()),
    )


def _keep_flags(store: LookStore, judged: Sequence[Judged]) -> None:
    store.update_flags(
        [one.subject.id for one in judged],
        {one.subject.id: one.reasons for one in judged if one.reasons},
    )


def _name_models(llava: VisionModel | None, clip: ImageTextModel | None) -> dict[str, str]:
    named = {"LLaVA": llava, "CLIP": clip}
    return {name: model.name for name, model in named.items() if model is not None}


def _say_missing(
    records: RecordSet,
    llava: VisionModel | None,
    clip: ImageTextModel | None,
    known: Sequence[Known],
) -> tuple[str, ...]:
    """What was not measured, and why, in sentences."""
    said = [
        f"{count:,} records were left out: each {problem}."
        for problem, count in sorted(records.left_out.items())
    ]
    if llava is None:
        said.append("No LLaVA looked: no gain, no own answers, no probes (--model).")
    elif not llava.can_score:
        said.append("The endpoint gives no probabilities of recorded answers: no grounding gain.")
    if clip is None:
        said.append("No CLIP looked: no margins, no search by picture (--clip).")
    if not known:
        said.append(
            "No references could be composed, so no record is flagged: give the annotations of the"
            " pictures (--captions and --instances, or --contexts)."
        )
    return tuple(said)
