"""Read stage: COCO captions + instances -> the images that they annotate, joined on the image id.

What pycocotools gives for an image is what comes out for it: captions and boxes in file order.
"""

import gc
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from datagen.cache import forget, identify, open_kept, say_unkept, write_kept
from datagen.errors import SourceError
from datagen.records import Source
from datagen.sources.index import VERSION, DamagedIndexError, open_index
from datagen.sources.spool import Spool, refuse_temporary
from datagen.sources.stream import BLOCK
from datagen.sources.troubles import Policy


def read_coco(
    captions: Path,
    instances: Path | None = None,
    *,
    images: Path | None = None,
    without_captions: Literal["skip", "keep"] = "skip",
    without_boxes: Literal["keep", "skip"] = "keep",
    image_prefix: str = "",
    keep: bool = False,
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
        keep: keep what was read of large files in the cache, and take it from there.
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
    policy = Policy(without_captions, without_boxes, image_prefix)
    files = _Files(captions, instances, images, policy, block)
    name = files.name_index() if keep else None
    if name is None:
        return _read_anew(files)
    return _recall(name) or _read_and_keep(files, name)


@dataclass(frozen=True, slots=True)
class _Files:
    captions: Path
    instances: Path | None
    images: Path | None
    policy: Policy
    block: int

    def name_index(self) -> str | None:
        """The name of their index in the cache; None where they are too small for one."""
        paths = [path for path in (self.captions, self.instances) if path is not None]
        folder = None if self.images is None else str(self.images.resolve())
        key = identify(paths, VERSION, astuple(self.policy), folder)
        return None if key is None else f"{key}.images"

    def join(self, file: BinaryIO) -> bool:
        """Write their index; whether it depends on them alone, and not on picture files."""
        # Imported here because it brings numpy, which nothing needs once the index is in the cache.
        from datagen.sources.joining import join_files

        has_collected = gc.isenabled()
        gc.disable()  # millions of objects come and go, and none of them is garbage
        try:
            return not join_files(
                file, self.captions, self.instances, self.images, self.policy, block=self.block
            )
        finally:
            if has_collected:
                gc.enable()


def _read_anew(files: _Files) -> Source:
    spool = Spool()
    try:
        files.join(spool.file)
        return Source(*open_index(spool.file, verify=False))
    except OSError as exc:
        raise refuse_temporary(exc) from exc


def _recall(name: str) -> Source | None:
    """What is in the cache, if it is whole."""
    file = open_kept(name)
    if file is None:
        return None
    with file:
        try:
            return Source(*open_index(file))
        except DamagedIndexError:
            forget(name)
            return None


def _read_and_keep(files: _Files, name: str) -> Source:
    try:
        with write_kept() as keeper:
            is_lasting = files.join(keeper.file)
            source = Source(*open_index(keeper.file, verify=False))
            # A file that changed meanwhile has another name by now.
            if is_lasting and files.name_index() == name:
                keeper.keep(name)
            return source
    except OSError as exc:
        say_unkept(exc)
        return _read_anew(files)
