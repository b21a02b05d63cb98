"""What real COCO files hold is read, joined on the image id, and the policies are applied."""

import gzip
import json
import random
from pathlib import Path
from typing import Any

import pytest
from pycocotools import mask as coco_mask

from datagen.records import AnnotatedImage, Box, Source
from datagen.sources import read_coco
from tests.sources.making import make_image_set

CAT = {"id": 0, "name": "cat", "supercategory": "animal"}
PHONE = {"id": 77, "name": "cell phone", "supercategory": "electronic"}


def image(image_id: object, **fields: object) -> dict[str, object]:
    return {"id": image_id, "file_name": f"{image_id}.jpg", "width": 100, "height": 50} | fields


def caption(annotation_id: object, image_id: object, text: object) -> dict[str, object]:
    return {"id": annotation_id, "image_id": image_id, "caption": text}


def instance(annotation_id: object, image_id: object, **fields: object) -> dict[str, object]:
    default = {"category_id": 0, "bbox": [10, 10, 20, 20], "area": 100, "iscrowd": 0}
    return {"id": annotation_id, "image_id": image_id} | default | fields


def write(path: Path, **content: object) -> Path:
    path.write_text(json.dumps(content), encoding="utf-8")
    return path


def write_captions(folder: Path, images: list[Any], annotations: list[Any]) -> Path:
    return write(folder / "captions.json", images=images, annotations=annotations)


def write_instances(
    folder: Path, images: list[Any], annotations: list[Any], categories: list[Any] | None = None
) -> Path:
    return write(
        folder / "instances.json",
        images=images,
        annotations=annotations,
        categories=[CAT, PHONE] if categories is None else categories,
    )


def read_captions(folder: Path, images: list[Any], annotations: list[Any]) -> Source:
    return read_coco(write_captions(folder, images, annotations))


def read_boxes(folder: Path, *annotations: dict[str, object], **fields: object) -> Source:
    return read_coco(
        write_captions(folder, [image(1, **fields)], [caption(1, 1, "A cat.")]),
        write_instances(folder, [image(1, **fields)], list(annotations)),
    )


def test_captions_and_boxes_are_joined_on_the_image_id(tmp_path: Path) -> None:
    captions = write_captions(tmp_path, [image(7)], [caption(1, 7, "A cat.")])
    instances = write_instances(tmp_path, [image(7)], [instance(1, 7)])
    box = Box("cat", (0.1, 0.2, 0.3, 0.6), 0.02)
    joined = AnnotatedImage("000000000007", "7.jpg", ("A cat.",), (box,), 100, 50)
    assert read_coco(captions, instances) == Source(make_image_set([joined]))


def test_captions_need_not_be_grouped_by_image_and_may_be_seven(tmp_path: Path) -> None:
    texts = [caption(n, n % 2, f"caption {n}") for n in range(14)]
    zero, one = read_captions(tmp_path, [image(0), image(1)], texts).images
    assert zero.captions == tuple(f"caption {n}" for n in range(0, 14, 2))
    assert one.captions == tuple(f"caption {n}" for n in range(1, 14, 2))


def test_captions_are_stripped_and_line_breaks_become_spaces(tmp_path: Path) -> None:
    texts = [
        caption(1, 1, "  A cat\non a mat. \n"),
        caption(2, 1, "A\r\ncat."),
        caption(3, 1, "A  cat"),
    ]
    source = read_captions(tmp_path, [image(1)], texts)
    assert source.images[0].captions == ("A cat on a mat.", "A cat.", "A  cat")
    assert source.troubles == ()


def test_quotes_and_letters_of_any_script_stay(tmp_path: Path) -> None:
    texts = ['A "STOP" sign \\ it\'s', "Ein Kätzchen 猫 🐈"]
    content = {"images": [image(1)], "annotations": [caption(n, 1, t) for n, t in enumerate(texts)]}
    path = tmp_path / "captions.json"
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    assert read_coco(path).images[0].captions == tuple(texts)


def test_images_come_in_number_order_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    ids = [30, 4, 0, 1_000_000_000_000]
    source = read_captions(
        tmp_path, [image(n) for n in ids], [caption(n, n, f"{n}") for n in reversed(ids)]
    )
    assert [found.id for found in source.images] == [
        "000000000000",
        "000000000004",
        "000000000030",
        "1000000000000",
    ]


def test_boxes_keep_the_order_of_the_file(tmp_path: Path) -> None:
    boxes = [instance(n, 1, category_id=77 if n % 2 else 0) for n in (5, 2, 9)]
    found = read_boxes(tmp_path, *boxes).images[0].boxes
    assert [box.category for box in found] == ["cell phone", "cat", "cell phone"]


def test_image_ids_that_are_all_text_stay_as_they_are(tmp_path: Path) -> None:
    ids = ["kitchen_2", "10", "9"]
    captions = write_captions(
        tmp_path, [image(n) for n in ids], [caption(n, n, f"{n}.") for n in ids]
    )
    instances = write_instances(tmp_path, [image(n) for n in ids], [instance(1, "kitchen_2")])
    source = read_coco(captions, instances)
    assert [(found.id, len(found.boxes)) for found in source.images] == [
        ("10", 0),
        ("9", 0),
        ("kitchen_2", 1),
    ]
    assert source.troubles == ()


def test_null_licenses_extra_keys_and_missing_info_are_no_trouble(tmp_path: Path) -> None:
    extra = {"license": None, "date_captured": None, "tags": {"a": [1, {"b": None}]}}
    captions = write(
        tmp_path / "captions.json",
        licenses=None,
        images=[image(1, **extra)],
        annotations=[caption(1, 1, "A cat.") | extra],
        more={"deep": [[]]},
    )
    assert len(read_coco(captions).images) == 1
    assert read_coco(captions).troubles == ()


def test_annotations_without_an_id_are_taken(tmp_path: Path) -> None:
    texts = [{"image_id": 1, "caption": "One."}, {"image_id": 1, "caption": "Two."}]
    source = read_captions(tmp_path, [image(1)], texts)
    assert source.images[0].captions == ("One.", "Two.")
    assert source.troubles == ()


@pytest.mark.parametrize("name", ["COCO_val2014_000000000042.jpg", "val2014/42.jpg", "a\\b c.jpg"])
def test_file_names_stay_as_in_the_file(tmp_path: Path, name: str) -> None:
    source = read_captions(tmp_path, [image(42, file_name=name)], [caption(1, 42, "A cat.")])
    assert source.images[0].file_name == name


@pytest.mark.parametrize("prefix", ["coco/train2017", "coco/train2017/"])
def test_a_prefix_is_put_in_front_of_file_names(tmp_path: Path, prefix: str) -> None:
    path = write_captions(tmp_path, [image(1)], [caption(1, 1, "A cat.")])
    assert read_coco(path, image_prefix=prefix).images[0].file_name == "coco/train2017/1.jpg"


def test_an_lvis_file_gives_names_by_url_and_no_crowds(tmp_path: Path) -> None:
    url = "http://images.cocodataset.org/val2017/000000000001.jpg"
    lvis_image = {"id": 1, "coco_url": url, "width": 100, "height": 50}
    lvis_box = instance(1, 1)
    del lvis_box["iscrowd"]
    captions = write_captions(tmp_path, [lvis_image], [caption(1, 1, "A cat.")])
    source = read_coco(captions, write_instances(tmp_path, [lvis_image], [lvis_box]))
    assert source.images[0].file_name == "val2017/000000000001.jpg"
    assert [box.crowd for box in source.images[0].boxes] == [False]
    assert source.troubles == ()


def test_lvis_instances_take_the_name_from_the_captions_file(tmp_path: Path) -> None:
    lvis_image = {"id": 1, "coco_url": "http://x.org/val2017/1.jpg", "width": 100, "height": 50}
    captions = write_captions(tmp_path, [image(1)], [caption(1, 1, "A cat.")])
    source = read_coco(captions, write_instances(tmp_path, [lvis_image], [instance(1, 1)]))
    assert source.images[0].file_name == "1.jpg"
    assert source.troubles == ()


@pytest.mark.parametrize("flag", [1, True])
def test_a_crowd_region_is_one_box_that_says_so(tmp_path: Path, flag: object) -> None:
    runs = {"size": [50, 100], "counts": [0, 50, 4950]}
    source = read_boxes(tmp_path, instance(1, 1, iscrowd=flag, segmentation=runs))
    assert [box.crowd for box in source.images[0].boxes] == [True]
    assert source.troubles == ()


@pytest.mark.parametrize("segmentation", [[], None, [[10, 10, 30, 10, 30, 30]], {"size": "any"}])
def test_a_mask_is_not_looked_at_where_box_and_area_are_given(
    tmp_path: Path, segmentation: object
) -> None:
    source = read_boxes(tmp_path, instance(1, 1, segmentation=segmentation))
    assert source.images[0].boxes == (Box("cat", (0.1, 0.2, 0.3, 0.6), 0.02),)
    assert source.troubles == ()


@pytest.mark.parametrize(
    "segmentation",
    [
        [[10, 10, 30, 10, 30, 30, 10, 30]],
        {"size": [50, 100], "counts": [510, 20] + [30, 20] * 19 + [3520]},
        coco_mask.frPyObjects([[10, 10, 30, 10, 30, 30, 10, 30]], 50, 100)[0]
        | {
            "counts": coco_mask.frPyObjects([[10, 10, 30, 10, 30, 30, 10, 30]], 50, 100)[0][
                "counts"
            ].decode()
        },
    ],
    ids=["polygons", "run lengths", "packed run lengths"],
)
def test_box_and_area_come_from_the_mask_where_they_are_missing(
    tmp_path: Path, segmentation: object
) -> None:
    entry = instance(1, 1, segmentation=segmentation)
    del entry["bbox"], entry["area"]
    source = read_boxes(tmp_path, entry)
    assert source.images[0].boxes == (Box("cat", (0.1, 0.2, 0.3, 0.6), 0.08),)
    assert source.troubles == ()


def test_the_area_comes_from_the_box_where_there_is_no_mask(tmp_path: Path) -> None:
    entry = instance(1, 1)
    del entry["area"]
    source = read_boxes(tmp_path, entry)
    assert source.images[0].boxes[0].area == pytest.approx(20 * 20 / 5000)
    assert source.troubles == ()


def test_a_box_within_half_a_pixel_of_the_frame_is_clipped_without_a_word(tmp_path: Path) -> None:
    source = read_boxes(tmp_path, instance(1, 1, bbox=[-0.4, 0, 100.8, 50.4]))
    assert source.images[0].boxes[0].corners == (0.0, 0.0, 1.0, 1.0)
    assert source.troubles == ()


def test_a_gzipped_file_is_read_like_a_plain_one(tmp_path: Path) -> None:
    plain = write_captions(tmp_path, [image(1)], [caption(1, 1, "A cat.")])
    packed = tmp_path / "captions.json.gz"
    packed.write_bytes(gzip.compress(plain.read_bytes()))
    assert read_coco(packed) == read_coco(plain)


def test_a_byte_order_mark_is_skipped(tmp_path: Path) -> None:
    plain = write_captions(tmp_path, [image(1)], [caption(1, 1, "A cat.")])
    marked = tmp_path / "marked.json"
    marked.write_bytes(b"\xef\xbb\xbf" + plain.read_bytes())
    assert read_coco(marked) == read_coco(plain)


def test_an_image_in_one_file_only_is_joined_too(tmp_path: Path) -> None:
    captions = write_captions(
        tmp_path, [image(1)], [caption(1, 1, "A cat."), caption(2, 2, "A dog.")]
    )
    instances = write_instances(tmp_path, [image(2)], [instance(1, 1), instance(2, 2)])
    source = read_coco(captions, instances)
    assert [(found.captions, len(found.boxes)) for found in source.images] == [
        (("A cat.",), 1),
        (("A dog.",), 1),
    ]


def test_images_without_captions_are_skipped_and_listed_by_default(tmp_path: Path) -> None:
    path = write_captions(tmp_path, [image(1), image(2)], [caption(1, 1, "A cat.")])
    source = read_coco(path)
    assert [found.id for found in source.images] == ["000000000001"]
    assert [(trouble.code, trouble.entry) for trouble in source.troubles] == [
        ("image-without-captions", "image 000000000002")
    ]


def test_images_without_captions_are_kept_on_demand(tmp_path: Path) -> None:
    path = write_captions(tmp_path, [image(1), image(2)], [caption(1, 1, "A cat.")])
    source = read_coco(path, without_captions="keep")
    assert [found.captions for found in source.images] == [("A cat.",), ()]
    assert source.troubles == ()


def test_images_without_boxes_are_kept_by_default(tmp_path: Path) -> None:
    source = read_boxes(tmp_path)
    assert [found.boxes for found in source.images] == [()]
    assert source.troubles == ()


def test_images_without_boxes_are_skipped_and_listed_on_demand(tmp_path: Path) -> None:
    captions = write_captions(tmp_path, [image(1)], [caption(1, 1, "A cat.")])
    source = read_coco(captions, write_instances(tmp_path, [], []), without_boxes="skip")
    assert source.images == ()
    assert [trouble.code for trouble in source.troubles] == ["image-without-boxes"]


def test_skipped_images_are_listed_after_bad_entries(tmp_path: Path) -> None:
    captions = write_captions(tmp_path, [image(1), image(2)], [caption(1, 1, "A cat.")])
    instances = write_instances(tmp_path, [image(1)], [instance(1, 99)])
    codes = [trouble.code for trouble in read_coco(captions, instances).troubles]
    assert codes == ["unknown-image", "image-without-captions"]


def test_one_infinite_box_costs_that_box_only(tmp_path: Path) -> None:
    boxes = [instance(n, 1) for n in range(5)]
    boxes[2] |= {"bbox": [float("nan"), 1, float("inf"), 3], "segmentation": [[float("nan")]]}
    source = read_boxes(tmp_path, *boxes)
    assert len(source.images[0].boxes) == 4
    assert [(trouble.code, trouble.entry) for trouble in source.troubles] == [
        ("box-not-finite", "annotation 2")
    ]


def test_masks_are_still_measured_in_a_file_with_nan(tmp_path: Path) -> None:
    bad = instance(1, 1, area=float("nan"))
    masked = instance(2, 1, segmentation=[[10, 10, 30, 10, 30, 30, 10, 30]])
    del masked["bbox"], masked["area"]
    source = read_boxes(tmp_path, bad, masked)
    assert [box.area for box in source.images[0].boxes] == pytest.approx([0.08, 0.08])
    assert [trouble.code for trouble in source.troubles] == ["area-unusable"]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_the_images_in_the_file_does_not_matter(tmp_path: Path, seed: int) -> None:
    images = [image(n) for n in range(20)]
    texts = [caption(n, n, f"caption {n}") for n in range(20)]
    expected = read_captions(tmp_path, images, texts)
    random.Random(seed).shuffle(images)
    assert read_captions(tmp_path, images, texts) == expected
