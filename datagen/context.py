"""Context stage: AnnotatedImage -> the symbolic context, text that stands for the picture.

The default bytes are LLaVA's: captions one a line, a blank line, then `category: [x1, y1, x2, y2]`
one a line, corners in 0-1 of the original picture, each `round(v, 3)`, printed as a Python list.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from typing import Any, Literal

from datagen.records import AnnotatedImage, Box, ContextParts, ImageSet

Crowds = Literal["keep", "mark", "drop"]


@dataclass(frozen=True, slots=True)
class ContextPolicy:
    """Which boxes stand in the context.

    Attributes:
        crowds: `keep` writes a crowd region as one box like any other (LLaVA's way), `mark` writes
            `person (crowd): [...]`, `drop` leaves it out.
        min_area: smallest share of the picture that an instance must cover, 0-1.
        max_boxes: keep at most that many, the largest ones, in annotation order.
    """

    crowds: Crowds = "keep"
    min_area: float = 0.0
    max_boxes: int | None = None


LLAVA_POLICY = ContextPolicy()

_BINS = 50_000


def render_context(
    image: AnnotatedImage, parts: ContextParts, policy: ContextPolicy = LLAVA_POLICY
) -> str:
    r"""Write the symbolic context of an image, without a trailing newline.

    >>> box = Box("cell phone", (0.0, 0.25, 0.5, 1.0))
    >>> render_context(AnnotatedImage("1", "1.jpg", ("A phone.",), (box,)), "captions+boxes")
    'A phone.\n\ncell phone: [0.0, 0.25, 0.5, 1.0]'
    """
    captions = "\n".join(image.captions)
    if parts == "captions" or not image.boxes:
        return captions
    lines = "\n".join(_write_boxes(select_boxes(image, policy), policy))
    return f"{captions}\n\n{lines}" if captions and lines else captions or lines


def render_contexts(
    images: ImageSet, parts: ContextParts, policy: ContextPolicy = LLAVA_POLICY
) -> Iterator[str]:
    """`render_context` of every image, several times as fast where the policy keeps all boxes."""
    if parts == "captions" or policy != LLAVA_POLICY:
        yield from (render_context(image, parts, policy) for image in images)
        return
    shown = [str(thousandths / 1000) for thousandths in range(1001)]
    for image in images.iterate_rounded():
        numbers = iter(image.thousandths)
        lines = [
            f"{category}: [{shown[x1]}, {shown[y1]}, {shown[x2]}, {shown[y2]}]"
            for category, x1, y1, x2, y2 in zip(
                image.categories, numbers, numbers, numbers, numbers, strict=True
            )
        ]
        between = "\n\n" if image.captions and lines else ""
        yield image.captions + between + "\n".join(lines)


def _write_boxes(boxes: Sequence[Box], policy: ContextPolicy) -> list[str]:
    """A line for each box, `category: [x1, y1, x2, y2]`."""
    shown = _show_rounded()
    corners = [
        shown[int(corner * _BINS)] or str(round(corner, 3))
        for corner in chain.from_iterable([box.corners for box in boxes])
    ]
    numbers = iter(corners)
    fours = zip(numbers, numbers, numbers, numbers, strict=True)
    marks = policy.crowds == "mark"
    return [
        f"{_label(box, policy) if marks else box.category}: [{x1}, {y1}, {x2}, {y2}]"
        for box, (x1, y1, x2, y2) in zip(boxes, fours, strict=True)
    ]


@cache
def _show_rounded() -> Sequence[str]:
    """`str(round(corner, 3))` by the fifty-thousandths of a corner in 0-1, rounded down.

    Empty beside the middle between two of three decimals, where so few places do not tell.
    """
    texts = [str(near / 1000) for near in range(1001)]
    each = _BINS // 1000
    middle = each // 2
    return [
        "" if place % each in {middle - 1, middle} else texts[(place + middle) // each]
        for place in range(_BINS + 1)
    ]


def select_boxes(image: AnnotatedImage, policy: ContextPolicy) -> tuple[Box, ...]:
    """The boxes that the policy keeps, in annotation order."""
    if policy.crowds != "drop" and not policy.min_area and policy.max_boxes is None:
        return image.boxes
    kept = [
        box
        for box in image.boxes
        if box.area >= policy.min_area and not (box.crowd and policy.crowds == "drop")
    ]
    if policy.max_boxes is not None and len(kept) > policy.max_boxes:
        by_area = sorted(range(len(kept)), key=lambda i: (-kept[i].area, i))
        kept = [kept[i] for i in sorted(by_area[: policy.max_boxes])]
    return tuple(kept)


def round_corners(box: Box) -> tuple[float, ...]:
    """`(x1, y1, x2, y2)` of a box as they are printed: three decimals, 0-1."""
    return tuple(round(corner, 3) for corner in box.corners)


def to_context_record(
    image: AnnotatedImage, policy: ContextPolicy = LLAVA_POLICY
) -> dict[str, Any]:
    """One line of LLaVA's context JSONL: id, image, captions, instances with rounded corners."""
    return {
        "id": image.id,
        "image": image.file_name,
        "captions": list(image.captions),
        "instances": [
            {"category": _label(box, policy), "bbox": list(round_corners(box))}
            for box in select_boxes(image, policy)
        ],
    }


def to_context_records(
    images: ImageSet, policy: ContextPolicy = LLAVA_POLICY
) -> Iterator[dict[str, Any]]:
    """`to_context_record` of every image, faster where the policy keeps all boxes as they are."""
    if policy != LLAVA_POLICY:
        yield from (to_context_record(image, policy) for image in images)
        return
    shares = [thousandths / 1000 for thousandths in range(1001)]
    pairs = zip(images.iterate_outlines(), images.iterate_rounded(), strict=True)
    for outline, image in pairs:
        numbers = iter([shares[each] for each in image.thousandths])
        yield {
            "id": outline.id,
            "image": outline.file_name,
            "captions": image.captions.split("\n") if image.captions else [],
            "instances": [
                {"category": category, "bbox": corners}
                for category, *corners in zip(
                    image.categories, numbers, numbers, numbers, numbers, strict=True
                )
            ],
        }


def _label(box: Box, policy: ContextPolicy) -> str:
    return f"{box.category} (crowd)" if box.crowd and policy.crowds == "mark" else box.category
