"""A run whose replies are known."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from datagen.config import RUN_FILE, RunSettings, dump_settings, make_settings
from datagen.layouts import render_text
from datagen.records import AnnotatedImage, Item, Message, Reply, Turn
from datagen.store import Answer, Request, RunStore

IMAGE = AnnotatedImage("7", "a.jpg", ("A cook in a kitchen.",), (), 640, 480)
Dialogue = Sequence[tuple[str, str]]


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
