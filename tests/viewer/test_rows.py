"""The records and rejections of a run come in the order of its items, with what the list shows."""

import json
from pathlib import Path

import pytest

from datagen.errors import RunError
from datagen.records import Item
from datagen.viewer.rows import Facts, Place, RunRows


def _score(name: str, **more: object) -> dict[str, object]:
    return {"id": name, "response_type": "conversation", "score": 0.5, "claims": {}, **more}


def _record(name: str, *texts: str) -> dict[str, object]:
    turns = [{"from": ("human", "gpt")[n % 2], "value": text} for n, text in enumerate(texts)]
    return {"id": name, "image": "a.jpg", "conversations": turns}


def _rejection(name: str, reason: str, **more: object) -> dict[str, object]:
    return {
        "id": name,
        "image_id": name.partition("_")[0],
        "image": "b.jpg",
        "response_type": "conversation",
        "stage": "grounding",
        "reason": reason,
        "message": "It is.",
        "turn": 1,
        "span": "",
        "findings": [reason, "repetition"],
        "reply": "A poor reply.",
        **more,
    }


def _write(folder: Path, **files: list[dict[str, object]]) -> Path:
    for name, lines in files.items():
        text = "".join(f"{json.dumps(line)}\n" for line in lines)
        (folder / f"{name}.jsonl").write_text(text, encoding="utf-8")
    return folder


def test_accepted_and_rejected_records_stand_side_by_side(tmp_path: Path) -> None:
    names = [f"0{n}_conversation_0" for n in (1, 3, 4)]
    folder = _write(
        tmp_path,
        dataset=[_record(name, "<image>\nWho?", "A cook.") for name in names],
        scores=[_score(name, notes=["long-answer"]) for name in names],
        rejected=[
            _rejection("02_conversation_0", "refusal"),
            _rejection("05_conversation_1", "cut-off"),
        ],
    )
    asked: list[Item] = []

    def tell(item: Item) -> Facts:
        asked.append(item)
        return Facts(0.25, ["dog"])

    rows = list(RunRows(folder, tell, {"01_conversation_0": ["unseen"]}))
    assert [row.id[:2] for row in rows] == ["01", "02", "03", "04", "05"]
    assert [row.is_accepted for row in rows] == [True, False, True, True, False]
    assert [item.image_id for item in asked] == ["01", "02", "03", "04", "05"]
    first, second = rows[:2]
    assert (first.text, first.words, first.score) == ("\nWho?\nA cook.", 2, 0.5)
    assert (first.findings, first.flags, first.objects) == (["long-answer"], ["unseen"], ["dog"])
    assert (second.text, second.words, second.reasons) == ("A poor reply.", 3, ("refusal",))
    assert second.findings == ["refusal", "repetition"]
    for row, name in ((first, "dataset.jsonl"), (second, "rejected.jsonl")):
        assert isinstance(row.body, Place)
        content = (folder / name).read_bytes()[row.body.start :][: row.body.size]
        assert json.loads(content)["id"] == row.id


def test_a_pair_that_was_dropped_is_told_of_the_record_that_stands_without_it(
    tmp_path: Path,
) -> None:
    name = "01_conversation_0"
    folder = _write(
        tmp_path,
        dataset=[_record(name, "Who?", "A cook.")],
        scores=[_score(name)],
        rejected=[_rejection(name, "wrong-count", pair=1, question="How many?")],
    )
    (row,) = RunRows(folder)
    assert (row.is_accepted, list(row.reasons), row.findings) == (
        True,
        ["wrong-count"],
        ["wrong-count"],
    )


def test_a_run_without_a_data_set_yet_has_no_rows(tmp_path: Path) -> None:
    assert list(RunRows(tmp_path)) == []


@pytest.mark.parametrize("broken", ["dataset", "scores", "rejected"])
def test_files_that_do_not_fit_are_refused_with_what_mends_them(
    tmp_path: Path, broken: str
) -> None:
    name = "01_conversation_0"
    files = {"dataset": [_record(name, "Who?", "A cook.")], "scores": [_score(name)]}
    _write(tmp_path, **files, rejected=[_rejection("02_conversation_0", "refusal")])
    (tmp_path / f"{broken}.jsonl").write_text('{"id": 1}\n' if broken != "scores" else "")
    with pytest.raises(RunError, match="datagen build"):
        list(RunRows(tmp_path))
