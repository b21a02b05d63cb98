"""A run of the samples, and its page."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen import cli
from tests.benchmarks.viewer_run import make_run
from tests.viewer.asking import Page, find_target, serve_page


@pytest.fixture(scope="session")
def samples_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the samples; not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "run"
    cli.main(["demo", "--out", str(folder)], standalone=False)
    return folder


@pytest.fixture(scope="session")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 300 invented records, a tenth rejected; not to be changed."""
    return make_run(tmp_path_factory.mktemp("made") / "run", 300)


@pytest.fixture
def run(samples_run: Path, tmp_path: Path) -> Path:
    """A copy of the samples' run."""
    return Path(shutil.copytree(samples_run, tmp_path / "run"))


@pytest.fixture(scope="module")
def page(samples_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of the samples' run."""
    folder = tmp_path_factory.mktemp("page") / "run"
    shutil.copytree(samples_run, folder)
    with serve_page(find_target(folder)) as opened:
        yield opened
