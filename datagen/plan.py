"""Plan stage: which image gets which response type.

Every choice comes from the seed and the image's own id, never from the order of the input, so the
same images give the same plan. A larger `records` plans the same items and more, so that a run can
be extended without asking anything twice.
"""

import heapq
from collections.abc import Mapping, Sequence
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


def plan_items(
    image_ids: Mapping[str, Sequence[str]],
    shares: Mapping[str, float],
    *,
    records: int | None = None,
    per_image: bool = False,
    seed: int = 0,
) -> list[Item]:
    """Plan the records, in the order of the output: by image id, response type and index.

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
        return sorted(
            (Item(image_id, name) for name in types for image_id in image_ids[name]), key=_order
        )
    if records is None:
        records = len({image_id for name in types for image_id in image_ids[name]})
    counts = apportion(records, {name: shares[name] for name in types})
    items = [
        Item(image_id, name, index)
        for name in types
        for image_id, index in _draw(image_ids[name], counts[name], f"{seed}:{name}")
    ]
    return sorted(items, key=_order)


def _draw(image_ids: Sequence[str], count: int, salt: str) -> list[tuple[str, int]]:
    """The first `count` of an endless seeded round through the images: (image id, round)."""
    order = sorted(image_ids, key=lambda image_id: sha256(f"{salt}:{image_id}".encode()).digest())
    return [(order[k % len(order)], k // len(order)) for k in range(count)]


def _order(item: Item) -> tuple[str, str, int]:
    return item.image_id, item.response_type, item.index
