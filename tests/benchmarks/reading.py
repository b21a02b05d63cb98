"""Two ways from a pair of COCO files to contexts, each to be measured in a process of its own.

    python -m tests.benchmarks.reading pycocotools CAPTIONS INSTANCES
    python -m tests.benchmarks.reading datagen CAPTIONS INSTANCES
    python -m tests.benchmarks.reading again CAPTIONS INSTANCES

The first two print a checksum of all contexts, which must be the same; `again` prints the seconds
after which an index in the cache gives the first context.
"""

import sys
import time
import zlib
from collections.abc import Iterator
from pathlib import Path


def list_contexts(captions: Path, instances: Path) -> Iterator[str]:
    """Datagen's contexts."""
    from datagen.context import render_contexts
    from datagen.sources import read_coco

    return render_contexts(read_coco(captions, instances).images, "captions+boxes")


def list_contexts_plainly(captions: Path, instances: Path) -> Iterator[str]:
    """The same with pycocotools and a loop over its index."""
    from pycocotools.coco import COCO

    said, drawn = COCO(str(captions)), COCO(str(instances))
    for image_id in sorted(said.imgs):
        image = said.imgs[image_id]
        width, height = image["width"], image["height"]
        texts = [entry["caption"].strip() for entry in said.imgToAnns[image_id]]
        lines = []
        for entry in drawn.imgToAnns[image_id]:
            left, top, across, down = entry["bbox"]
            right, bottom = min((left + across) / width, 1.0), min((top + down) / height, 1.0)
            corners = (left / width, top / height, right, bottom)
            name = drawn.cats[entry["category_id"]]["name"]
            lines.append(f"{name}: {[round(corner, 3) for corner in corners]}")
        yield "\n\n".join("\n".join(part) for part in (texts, lines) if part)


def _sum_up(contexts: Iterator[str]) -> str:
    checksum = count = 0
    for context in contexts:
        checksum = zlib.crc32(context.encode(), checksum)
        count += 1
    return f"{count} {checksum}"


def _measure_second_start(captions: Path, instances: Path) -> str:
    from datagen.context import render_context
    from datagen.sources import read_coco

    start = time.perf_counter()
    images = read_coco(captions, instances, keep=True).images
    render_context(images[0], "captions+boxes")
    return f"{time.perf_counter() - start:.3f}"


def main(way: str, captions: Path, instances: Path) -> None:
    """Take one of the ways and print what comes of it as the last line."""
    if way == "again":
        said = _measure_second_start(captions, instances)
    else:
        contexts = list_contexts if way == "datagen" else list_contexts_plainly
        said = _sum_up(contexts(captions, instances))
    sys.stdout.write(f"{said}\n")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
