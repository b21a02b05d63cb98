"""Fleet, shards: the tasks of a start -> pieces that a worker can do without anything else.

A shard holds all tasks of a range of images, with their annotations, so that workers read neither
the sources nor the plan. Where it begins and ends follows from the tasks alone, not from the number
of workers.
"""

import gzip
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import groupby

import msgspec

from datagen.fleet.storage import Storage
from datagen.pipeline.asking import Task
from datagen.pipeline.job import RequestMaker
from datagen.records import AnnotatedImage, Item, Message

SUFFIX = ".json.gz"


@dataclass(frozen=True, slots=True)
class Want:
    """A task as it travels: what cannot be made from the item anew.

    Attributes:
        added: messages behind the query, where a rejected reply is asked for again.
    """

    item: Item
    candidate: int = 0
    round: int = 0
    feedback: str = ""
    added: tuple[Message, ...] = ()


@dataclass(frozen=True, slots=True)
class Shard:
    """A piece of the work: its number from 1, the images of its items, and what is wanted."""

    number: int
    images: tuple[AnnotatedImage, ...]
    wants: tuple[Want, ...]


def cut_shards(tasks: Iterable[Task], size: int) -> Iterator[Shard]:
    """Cut tasks, which come by image, into shards of `size` of them or a little more.

    A shard ends with the image that fills it, so that no image is in two.
    """
    number, wants, images = 1, list[Want](), list[AnnotatedImage]()
    for _, group in groupby(tasks, key=lambda task: task.request.item.image_id):
        first, *others = group
        images.append(first.request.image)
        wants += map(pack_task, (first, *others))
        if len(wants) >= size:
            yield Shard(number, tuple(images), tuple(wants))
            number, wants, images = number + 1, [], []
    if wants:
        yield Shard(number, tuple(images), tuple(wants))


def pack_task(task: Task) -> Want:
    """A task without what follows from its item."""
    added = task.prompt.messages[len(task.request.prefix) + 1 :]
    return Want(task.request.item, task.candidate, task.round, task.feedback, added)


def unpack_task(want: Want, maker: RequestMaker) -> Task:
    """The task that was packed."""
    request, prompt = maker.make(want.item)
    prompt = replace(prompt, messages=prompt.messages + want.added)
    return Task(request, prompt, want.candidate, want.round, want.feedback)


def write_shard(storage: Storage, start: str, shard: Shard) -> None:
    """Put a shard where its worker will look for it.

    Raises:
        RunError: the storage cannot be written.
    """
    data = gzip.compress(msgspec.json.encode(shard), compresslevel=5, mtime=0)
    storage.put(_name_shard(start, shard.number), data)


def read_shard(storage: Storage, start: str, number: int) -> Shard:
    """Read a shard that was written.

    Raises:
        RunError: it is not there, or cannot be read.
    """
    data = storage.get(_name_shard(start, number))
    return msgspec.json.decode(gzip.decompress(data), type=Shard)


def _name_shard(start: str, number: int) -> str:
    return f"{start}/shards/{number:06d}{SUFFIX}"
