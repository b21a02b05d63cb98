"""Draw the sample pictures and write COCO's two files about them.

    python samples/draw_scenes.py [--out DIR]

Everything comes from the code in `samples/drawing/`; the same code gives the same files again,
byte for byte with Pillow 11.2.1 or later (11.0 and 11.1 fill some polygons differently).
"""

import argparse
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from drawing.annotations import annotate, build_captions, build_instances, to_json
from drawing.scene import Scene
from drawing.scenes import SCENES
from PIL import Image

QUALITY = 82  # of the JPEG files: no artefacts to be seen, less than 60 KB a picture


def encode_picture(picture: Image.Image) -> bytes:
    """The picture as a JPEG file."""
    memory = BytesIO()
    picture.save(memory, "JPEG", quality=QUALITY, optimize=True, progressive=True)
    return memory.getvalue()


def write_samples(folder: Path, scenes: Sequence[Scene] = SCENES) -> int:
    """Write `images/`, `captions.json` and `instances.json`; gives the number of annotations."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    annotations = []
    for scene in scenes:
        canvas = scene.paint()
        annotations += annotate(scene, canvas)
        path = folder / "images" / scene.file_name
        path.write_bytes(encode_picture(canvas.finish()))
    for name, content in (
        ("captions.json", build_captions(scenes)),
        ("instances.json", build_instances(scenes, annotations)),
    ):
        (folder / name).write_text(to_json(content), encoding="utf-8")
    return len(annotations)


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and write the samples."""
    parser = argparse.ArgumentParser(description="Draw the sample pictures and their COCO files.")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent, metavar="DIR")
    folder = parser.parse_args(arguments).out
    count = write_samples(folder)
    print(f"{len(SCENES)} pictures with {count} annotations in {folder}")


if __name__ == "__main__":
    main()
