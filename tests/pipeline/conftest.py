"""A small invented COCO set, and settings for it."""

import json
from pathlib import Path
from typing import Any

import pytest

SCENES = {
    7: ["A man walks two dogs along a beach.", "A man with two dogs on the sand."],
    12: ["A red bus waits at a crossing.", "A bus stands in the street."],
    33: ["A kitchen with a white oven.", "An oven and a sink in a kitchen."],
}


@pytest.fixture
def coco(tmp_path: Path) -> dict[str, Any]:
    """Settings that name a captions and an instances file with three images."""
    images = [{"id": n, "file_name": f"{n:012d}.jpg", "width": 640, "height": 480} for n in SCENES]
    captions = [
        {"id": 10 * n + k, "image_id": n, "caption": caption}
        for n, texts in SCENES.items()
        for k, caption in enumerate(texts)
    ]
    boxes = [(7, 1, [10, 20, 100, 200]), (7, 18, [200, 300, 80, 60]), (7, 18, [300, 300, 80, 60])]
    boxes += [(12, 6, [50, 60, 400, 300]), (33, 79, [5, 5, 200, 300])]
    instances = [
        {"id": k, "image_id": n, "category_id": c, "bbox": box, "area": 9.0, "iscrowd": 0}
        for k, (n, c, box) in enumerate(boxes)
    ]
    names = {1: "person", 6: "bus", 18: "dog", 79: "oven"}
    categories = [{"id": n, "name": name} for n, name in names.items()]
    folder = tmp_path / "coco"
    folder.mkdir()
    files = {
        "captions": {"images": images, "annotations": captions},
        "instances": {"images": images, "annotations": instances, "categories": categories},
    }
    for name, content in files.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return {name: folder / f"{name}.json" for name in files}
