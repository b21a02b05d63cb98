"""The symbolic context is LLaVA's, byte for byte, unless a policy says otherwise."""

import math
import re

from hypothesis import given
from hypothesis import strategies as st

from datagen.context import (
    ContextPolicy,
    render_context,
    render_contexts,
    select_boxes,
    to_context_record,
    to_context_records,
)
from datagen.records import AnnotatedImage, Box, ContextParts
from tests.sources.making import make_image_set

PERSON = Box("person", (0.1, 0.2, 0.3333333, 1.0), area=0.2)
CROWD = Box("person", (0.0, 0.0, 0.72, 0.5), area=0.3, crowd=True)
SPECK = Box("sports ball", (0.5, 0.5, 0.501, 0.502), area=0.000002)
IMAGE = AnnotatedImage(
    "000000000007", "7.jpg", ("A man  waits.", "Someone in a crowd."), (PERSON, CROWD, SPECK)
)


def test_captions_and_boxes_are_written_in_the_layout_of_llava() -> None:
    assert render_context(IMAGE, "captions+boxes") == (
        "A man  waits.\nSomeone in a crowd.\n\n"
        "person: [0.1, 0.2, 0.333, 1.0]\n"
        "person: [0.0, 0.0, 0.72, 0.5]\n"
        "sports ball: [0.5, 0.5, 0.501, 0.502]"
    )


def test_captions_alone_have_no_blank_line_and_no_boxes() -> None:
    assert render_context(IMAGE, "captions") == "A man  waits.\nSomeone in a crowd."


def test_an_image_without_boxes_gives_captions_only() -> None:
    image = AnnotatedImage("1", "1.jpg", ("A wall.",), ())
    assert render_context(image, "captions+boxes") == "A wall."


def test_an_image_without_captions_gives_boxes_only() -> None:
    image = AnnotatedImage("1", "1.jpg", (), (PERSON,))
    assert render_context(image, "captions+boxes") == "person: [0.1, 0.2, 0.333, 1.0]"


def test_a_marked_crowd_is_told_from_a_person() -> None:
    text = render_context(IMAGE, "captions+boxes", ContextPolicy(crowds="mark"))
    assert "person (crowd): [0.0, 0.0, 0.72, 0.5]" in text


def test_dropped_crowds_and_specks_are_left_out() -> None:
    assert select_boxes(IMAGE, ContextPolicy(crowds="drop", min_area=0.001)) == (PERSON,)


def test_a_cap_keeps_the_largest_boxes_in_annotation_order() -> None:
    assert select_boxes(IMAGE, ContextPolicy(max_boxes=2)) == (PERSON, CROWD)
    assert select_boxes(IMAGE, ContextPolicy(max_boxes=1)) == (CROWD,)
    assert select_boxes(IMAGE, ContextPolicy(max_boxes=0)) == ()


def test_a_context_record_has_the_keys_of_llava() -> None:
    assert to_context_record(IMAGE, ContextPolicy(crowds="drop", max_boxes=1)) == {
        "id": "000000000007",
        "image": "7.jpg",
        "captions": ["A man  waits.", "Someone in a crowd."],
        "instances": [{"category": "person", "bbox": [0.1, 0.2, 0.333, 1.0]}],
    }


CORNER = st.floats(0, 1, allow_nan=False)


@given(st.lists(st.tuples(CORNER, CORNER, CORNER, CORNER), max_size=30))
def test_every_box_line_can_be_read_back_to_three_decimals(
    corners: list[tuple[float, float, float, float]],
) -> None:
    image = AnnotatedImage("1", "1.jpg", ("A.",), tuple(Box("dog", each) for each in corners))
    lines = render_context(image, "captions+boxes").split("\n")[2:]
    read = [tuple(map(float, re.findall(r"[\d.]+(?:e-\d+)?", line))) for line in lines]
    assert read == [tuple(round(value, 3) for value in each) for each in corners]


@given(st.floats(0, 1) | st.integers(0, 100_000).map(lambda place: place / 100_000))
def test_a_corner_is_written_as_python_rounds_it(corner: float) -> None:
    image = AnnotatedImage("1", "1.jpg", (), (Box("cat", (corner, corner, 1.0, 1.0)),))
    shown = round(corner, 3)
    assert render_context(image, "captions+boxes") == f"cat: [{shown}, {shown}, 1.0, 1.0]"


@given(st.integers(0, 999), st.integers(-3, 3))
def test_corners_beside_the_middle_of_two_decimals_are_rounded_exactly(
    place: int, steps: int
) -> None:
    corner = (place + 0.5) / 1000
    for _ in range(abs(steps)):
        corner = math.nextafter(corner, 2.0 if steps > 0 else -1.0)
    image = AnnotatedImage("1", "1.jpg", (), (Box("cat", (corner, 0.0, 1.0, 1.0)),))
    assert render_context(image, "captions+boxes") == f"cat: [{round(corner, 3)}, 0.0, 1.0, 1.0]"


CORNERS = st.floats(0, 1) | st.integers(0, 2000).map(lambda place: place / 2000)
IMAGES = st.lists(
    st.builds(
        AnnotatedImage,
        st.uuids().map(str),
        st.just("1.jpg"),
        st.lists(st.sampled_from(["A cat.", "Ein Kätzchen 猫."])).map(tuple),
        st.lists(
            st.builds(
                Box,
                st.sampled_from(["cat", "cell phone"]),
                st.tuples(CORNERS, CORNERS, CORNERS, CORNERS),
                crowd=st.booleans(),
            )
        ).map(tuple),
    ),
    max_size=5,
)
POLICIES = st.sampled_from([ContextPolicy(), ContextPolicy(crowds="mark"), ContextPolicy("drop")])


@given(IMAGES, POLICIES, st.sampled_from(["captions", "captions+boxes"]))
def test_the_contexts_of_all_images_are_those_of_each(
    images: list[AnnotatedImage], policy: ContextPolicy, parts: ContextParts
) -> None:
    held = make_image_set(images)
    found = list(render_contexts(held, parts, policy))
    assert found == [render_context(image, parts, policy) for image in images]
    records = list(to_context_records(held, policy))
    assert records == [to_context_record(image, policy) for image in images]
