"""From nothing to two checkpoints: scenes, records, a LLaVA that learned from them, a CLIP.

A vision tower learns to see and its patches to be named, then a LLaVA on it learns in two stages as
the real one did: captions first, then the tool's records, short answers before all others, with the
tower frozen. From random weights
the records alone would teach it to answer blindly, for most of an answer can be had from the text.
The CLIP gets the same tower.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from datagen.records import IMAGE_TOKEN
from datagen.sources.coco import read_coco
from tests.benchmarks.small_llava.building import (
    make_clip,
    make_llava,
    make_tower,
    save,
    train_tokenizer,
)
from tests.benchmarks.small_llava.generating import generate_set
from tests.benchmarks.small_llava.sight import Namer, Seer, batch_patches
from tests.benchmarks.small_llava.training import (
    Plan,
    batch_captions,
    batch_examples,
    fit,
    load_pictures,
    make_examples,
    read_records,
)

SEED = 1
SHORT = "_short_answers_"
"""In the ids of the short answers."""

_LABELS = ["USER: ", " ASSISTANT:"] * 50  # so that the tokenizer knows them as words


@dataclass(frozen=True, slots=True)
class Size:
    """How much is learned, and from how much.

    Attributes:
        sight: of the vision tower.
        naming: of the LLaVA's projector and words.
        alignment: of the LLaVA with captions alone.
        answering: of the LLaVA with the tool's short answers, which need the picture most.
        instruction: of the LLaVA with all of the tool's records.
        contrast: of the CLIP.
    """

    scenes: int
    records: int
    sight: Plan
    naming: Plan
    alignment: Plan
    answering: Plan
    instruction: Plan
    contrast: Plan


FULL = Size(
    8000,
    20_000,
    Plan(500, 64, 1e-3),
    Plan(600, 64, 2e-3),
    Plan(150, 32, 1e-3),
    Plan(1600, 16, 1.5e-3),
    Plan(2400, 16, 1.5e-3),
    Plan(200, 128, 1e-3),
)
QUICK = Size(
    40,
    100,
    Plan(20, 8, 1e-3),
    Plan(20, 8, 2e-3),
    Plan(20, 8, 2e-3),
    Plan(10, 8, 2e-3),
    Plan(10, 8, 2e-3),
    Plan(4, 8, 1e-3),
)


@dataclass(frozen=True, slots=True)
class Trained:
    """Folders as `from_pretrained` takes them, and the loss of every step by stage."""

    llava: Path
    clip: Path
    losses: Mapping[str, Sequence[float]]


def train_models(folder: Path, size: Size, *, say: Callable[[str], object]) -> Trained:
    """Make everything in `folder`; on one thread, so that the same size gives the same weights."""
    torch.set_num_threads(1)
    say(f"{size.records:,} records about {size.scenes:,} scenes …\n")
    dataset = generate_set(
        folder / "train", seed=SEED, first=1, scenes=size.scenes, records=size.records
    )
    records = read_records(dataset)
    source = folder / "train" / "scenes"
    images = read_coco(source / "captions.json", source / "instances.json").images
    captions = {image.file_name: image.captions for image in images}
    pictures = load_pictures(source / "images", list(captions))
    described = [describe(name, texts) for name, texts in captions.items()]
    said = [m["value"] for record in (*described, *records) for m in record["conversations"]]
    # As they stand in a dialogue: after a blank.
    tokenizer = train_tokenizer([*(f" {text}" for text in said), *_LABELS])
    losses = {}

    say("vision tower …\n")
    tower = make_tower(seed=SEED)
    patches = batch_patches(images, pictures, batch=size.sight.batch)
    losses["sight"] = fit(Seer(tower), patches, size.sight, say=say)

    llava, processor = make_llava(tokenizer, seed=SEED)
    llava.model.vision_tower.load_state_dict(tower.state_dict())
    llava.model.vision_tower.requires_grad_(requires_grad=False)
    llava.set_attn_implementation("eager")  # on a processor the fused one takes twice as long
    say("naming …\n")
    patches = batch_patches(images, pictures, batch=size.naming.batch)
    losses["naming"] = fit(Namer(llava, processor.tokenizer), patches, size.naming, say=say)
    for stage, plan, learned in (
        ("alignment", size.alignment, described),
        ("answering", size.answering, [each for each in records if SHORT in each["id"]]),
        ("instruction", size.instruction, records),
    ):
        say(f"LLaVA, {stage} …\n")
        examples = make_examples(learned, processor)
        batches = batch_examples(examples, pictures, processor, plan)
        losses[stage] = fit(llava, batches, plan, say=say)
    save(llava, processor, folder / "llava")

    say("CLIP …\n")
    clip, clip_processor = make_clip(tokenizer, seed=SEED)
    clip.vision_model.load_state_dict(tower.state_dict())
    pairs = batch_captions(captions, pictures, clip_processor, size.contrast)
    losses["contrast"] = fit(clip, pairs, size.contrast, say=say, return_loss=True)
    save(clip, clip_processor, folder / "clip")
    return Trained(folder / "llava", folder / "clip", losses)


def describe(picture: str, captions: Sequence[str]) -> dict[str, Any]:
    """A record of the first stage: the caption that tells most."""
    return {
        "image": picture,
        "conversations": [
            {"from": "human", "value": f"{IMAGE_TOKEN}\nDescribe the picture."},
            {"from": "gpt", "value": max(captions, key=len)},
        ],
    }
