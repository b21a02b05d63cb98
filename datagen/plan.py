"""Plan stage: which image gets which response type.

Every choice comes from the seed and the image's own id, never from the order of the input, so the
same images give the same plan. A larger `records` plans the same items and more, so that a run can
be extended without asking anything twice.
"""

import heapq
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from datagen.errors import SettingsError
from datagen.records import Item


def apportion(records: int, shares: Mapping[str, float]) -> dict[str, int]:
    """Divide a number of records by shares, to whole numbers.

    Sainte-Laguë's divisor method: as close to the shares as whole numbers allow, and
    house-monotone: one record more never takes one away from any type.

    >>> apportion(8, {"conversation": 58, "detail_description": 23, "complex_reasoning": 77})
    {'conversation': 3, 'detail_description': 1, 'complex_reasoning': 4}
    """
    counts = dict.fromkeys(shares, 0)
    heap = [(-share, name) for name, share in shares.items() if share > 0]
    heapq.heapify(heap)
    for _ in range(records if heap else 0):
        _, name = heap[0]
        counts[name] += 1
        heapq.heapreplace(heap, (-shares[name] / (2 * counts[name] + 1), name))
    return counts


@dataclass(frozen=True, slots=True)
class TypePlan:
    """What is planned for one response type.

    Each image gets `rounds` items, and one more where its digest is below `limit`.

    Attributes:
        image_ids: sorted.
        salt: of the digests: seed and response type.
        limit: a SHA-256 digest; empty where no image gets one more.
    """

    name: str
    image_ids: Sequence[str]
    count: int
    salt: str
    rounds: int
    limit: bytes = b""

    def iterate(self) -> Iterator[Item]:
        """The items by image id and index."""
        for image_id in self.image_ids:
            more = bool(self.limit) and _digest(self.salt, image_id) < self.limit
            for index in range(self.rounds + more):
                yield Item(image_id, self.name, index)


@dataclass(frozen=True, slots=True)
class Plan:
    """The planned items, in the order of the output: by image id, response type and index.

    Items are made as they are asked for, so a plan takes no more memory than its image ids.
    """

    types: tuple[TypePlan, ...]

    def __len__(self) -> int:
        """Planned items."""
        return sum(type_.count for type_ in self.types)

    def __iter__(self) -> Iterator[Item]:
        """The items in order; may be begun anew at any time."""
        return heapq.merge(*(type_.iterate() for type_ in self.types), key=order_item)

    def count_types(self) -> dict[str, int]:
        """Planned items of each response type that has any."""
        return {type_.name: type_.count for type_ in self.types if type_.count}


def plan_items(
    image_ids: Mapping[str, Collection[str]],
    shares: Mapping[str, float],
    *,
    records: int | None = None,
    per_image: bool = False,
    seed: int = 0,
) -> Plan:
    """Plan the records.

    Args:
        image_ids: for each response type the ids of the images that can serve it.
        shares: weight of each response type in the mix; a type with share 0 gets nothing.
        records: how many in all; None plans one record an image.
        per_image: one record of each type for each image instead.
        seed: decides which image gets which type.

    Raises:
        SettingsError: there is nothing to plan, and why.
    """
    types = sorted(name for name, share in shares.items() if share > 0)
    if not types:
        raise SettingsError("the mix gives no response type a share above 0")
    empty = [name for name in types if not image_ids[name]]
    if empty:
        raise SettingsError(f"no image can serve the response type {', '.join(empty)}")
    if per_image:
        counts = {name: len(image_ids[name]) for name in types}
    else:
        if records is None:
            records = len({image_id for name in types for image_id in image_ids[name]})
        counts = apportion(records, {name: shares[name] for name in types})
    return Plan(
        tuple(_plan_type(name, image_ids[name], counts[name], f"{seed}:{name}") for name in types)
    )


def _plan_type(name: str, image_ids: Collection[str], count: int, salt: str) -> TypePlan:
    """The first `count` of an endless seeded round through the images."""
    rounds, rest = divmod(count, len(image_ids))
    limit = b""
    if rest:
        limit = sorted(_digest(salt, image_id) for image_id in image_ids)[rest]
    return TypePlan(name, sorted(image_ids), count, salt, rounds, limit)


def _digest(salt: str, image_id: str) -> bytes:
    return sha256(f"{salt}:{image_id}".encode()).digest()


def order_item(item: Item) -> tuple[str, str, int]:
    """The key by which items are sorted everywhere."""
    return item.image_id, item.response_type, item.index
