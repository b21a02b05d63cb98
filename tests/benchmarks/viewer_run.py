"""A run folder of any size for the measurements of the viewer, made without asking or checking."""

import json
import random
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from datagen.config import dump_settings, make_settings
from datagen.records import AnnotatedImage, Box, Item, Message, Reply, Usage
from datagen.store import Answer, Request, RunStore

TYPES = ("complex_reasoning", "conversation", "detail_description")
_COMMON = (
    *("the", "a", "of", "in", "is", "and", "on", "to", "there", "with", "are", "at"),
    *("near", "two", "some", "red", "dog", "bus", "person"),
)
_CATEGORIES = [f"thing {n}" for n in range(80)]
_REASONS = ("absent-object", "wrong-count", "low-score", "refusal", "cut-off")
_IN_ONE_TRANSACTION = 5_000


def make_run(folder: Path, records: int, *, with_store: bool = True) -> Path:
    """Write a run of so many records, a tenth of them rejected; 115 words each."""
    folder.mkdir(parents=True)
    captions = folder / "captions.json"
    captions.write_text("{}", encoding="utf-8")
    settings = make_settings({"captions": captions, "model": "gpt-4.1-mini"})
    (folder / "run.toml").write_text(dump_settings(settings, {}), encoding="utf-8")
    with (
        (folder / "dataset.jsonl").open("w", encoding="utf-8") as dataset,
        (folder / "scores.jsonl").open("w", encoding="utf-8") as scores,
        (folder / "rejected.jsonl").open("w", encoding="utf-8") as rejected,
    ):
        for n, item, turns in _iterate(records):
            if n % 10 == 3:
                rejected.write(json.dumps(_reject(n, item, turns)) + "\n")
                continue
            dataset.write(json.dumps(_make_record(item, turns)) + "\n")
            scores.write(json.dumps(_make_score(n, item)) + "\n")
    with RunStore(folder, write=True) as store:
        answers = _iterate_answers(records) if with_store else iter(())
        while rows := list(islice(answers, _IN_ONE_TRANSACTION)):
            store.add(rows)
    return folder


def make_images(folder: Path, count: int) -> None:
    """Pictures for the first images of such a run."""
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    for n in range(count):
        Image.effect_noise((640, 480), 40 + n % 40).convert("RGB").save(folder / f"{n:012d}.jpg")


def _iterate(records: int) -> Iterator[tuple[int, Item, list[str]]]:
    source = random.Random(0)
    for n in range(records):
        item = Item(f"{n // 3:012d}", TYPES[n % 3], 0)
        texts = [_write_text(source, words) for words in (9, 30, 8, 30, 8, 30)]
        yield n, item, texts


def _write_text(source: random.Random, words: int) -> str:
    """Words as uneven as those of a language: half of them are a handful."""
    return " ".join(
        _COMMON[int(source.random() * len(_COMMON))]
        if source.random() < 0.5
        else f"w{int(source.random() ** 3 * 20_000)}"
        for _ in range(words)
    )


def _make_record(item: Item, texts: list[str]) -> dict[str, object]:
    speakers = ("human", "gpt")
    turns = [{"from": speakers[n % 2], "value": text} for n, text in enumerate(texts)]
    turns[0]["value"] = f"<image>\n{texts[0]}"
    return {"id": item.id, "image": f"{item.image_id}.jpg", "conversations": turns}


def _make_score(n: int, item: Item) -> dict[str, object]:
    score = None if n % 50 == 0 else (n * 7919 % 10_000) / 10_000
    return {
        "id": item.id,
        "response_type": item.response_type,
        "score": score,
        "claims": {"supported": n % 9, "unsupported": n % 2},
        "notes": ["long-answer"] if n % 20 == 0 else [],
    }


def _reject(n: int, item: Item, texts: list[str]) -> dict[str, object]:
    reason = _REASONS[n // 10 % len(_REASONS)]
    return {
        "id": item.id,
        "image_id": item.image_id,
        "image": f"{item.image_id}.jpg",
        "response_type": item.response_type,
        "stage": "grounding",
        "reason": reason,
        "message": "It is said to be wrong.",
        "turn": 1,
        "span": texts[1][:20],
        "findings": [reason],
        "reply": "\n".join(texts),
    }


def _iterate_answers(records: int) -> Iterator[tuple[Request, Answer]]:
    prefix = (Message("system", "You look at a picture."),)
    for n, item, texts in _iterate(records):
        first = n // 3
        boxes = tuple(
            Box(_CATEGORIES[(first * 7 + k * 13) % 80], (0.1, 0.1, 0.5, 0.5)) for k in range(4)
        )
        captions = (texts[1], texts[3])
        image = AnnotatedImage(item.image_id, f"{item.image_id}.jpg", captions, boxes, 640, 480)
        request = Request(item.id.encode(), item, image, prefix, "\n".join(captions))
        usage = Usage(800 + n % 100, 150 + n % 37, 600)
        yield request, Answer(Reply("\n".join(texts), "gpt-4.1-mini", usage=usage))
