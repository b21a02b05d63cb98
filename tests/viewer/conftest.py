"""A run of the samples and its page, and runs whose replies are known."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from datagen import cli
from datagen.config import RUN_FILE, RunSettings, dump_settings, make_settings
from datagen.layouts import render_text
from datagen.records import AnnotatedImage, Item, Message, Reply, Turn
from datagen.store import Answer, Request, RunStore
from tests.benchmarks import viewer_run
from tests.viewer.asking import Page, find_target, serve_page

IMAGE = AnnotatedImage("7", "a.jpg", ("A cook in a kitchen.",), (), 640, 480)
Dialogue = Sequence[tuple[str, str]]


@pytest.fixture(scope="session")
def samples_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of the samples; not to be changed."""
    folder = tmp_path_factory.mktemp("samples") / "run"
    cli.main(["demo", "--out", str(folder)], standalone=False)
    return folder


@pytest.fixture(scope="session")
def made_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 300 invented records, a tenth rejected; not to be changed."""
    return viewer_run.make_run(tmp_path_factory.mktemp("made") / "run", 300)


@pytest.fixture
def run(samples_run: Path, tmp_path: Path) -> Path:
    """A copy of the samples' run, without what other tests have put beside it."""
    unwanted = shutil.ignore_patterns("*view*")
    return Path(shutil.copytree(samples_run, tmp_path / "run", ignore=unwanted))


@pytest.fixture(scope="module")
def page(samples_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """The page of the samples' run."""
    folder = tmp_path_factory.mktemp("page") / "run"
    shutil.copytree(samples_run, folder, ignore=shutil.ignore_patterns("*view*"))
    with serve_page(find_target(folder)) as opened:
        yield opened


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., RunSettings]:
    """Makes a run of one conversation with these candidates; `None` is a failure."""

    def make(*candidates: Dialogue | None, rounds: Sequence[Dialogue] = ()) -> RunSettings:
        settings = make_settings(
            {"contexts": tmp_path / "contexts.jsonl", "offline": True, "grounding": "off"}
        )
        item = Item("7", "conversation")
        request = Request(b"key", item, IMAGE, (Message("system", "Ask."),), "A cook in a kitchen.")
        replies = [(n, 0, dialogue) for n, dialogue in enumerate(candidates)]
        replies += [(0, n, dialogue) for n, dialogue in enumerate(rounds, 1)]
        with RunStore(tmp_path, write=True) as store:
            store.add(
                (request, _answer(candidate, round_, dialogue))
                for candidate, round_, dialogue in replies
            )
        (tmp_path / RUN_FILE).write_text(dump_settings(settings, {}), encoding="utf-8")
        return settings

    return make


def _answer(candidate: int, round_: int, dialogue: Dialogue | None) -> Answer:
    if dialogue is None:
        return Answer(Reply("503", ""), candidate, round_, failure="gave-up")
    text = render_text([Turn(*pair) for pair in dialogue], "pairs")
    return Answer(Reply(text, f"model {candidate}"), candidate, round_)
