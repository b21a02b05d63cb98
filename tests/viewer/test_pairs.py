"""Pairs answer the same question, carry the picture, and have the shape that TRL reads."""

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from datagen import cli
from datagen.config import RunSettings
from datagen.errors import ReviewError
from datagen.pipeline import build_dataset
from datagen.records import Turn
from datagen.store import ReviewStore
from datagen.store.review_events import EventKind
from datagen.viewer.pairs import APART, SAME, Contrast, contrast, export_pairs, name_loader

RECORD = "7_conversation_0"
COOK = [("Who is there?", "A cook."), ("Where is it?", "A kitchen.")]
MAN = [("Who is there?", "A man."), ("Where is it?", "A kitchen.")]
OTHER = [("What is there?", "A stove.")]

MakeRun = Callable[..., RunSettings]


def _turns(*pairs: tuple[str, str]) -> list[Turn]:
    return [Turn(*pair) for pair in pairs]


def _do(
    folder: Path,
    kind: EventKind,
    *,
    turns: list[dict[str, str]] | None = None,
    choice: str | None = None,
) -> None:
    with ReviewStore(folder, write=True) as store:
        revision = store.read_state(RECORD).revision
        store.add(RECORD, kind, revision=revision, by="ann", at="now", turns=turns, choice=choice)


def _edit(*pairs: tuple[str, str]) -> list[dict[str, str]]:
    return [
        {"from": speaker, "text": text}
        for pair in pairs
        for speaker, text in zip(("human", "gpt"), pair, strict=True)
    ]


def _export(folder: Path, settings: RunSettings) -> tuple[list[dict[str, Any]], dict[str, int]]:
    count, left_out = export_pairs(folder, settings, folder / "pairs.jsonl")
    text = (folder / "pairs.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    assert len(rows) == count
    return rows, dict(left_out)


def test_dialogues_part_at_an_answer_and_end_where_they_meet_again() -> None:
    better = _turns(("1?", "a"), ("2?", "b"), ("3?", "c"), ("4?", "d"))
    worse = _turns(("1?", "a"), ("2?", "x"), ("3?", "y"), ("4?", "d"))
    assert contrast(better, worse) == Contrast(
        ("1?", "a", "2?"), ("b", "3?", "c"), ("x", "3?", "y")
    )


def test_a_pair_ends_where_the_questions_part() -> None:
    better = _turns(("1?", "a"), ("2?", "b"))
    worse = _turns(("1?", "x"), ("other?", "y"))
    assert contrast(better, worse) == Contrast(("1?",), ("a",), ("x",))


@pytest.mark.parametrize(
    ("worse", "why"),
    [
        (_turns(("1?", "a")), SAME),
        (_turns(("other?", "x")), APART),
        (_turns(("1?", "a"), ("2?", "b")), APART),
    ],
)
def test_what_cannot_be_compared_gives_no_pair(worse: list[Turn], why: str) -> None:
    assert contrast(_turns(("1?", "a")), worse) == why


def test_an_edit_is_better_than_what_it_replaced(make_run: MakeRun, tmp_path: Path) -> None:
    settings = make_run(COOK)
    _do(tmp_path, "edit", turns=_edit(("Who is there?", "A chef."), COOK[1]))
    (row,), left_out = _export(tmp_path, settings)
    assert left_out == {}
    assert row["images"] == ["a.jpg"]
    assert row["source"] == "edit"
    (question,) = row["prompt"]
    assert question["role"] == "user"
    assert {"type": "image"} in question["content"]
    assert {"type": "text", "text": "Who is there?"} in question["content"]
    assert row["chosen"] == [
        {"role": "assistant", "content": [{"type": "text", "text": "A chef."}]}
    ]
    assert row["rejected"] == [
        {"role": "assistant", "content": [{"type": "text", "text": "A cook."}]}
    ]


def test_the_picture_stands_once_and_where_the_record_has_it(
    make_run: MakeRun, tmp_path: Path
) -> None:
    settings = make_run(COOK)
    _do(tmp_path, "edit", turns=_edit(COOK[0], ("Where is it?", "A restaurant.")))
    (row,), _ = _export(tmp_path, settings)
    assert [message["role"] for message in row["prompt"]] == ["user", "assistant", "user"]
    parts = [part for message in row["prompt"] for part in message["content"]]
    assert sum(part == {"type": "image"} for part in parts) == 1
    build_dataset(tmp_path, settings)
    record = json.loads((tmp_path / "dataset.jsonl").read_text(encoding="utf-8").splitlines()[0])
    is_first = record["conversations"][0]["value"].startswith("<image>")
    assert (row["prompt"][0]["content"][0] == {"type": "image"}) == is_first


def test_a_choice_is_better_than_every_other_candidate(make_run: MakeRun, tmp_path: Path) -> None:
    chef = [("Who is there?", "A chef."), COOK[1]]
    settings = make_run(COOK, MAN, OTHER, chef, COOK)
    _do(tmp_path, "choice", choice="1.0")
    rows, left_out = _export(tmp_path, settings)
    assert [row["rejected"][0]["content"][0]["text"] for row in rows] == ["A cook.", "A chef."]
    assert {row["chosen"][0]["content"][0]["text"] for row in rows} == {"A man."}
    assert left_out == {APART: 1}  # and equal candidates count once


def test_a_rejected_record_gives_no_pair(make_run: MakeRun, tmp_path: Path) -> None:
    settings = make_run(COOK, MAN)
    _do(tmp_path, "choice", choice="1.0")
    _do(tmp_path, "reject")
    rows, left_out = _export(tmp_path, settings)
    assert rows == []
    assert left_out == {"the record was rejected": 1}


def test_a_tie_gives_no_pair(make_run: MakeRun, tmp_path: Path) -> None:
    settings = make_run(COOK, MAN)
    _do(tmp_path, "choice", choice="tie")
    assert _export(tmp_path, settings) == ([], {})


def test_every_row_has_the_same_shape_so_that_one_schema_fits_all(
    make_run: MakeRun, tmp_path: Path
) -> None:
    settings = make_run(COOK, MAN)
    _do(tmp_path, "choice", choice="1.0")
    _do(tmp_path, "edit", turns=_edit(MAN[0], ("Where is it?", "A restaurant.")))
    rows, _ = _export(tmp_path, settings)
    assert [row["source"] for row in rows] == ["edit", "choice"]
    for row in rows:
        assert list(row) == ["id", "source", "images", "prompt", "chosen", "rejected"]
        for message in [*row["prompt"], *row["chosen"], *row["rejected"]]:
            assert set(message) == {"role", "content"}
            assert all(part["type"] in {"image", "text"} for part in message["content"])
        assert row["prompt"][-1]["role"] == "user"
        assert row["chosen"][-1]["role"] == row["rejected"][-1]["role"] == "assistant"


def test_the_module_beside_the_file_names_it(make_run: MakeRun, tmp_path: Path) -> None:
    settings = make_run(COOK, MAN)
    _do(tmp_path, "choice", choice="1.0")
    _export(tmp_path, settings)
    text = name_loader(tmp_path / "pairs.jsonl").read_text(encoding="utf-8")
    names = {node.name for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef)}
    assert "load_pairs" in names
    assert '"pairs.jsonl"' in text


def test_without_a_choice_or_edit_there_is_nothing_to_export(
    make_run: MakeRun, tmp_path: Path
) -> None:
    settings = make_run(COOK)
    _do(tmp_path, "accept")
    with pytest.raises(ReviewError, match="nobody has edited"):
        export_pairs(tmp_path, settings, tmp_path / "pairs.jsonl")


def test_the_command_says_what_gave_no_pair(
    make_run: MakeRun, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make_run(COOK, MAN, OTHER)
    _do(tmp_path, "choice", choice="0.0")
    out = tmp_path / "dpo.jsonl"
    cli.main(["export-pairs", str(tmp_path), "--out", str(out)], standalone=False)
    said = capsys.readouterr().out
    assert "1 pairs" in said
    assert "without a pair: 1 (the questions differ)" in said
    assert "load_dpo.py" in said
