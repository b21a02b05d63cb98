import base64
import io
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from datagen.errors import AskError
from datagen.llm import pictures
from datagen.llm.pictures import (
    Picture,
    estimate_picture_tokens,
    fit_size,
    read_picture,
    to_data_url,
)

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
ORIENTATION, COPYRIGHT = 0x0112, 0x8298


@pytest.fixture(autouse=True)
def _no_pictures_kept() -> Iterator[None]:
    pictures._encode.cache_clear()
    yield
    pictures._encode.cache_clear()


def draw(size: tuple[int, int], left: tuple[int, int, int] = RED) -> Image.Image:
    """A picture whose left half has another colour than its right half, which is blue."""
    image = Image.new("RGB", size, BLUE)
    image.paste(left, (0, 0, size[0] // 2, size[1]))
    return image


def decode(picture: Picture) -> Image.Image:
    return Image.open(io.BytesIO(picture.data))


def is_close(image: Image.Image, at: tuple[float, float], colour: tuple[int, int, int]) -> bool:
    """Whether a picture has a colour at a place given in 0-1, as closely as JPEG keeps it."""
    found = image.getpixel((int(at[0] * image.width), int(at[1] * image.height)))
    assert isinstance(found, tuple)
    return all(abs(a - b) < 12 for a, b in zip(found, colour, strict=True))


def test_a_small_picture_keeps_its_size(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    draw((64, 48)).save(path)
    picture = read_picture(path)
    assert (picture.width, picture.height) == (64, 48)
    assert picture.media_type == "image/jpeg"
    assert decode(picture).format == "JPEG"
    assert decode(picture).size == (64, 48)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((2000, 1000), (768, 384)), ((300, 1200), (192, 768)), ((769, 769), (768, 768))],
)
@pytest.mark.parametrize("suffix", ["jpg", "png"])
def test_a_large_picture_is_shrunk_to_the_limit(
    tmp_path: Path, size: tuple[int, int], fitted: tuple[int, int], suffix: str
) -> None:
    path = tmp_path / f"1.{suffix}"
    draw(size).save(path)
    picture = read_picture(path)
    assert (picture.width, picture.height) == fitted == decode(picture).size
    assert is_close(decode(picture), (0.25, 0.5), RED)
    assert is_close(decode(picture), (0.75, 0.5), BLUE)


def test_the_limit_and_the_quality_can_be_chosen(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    Image.effect_noise((200, 100), 80).save(path)
    small = read_picture(path, longest_side=50)
    assert (small.width, small.height) == (50, 25)
    assert len(read_picture(path, quality=30).data) < len(read_picture(path).data)


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp", "tiff"])
@pytest.mark.parametrize("size", [(80, 40), (3200, 1600)])
def test_a_picture_is_turned_upright(tmp_path: Path, suffix: str, size: tuple[int, int]) -> None:
    path = tmp_path / f"1.{suffix}"
    exif = Image.Exif()
    exif[ORIENTATION] = 6  # to be turned clockwise by a quarter: what is left comes to the top
    draw(size).save(path, exif=exif)
    picture = read_picture(path)
    assert (picture.width, picture.height) == fit_size(size[1], size[0])
    assert is_close(decode(picture), (0.5, 0.25), RED)
    assert is_close(decode(picture), (0.5, 0.75), BLUE)


def test_an_upside_down_picture_keeps_its_size(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    exif = Image.Exif()
    exif[ORIENTATION] = 3
    draw((80, 40)).save(path, exif=exif)
    picture = read_picture(path)
    assert (picture.width, picture.height) == (80, 40)
    assert is_close(decode(picture), (0.25, 0.5), BLUE)


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "RGB", "RGBA", "YCbCr"])
def test_every_colour_mode_becomes_rgb(tmp_path: Path, mode: str) -> None:
    path = tmp_path / "1.tiff"
    draw((40, 20), left=WHITE).convert(mode).save(path)
    image = decode(read_picture(path))
    assert image.mode == "RGB"
    assert is_close(image, (0.25, 0.5), WHITE)


def test_a_grayscale_jpeg_becomes_rgb(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    Image.new("L", (40, 20), 100).save(path)
    assert is_close(decode(read_picture(path)), (0.5, 0.5), (100, 100, 100))


def test_sixteen_bits_of_gray_are_not_blown_out_to_white(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    Image.new("I;16", (40, 20), 100 * 257).save(path)
    assert is_close(decode(read_picture(path)), (0.5, 0.5), (100, 100, 100))


def test_what_is_transparent_is_shown_on_white(tmp_path: Path) -> None:
    layered, palette = tmp_path / "1.png", tmp_path / "2.gif"
    image = draw((40, 20)).convert("RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 20, 20))
    image.save(layered)
    image.save(palette)
    for path in (layered, palette):
        shown = decode(read_picture(path))
        assert is_close(shown, (0.25, 0.5), WHITE)
        assert is_close(shown, (0.75, 0.5), BLUE)


def test_no_metadata_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    exif = Image.Exif()
    exif[COPYRIGHT] = "a person's name"
    draw((40, 20)).save(path, exif=exif, comment="a place", xmp=b"<x/>", icc_profile=b"colours")
    sent = read_picture(path).data
    assert not decode(read_picture(path)).getexif()
    for said in (b"a person's name", b"a place", b"<x/>", b"colours"):
        assert said in path.read_bytes()
        assert said not in sent


def test_the_same_file_gives_the_same_bytes(tmp_path: Path) -> None:
    path, copy = tmp_path / "1.png", tmp_path / "2.png"
    Image.effect_noise((900, 300), 80).save(path)
    copy.write_bytes(path.read_bytes())
    assert read_picture(path).data == read_picture(copy).data


def test_a_picture_is_encoded_once_for_several_requests(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    draw((64, 48)).save(path)
    assert read_picture(path) is read_picture(path)
    assert read_picture(path, longest_side=32) is not read_picture(path)


def test_a_replaced_file_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "1.png"
    draw((64, 48)).save(path)
    os.utime(path, ns=(0, 0))
    read_picture(path)
    draw((64, 48), left=WHITE).save(path)
    os.utime(path, ns=(1, 1))
    assert is_close(decode(read_picture(path)), (0.25, 0.5), WHITE)


def test_the_number_of_pictures_kept_is_bounded(tmp_path: Path) -> None:
    for number in range(70):
        draw((8, 8)).save(tmp_path / f"{number}.png")
        read_picture(tmp_path / f"{number}.png")
    assert pictures._encode.cache_info().currsize == 64


@pytest.mark.parametrize("name", ["none.jpg", "", "a\0b.jpg", "\ud800.jpg"])
def test_a_missing_picture_is_an_error_of_this_request(tmp_path: Path, name: str) -> None:
    with pytest.raises(AskError, match="there is no such picture") as caught:
        read_picture(tmp_path / name)
    assert caught.value.code == "image-missing"
    assert caught.value.attempts == 0


def test_a_damaged_picture_is_an_error_of_this_request(tmp_path: Path) -> None:
    whole, cut, text = tmp_path / "whole.jpg", tmp_path / "cut.jpg", tmp_path / "text.jpg"
    Image.effect_noise((64, 48), 80).save(whole)
    cut.write_bytes(whole.read_bytes()[:-300])
    text.write_text("<html>not found</html>", encoding="utf-8")
    for path in (cut, text):
        with pytest.raises(
            AskError, match=rf"{path.name}: the picture cannot be decoded"
        ) as caught:
            read_picture(path)
        assert caught.value.code == "image-corrupt"
        assert caught.value.attempts == 0


def test_an_absurdly_large_picture_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "1.png"
    draw((64, 48)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(AskError, match="exceeds limit"):
        read_picture(path)


def test_a_warning_of_pillow_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "1.png"
    draw((64, 48)).save(path)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 2000)  # refused from twice that on
    assert read_picture(path).width == 64


def test_a_data_url_holds_the_file(tmp_path: Path) -> None:
    path = tmp_path / "1.jpg"
    draw((64, 48)).save(path)
    picture = read_picture(path)
    kind, _, data = to_data_url(picture).partition(",")
    assert kind == "data:image/jpeg;base64"
    assert base64.b64decode(data, validate=True) == picture.data


SIDES = st.integers(1, 20_000)


@given(SIDES, SIDES, st.integers(1, 4096))
def test_a_fitted_size_is_within_the_limit_and_keeps_the_shape(
    width: int, height: int, limit: int
) -> None:
    fitted = fit_size(width, height, limit)
    assert max(fitted) == min(limit, max(width, height))
    scale = max(fitted) / max(width, height)
    assert abs(fitted[0] - width * scale) <= 1
    assert abs(fitted[1] - height * scale) <= 1
    assert min(fitted) >= 1


# The examples of OpenAI's guide, and bills that users of its forum have published.
@pytest.mark.parametrize(
    ("model", "size", "tokens"),
    [
        ("gpt-4o", (1024, 1024), 765),
        ("gpt-4o", (2048, 4096), 1105),
        ("gpt-4.1", (2049, 513), 85 + 8 * 170),
        ("gpt-4.1", (2050, 513), 85 + 4 * 170),
        ("gpt-4o-mini-2024-07-18", (1024, 1024), 2833 + 4 * 5667),
        ("gpt-5", (512, 512), 70 + 140),
        ("gpt-5.2", (512, 512), 70 + 140),
        ("o3", (512, 512), 75 + 150),
        ("gpt-5-mini", (512, 512), 415),  # 256 patches, 1.62 tokens each
        ("gpt-4.1-nano", (1024, 1024), 2520),
        ("o4-mini", (1800, 2400), 2498),  # 1452 patches, as in the guide
        ("openai/gpt-4.1-mini", (2048, 768), 2489),
        ("qwen2.5-vl", (512, 512), 255),
    ],
)
def test_tokens_of_a_picture_follow_the_published_rules(
    model: str, size: tuple[int, int], tokens: int
) -> None:
    assert estimate_picture_tokens(*size, model) == tokens


@given(SIDES, SIDES, st.sampled_from(["gpt-4o", "gpt-4.1-mini"]))
def test_tokens_of_a_picture_are_bounded_whatever_its_size(
    width: int, height: int, model: str
) -> None:
    most = {"gpt-4o": 85 + 2 * 4 * 170, "gpt-4.1-mini": 2489}[model]
    assert 1 <= estimate_picture_tokens(width, height, model) <= most
