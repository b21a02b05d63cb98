"""Tiny checkpoints, made once, and pictures that differ."""

from pathlib import Path

import pytest
from PIL import Image

from datagen.spotcheck.models.clip import Clip, load_clip
from datagen.spotcheck.models.llava import Llava, load_llava
from tests.spotcheck.checkpoints import save_clip, save_llava

SIZES = ((64, 48), (48, 64), (40, 40), (90, 30))


def load_image(path: Path) -> Image.Image:
    """A picture in memory, its file closed."""
    with Image.open(path) as image:
        return image.convert("RGB")


@pytest.fixture(scope="session")
def llava_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_llava(tmp_path_factory.mktemp("llava"))


@pytest.fixture(scope="session")
def plain_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LLaVA-1.5 without a chat template."""
    return save_llava(tmp_path_factory.mktemp("plain"), template=None)


@pytest.fixture(scope="session")
def next_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """LLaVA-NeXT with tiles of several shapes."""
    return save_llava(tmp_path_factory.mktemp("next"), next_tiles=((32, 64), (64, 32), (64, 64)))


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(params=["llava_folder", "plain_folder", "next_folder"])
def any_folder(request: pytest.FixtureRequest) -> Path:
    """Each kind of LLaVA checkpoint in turn."""
    folder: Path = request.getfixturevalue(request.param)
    return folder


@pytest.fixture(scope="session")
def llava(llava_folder: Path) -> Llava:
    return load_llava(str(llava_folder), device="cpu", batch_size=4)


@pytest.fixture(scope="session")
def clip(clip_folder: Path) -> Clip:
    return load_clip(str(clip_folder), device="cpu", batch_size=2)


@pytest.fixture(scope="session")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Pictures of different shape and content."""
    folder = tmp_path_factory.mktemp("pictures")
    paths = []
    for number, size in enumerate(SIZES):
        path = folder / f"{number}.png"
        noise = Image.effect_noise(size, 60 + 40 * number)
        Image.merge("RGB", (noise, noise.transpose(Image.Transpose.ROTATE_180), noise)).save(path)
        paths.append(path)
    return paths
