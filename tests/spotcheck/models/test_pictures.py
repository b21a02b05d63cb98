from pathlib import Path

import pytest
from PIL import Image

from datagen.spotcheck.models import Crop, Unseen
from datagen.spotcheck.models.pictures import (
    BLANK_SIZE,
    LONGEST_SIDE,
    make_blank,
    read_picture,
    read_pictures,
)

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION = 0x0112


def draw(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Left half red, right half blue."""
    image = Image.new("RGB", size, BLUE)
    image.paste(RED, (0, 0, size[0] // 2, size[1]))
    return image


def read(picture: Path | Crop) -> Image.Image:
    found = read_picture(picture)
    assert not isinstance(found, Unseen), found.problem
    assert found.mode == "RGB"
    return found


@pytest.mark.parametrize("mode", ["RGB", "P", "CMYK", "RGBA", "L", "LA", "YCbCr"])
def test_every_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "picture.tiff"
    try:
        draw().convert(mode).save(path)
    except OSError:
        path = path.with_suffix(".png")
        draw().convert(mode).save(path)
    found = read(path)
    assert found.size == (40, 20)
    assert found.getpixel((5, 5)) != found.getpixel((35, 5))


def test_a_picture_is_turned_as_its_orientation_says(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned clockwise by a quarter
    draw().save(tmp_path / "lying.png", exif=exif)
    found = read(tmp_path / "lying.png")
    assert found.size == (20, 40)
    assert found.getpixel((10, 5)) == RED
    assert found.getpixel((10, 35)) == BLUE


def test_transparent_parts_are_white(tmp_path: Path) -> None:
    Image.new("RGBA", (8, 8), (0, 0, 0, 0)).save(tmp_path / "clear.png")
    assert read(tmp_path / "clear.png").getpixel((4, 4)) == WHITE


def test_16_bits_keep_their_brightness(tmp_path: Path) -> None:
    Image.new("I;16", (8, 8), 32_896).save(tmp_path / "deep.png")
    assert read(tmp_path / "deep.png").getpixel((4, 4)) == (128, 128, 128)


def test_a_truncated_file_is_unseen_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    Image.effect_noise((64, 48), 80).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:600])
    found = read_picture(path)
    assert isinstance(found, Unseen)
    assert found.problem.startswith(f"The picture {path} cannot be decoded: ")
    assert found.problem.endswith(".")


@pytest.mark.parametrize("content", [b"", b"no picture", b"\xff\xd8\xff\xe0 and no more"])
def test_what_is_no_picture_is_unseen(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "text.jpg"
    path.write_bytes(content)
    assert isinstance(read_picture(path), Unseen)


@pytest.mark.parametrize("name", ["none.jpg", "", "a\0b.jpg", "\ud800.jpg"])
def test_a_missing_file_is_unseen(tmp_path: Path, name: str) -> None:
    found = read_picture(tmp_path / name)
    assert isinstance(found, Unseen)
    assert found.problem.endswith("is missing.")


def test_an_absurdly_large_picture_is_unseen(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw().save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    found = read_picture(tmp_path / "bomb.png")
    assert isinstance(found, Unseen)
    assert "decompression bomb" in found.problem


def test_a_mere_strip_is_unseen(tmp_path: Path) -> None:
    draw((400, 4)).save(tmp_path / "strip.png")
    found = read_picture(tmp_path / "strip.png")
    assert found == Unseen(
        f"The picture {tmp_path / 'strip.png'} is too narrow to be seen: 400 x 4 pixels."
    )


def test_a_large_picture_is_shrunk_a_small_one_is_left_alone(tmp_path: Path) -> None:
    for suffix in ("png", "jpg"):
        draw((LONGEST_SIDE + 1000, 1000)).save(tmp_path / f"large.{suffix}")
        found = read(tmp_path / f"large.{suffix}")
        assert max(found.size) <= LONGEST_SIDE
        assert found.width / found.height == pytest.approx(3.048, abs=0.01)
    draw((1, 1)).save(tmp_path / "small.png")
    assert read(tmp_path / "small.png").size == (1, 1)


def test_a_crop_is_the_part_between_its_corners(tmp_path: Path) -> None:
    draw().save(tmp_path / "1.png")
    left = read(Crop(tmp_path / "1.png", (0.0, 0.0, 0.5, 0.5)))
    assert left.size == (20, 10)
    assert left.getcolors() == [(200, RED)]


@pytest.mark.parametrize(
    "corners", [(0.5, 0.5, 0.5, 0.5), (1.0, 1.0, 1.0, 1.0), (-1.0, 0.9, 0.01, 9.0)]
)
def test_a_crop_holds_at_least_one_pixel(
    tmp_path: Path, corners: tuple[float, float, float, float]
) -> None:
    draw().save(tmp_path / "1.png")
    found = read(Crop(tmp_path / "1.png", corners))
    assert min(found.size) >= 1


def test_crops_are_cut_from_the_upright_picture(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    draw().save(tmp_path / "lying.png", exif=exif)
    top = read(Crop(tmp_path / "lying.png", (0.0, 0.0, 1.0, 0.5)))
    assert top.getcolors() == [(400, RED)]


def test_parts_of_one_picture_are_decoded_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    draw().save(tmp_path / "1.png")
    opened: list[object] = []
    open_file = Image.open

    def counting(path: Path) -> Image.Image:
        opened.append(path)
        return open_file(path)

    monkeypatch.setattr(Image, "open", counting)
    parts = [Crop(tmp_path / "1.png", (0.0, 0.0, share, 1.0)) for share in (0.2, 0.4, 0.6)]
    found = read_pictures([*parts, tmp_path / "1.png"])
    assert [image.width for image in found if not isinstance(image, Unseen)] == [8, 16, 24, 40]
    assert len(opened) == 1


def test_the_blank_picture_has_the_mean_colour() -> None:
    blank = make_blank([0.48145466, 0.4578275, 0.40821073])
    assert blank.size == BLANK_SIZE
    assert blank.getcolors() == [(BLANK_SIZE[0] * BLANK_SIZE[1], (123, 117, 104))]
    assert make_blank(None).getpixel((0, 0)) == (128, 128, 128)
