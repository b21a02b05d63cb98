from pathlib import Path

import pytest
from PIL import Image

from datagen.checks import check_image_file


@pytest.fixture
def jpeg(tmp_path: Path) -> Path:
    path = tmp_path / "7.jpg"
    Image.effect_noise((64, 48), 80).convert("RGB").save(path)
    return path


def code(path: Path | str) -> str | None:
    finding = check_image_file(path)
    return finding.code if finding else None


def test_a_sound_image_gives_nothing(jpeg: Path) -> None:
    assert check_image_file(jpeg) is None


@pytest.mark.parametrize("suffix", ["png", "gif", "webp", "bmp", "tiff"])
def test_other_formats_are_fine(jpeg: Path, suffix: str) -> None:
    other = jpeg.with_suffix(f".{suffix}")
    Image.open(jpeg).save(other)
    assert check_image_file(other) is None


def test_a_missing_file_and_a_folder_are_missing(tmp_path: Path) -> None:
    assert code(tmp_path / "none.jpg") == "image-missing"
    assert code(tmp_path) == "image-missing"


@pytest.mark.parametrize("name", ["", "a\0b.jpg", "\ud800.jpg"])
def test_a_name_that_no_file_can_have_is_missing(name: str) -> None:
    assert code(name) == "image-missing"


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_a_truncated_image_is_corrupt(jpeg: Path, share: float) -> None:
    whole = jpeg.read_bytes()
    jpeg.write_bytes(whole[: int(len(whole) * share)])
    assert code(jpeg) == "image-corrupt"


@pytest.mark.parametrize("content", [b"", b"no image at all", b"<html></html>"])
def test_what_is_no_image_is_corrupt(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "7.jpg"
    path.write_bytes(content)
    assert code(path) == "image-corrupt"


def test_the_finding_names_the_file_and_the_damage(jpeg: Path) -> None:
    jpeg.write_bytes(jpeg.read_bytes()[:-200])
    finding = check_image_file(jpeg)
    assert finding is not None
    assert finding.span == str(jpeg)[:80]
    assert "truncated" in finding.message


@pytest.mark.parametrize("place", range(0, 400, 7))
def test_a_damaged_byte_never_raises(jpeg: Path, place: int) -> None:
    content = bytearray(jpeg.read_bytes())
    content[place] ^= 0xFF
    jpeg.write_bytes(content)
    assert code(jpeg) in {None, "image-corrupt"}
