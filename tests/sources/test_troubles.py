"""Every kind of bad entry is left out, clipped or repaired by its rule, and listed with its id."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from datagen.records import Source, Trouble
from datagen.sources import TROUBLES, read_coco, read_contexts
from datagen.sources.troubles import Ledger

NAN, INFINITY = float("nan"), float("inf")
Change = Callable[[dict[str, Any]], None]


def good_captions() -> dict[str, Any]:
    images = [{"id": n, "file_name": f"{n}.jpg", "width": 100, "height": 50} for n in range(1, 4)]
    texts = [{"id": 10 + n, "image_id": n, "caption": f"Cat {n}."} for n in range(1, 4)]
    return {"images": images, "annotations": texts}


def good_instances() -> dict[str, Any]:
    base = {"category_id": 5, "bbox": [10, 10, 20, 20], "area": 100, "iscrowd": 0}
    boxes = [base | {"id": 20 + n, "image_id": n} for n in range(1, 4)]
    categories = [{"id": 5, "name": "cat"}, {"id": 6, "name": "dog"}]
    return {"images": good_captions()["images"], "annotations": boxes, "categories": categories}


def read_changed(folder: Path, captions: Change | None, instances: Change | None) -> Source:
    said, drawn = good_captions(), good_instances()
    if captions:
        captions(said)
    if instances:
        instances(drawn)
    (folder / "captions.json").write_text(json.dumps(said), encoding="utf-8")
    (folder / "instances.json").write_text(json.dumps(drawn), encoding="utf-8")
    return read_coco(folder / "captions.json", folder / "instances.json")


def count(source: Source) -> tuple[int, int, int]:
    """Images, captions and boxes that are left of 3, 3 and 3."""
    return (
        len(source.images),
        sum(len(image.captions) for image in source.images),
        sum(len(image.boxes) for image in source.images),
    )


def overwrite(entry: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in (entry | fields).items() if value is not ...}


def alter(key: str, index: int = 1, **fields: object) -> Change:
    """Overwrite fields of one entry; a field set to `...` is removed."""

    def change(content: dict[str, Any]) -> None:
        content[key][index] = overwrite(content[key][index], fields)

    return change


def add(key: str, **fields: object) -> Change:
    """Append a copy of the second entry with some fields changed."""

    def change(content: dict[str, Any]) -> None:
        content[key].append(overwrite(content[key][1], fields))

    return change


def both(*changes: Change) -> Change:
    def change(content: dict[str, Any]) -> None:
        for each in changes:
            each(content)

    return change


CAPTION_CASES: dict[str, tuple[Change, str, str, tuple[int, int, int]]] = {
    # name: (change of the captions file, code, entry, images / captions / boxes that are left)
    "blank": (alter("annotations", caption=" \n "), "caption-empty", "annotation 12", (2, 2, 2)),
    "null": (alter("annotations", caption=None), "caption-not-text", "annotation 12", (2, 2, 2)),
    "number": (alter("annotations", caption=7), "caption-not-text", "annotation 12", (2, 2, 2)),
    "list": (alter("annotations", caption=["a"]), "caption-not-text", "annotation 12", (2, 2, 2)),
    "no caption": (
        alter("annotations", caption=...), "caption-not-text", "annotation 12", (2, 2, 2)
    ),
    "half a character": (
        alter("annotations", caption="\ud83d"), "text-not-unicode", "annotation 12", (2, 2, 2)
    ),
    "broken image name": (
        alter("images", file_name="\udce9.jpg"),
        "text-not-unicode", "image 000000000002", (3, 3, 3),
    ),
    "no such image": (
        alter("annotations", image_id=99), "unknown-image", "annotation 12", (2, 2, 2)
    ),
    "text id": (
        alter("annotations", image_id="2"), "id-of-other-kind", "annotation 12", (2, 2, 2)
    ),
    "float id": (
        alter("annotations", image_id=2.5), "entry-malformed", "annotation 12", (2, 2, 2)
    ),
    "no image id": (
        alter("annotations", image_id=...), "entry-malformed", "annotation 12", (2, 2, 2)
    ),
    "no id and malformed": (
        alter("annotations", id=..., image_id=None),
        "entry-malformed", "$.annotations[1]", (2, 2, 2),
    ),
    "same id": (
        add("annotations", caption="Other."), "annotation-repeated", "annotation 12", (3, 3, 3)
    ),
    "image copied": (add("images"), "image-repeated", "image 000000000002", (3, 3, 3)),
    "image differs": (
        add("images", file_name="x.jpg"), "image-conflict", "image 000000000002", (3, 3, 3)
    ),
    "image with text id": (
        add("images", id="2"), "id-of-other-kind", "image 2", (3, 3, 3)
    ),
    "image without id": (add("images", id=...), "entry-malformed", "$.images[3]", (3, 3, 3)),
    "image is no object": (
        lambda content: content["images"].append(7), "entry-malformed", "$.images[3]", (3, 3, 3)
    ),
    "not captioned": (
        add("images", id=4), "image-without-captions", "image 000000000004", (3, 3, 3)
    ),
}  # fmt: skip

BOX_CASES: dict[str, tuple[Change, str, str, int]] = {
    # name: (change of the instances file, code, what was done with it, boxes that are left)
    "nan": (alter("annotations", bbox=[NAN, 1, 2, 3]), "box-not-finite", "left out", 2),
    "infinity": (alter("annotations", bbox=[1, 1, INFINITY, 3]), "box-not-finite", "left out", 2),
    "huge": (alter("annotations", bbox=[1, 1, 10**400, 3]), "box-not-four-numbers", "left out", 2),
    "negative width": (
        alter("annotations", bbox=[9, 9, -2, 3]), "box-size-not-positive", "left out", 2
    ),
    "no height": (alter("annotations", bbox=[9, 9, 2, 0]), "box-size-not-positive", "left out", 2),
    "outside": (alter("annotations", bbox=[200, 9, 5, 5]), "box-outside", "left out", 2),
    "touching from outside": (
        alter("annotations", bbox=[100, 9, 5, 5]), "box-outside", "left out", 2
    ),
    "sticking out": (alter("annotations", bbox=[90, 9, 10.5, 5]), "box-clipped", "clipped", 3),
    "three numbers": (alter("annotations", bbox=[1, 2, 3]), "box-not-four-numbers", "left out", 2),
    "texts": (
        alter("annotations", bbox=["1", "2", "3", "4"]), "box-not-four-numbers", "left out", 2
    ),
    "an object": (alter("annotations", bbox={"x": 1}), "box-not-four-numbers", "left out", 2),
    "null inside": (
        alter("annotations", bbox=[1, None, 3, 4]), "box-not-four-numbers", "left out", 2
    ),
    "null box, no mask": (alter("annotations", bbox=None), "box-missing", "left out", 2),
    "no box, bad mask": (
        alter("annotations", bbox=..., segmentation=[[1, 2]]), "box-missing", "left out", 2
    ),
    "no area, bad mask": (
        alter("annotations", area=..., segmentation="x"), "mask-unusable", "repaired", 3
    ),
    "negative area": (alter("annotations", area=-1), "area-unusable", "repaired", 3),
    "zero area": (alter("annotations", area=0), "area-unusable", "repaired", 3),
    "infinite area": (alter("annotations", area=INFINITY), "area-unusable", "repaired", 3),
    "area over the picture": (alter("annotations", area=5001), "area-unusable", "repaired", 3),
    "text area": (alter("annotations", area="big"), "entry-malformed", "left out", 2),
    "half a character as area": (
        alter("annotations", area="\ud83d"), "text-not-unicode", "left out", 2
    ),
    "mask of half a character": (
        alter("annotations", area=..., segmentation="\ud83d"), "mask-unusable", "repaired", 3
    ),
    "crowd of 7": (alter("annotations", iscrowd=7), "crowd-flag-unusable", "repaired", 3),
    "crowd as text": (alter("annotations", iscrowd="no"), "entry-malformed", "left out", 2),
    "no such image": (alter("annotations", image_id=99), "unknown-image", "left out", 2),
    "text image id": (alter("annotations", image_id="2"), "id-of-other-kind", "left out", 2),
    "no such category": (alter("annotations", category_id=99), "unknown-category", "left out", 2),
    "text category id": (alter("annotations", category_id="5"), "unknown-category", "left out", 2),
    "no category id": (alter("annotations", category_id=...), "unknown-category", "left out", 2),
    "null category id": (alter("annotations", category_id=None), "unknown-category", "left out", 2),
    "same id": (add("annotations", bbox=[1, 1, 1, 1]), "annotation-repeated", "left out", 3),
}  # fmt: skip

OTHER_CASES: dict[str, tuple[Change, str, str, str]] = {
    # name: (change of the instances file, code, entry, what was done with it)
    "category copied": (add("categories"), "category-repeated", "category 6", "left out"),
    "category differs": (
        add("categories", name="fox"), "category-conflict", "category 6", "left out"
    ),
    "category without name": (
        alter("categories", name=...), "entry-malformed", "category 6", "left out"
    ),
    "category of blanks": (
        alter("categories", name=" "), "entry-malformed", "category 6", "left out"
    ),
    "size differs from the captions file": (
        alter("images", width=101), "image-conflict", "image 000000000002", "repaired"
    ),
    "name differs from the captions file": (
        alter("images", file_name="x.jpg"), "image-conflict", "image 000000000002", "repaired"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CAPTION_CASES)
def test_a_bad_entry_of_a_captions_file_is_listed_and_costs_nothing_else(
    tmp_path: Path, case: str
) -> None:
    change, code, entry, left = CAPTION_CASES[case]
    source = read_changed(tmp_path, change, None)
    first = source.troubles[0]
    assert (first.code, first.file, first.entry) == (code, "captions.json", entry)
    assert first.action == "left out"
    assert count(source) == left


@pytest.mark.parametrize("case", BOX_CASES)
def test_a_bad_entry_of_an_instances_file_is_listed_and_costs_nothing_else(
    tmp_path: Path, case: str
) -> None:
    change, code, action, left = BOX_CASES[case]
    source = read_changed(tmp_path, None, change)
    assert [(trouble.code, trouble.action) for trouble in source.troubles] == [(code, action)]
    assert (source.troubles[0].file, source.troubles[0].entry) == (
        "instances.json",
        "annotation 22",
    )
    assert count(source) == (3, 3, left)


@pytest.mark.parametrize("case", OTHER_CASES)
def test_a_bad_category_or_image_of_an_instances_file_is_listed_and_costs_nothing_else(
    tmp_path: Path, case: str
) -> None:
    change, code, entry, action = OTHER_CASES[case]
    source = read_changed(tmp_path, None, change)
    assert [(trouble.code, trouble.entry, trouble.action) for trouble in source.troubles] == [
        (code, entry, action)
    ]
    assert count(source) == (3, 3, 3)


def test_of_two_annotations_with_one_id_the_first_stays(tmp_path: Path) -> None:
    source = read_changed(tmp_path, add("annotations", caption="Other."), None)
    assert source.images[1].captions == ("Cat 2.",)


def test_a_clipped_box_ends_at_the_frame(tmp_path: Path) -> None:
    source = read_changed(tmp_path, None, alter("annotations", bbox=[-1, 25, 101, 30]))
    assert source.images[1].boxes[0].corners == (0.0, 0.5, 1.0, 1.0)


def test_everything_on_an_image_that_is_left_out_is_listed_too(tmp_path: Path) -> None:
    nameless = alter("images", file_name=...)
    source = read_changed(tmp_path, nameless, nameless)
    assert [(trouble.code, trouble.entry) for trouble in source.troubles] == [
        ("image-without-file-name", "image 000000000002"),
        ("unknown-image", "annotation 12"),
        ("unknown-image", "annotation 22"),
    ]


def test_text_in_latin1_costs_the_entry_that_holds_it(tmp_path: Path) -> None:
    content = json.dumps(good_captions()).encode().replace(b"Cat 2", b"Caf\xe9")
    (tmp_path / "captions.json").write_bytes(content)
    source = read_coco(tmp_path / "captions.json")
    assert [(trouble.code, trouble.entry) for trouble in source.troubles] == [
        ("text-not-unicode", "annotation 12"),
        ("image-without-captions", "image 000000000002"),
    ]


def test_every_trouble_can_be_written_to_a_report(tmp_path: Path) -> None:
    change = both(alter("images", id="\ud83d"), alter("annotations", id="\udce9", caption="\ud83d"))
    source = read_changed(tmp_path, change, None)
    codes = {trouble.code for trouble in source.troubles}
    assert codes >= {"text-not-unicode"}
    for trouble in source.troubles:
        f"{trouble}".encode()
        f"{trouble.entry} {trouble.detail}".encode()


def test_annotations_without_an_id_are_named_by_their_image(tmp_path: Path) -> None:
    source = read_changed(tmp_path, None, alter("annotations", id=..., bbox=[1, 2, 0, 4]))
    assert [trouble.entry for trouble in source.troubles] == [
        "annotation without id on image 000000000002"
    ]


def test_a_long_detail_is_cut() -> None:
    ledger = Ledger(Path("folder/file.json"))
    ledger.note("caption-empty", "annotation 1", "x" * 500)
    assert ledger.troubles == [
        Trouble("caption-empty", "file.json", "annotation 1", "left out", "x" * 119 + "…")
    ]


def provoke_rest(folder: Path) -> list[Trouble]:
    """The troubles that need a picture, a policy or a contexts file."""
    Image.new("RGB", (4, 2)).save(folder / "1.jpg")
    said = good_captions() | {"images": [{"id": n, "file_name": f"{n}.jpg"} for n in (1, 2, 3)]}
    said["images"][0]["width"] = -1
    (folder / "sizeless.json").write_text(json.dumps(said), encoding="utf-8")
    drawn = good_instances() | {"images": []}
    (folder / "boxes.json").write_text(json.dumps(drawn), encoding="utf-8")
    record = {
        "id": "1",
        "image": "1.jpg",
        "captions": [],
        "instances": [{"category": "cat", "bbox": [0, 0, 200, 300]}],
    }
    (folder / "contexts.jsonl").write_text(json.dumps(record), encoding="utf-8")
    sources = [
        read_coco(folder / "sizeless.json", images=folder, without_boxes="skip"),
        read_coco(folder / "sizeless.json", folder / "boxes.json"),
        read_contexts(folder / "contexts.jsonl"),
    ]
    return [trouble for source in sources for trouble in source.troubles]


def test_every_code_of_the_table_has_its_case_and_the_reverse(tmp_path: Path) -> None:
    cases = [*CAPTION_CASES.values(), *BOX_CASES.values(), *OTHER_CASES.values()]
    met = {code for _, code, *_ in cases} | {"image-without-file-name"}
    met |= {trouble.code for trouble in provoke_rest(tmp_path)}
    assert met == set(TROUBLES)
