"""Records and pictures -> batches -> trained weights; of a LLaVA record the answers are learned."""

import json
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from transformers import CLIPImageProcessorPil, CLIPProcessor, LlavaProcessor

from datagen.records import IMAGE_TOKEN
from tests.benchmarks.small_llava.building import PATCH
from tests.benchmarks.small_llava.scenes import SIDE

IGNORED = -100
"""What PyTorch's loss takes for "not to be learned"."""

_WARMUP = 0.06  # share of the steps
_POOL = 16  # batches among which examples are sorted by length
_PATCHES = (SIDE // PATCH) ** 2

Batch = dict[str, torch.Tensor]
Loss = Callable[[Batch], torch.Tensor]


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how fast to learn."""

    steps: int
    batch: int
    rate: float
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """One record in tokens; `labels` are the answers' tokens, `IGNORED` elsewhere."""

    picture: str
    tokens: tuple[int, ...]
    labels: tuple[int, ...]


def load_pictures(folder: Path, names: Sequence[str]) -> dict[str, torch.Tensor]:
    """The pictures by name, shape (3, side, side), one byte a value."""
    found = {}
    for name in names:
        with Image.open(folder / name) as picture:
            values = np.asarray(picture.convert("RGB"))
        found[name] = torch.from_numpy(values.copy()).permute(2, 0, 1)
    return found


def normalize(pictures: Sequence[torch.Tensor], processor: CLIPImageProcessorPil) -> torch.Tensor:
    """What the processor makes of pictures of the right size, for many at once."""
    mean, std = (
        torch.tensor(values).view(3, 1, 1) for values in (processor.image_mean, processor.image_std)
    )
    return (torch.stack(tuple(pictures)).float() / 255 - mean) / std


def render_dialogue(
    conversations: Sequence[Mapping[str, str]], processor: LlavaProcessor
) -> tuple[str, list[tuple[int, int]]]:
    """A LLaVA record as the model reads it, and where its answers stand, with their ends."""
    messages = []
    for place, message in enumerate(conversations):
        text = message["value"].replace(IMAGE_TOKEN, "").strip()
        parts = [{"type": "image"}] if place == 0 else []
        role = "user" if message["from"] == "human" else "assistant"
        messages.append({"role": role, "content": [*parts, {"type": "text", "text": text}]})
    text = processor.apply_chat_template(messages)
    text = text.replace(IMAGE_TOKEN, IMAGE_TOKEN * _PATCHES)
    spans, start = [], 0
    while (start := text.find(" ASSISTANT:", start)) >= 0:
        start += len(" ASSISTANT:")
        spans.append((start, text.index("</s>", start) + len("</s>")))
    return text, spans


def make_examples(records: Sequence[Mapping[str, Any]], processor: LlavaProcessor) -> list[Example]:
    """Records in tokens."""
    made = []
    for record in records:
        text, spans = render_dialogue(record["conversations"], processor)
        read = processor.tokenizer(text, return_offsets_mapping=True)
        tokens, offsets = read["input_ids"], read["offset_mapping"]
        is_answer = [
            any(first <= start < end <= last for first, last in spans) for start, end in offsets
        ]
        labels = [
            token if learned else IGNORED for token, learned in zip(tokens, is_answer, strict=True)
        ]
        made.append(Example(record["image"], tuple(tokens), tuple(labels)))
    return made


def batch_examples(
    examples: Sequence[Example],
    pictures: Mapping[str, torch.Tensor],
    processor: LlavaProcessor,
    plan: Plan,
) -> Iterator[Batch]:
    """Endless batches, each of examples of like length, in a new order every round."""
    rng = Random(plan.seed)
    while True:
        order = list(examples)
        rng.shuffle(order)
        for start in range(0, len(order), plan.batch * _POOL):
            pool = sorted(order[start : start + plan.batch * _POOL], key=lambda e: len(e.tokens))
            batches = [pool[at : at + plan.batch] for at in range(0, len(pool), plan.batch)]
            rng.shuffle(batches)
            for batch in batches:
                yield collate(batch, pictures, processor)


def collate(
    examples: Sequence[Example],
    pictures: Mapping[str, torch.Tensor],
    processor: LlavaProcessor,
) -> Batch:
    """Examples of one batch, padded at the end."""
    size = max(len(example.tokens) for example in examples)
    pad = processor.tokenizer.pad_token_id
    tokens = [[*e.tokens, *[pad] * (size - len(e.tokens))] for e in examples]
    labels = [[*e.labels, *[IGNORED] * (size - len(e.labels))] for e in examples]
    seen = [[1] * len(e.tokens) + [0] * (size - len(e.tokens)) for e in examples]
    return {
        "input_ids": torch.tensor(tokens),
        "labels": torch.tensor(labels),
        "attention_mask": torch.tensor(seen),
        "pixel_values": normalize(
            [pictures[e.picture] for e in examples], processor.image_processor
        ),
    }


def batch_captions(
    captions: Mapping[str, Sequence[str]],
    pictures: Mapping[str, torch.Tensor],
    processor: CLIPProcessor,
    plan: Plan,
) -> Iterator[Batch]:
    """Endless batches of pictures, each with one of its captions."""
    rng = Random(plan.seed)
    names = sorted(captions)
    while True:
        rng.shuffle(names)
        for start in range(0, len(names) - plan.batch + 1, plan.batch):
            batch = names[start : start + plan.batch]
            texts = [rng.choice(captions[name]) for name in batch]
            read = processor.tokenizer(texts, padding=True, truncation=True, return_tensors="pt")
            yield {
                "input_ids": read["input_ids"],
                "attention_mask": read["attention_mask"],
                "pixel_values": normalize(
                    [pictures[name] for name in batch], processor.image_processor
                ),
            }


def fit(
    model: nn.Module,
    batches: Iterator[Batch],
    plan: Plan,
    *,
    say: Callable[[str], object],
    **options: Any,  # noqa: ANN401 - of the model's own forward
) -> list[float]:
    """Train in place what is not frozen; the loss of each step.

    AdamW, a short warm-up, then down along a cosine.
    """
    model.train()
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    optimizer = torch.optim.AdamW(weights, lr=plan.rate, weight_decay=0.05, betas=(0.9, 0.98))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: _find_rate(step, plan.steps)
    )
    losses, began = [], time.monotonic()
    for step, batch in zip(range(plan.steps), batches, strict=False):
        # Half the precision where it does no harm: twice as fast on processors that know it.
        with torch.autocast("cpu", dtype=torch.bfloat16):
            loss = model(**batch, **options).loss
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(weights, 1.0)
        optimizer.step()
        schedule.step()
        losses.append(loss.item())
        if step % 100 == 99:
            spent = time.monotonic() - began
            say(f"  step {step + 1}: loss {np.mean(losses[-100:]):.3f}, {spent:.0f} s\n")
    model.eval()
    return losses


def _find_rate(step: int, steps: int) -> float:
    """The share of the full rate at a step."""
    warmup = max(1, round(_WARMUP * steps))
    if step < warmup:
        return (step + 1) / warmup
    return 0.5 * (1 + math.cos(math.pi * (step - warmup) / max(1, steps - warmup)))


def read_records(path: Path) -> list[dict[str, Any]]:
    """The records of a JSONL file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def read_captions(path: Path) -> dict[str, list[str]]:
    """The captions of a COCO file, by picture."""
    content = json.loads(path.read_text(encoding="utf-8"))
    names = {image["id"]: image["file_name"] for image in content["images"]}
    found: dict[str, list[str]] = {}
    for annotation in content["annotations"]:
        found.setdefault(names[annotation["image_id"]], []).append(annotation["caption"])
    return found
