"""Images come out of an index as they went in, and a damaged one is told from a good one."""

import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.records import AnnotatedImage, Box
from datagen.sources.index import DamagedIndexError, IndexWriter, open_index
from tests.sources.making import make_image_set

SHARES = st.floats(0, 1)
TEXTS = st.text(st.sampled_from("ab é猫🐈_"), min_size=1, max_size=6)
BOXES = st.builds(
    Box, TEXTS, st.tuples(SHARES, SHARES, SHARES, SHARES), SHARES, crowd=st.booleans()
)
IMAGES = st.lists(
    st.builds(
        AnnotatedImage,
        TEXTS,
        TEXTS,
        st.lists(TEXTS, max_size=3).map(tuple),
        st.lists(BOXES, max_size=3).map(tuple),
        st.integers(0, 2**31),
        st.integers(0, 2**31),
    ),
    unique_by=lambda image: image.id,
    max_size=8,
)


@given(IMAGES, TEXTS)
def test_images_come_out_as_they_went_in(images: list[AnnotatedImage], other: str) -> None:
    found = make_image_set(images)
    assert list(found) == images
    assert found[1:] == tuple(images[1:])
    assert [found.find(image.id) for image in images] == images
    assert found.find(other) == next((image for image in images if image.id == other), None)
    assert [tuple(each) for each in found.iterate_outlines()] == [
        (image.id, image.file_name, bool(image.captions), bool(image.boxes)) for image in images
    ]


def test_a_place_that_is_not_there_is_an_index_error() -> None:
    with pytest.raises(IndexError):
        make_image_set()[0]
    assert make_image_set([AnnotatedImage("1", "1.jpg", (), ())])[-1].id == "1"


def test_more_images_than_are_made_at_once_come_in_order() -> None:
    images = [AnnotatedImage(f"{n:05}", f"{n}.jpg", (f"Cat {n}.",), ()) for n in range(1500)]
    assert make_image_set(images) == images


def write_index(path: Path) -> bytes:
    with path.open("wb+") as file:
        writer = IndexWriter(file)
        for section in ("ids", "names", "captions", "corners", "areas", "crowds", "categories"):
            writer.write(section, b"")
        for section in ("order", "sides"):
            writer.write(section, b"")
        for section in ("id_ends", "name_ends", "caption_ends", "box_ends"):
            writer.write(section, bytes(8))
        writer.finish([], [])
    return path.read_bytes()


def test_an_index_that_was_written_is_found_whole(tmp_path: Path) -> None:
    write_index(tmp_path / "index")
    with (tmp_path / "index").open("rb") as file:
        images, troubles = open_index(file)
    assert (len(images), troubles) == (0, ())


@given(st.data())
def test_one_changed_byte_is_noticed(data: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        content = bytearray(write_index(Path(folder) / "index"))
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(DamagedIndexError):
        open_index(io.BytesIO(bytes(content)))


@pytest.mark.parametrize("left", [0, 3, 60, -1])
def test_a_cut_index_is_noticed(tmp_path: Path, left: int) -> None:
    content = write_index(tmp_path / "index")[:left]
    with pytest.raises(DamagedIndexError):
        open_index(io.BytesIO(content))
