"""Masks are measured as pycocotools measures them; damaged ones never reach it."""

import json
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pycocotools import mask as coco_mask

from datagen.sources.masks import Extent, MaskError, measure_mask, unpack_counts

SQUARE = [[2, 1, 6, 1, 6, 3, 2, 3]]

DAMAGED: dict[str, tuple[object, str]] = {
    # name: (segmentation on a picture of 8 x 4, what the error says)
    "text": ("x", "neither polygons nor run lengths"),
    "no counts": ({"size": [4, 8]}, "neither polygons nor run lengths"),
    "text in a polygon": ([["1", 2]], "neither polygons nor run lengths"),
    "null in a polygon": ([[1, 2, 3, None, 5, 6]], "neither polygons nor run lengths"),
    "two points": ([[1, 1, 2, 2]], "a polygon of 4 numbers"),
    "odd polygon": ([[1, 1, 2, 2, 3, 3, 4]], "a polygon of 7 numbers"),
    "empty polygon": ([[]], "a polygon of 0 numbers"),
    "far-off point": ([[0, 0, 1e9, 0, 0, 4]], "farther than one picture size"),
    "far-off point below": ([[0, 0, 4, -1e9, 0, 4]], "farther than one picture size"),
    "point of no size": ([[1, 1, 1, 1, 1, 1]], "covers no pixel"),
    "size turned": ({"size": [8, 4], "counts": [0, 32]}, "a mask of size [8, 4]"),
    "runs too short": ({"size": [4, 8], "counts": [5, 5]}, "do not add up to the 32 pixels"),
    "runs too long": ({"size": [4, 8], "counts": [5, 50]}, "do not add up to the 32 pixels"),
    "negative run": ({"size": [4, 8], "counts": [-1, 33]}, "do not add up to the 32 pixels"),
    "no runs": ({"size": [4, 8], "counts": []}, "do not add up to the 32 pixels"),
    "nothing covered": ({"size": [4, 8], "counts": [32]}, "covers no pixel"),
    "bad packing": ({"size": [4, 8], "counts": "5 5"}, "hold the character ' '"),
    "packing cut off": ({"size": [4, 8], "counts": "5o"}, "are cut off"),
    "packing too short": ({"size": [4, 8], "counts": "55"}, "do not add up to the 32 pixels"),
}


def measure(segmentation: object, width: int = 8, height: int = 4) -> Extent | None:
    return measure_mask(json.dumps(segmentation).encode(), width, height)


def test_a_square_has_its_box_and_area() -> None:
    assert measure(SQUARE) == Extent((2, 1, 4, 2), 8)


def test_parts_of_a_mask_are_measured_together() -> None:
    parts = [[0, 0, 2, 0, 2, 2, 0, 2], [5, 1, 8, 1, 8, 4, 5, 4]]
    assert measure(parts) == Extent((0, 0, 8, 4), 13)


def test_a_polygon_ends_at_the_frame() -> None:
    assert measure([[-2, -2, 10, -2, 10, 6, -2, 6]]) == Extent((0, 0, 8, 4), 32)


@pytest.mark.parametrize("segmentation", [b"", b"null", b"[]"])
def test_no_segmentation_gives_no_extent(segmentation: bytes) -> None:
    assert measure_mask(segmentation, 8, 4) is None


@pytest.mark.parametrize("case", DAMAGED)
def test_a_damaged_mask_is_refused_with_a_reason(case: str) -> None:
    segmentation, problem = DAMAGED[case]
    with pytest.raises(MaskError) as caught:
        measure(segmentation)
    assert problem in str(caught.value)


def test_text_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(MaskError, match="neither polygons nor run lengths"):
        measure_mask(b'{"size": [4, 8], "counts": "\xe9"}', 8, 4)


def test_a_picture_too_large_to_count_is_refused() -> None:
    with pytest.raises(MaskError, match="over 65535 pixels"):
        measure(SQUARE, width=70_000)


@settings(deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_packed_run_lengths_are_unpacked_and_measured_as_pycocotools_does(
    width: int, height: int, data: st.DataObject
) -> None:
    bits = data.draw(st.binary(min_size=width * height, max_size=width * height))
    pixels = np.frombuffer(bits, np.uint8).reshape((height, width), order="F") % 2
    packed = coco_mask.encode(np.asfortranarray(pixels))
    text = packed["counts"].decode()
    counts = unpack_counts(text)
    again = coco_mask.frPyObjects({"size": [height, width], "counts": counts}, height, width)
    assert again["counts"] == packed["counts"]
    if pixels.any():
        x, y, box_width, box_height = coco_mask.toBbox(packed).tolist()
        extent = Extent((x, y, box_width, box_height), float(pixels.sum()))
        assert measure({"size": [height, width], "counts": text}, width, height) == extent


def test_numpy_is_loaded_only_when_a_mask_is_measured() -> None:
    script = "import sys, datagen.sources.masks; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
