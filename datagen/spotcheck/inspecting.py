"""Spot-check, the order: records -> sample -> what the models see -> flags, estimates, page.

Nothing here knows torch; the models come in through their seams.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.concluding import About, Judging, list_known
from datagen.spotcheck.findings import Findings
from datagen.spotcheck.grounds import judge_turns
from datagen.spotcheck.likeness import read_count, read_yes_no
from datagen.spotcheck.likening import classify_crops, measure_margins
from datagen.spotcheck.listing import RecordSet
from datagen.spotcheck.measuring import Embedder, Observer
from datagen.spotcheck.models import ImageTextModel, OwnAnswer, VisionModel
from datagen.spotcheck.probes import Probe, make_probes
from datagen.spotcheck.references import make_reference
from datagen.spotcheck.results import Results
from datagen.spotcheck.sampling import Drawn, digest_id, draw_sample
from datagen.spotcheck.showing import (
    Stage,
    answer_probes,
    answer_subjects,
    count_looks,
    score_subjects,
    set_stage,
)
from datagen.spotcheck.subjects import Control, Subject
from datagen.spotcheck.twins import make_twin
from datagen.spotcheck.verdicts import Known
from datagen.store import LookStore

SAMPLE = 400
"""Records looked at where nothing else is said: a share of a half is then known to about 6%."""

REFERENCES = 200
_MOST_PROBED = 200  # pictures


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
    on_progress(Progress("listing records"))
    draw = draw_sample(records.list_entries(), size=wish.sample, margin=wish.margin, seed=wish.seed)
    subjects = _load_subjects(records, folder, draw.records)
    counts = CategoryCounts(records.iterate_images())
    truths, twins = _make_known(subjects, counts, wish)
    stage = set_stage(subjects, [*truths, *twins], seed=wish.seed)
    probes = _make_probes(stage, counts, wish)
    findings = Findings()
    answered: list[tuple[str, Control, bool]] = []
    if llava is not None:
        total = count_looks(stage, probes, can_score=llava.can_score)
        tell = _begin(Progress("looking", total=total), on_progress)
        observer = Observer(llava, store, max_tokens=wish.max_tokens, on_look=tell)
        if llava.can_score:
            findings.add_scores(stage, score_subjects(stage, observer))
        findings.add_answers(stage, answer_subjects(stage, observer))
        answered += [
            (probe.kind, control, _is_right(probe, look))
            for probe, control, look in answer_probes(stage, probes, observer)
        ]
    if clip is not None:
        tell = _begin(Progress("comparing pictures and texts"), on_progress)
        embedder = Embedder(clip, store, on_look=tell)
        findings.add_margins(measure_margins(stage, embedder))
        answered += [
            ("crop", control, is_right)
            for control, is_right in classify_crops(stage, embedder, counts.list_names())
        ]
    known = list_known(truths, twins, findings)
    judging = Judging(subjects, draw.strata, known)
    judged = judging.judge(stage, findings)
    store.update_flags(
        [one.subject.id for one in judged],
        {one.subject.id: one.reasons for one in judged if one.reasons},
    )
    about = About(
        target=target,
        models=_name_models(llava, clip),
        seed=wish.seed,
        missing=_say_missing(records, llava, clip, known),
    )
    problems = Counter(stage.problems[each.id] for each in subjects if each.id in stage.problems)
    return judging.conclude(judged, findings, answered, problems, about)


def _begin(progress: Progress, on_progress: Callable[[Progress], None]) -> Callable[[int], None]:
    """Tell of a stage, and then of everything that is done in it."""
    on_progress(progress)

    def tell(count: int) -> None:
        progress.done += count
        on_progress(progress)

    return tell


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


def _is_right(probe: Probe, look: OwnAnswer) -> bool:
    if probe.kind == "count":
        number = read_count(look.text)
        return number is not None and str(number) == probe.answer
    said = look.yes >= 0.5 if look.yes is not None else read_yes_no(probe.question, look.text)
    return said is not None and said == (probe.answer == "yes")


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
