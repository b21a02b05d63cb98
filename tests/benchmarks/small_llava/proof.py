"""The proof that the spot-check's measures work: train, hold out, plant, estimate -> rows.

What was planted is known here, so every measure can be held against the truth.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from datagen.records import AnnotatedImage
from datagen.sources.coco import read_coco
from datagen.spotcheck.accuracy import measure_auc
from datagen.spotcheck.models import ImageTextModel, VisionModel
from datagen.spotcheck.models.clip import load_clip
from datagen.spotcheck.models.llava import load_llava
from datagen.spotcheck.subjects import CONTROLS
from datagen.store import LookStore
from tests.benchmarks.small_llava import recipe
from tests.benchmarks.small_llava.coverage import inspect_samples
from tests.benchmarks.small_llava.generating import generate_set
from tests.benchmarks.small_llava.questions import make_questions, measure_accuracy
from tests.benchmarks.small_llava.separation import TRUE, Case, make_cases, measure_cases
from tests.benchmarks.small_llava.training import read_records
from tests.benchmarks.table import Row

JUDGED = "claim"
"""The measure that has to tell faulty records from true ones; the others are shown beside it."""

LEAST_AUC = 0.85
LEAST_LEAD = 0.2
"""By so much more questions have to be answered rightly with the right picture than without."""

PLANTED = 0.2
LEAST_COVERED = 0.9

_UNSEEN = 500_001  # first id of the scenes that were not learned from


@dataclass(frozen=True, slots=True)
class Size:
    """How much is learned and how much is asked.

    Attributes:
        scenes, records: unseen ones.
        each: questions of a kind.
        seeds: samples drawn of the planted set.
        sample, references: of each spot-check.
    """

    learned: recipe.Size
    scenes: int
    records: int
    each: int
    seeds: int
    sample: int
    references: int


FULL = Size(recipe.FULL, 800, 1600, 198, 10, 300, 150)
QUICK = Size(recipe.QUICK, 60, 100, 12, 1, 40, 20)


class Held(NamedTuple):
    """Scenes and records that were not learned from."""

    source: Path
    images: Mapping[str, AnnotatedImage]
    records: Sequence[Mapping[str, object]]


def measure(
    folder: Path, *, quick: bool, say: Callable[[str], object] = lambda text: None
) -> Iterator[Row]:
    """All rows; the checkpoints stay in `folder/llava` and `folder/clip`."""
    size = QUICK if quick else FULL
    if (folder / "clip").is_dir():
        say("checkpoints are there already\n")
    else:
        trained = recipe.train_models(folder, size.learned, say=say)
        for stage, losses in trained.losses.items():
            first, last = losses[0], min(losses[-5:])
            falls = None if quick else last < first
            yield Row(f"loss, {stage}", "falls", f"{first:.2f} to {last:.2f}", falls)
    llava = load_llava(str(folder / "llava"), device="cpu", batch_size=32)
    clip = load_clip(str(folder / "clip"), device="cpu", batch_size=32)
    held = hold_out(folder, size)
    say("questions …\n")
    yield from rate_answers(llava, held, size, is_judged=not quick)
    say("planted faults …\n")
    with LookStore(folder, write=True) as store:
        yield from rate_scores(llava, clip, held, store, is_judged=not quick)
        say("estimates …\n")
        yield from rate_estimates(folder, llava, clip, held, size, store, is_judged=not quick)


def hold_out(folder: Path, size: Size) -> Held:
    """Draw unseen scenes and have records written about them."""
    place = folder / "held-out"
    file = generate_set(
        place, seed=recipe.SEED, first=_UNSEEN, scenes=size.scenes, records=size.records
    )
    source = place / "scenes"
    images = read_coco(source / "captions.json", source / "instances.json").images
    return Held(source, {image.file_name: image for image in images}, read_records(file))


def rate_answers(llava: VisionModel, held: Held, size: Size, *, is_judged: bool) -> Iterator[Row]:
    """Accuracy on questions with the right, a shuffled and a blank picture."""
    questions = make_questions(held.images.values(), held.source / "images", each=size.each)
    by_kind = measure_accuracy(llava, questions)
    asked = Counter(question.kind for question in questions)
    whole = {
        control: sum(asked[kind] * shares[control] for kind, shares in by_kind.items())
        / asked.total()
        for control in CONTROLS
    }
    counts = {**{repr(kind): count for kind, count in asked.items()}, "all": asked.total()}
    for (name, count), shares in zip(counts.items(), [*by_kind.values(), whole], strict=True):
        lead = shares["right"] - max(shares["shuffled"], shares["blank"])
        yield Row(
            f"answers, {name} ({count:,})",
            f"right picture ahead by {LEAST_LEAD:.0%}",
            " / ".join(f"{control} {shares[control]:.0%}" for control in CONTROLS),
            lead >= LEAST_LEAD if is_judged else None,
        )


def rate_scores(
    llava: VisionModel, clip: ImageTextModel, held: Held, store: LookStore, *, is_judged: bool
) -> Iterator[Row]:
    """How well each value of a record tells faulty from true ones, all faults and by kind."""
    cases = make_cases(held.records, held.images, held.source / "images")
    values = measure_cases(llava, clip, cases, store)
    for name in dict.fromkeys(name for row in values for name in row):
        auc, told = describe_separation(cases, values, name)
        wanted = f"at least {LEAST_AUC}" if name == JUDGED else "-"
        is_met = auc >= LEAST_AUC if is_judged and name == JUDGED else None
        yield Row(f"AUC, {name}", wanted, told, is_met)


def describe_separation(
    cases: Sequence[Case], values: Sequence[Mapping[str, float]], name: str
) -> tuple[float, str]:
    """The AUC of a value, and a text with that of every kind of fault."""
    true = [
        row[name]
        for case, row in zip(cases, values, strict=True)
        if case.kind == TRUE and name in row
    ]
    by_kind: dict[str, list[float]] = {}
    for case, row in zip(cases, values, strict=True):
        if case.kind != TRUE and name in row:
            by_kind.setdefault(case.kind, []).append(row[name])
    auc = measure_auc([value for group in by_kind.values() for value in group], true)
    parts = (f"{kind} {measure_auc(group, true).estimate:.2f}" for kind, group in by_kind.items())
    return auc.estimate, f"{auc.estimate:.3f} ({', '.join(parts)})"


def rate_estimates(
    folder: Path,
    llava: VisionModel,
    clip: ImageTextModel,
    held: Held,
    size: Size,
    store: LookStore,
    *,
    is_judged: bool,
) -> Iterator[Row]:
    """How often the interval of the defects holds the planted share."""
    cases = make_cases(held.records, held.images, held.source / "images", seed=1, share=PLANTED)
    planted = sum(case.kind != TRUE for case in cases) / len(cases)
    covered, told = 0, []
    for results in inspect_samples(
        folder,
        cases,
        source=held.source,
        llava=llava,
        clip=clip,
        store=store,
        seeds=range(size.seeds),
        sample=size.sample,
        references=size.references,
    ):
        defects = results.types[-1].defects
        covered += defects is not None and defects.low <= planted <= defects.high
        told.append("-" if defects is None else f"{defects.low:.2f}-{defects.high:.2f}")
    yield Row(
        f"defects of a set with {planted:.0%} planted",
        f"held by {LEAST_COVERED:.0%} of {size.seeds} intervals",
        f"{covered} of {size.seeds}: {', '.join(told)}",
        covered >= LEAST_COVERED * size.seeds if is_judged else None,
    )
