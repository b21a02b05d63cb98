"""Audit: the clean records, hand-written and the offline writer's, with their images."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Literal

from datagen.config import shipped_folder
from datagen.context import render_context
from datagen.formats.llava import to_llava
from datagen.llm.offline import write_reply
from datagen.prompts import load_prompts
from datagen.records import AnnotatedImage, Item, Sample
from datagen.replies import parse_reply
from datagen.sources import read_coco, read_contexts

Record = dict[str, Any]
Origin = Literal["hand", "offline"]
Half = Literal["tune", "report"]

ROOT = Path(__file__).parent.parent.parent
DATA = ROOT / "tests" / "data" / "audit"
COCO = ROOT.parent / "shared" / "coco"


@dataclass(frozen=True, slots=True)
class Case:
    """A clean record: nothing in it is false.

    Attributes:
        origin: `hand` for written by people who looked at the picture, `offline` for the offline
            writer's.
    """

    record: Record
    image: AnnotatedImage
    response_type: str
    origin: Origin

    @property
    def texts(self) -> list[str]:
        """The messages in order, as strings."""
        return [message["value"] for message in self.record["conversations"]]


def choose_half(image_id: str) -> Half:
    """The half that an image belongs to: even ids are for tuning, odd ones for reporting.

    An id that is no number is drawn by its digest.

    >>> choose_half("000000001002"), choose_half("000000001003")
    ('tune', 'report')
    """
    if image_id.isascii() and image_id.isdigit():
        return "report" if int(image_id) % 2 else "tune"
    return "report" if hashlib.sha256(image_id.encode()).digest()[0] % 2 else "tune"


def read_samples() -> dict[str, AnnotatedImage]:
    """The project's own pictures by id."""
    source = read_contexts(shipped_folder("samples") / "output" / "contexts.jsonl")
    return {image.id: image for image in source.images}


def read_coco_images(folder: Path) -> dict[str, AnnotatedImage]:
    """The pictures of a folder with COCO's two annotation files."""
    captions = folder / "captions_train2017.json"
    source = read_coco(captions, folder / "instances_train2017.json")
    return {image.id: image for image in source.images}


def has_coco(folder: Path) -> bool:
    """Whether both annotation files are there."""
    names = ("captions_train2017.json", "instances_train2017.json")
    return all((folder / name).is_file() for name in names)


def read_written(path: Path, images: Mapping[str, AnnotatedImage]) -> Iterator[Case]:
    """Hand-written records of a file whose images are known."""
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        image_id, rest = record["id"].split("_", 1)
        if image_id in images:
            yield Case(record, images[image_id], rest.rsplit("_", 1)[0], "hand")


def write_offline(images: Iterable[AnnotatedImage]) -> Iterator[Case]:
    """What the offline writer makes of images, one record for each image and type."""
    types = load_prompts(shipped_folder("prompts"))
    for image in images:
        for name, type_ in types.items():
            item = Item(image.id, name)
            prompt = type_.fill(render_context(image, type_.context))
            question = type_.draw_question(Random(item.id))
            reply = parse_reply(write_reply(prompt.messages), type_.layout, question=question)
            sample = Sample(item, image.file_name, reply.turns)
            yield Case(to_llava(sample), image, name, "offline")


def load_cases(coco: Path | None) -> list[Case]:
    """Every clean record, hand-written first, in order of the files."""
    samples = read_samples()
    cases = list(read_written(DATA / "clean_samples.jsonl", samples))
    photos = read_coco_images(coco) if coco else {}
    cases += read_written(DATA / "clean_coco.jsonl", photos)
    return [*cases, *write_offline([*samples.values(), *photos.values()])]
