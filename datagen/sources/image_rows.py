"""Read stage: whole images, one after the other -> an index of them."""

from array import array
from collections.abc import Iterable, Sequence
from hashlib import blake2b
from itertools import chain

import msgspec

from datagen.records import AnnotatedImage, Source, Trouble
from datagen.sources.index import IndexWriter, open_index
from datagen.sources.spool import Spool, refuse_temporary

_BLOCK = 1 << 20


class ImageRows:
    """Takes images in the order that they shall have; the first of an id stays.

    Memory holds ids and some numbers of each, some 300 bytes; the rest lies in spools.
    """

    def __init__(self) -> None:
        """Begin with none."""
        self._known: dict[str, bytes] = {}
        self._kinds: dict[str, int] = {}
        self._sides = array("Q")
        self._ends = {name: array("Q", [0]) for name in ("id", "name", "caption", "box")}
        self._spools = {
            name: Spool()
            for name in ("ids", "names", "captions", "categories", "corners", "areas", "crowds")
        }

    def add(self, image: AnnotatedImage) -> bool | None:
        """Add an image; where its id is known, say whether the image is the same again."""
        digest = blake2b(msgspec.msgpack.encode(image), digest_size=16).digest()
        first = self._known.setdefault(image.id, digest)
        if first is not digest:
            return first == digest
        texts = {
            "id": image.id,
            "name": image.file_name,
            "caption": "".join(f"{caption}\n" for caption in image.captions),
        }
        for name, text in texts.items():
            data = text.encode()
            self._spools[f"{name}s"].write(data)
            self._ends[name].append(self._ends[name][-1] + len(data))
        self._ends["box"].append(self._ends["box"][-1] + len(image.boxes))
        self._sides.extend((image.width, image.height))
        self._add_boxes(image)
        return None

    def _add_boxes(self, image: AnnotatedImage) -> None:
        boxes, kinds = image.boxes, self._kinds
        places = [kinds.setdefault(box.category, len(kinds)) for box in boxes]
        self._spools["categories"].write(array("I", places))
        corners = chain.from_iterable(box.corners for box in boxes)
        self._spools["corners"].write(array("d", corners))
        self._spools["areas"].write(array("d", [box.area for box in boxes]))
        self._spools["crowds"].write(bytes(box.crowd for box in boxes))

    def show(self, troubles: Sequence[Trouble]) -> Source:
        """The images that were added, with the troubles met on the way."""
        spool = Spool()
        try:
            writer = IndexWriter(spool.file)
            self._write(writer)
            writer.finish(list(self._kinds), troubles)
            return Source(*open_index(spool.file, verify=False))
        except OSError as exc:
            raise refuse_temporary(exc) from exc

    def _write(self, writer: IndexWriter) -> None:
        ids = list(self._known)
        writer.write("order", array("Q", sorted(range(len(ids)), key=ids.__getitem__)))
        writer.write("sides", self._sides)
        for name, ends in self._ends.items():
            writer.write(f"{name}_ends", ends)
        for name, spool in self._spools.items():
            content = spool.show()
            writer.write(name, b"")
            for start in range(0, len(content), _BLOCK):
                writer.write(name, content[start : start + _BLOCK])


def hold_images(images: Iterable[AnnotatedImage]) -> Source:
    """Images that are at hand already, as if they were read."""
    rows = ImageRows()
    for image in images:
        rows.add(image)
    return rows.show(())
