"""What comes out does not depend on how a file is cut, nor on the order of its lists."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from datagen.errors import SourceError
from datagen.records import Source
from datagen.sources import read_coco

IDS = st.integers(1, 5)
ODD_IDS = st.sampled_from([None, "7", 2**70, -1, 2.5])
BOXES = st.sampled_from(
    [
        [10, 10, 20, 20],
        [0, 0, 100, 50],
        [-0.4, 0, 5, 5],
        [90, 9, 10.5, 5],
        [-3, 1, 9, 9],
        [10, 10, 0, 5],
        [200, 1, 5, 5],
        [1, 2, 3],
        [float("nan"), 1, 2, 3],
        None,
    ]
)
MASK = [[10, 10, 30, 10, 30, 30, 10, 30]]


def draw_entries(fields: Mapping[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.fixed_dictionaries(dict(fields)), max_size=12)


IMAGES = draw_entries(
    {
        "id": IDS | IDS | ODD_IDS,
        "file_name": st.sampled_from(["a.jpg", "a.jpg", "b.jpg", None]),
        "width": st.sampled_from([100, 100, 100, 0, None]),
        "height": st.just(50),
    }
)
CAPTIONS = draw_entries(
    {
        "image_id": IDS | ODD_IDS,
        "id": st.integers(1, 9) | ODD_IDS,
        "caption": st.sampled_from(["A cat.", " A\ndog. ", "", "é猫", None, "\ud83d"]),
    }
)
INSTANCES = draw_entries(
    {
        "image_id": IDS | IDS | ODD_IDS,
        "id": st.integers(1, 30) | ODD_IDS,
        "category_id": st.sampled_from([5, 5, 6, 99, "5"]),
        "bbox": BOXES,
        "area": st.sampled_from([100, 4.5, 5001, -1, None]),
        "iscrowd": st.sampled_from([0, 0, 1, True, 7]),
        "segmentation": st.sampled_from([MASK, [], {"size": [50, 100], "counts": [0, 50, 4950]}]),
    }
)
CATEGORIES = [{"id": 5, "name": "cat"}, {"id": 6, "name": "dog"}, {"id": 6, "name": "fox"}]


def read(
    folder: Path, said: Mapping[str, Any], drawn: Mapping[str, Any], block: int = 1 << 20
) -> Source:
    captions, instances = folder / "captions.json", folder / "instances.json"
    captions.write_text(json.dumps(said), encoding="utf-8")
    instances.write_text(json.dumps(drawn), encoding="utf-8")
    return read_coco(captions, instances, without_captions="keep", block=block)


def read_or_refuse(
    folder: Path, said: Mapping[str, Any], drawn: Mapping[str, Any], block: int = 1 << 20
) -> Source | str:
    """What is read, or why the files cannot be used (ids of two kinds)."""
    try:
        return read(folder, said, drawn, block)
    except SourceError as exc:
        return str(exc)


@settings(max_examples=150)
@given(IMAGES, IMAGES, CAPTIONS, INSTANCES, st.integers(40, 700), st.permutations(range(3)))
def test_images_and_troubles_are_the_same_however_a_file_is_laid_out_and_cut(
    captioned: list[Any],
    boxed: list[Any],
    texts: list[Any],
    boxes: list[Any],
    block: int,
    order: Sequence[int],
) -> None:
    # The files name other errors where none of their annotations is of the right kind.
    texts = [*texts, {"image_id": 1, "id": 10, "caption": "A cat on a mat."}]
    said = {"images": captioned, "annotations": texts}
    drawn = {"images": boxed, "annotations": boxes, "categories": CATEGORIES}
    with tempfile.TemporaryDirectory() as folder:
        whole = read_or_refuse(Path(folder), said, drawn)
        pairs = list(drawn.items())
        shuffled = dict(pairs[place] for place in order)
        cut = read_or_refuse(Path(folder), dict(reversed(said.items())), shuffled, block)
        assert cut == whole


def test_one_odd_entry_does_not_change_what_becomes_of_its_neighbours(tmp_path: Path) -> None:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 100, "height": 50} for n in range(300)]
    texts = [{"id": n, "image_id": n, "caption": f"Cat {n}."} for n in range(300)]
    boxes: list[dict[str, Any]] = [
        {"id": n, "image_id": n % 300, "category_id": 5, "bbox": [1, 2, 3 + n % 40, 4], "area": 7}
        for n in range(3000)
    ]
    said = {"images": images, "annotations": texts}
    drawn = {"images": images, "annotations": boxes, "categories": CATEGORIES[:2]}
    plain = read(tmp_path, said, drawn)
    boxes[1501]["area"] = float("nan")
    odd = read(tmp_path, said, drawn)
    assert plain.troubles == ()
    assert [(each.code, each.entry) for each in odd.troubles] == [
        ("area-unusable", "annotation 1501")
    ]
    differing = [a.id for a, b in zip(plain.images, odd.images, strict=True) if a != b]
    assert differing == ["000000000001"]


def test_plain_boxes_without_any_usable_image_are_all_unknown(tmp_path: Path) -> None:
    box = {"id": 1, "image_id": 1, "category_id": 5, "bbox": [1, 2, 3, 4], "area": 7}
    image = {"id": "", "file_name": "1.jpg", "width": 100, "height": 50}
    said = {"images": [image], "annotations": [{"id": 1, "image_id": 1, "caption": "A cat."}]}
    drawn = {"images": [image], "annotations": [box] * 2, "categories": CATEGORIES[:1]}
    source = read(tmp_path, said, drawn)
    assert source.images == ()
    assert [trouble.code for trouble in source.troubles] == [
        *("entry-malformed", "unknown-image"),
        *("entry-malformed", "unknown-image", "unknown-image"),
    ]


def test_a_box_of_endless_width_is_no_box(tmp_path: Path) -> None:
    box = {"id": 1, "image_id": 1, "category_id": 5, "bbox": [1e308, 2, 1e308, 4], "area": 7}
    image = {"id": 1, "file_name": "1.jpg", "width": 100, "height": 50}
    said = {"images": [image], "annotations": [{"id": 1, "image_id": 1, "caption": "A cat."}]}
    drawn = {"images": [image], "annotations": [box], "categories": CATEGORIES[:1]}
    source = read(tmp_path, said, drawn)
    assert [trouble.code for trouble in source.troubles] == ["box-not-finite"]
