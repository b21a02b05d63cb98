"""Whether the spot-check's estimate of a set's defects holds the share that was planted."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from datagen.config import make_settings
from datagen.spotcheck.inspecting import Wish, inspect
from datagen.spotcheck.listing import FileRecords
from datagen.spotcheck.models import ImageTextModel, VisionModel
from datagen.spotcheck.results import Results
from datagen.store import LookStore
from tests.benchmarks.small_llava.generating import PROMPTS
from tests.benchmarks.small_llava.separation import ANSWER_TOKENS, Case


def write_set(path: Path, cases: Sequence[Case]) -> None:
    """The cases as a LLaVA file, every picture before the first question, as trainers put it."""
    lines = []
    for place, case in enumerate(cases):
        texts = [text for turn in case.turns for text in (turn.question, turn.answer)]
        texts[0] = f"<image>\n{texts[0]}"
        said = [{"from": ("human", "gpt")[at % 2], "value": text} for at, text in enumerate(texts)]
        record = {
            "id": f"{case.picture.stem}_{case.response_type}_{place}",
            "image": case.picture.name,
            "conversations": said,
        }
        lines.append(json.dumps(record))
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def inspect_samples(
    folder: Path,
    cases: Sequence[Case],
    *,
    source: Path,
    llava: VisionModel,
    clip: ImageTextModel | None,
    store: LookStore,
    seeds: Sequence[int],
    sample: int,
    references: int,
) -> Iterator[Results]:
    """One spot-check for each seed of the same set, each with a sample of its own.

    Args:
        folder: for the set.
        cases: true and faulty records.
        source: folder of the scenes that they are about.
        llava: scores and answers.
        clip: embeds; None leaves it out.
        store: for what was looked at.
        seeds: of the samples.
        sample: records of each.
        references: true records and twins of each.
    """
    path = folder / "planted.jsonl"
    write_set(path, cases)
    settings = make_settings(
        {
            "captions": source / "captions.json",
            "instances": source / "instances.json",
            "images": source / "images",
            "prompts": PROMPTS,
            "offline": True,
        }
    )
    for seed in seeds:
        wish = Wish(sample, references=references, max_tokens=ANSWER_TOKENS, seed=seed)
        yield inspect(
            path.name,
            FileRecords(path, settings),
            source / "images",
            store,
            llava=llava,
            clip=clip,
            wish=wish,
        )
