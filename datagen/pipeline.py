"""The order of the stages: what is read, planned and asked, and how the data set is built.

Two halves. `ask_all` is the paid one: it asks what the store does not hold yet and keeps every
answer. `build_dataset` is the free one: a pure function of the store and the settings.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from datagen.config import RunSettings
from datagen.context import ContextPolicy, render_context
from datagen.errors import AskError, EndpointError, SettingsError
from datagen.llm.client import Client
from datagen.plan import plan_items
from datagen.prompts import ResponseType, load_prompts
from datagen.records import AnnotatedImage, Item, Prompt, Reply, Source
from datagen.sources.coco import read_coco
from datagen.sources.contexts import read_contexts
from datagen.sources.exclusions import read_exclusions, to_image_id
from datagen.store import Answer, Request, RunStore, StoreWriter

ASK_AGAIN = frozenset({"gave-up"})
"""Failures that cost nothing and say nothing about the request: a resume asks again."""


@dataclass(frozen=True, slots=True)
class Job:
    """All that a run is about to do: the images by id, the response types, the planned items."""

    settings: RunSettings
    types: Mapping[str, ResponseType]
    source: Source
    images: Mapping[str, AnnotatedImage]
    items: list[Item]
    excluded: int

    def count_types(self) -> dict[str, int]:
        """Planned items of each response type."""
        return dict(sorted(Counter(item.response_type for item in self.items).items()))


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
    )


def prepare_job(settings: RunSettings) -> Job:
    """Read prompts and source, and plan; nothing is asked.

    Raises:
        DatagenError: the first thing that is wrong, before anything is paid for.
    """
    types = load_prompts(
        settings.prompt_folder(), language=settings.language, reply_format=settings.reply_format
    )
    shares = settings.mix or {name: type_.share for name, type_ in types.items()}
    unknown = sorted(shares.keys() - types.keys())
    if unknown:
        raise SettingsError(
            f"--mix: no response type {unknown[0]!r} in {settings.prompt_folder()}; "
            f"it has {', '.join(types)}"
        )
    source = read_source(settings)
    excluded = read_exclusions(settings.exclude) if settings.exclude else frozenset()
    images = {
        image.id: image
        for image in source.images
        if not {to_image_id(image.id), to_image_id(image.file_name)} & excluded
    }
    items = plan_items(
        {name: _list_servable(images, types[name]) for name in shares},
        shares,
        records=settings.records,
        per_image=settings.per_image,
        seed=settings.seed,
    )
    return Job(settings, types, source, images, items, len(source.images) - len(images))


def _list_servable(images: Mapping[str, AnnotatedImage], type_: ResponseType) -> list[str]:
    """Ids of the images that give the response type a context that is not empty."""
    if type_.context == "captions":
        return [image.id for image in images.values() if image.captions]
    return [image.id for image in images.values() if image.captions or image.boxes]


class RequestMaker:
    """Turns an item into its request and prompt; every random choice is the item's own."""

    def __init__(self, job: Job) -> None:
        """Prepare what all items of a response type share."""
        settings = job.settings
        self._job = job
        self._policy = ContextPolicy(settings.crowds, settings.min_area, settings.max_boxes)
        sampling = {
            "model": settings.model or "offline",
            "temperature": settings.temperature,
            "top_p": settings.top_p,
            "max_tokens": settings.max_tokens,
            "reply_format": settings.reply_format,
        }
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
        type_ = self._job.types[item.response_type]
        image = self._job.images[item.image_id]
        prompt = type_.fill(render_context(image, type_.context, self._policy))
        prompt = replace(prompt, seed=item.index)
        query = prompt.messages[-1].content
        digest = self._digests[item.response_type].copy()
        digest.update(json.dumps([item.image_id, query, item.index]).encode())
        question = type_.draw_question(seeded(self._job.settings.seed, item, "question"))
        prefix = prompt.messages[:-1]
        return Request(digest.digest(), item, image, prefix, query, question), prompt


def seeded(seed: int, item: Item, purpose: str) -> random.Random:
    """A random source of an item's own for one purpose."""
    return random.Random(f"{seed}:{item.id}:{purpose}")


@dataclass(slots=True)
class Progress:
    """How far the asking is; `done` includes what earlier starts of the run had finished."""

    planned: int
    done: int = 0
    failed: int = 0
    resumed: int = 0
    in_flight: int = 0
    tokens: Counter[str] = field(default_factory=Counter)


@dataclass(slots=True)
class Asking:
    """One start of the paid half: the shared state of its workers."""

    job: Job
    client: Client
    folder: Path
    progress: Progress
    on_progress: Callable[[Progress], None]
    stopped: bool = False
    error: EndpointError | None = None

    def stop(self) -> None:
        """Start nothing new; what is in flight is finished and kept."""
        self.stopped = True

    async def run(self) -> None:
        """Ask all that the store does not hold; return when done or stopped.

        Raises:
            EndpointError: the endpoint refuses everything; what was answered is kept.
            RunError: the store cannot be written.
        """
        loop = asyncio.get_running_loop()
        writer = StoreWriter(self.folder, on_error=lambda: loop.call_soon_threadsafe(self.stop))
        try:
            with RunStore(self.folder) as store:
                todo = self._list_todo(store)
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(self.job.settings.concurrency, len(self.job.items))):
                        group.create_task(self._work(todo, writer))
        finally:
            await asyncio.to_thread(writer.close)
        if self.error is not None:
            raise self.error

    def _list_todo(self, store: RunStore) -> Iterator[tuple[Request, Prompt, int]]:
        """What has no answer yet, with the number of the round; shared by all workers."""
        maker = RequestMaker(self.job)
        for item in self.job.items:
            request, prompt = maker.make(item)
            answer = store.find_answer(request.key)
            if answer is None:
                yield request, prompt, 0
            elif answer.failure in ASK_AGAIN:
                yield request, prompt, answer.round + 1
            else:
                self.progress.resumed += 1
                self.progress.done += 1

    async def _work(self, todo: Iterator[tuple[Request, Prompt, int]], writer: StoreWriter) -> None:
        for request, prompt, round_ in todo:
            if self.stopped:
                return
            self.progress.in_flight += 1
            try:
                writer.put(request, await self._ask(prompt, round_))
            except EndpointError as exc:
                self.error = self.error or exc
                self.stop()
            finally:
                self.progress.in_flight -= 1
            self.on_progress(self.progress)

    async def _ask(self, prompt: Prompt, round_: int) -> Answer:
        try:
            reply = await self.client.ask(prompt)
        except AskError as exc:
            self.progress.failed += 1
            reply = Reply(str(exc), "", finish_reason="", attempts=exc.attempts)
            return Answer(reply, round=round_, failure=exc.code)
        self.progress.done += 1
        usage = reply.usage
        self.progress.tokens.update(prompt=usage.prompt_tokens, completion=usage.completion_tokens)
        return Answer(reply, round=round_)


@dataclass(frozen=True, slots=True)
class PromptSizes:
    """Sizes of one response type's prompts, in characters."""

    response_type: str
    records: int
    images: int
    prefix: int
    largest: int
    total: int


def measure_prompts(job: Job) -> list[PromptSizes]:
    """What the planned requests weigh, a row a response type."""
    maker = RequestMaker(job)
    queries: dict[str, list[int]] = {}
    images: dict[str, set[str]] = {}
    for item in job.items:
        _, prompt = maker.make(item)
        queries.setdefault(item.response_type, []).append(len(prompt.messages[-1].content))
        images.setdefault(item.response_type, set()).add(item.image_id)
    rows = []
    for name, sizes in sorted(queries.items()):
        prefix = sum(len(message.content) for message in job.types[name].messages)
        total = sum(sizes) + prefix * len(sizes)
        largest = prefix + max(sizes)
        rows.append(PromptSizes(name, len(sizes), len(images[name]), prefix, largest, total))
    return rows


@contextmanager
def open_run(folder: Path, job: Job) -> Iterator[None]:
    """Hold the run folder for this job: make it or go on in it, with its settings on file.

    Raises:
        RunError: another process works on it, it holds something else, or a setting that changes
            answers differs from the run's.
    """
    prints = _fingerprint(job)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise RunError(folder, f"cannot be made a run folder: {exc.strerror}") from exc
    with RunLock(folder):
        path = folder / RUN_FILE
        if path.is_file():
            _refuse_changes(path, job.settings, prints)
        with RunStore(folder, write=True) as store:
            store.set_meta("planned", json.dumps(job.count_types()))
            source = describe_source(
                images=len(job.images), excluded=job.excluded, troubles=job.source.troubles
            )
            store.set_meta("source", json.dumps(source))
        with open_atomic(path) as file:
            file.write(dump_settings(job.settings, prints))
        yield


def _refuse_changes(path: Path, settings: RunSettings, prints: Mapping[str, str]) -> None:
    values, old_prints = load_settings(path)
    old = make_settings(values, origin=str(path))
    changed = compare_settings(old, settings, old_prints, prints)
    if changed:
        raise RunError(
            path.parent,
            "this run was started with other settings, and going on would mix answers: "
            f"{'; '.join(changed)}. Take them back, or choose another --out",
        )


def _fingerprint(job: Job) -> dict[str, str]:
    """Digests of what the settings point at, by the name of the setting."""
    settings = job.settings
    named = ("captions", "instances", "contexts", "exclude")
    paths = {name: getattr(settings, name) for name in named}
    prints = {name: fingerprint_files([path]) for name, path in paths.items() if path is not None}
    used = "".join(job.types[name].fingerprint for name in job.count_types())
    return prints | {"prompts": sha256(used.encode()).hexdigest()}


def build_dataset(folder: Path, settings: RunSettings, *, seconds: float = 0.0) -> dict[str, Any]:
    """Derive the data set from the stored answers; returns the content of `report.json`.

    Writes `dataset.jsonl`, `dataset.json`, `rejected.jsonl` and `report.json`, each whole or not at
    all. `seconds` is added to the run's time.

    Raises:
        DatagenError: the store or the prompt folder cannot be read, a file cannot be written.
    """
    types = load_prompts(
        settings.prompt_folder(), language=settings.language, reply_format=settings.reply_format
    )
    tally = Tally()
    with (
        RunStore(folder) as store,
        write_jsonl(folder / DATASET_FILE) as dataset,
        write_json_array(folder / ARRAY_FILE) as array,
        write_jsonl(folder / REJECTED_FILE) as rejected,
    ):
        tally.planned.update(json.loads(store.get_meta("planned") or "{}"))
        source = json.loads(store.get_meta("source") or "{}")
        for request, answer in store.iterate():
            tally.add_reply(answer.reply)
            outcome, findings = judge(request, answer, types[request.item.response_type], settings)
            if isinstance(outcome, Rejection):
                tally.add_rejection(outcome)
                rejected(describe_rejection(outcome, findings))
            else:
                tally.add_sample(outcome, findings)
                record = to_llava(outcome, record_id=_record_id(outcome.item, settings))
                dataset(record)
                array(record)
    content = tally.to_json(source, seconds)
    with open_atomic(folder / REPORT_FILE) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return content
