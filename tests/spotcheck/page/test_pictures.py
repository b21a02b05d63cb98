import base64
import io
from pathlib import Path

import pytest
from PIL import Image

from datagen.spotcheck.page.pictures import EDGE, Thumbnail, make_thumbnail
from tests.spotcheck.page.building import SAMPLES

ORIENTATION = 0x0112


def decode(thumbnail: Thumbnail) -> Image.Image:
    head, _, code = thumbnail.address.partition(",")
    assert head == "data:image/jpeg;base64"
    picture = Image.open(io.BytesIO(base64.b64decode(code)))
    picture.load()
    assert picture.size == (thumbnail.width, thumbnail.height)
    return picture


def test_a_picture_becomes_a_small_jpeg_without_metadata() -> None:
    thumbnail = make_thumbnail(SAMPLES / "images" / "000000001001.jpg")
    picture = decode(thumbnail)
    assert max(picture.size) <= EDGE
    assert picture.format == "JPEG"
    assert not picture.getexif()
    assert thumbnail.problem == ""


def test_the_same_file_gives_the_same_bytes() -> None:
    path = SAMPLES / "images" / "000000001002.jpg"
    assert make_thumbnail(path) == make_thumbnail(path)


def test_a_picture_is_turned_as_its_exif_data_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # the camera was held upright: a quarter turn to the right
    picture = Image.new("RGB", (80, 40), "blue")
    picture.paste("red", (0, 0, 40, 40))  # left before, top after the turn
    picture.save(tmp_path / "a.jpg", exif=exif)
    turned = decode(make_thumbnail(tmp_path / "a.jpg"))
    assert turned.size == (40, 80)
    red = turned.getpixel((20, 10))
    assert isinstance(red, tuple)
    assert red[0] > 200
    assert red[2] < 60


@pytest.mark.parametrize("mode", ["1", "L", "P", "LA", "RGBA", "CMYK", "I;16", "F"])
def test_any_kind_of_pixel_can_be_shown(tmp_path: Path, mode: str) -> None:
    path = tmp_path / ("a.tif" if mode in {"CMYK", "I;16", "F"} else "a.png")
    Image.new(mode, (30, 20)).save(path)
    assert decode(make_thumbnail(path)).mode == "RGB"


def test_what_is_transparent_stands_on_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "a.png")
    assert decode(make_thumbnail(tmp_path / "a.png")).getpixel((4, 4)) == (255, 255, 255)


def test_a_missing_file_a_folder_and_an_impossible_name_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "gone.jpg", tmp_path):
        assert make_thumbnail(path) == Thumbnail(problem="there is no such file")
    assert make_thumbnail("a\0b.jpg").address == ""


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    whole = (SAMPLES / "images" / "000000001001.jpg").read_bytes()
    for number, data in enumerate((b"", b"no picture", whole[:900], whole[: len(whole) // 2])):
        path = tmp_path / f"{number}.jpg"
        path.write_bytes(data)
        assert make_thumbnail(path) == Thumbnail(problem="the file cannot be decoded")
