"""Read stage: COCO captions + instances -> the images that they annotate, joined on the image id.

What pycocotools gives for an image is what comes out for it: captions and boxes in file order.
"""

from pathlib import Path
from typing import Literal

from datagen.errors import SourceError
from datagen.records import Source
from datagen.sources.index import open_index
from datagen.sources.spool import Spool
from datagen.sources.stream import BLOCK


def read_coco(
    captions: Path,
    instances: Path | None = None,
    *,
    images: Path | None = None,
    without_captions: Literal["skip", "keep"] = "skip",
    without_boxes: Literal["keep", "skip"] = "keep",
    image_prefix: str = "",
    block: int = BLOCK,
) -> Source:
    """Read COCO annotation files, `.json` or `.json.gz`.

    Args:
        captions: the captions file.
        instances: the instances file (COCO, LVIS, person keypoints); without it no image has boxes.
        images: folder of the pictures, in which the file names (without `image_prefix`) are looked
            up; read only for images whose width or height is not stated.
        without_captions: what becomes of an image without a usable caption; of an image that stands
            in the instances file only, too.
        without_boxes: what becomes of an image without a usable box.
        image_prefix: folder put in front of every file name, such as `coco/train2017`.
        block: bytes that are read at a time.

    Returns:
        The images in id order (as numbers where the ids are numbers), and every entry that was left
        out, clipped or repaired: the captions file's, the instances file's, then skipped images.

    Raises:
        SourceError: a file that cannot be read or is no COCO file of its kind, two files whose ids
            are of different kinds, or `images` that is no folder.
    """
    if images is not None and not images.is_dir():
        raise SourceError(images, "is no folder; give the folder of the pictures")
    # Imported here because it brings numpy, which nothing needs once the images are in the cache.
    from datagen.sources.joining import Policy, join_files

    policy = Policy(without_captions, without_boxes, image_prefix)
    spool = Spool()
    join_files(spool.file, captions, instances, images, policy, block=block)
    return Source(*open_index(spool.file, verify=False))
