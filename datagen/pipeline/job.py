"""Pipeline, before anything is asked: settings -> job -> requests."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

from datagen.config import (
    RunSettings,
)
from datagen.context import ContextPolicy, render_context
from datagen.errors import SettingsError
from datagen.pipeline.judging import load_types, seeded
from datagen.pipeline.names import refuse_unknown_names, refuse_unknown_types
from datagen.plan import Plan, plan_items
from datagen.prompts import ResponseType
from datagen.records import ContextParts, ImageSet, Item, Prompt, Source
from datagen.sources.coco import read_coco
from datagen.sources.contexts import read_contexts
from datagen.sources.exclusions import read_exclusions, to_image_id
from datagen.store import Request


@dataclass(frozen=True, slots=True)
class Job:
    """All that a run is about to do: the images, the response types, the planned items.

    Attributes:
        source: all images; none of the excluded ones is planned.
        excluded: how many of them are excluded.
    """

    settings: RunSettings
    types: Mapping[str, ResponseType]
    source: Source
    items: Plan
    excluded: int

    def count_images(self) -> int:
        """Images that may be used."""
        return len(self.source.images) - self.excluded

    def count_wanted(self) -> int:
        """Replies wanted in all."""
        return len(self.items) * self.settings.candidates

    def count_types(self) -> dict[str, int]:
        """Planned items of each response type."""
        return self.items.count_types()


def read_source(settings: RunSettings) -> Source:
    """Read the annotations that the settings name.

    Raises:
        SourceError: a file cannot be used.
    """
    if settings.contexts is not None:
        return read_contexts(settings.contexts)
    if settings.captions is None:
        raise SettingsError("nothing to read: give --captions FILE or --contexts FILE")
    return read_coco(
        settings.captions,
        settings.instances,
        images=settings.images,
        without_captions=settings.without_captions,
        without_boxes=settings.without_boxes,
        image_prefix=settings.image_prefix,
        keep=True,
    )


def prepare_job(settings: RunSettings) -> Job:
    """Read prompts and source, and plan; nothing is asked.

    Raises:
        DatagenError: the first thing that is wrong, before anything is paid for.
    """
    types = load_types(settings)
    shares = settings.mix or {name: type_.share for name, type_ in types.items()}
    refuse_unknown_types("--mix", shares, types, f"those of {settings.prompt_folder()}")
    refuse_unknown_names(settings, types)
    source = read_source(settings)
    excluded = read_exclusions(settings.exclude) if settings.exclude else frozenset()
    servable = _list_servable(source.images, excluded)
    items = plan_items(
        {name: servable.by_context[types[name].context] for name in shares},
        shares,
        records=settings.records,
        per_image=settings.per_image,
        seed=settings.seed,
    )
    return Job(settings, types, source, items, servable.excluded)


@dataclass(frozen=True, slots=True)
class _Servable:
    """Ids of the images that give a context that is not empty, by its parts."""

    by_context: Mapping[ContextParts, Sequence[str]]
    excluded: int


def _list_servable(images: ImageSet, exclusions: frozenset[str]) -> _Servable:
    captioned, boxed, excluded = [], [], 0
    for each in images.iterate_outlines():
        if exclusions and not exclusions.isdisjoint(
            (to_image_id(each.id), to_image_id(each.file_name))
        ):
            excluded += 1
            continue
        if each.has_captions:
            captioned.append(each.id)
        if each.has_captions or each.has_boxes:
            boxed.append(each.id)
    return _Servable({"captions": captioned, "captions+boxes": boxed}, excluded)


class RequestMaker:
    """Turns an item into its request and prompt; every random choice is the item's own."""

    def __init__(self, job: Job) -> None:
        """Prepare what all items of a response type share."""
        settings = job.settings
        self._job = job
        self._policy = ContextPolicy(settings.crowds, settings.min_area, settings.max_boxes)
        sampling: dict[str, object] = {
            "model": settings.model or "offline",
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "reply_format": settings.reply_format,
        }
        if settings.with_image:
            sampling["image_side"] = settings.image_side
        self._digests = {
            name: sha256(
                json.dumps(
                    [sampling, [[message.role, message.content] for message in type_.messages]]
                ).encode()
            )
            for name, type_ in job.types.items()
        }

    def make(self, item: Item) -> tuple[Request, Prompt]:
        """The request as it is kept, and the prompt as it is sent."""
        settings, type_ = self._job.settings, self._job.types[item.response_type]
        image = self._job.source.images.find(item.image_id)
        if image is None:
            raise KeyError(item.image_id)
        prompt = type_.fill(render_context(image, type_.context, self._policy))
        if settings.with_image and settings.images is not None:
            name = image.file_name.removeprefix(f"{settings.image_prefix}/")
            prompt = replace(prompt, image=settings.images / name, image_at=len(type_.messages))
        query = prompt.messages[-1].content
        digest = self._digests[item.response_type].copy()
        digest.update(json.dumps([item.image_id, query, item.index]).encode())
        question = type_.draw_question(seeded(settings.seed, item, "question"))
        return Request(digest.digest(), item, image, type_.messages, query, question), prompt
