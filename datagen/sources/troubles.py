"""Read stage: what can be wrong with one entry of a source file, and the list of what was met.

Every reason code of the stage stands in `TROUBLES`, with the rule by which such an entry is
treated. Nothing is left out, clipped or repaired without one of these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from datagen.records import Trouble

Action = Literal["left out", "clipped", "repaired"]

TROUBLES: Mapping[str, str] = {
    # any entry
    "entry-malformed": "A needed field is missing or has a wrong type; the entry is left out.",
    "text-not-unicode": "A text holds broken UTF-8 or half a character; the entry is left out.",
    "id-of-other-kind": "A text id in a file whose image ids are numbers, or the reverse; left out.",
    "unknown-image": "The entry names an image that is not there or was left out; left out.",
    "annotation-repeated": "An earlier annotation has the same id; the later one is left out.",
    # images
    "image-repeated": "An exact copy of an earlier image entry; the copy is left out.",
    "image-conflict": "Two entries of one image id differ; in one file the first stays, of two files "
    "the captions file gives the file name and the instances file the size.",
    "image-without-file-name": "Neither `file_name` nor `coco_url`; the image is left out.",
    "image-size-missing": "No width and height and no pictures to take them from; left out.",
    "image-size-unusable": "Width or height is not a positive whole number; taken from the other "
    "file or the picture, or left unknown where nothing needs it.",
    "image-unreadable": "Its size was wanted from the picture, which cannot be read; left out.",
    "image-without-captions": "No usable caption; left out when that is the policy.",
    "image-without-boxes": "No usable box; left out when that is the policy.",
    # captions
    "caption-empty": "The caption is empty or blanks only; it is left out.",
    "caption-not-text": "The caption is missing, null, a number or a list; it is left out.",
    # categories
    "unknown-category": "The annotation's category is not in `categories`; the box is left out.",
    "category-repeated": "An exact copy of an earlier category; the copy is left out.",
    "category-conflict": "Two categories have one id and different names; the first stays.",
    # boxes
    "box-missing": "No `bbox`, and no mask to take it from; the box is left out.",
    "box-not-four-numbers": "The box is not a list of four numbers; it is left out.",
    "box-not-finite": "The box holds NaN or Infinity; it is left out.",
    "box-size-not-positive": "Width or height of the box is zero or negative; it is left out.",
    "box-outside": "The box lies wholly outside the picture; it is left out.",
    "box-clipped": "The box sticks out of the picture by half a pixel or more; it is clipped.",
    "box-not-normalized": "A box that should be in 0-1 is far off, as if in pixels; left out.",
    "area-unusable": "The area is not above zero or exceeds the picture; taken from mask or box.",
    "mask-unusable": "The mask is damaged or of another picture size; the box stands in for it.",
    "crowd-flag-unusable": "`iscrowd` is a number other than 0 and 1; taken as a crowd.",
}
"""Reason code -> what it means and what is done about it."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How a source is read; see `read_coco`."""

    without_captions: Literal["skip", "keep"] = "skip"
    without_boxes: Literal["keep", "skip"] = "keep"
    image_prefix: str = ""


class Ledger:
    """The troubles met in one source file, in the order met.

    Attributes:
        file: name of the file, without its folders.
        troubles: what was met so far.
    """

    def __init__(self, path: Path) -> None:
        """Open an empty ledger for the file at `path`."""
        self.file = path.name
        self.troubles: list[Trouble] = []

    def note(self, code: str, entry: str, detail: str = "", action: Action = "left out") -> None:
        """Add one trouble; `code` is a key of `TROUBLES`, a long `detail` is cut short."""
        shown = detail if len(detail) <= 120 else f"{detail[:119]}…"
        self.troubles.append(Trouble(code, self.file, entry, action, shown))

    def list_troubles(self) -> list[Trouble]:
        """What was met, in the order of the file."""
        return self.troubles
