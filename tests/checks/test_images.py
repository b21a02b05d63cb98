from pathlib import Path

import pytest
from PIL import Image

from datagen.checks import check_image_file
from datagen.checks.images import ALIKE, ImageLook, SeenPictures, look_at_image


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


def draw(path: Path, seed: int) -> Path:
    """A picture with structure: patches of grey that differ from seed to seed."""
    patches = bytes((seed * 89 + place * place * 37 + place * 11) % 256 for place in range(48))
    Image.frombytes("L", (8, 6), patches).resize((320, 240), Image.Resampling.BICUBIC).save(path)
    return path


def find_twins(*paths: Path) -> list[list[str]]:
    seen = SeenPictures()
    return [
        [finding.code for finding in seen.add(path.name, look_at_image(path))] for path in paths
    ]


@pytest.mark.parametrize("size", [(320, 240), (160, 120), (336, 336), (480, 360)])
@pytest.mark.parametrize("name", ["again.png", "again.jpg", "again.webp"])
def test_the_same_picture_in_another_size_and_format_is_noted(
    tmp_path: Path, size: tuple[int, int], name: str
) -> None:
    one, other = draw(tmp_path / "one.png", 1), tmp_path / name
    Image.open(one).convert("RGB").resize(size, Image.Resampling.LANCZOS).save(other)
    assert find_twins(one, other) == [[], ["same-picture"]]


def test_the_note_stands_at_the_later_name_and_names_the_earlier(tmp_path: Path) -> None:
    one, other = draw(tmp_path / "one.png", 1), draw(tmp_path / "other.png", 1)
    seen = SeenPictures()
    seen.add("one.png", look_at_image(one))
    (finding,) = seen.add("other.png", look_at_image(other))
    assert (finding.severity, finding.span) == ("note", "other.png")
    assert "'one.png'" in finding.message
    assert "split" in finding.message


def test_different_pictures_are_not_noted(tmp_path: Path) -> None:
    paths = [draw(tmp_path / f"{seed}.png", seed * seed) for seed in range(1, 6)]
    assert find_twins(*paths) == [[]] * 5


def test_the_same_name_again_is_no_other_picture(tmp_path: Path) -> None:
    one = draw(tmp_path / "one.png", 1)
    assert find_twins(one, one) == [[], []]


def test_plain_surfaces_are_not_compared(tmp_path: Path) -> None:
    paths = [tmp_path / "black.png", tmp_path / "grey.png"]
    for path, colour in zip(paths, [0, 128], strict=True):
        Image.new("L", (64, 48), colour).save(path)
    assert [look_at_image(path) for path in paths] == [ImageLook(None, None)] * 2
    assert find_twins(*paths) == [[], []]


def test_a_bad_file_is_told_of_every_record_that_names_it(tmp_path: Path) -> None:
    missing = tmp_path / "none.jpg"
    assert find_twins(missing, missing) == [["image-missing"]] * 2


@pytest.mark.parametrize(("bits", "noted"), [(0, 1), (ALIKE, 1), (ALIKE + 1, 0)])
def test_digests_may_differ_by_a_few_bits_anywhere(bits: int, noted: int) -> None:
    digest, step = 0x0123456789ABCDEF_0123456789ABCDEF, 16
    changed = digest ^ sum(1 << (place * step) for place in range(bits))
    seen = SeenPictures()
    seen.add("one", ImageLook(None, digest))
    assert len(seen.add("other", ImageLook(None, changed))) == noted
