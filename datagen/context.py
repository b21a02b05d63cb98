"""Context stage: AnnotatedImage -> the symbolic context, text that stands for the picture.

The default bytes are LLaVA's: captions one a line, a blank line, then `category: [x1, y1, x2, y2]`
one a line, corners in 0-1 of the original picture, each `round(v, 3)`, printed as a Python list.
"""

from dataclasses import dataclass
from typing import Any, Literal

from datagen.records import AnnotatedImage, Box, ContextParts

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


def render_context(
    image: AnnotatedImage, parts: ContextParts, policy: ContextPolicy = LLAVA_POLICY
) -> str:
    r"""Write the symbolic context of an image, without a trailing newline.

    >>> box = Box("cell phone", (0.0, 0.25, 0.5, 1.0))
    >>> render_context(AnnotatedImage("1", "1.jpg", ("A phone.",), (box,)), "captions+boxes")
    'A phone.\n\ncell phone: [0.0, 0.25, 0.5, 1.0]'
    """
    captions = "\n".join(image.captions)
    boxes = select_boxes(image, policy) if parts == "captions+boxes" else ()
    lines = "\n".join(f"{_label(box, policy)}: {list(round_corners(box))}" for box in boxes)
    return "\n\n".join(part for part in (captions, lines) if part)


def select_boxes(image: AnnotatedImage, policy: ContextPolicy) -> tuple[Box, ...]:
    """The boxes that the policy keeps, in annotation order."""
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


def _label(box: Box, policy: ContextPolicy) -> str:
    return f"{box.category} (crowd)" if box.crowd and policy.crowds == "mark" else box.category
