from pathlib import Path

import pytest
from PIL import Image

from datagen.errors import PictureError
from datagen.pictures import flatten, open_picture


def test_a_sound_file_is_open_in_the_block(tmp_path: Path) -> None:
    Image.new("RGB", (4, 3)).save(tmp_path / "1.png")
    with open_picture(tmp_path / "1.png") as image:
        assert image.size == (4, 3)


@pytest.mark.parametrize("name", ["none.png", "", "a\0b.png", "\ud800.png"])
def test_a_file_that_is_not_there_is_missing(tmp_path: Path, name: str) -> None:
    with (
        pytest.raises(PictureError, match="there is no such picture") as caught,
        open_picture(tmp_path / name),
    ):
        pass
    assert caught.value.is_missing


def test_damage_is_told_with_the_path_however_late_it_shows(tmp_path: Path) -> None:
    path = tmp_path / "cut.jpg"
    Image.effect_noise((64, 48), 80).convert("RGB").save(path)
    path.write_bytes(path.read_bytes()[:700])
    with pytest.raises(PictureError, match=r"cut\.jpg: ") as caught, open_picture(path) as image:
        image.load()
    assert not caught.value.is_missing


def test_warnings_are_held_back_in_the_block_and_only_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Image.new("RGB", (20, 20)).save(tmp_path / "1.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 300)  # a warning above it, an error above 600
    with open_picture(tmp_path / "1.png") as image:
        image.load()
    with pytest.warns(Image.DecompressionBombWarning), Image.open(tmp_path / "1.png"):
        pass


def test_transparent_parts_become_white_and_16_bits_8() -> None:
    assert flatten(Image.new("LA", (1, 1), (0, 0))).getpixel((0, 0)) == (255, 255, 255)
    assert flatten(Image.new("I;16", (1, 1), 65_535)).getpixel((0, 0)) == (255, 255, 255)
    assert flatten(Image.new("1", (1, 1), 1)).getpixel((0, 0)) == (255, 255, 255)
