"""The commands about files, as a user meets them."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from datagen import pipeline
from datagen.checks.checker import CheckRules
from datagen.config import shipped_folder
from datagen.context import to_context_record
from datagen.sources.contexts import read_contexts
from tests.cli.test_run import INPUT, SAMPLES, _run

GOOD: dict[str, Any] = {
    "id": "1",
    "image": "000000001001.jpg",
    "conversations": [
        {"from": "human", "value": "<image>\nWhat is there?"},
        {"from": "gpt", "value": "A kitchen."},
    ],
}
LEAK = {
    **GOOD,
    "id": "2",
    "conversations": [
        GOOD["conversations"][0],
        {"from": "gpt", "value": "According to the caption, a kitchen."},
    ],
}


def _write(path: Path, records: list[Any]) -> Path:
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def test_a_good_file_passes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("check", _write(tmp_path / "good.jsonl", [GOOD])) == 0
    assert "1 record, 0 failed" in capsys.readouterr().out


def test_a_bad_record_fails_with_place_reason_and_span(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("check", _write(tmp_path / "bad.jsonl", [GOOD, LEAK])) == 1
    out = capsys.readouterr().out
    assert "line 2 (2), turn 1: source-named: " in out
    assert "2 records, 1 failed" in out


def test_json_output_is_a_finding_a_line_and_the_summary_last(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps([LEAK, 7]), encoding="utf-8")
    assert _run("check", path, "--json") == 1
    *findings, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert [(each["place"], each["reason"]) for each in findings] == [
        ("record 1", "source-named"),
        ("record 2", "not-an-object"),
    ]
    assert last["summary"]["failed"] == 2


def test_a_broken_line_is_a_finding_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "cut.jsonl", [GOOD])
    with path.open("a", encoding="utf-8") as file:
        file.write(
            '{"id": "2", "conver\n' + json.dumps({**GOOD, "id": "3", "image": "3.jpg"}) + "\n"
        )
    assert _run("check", path) == 1
    out = capsys.readouterr().out
    assert "line 2: not-json" in out
    assert "3 records, 1 failed" in out


def test_pictures_are_opened_when_their_folder_is_given(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "data.jsonl", [GOOD, {**GOOD, "id": "2", "image": "gone.jpg"}])
    assert _run("check", path, "--images", SAMPLES / "images") == 1
    out = capsys.readouterr().out
    assert "image-missing" in out
    assert "2 records, 1 failed" in out


def test_many_findings_are_cut_and_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    records = [{**LEAK, "id": str(n), "image": f"{n}.jpg"} for n in range(70)]
    assert _run("check", _write(tmp_path / "bad.jsonl", records)) == 1
    out = capsys.readouterr().out
    assert "… and 20 more findings" in out
    assert "source-named 70" in out


@pytest.mark.parametrize("content", [b"", b"Once upon a time", b"\xff\xfe\x00"])
def test_a_file_that_is_no_data_set_is_one_clear_error(
    tmp_path: Path, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "prose.txt"
    path.write_bytes(content)
    assert _run("check", path) == 2
    assert "prose.txt" in capsys.readouterr().err


def test_contexts_are_written_and_can_be_the_source_of_the_same_run(tmp_path: Path) -> None:
    path = tmp_path / "contexts.jsonl"
    assert _run("contexts", *INPUT, "--out", path) == 0
    source = read_contexts(path)
    assert len(source.images) == 15
    assert source.troubles == ()
    written = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [to_context_record(image) for image in source.images] == written
    for name, flags in (("coco", INPUT), ("contexts", ["--contexts", str(path)])):
        assert _run("generate", *flags, "--offline", "--per-image", "--out", tmp_path / name) == 0
    first, second = (tmp_path / name / "dataset.jsonl" for name in ("coco", "contexts"))
    assert first.read_bytes() == second.read_bytes()


def test_the_shipped_prompts_are_found() -> None:
    assert (shipped_folder("prompts") / "conversation" / "system_message.txt").is_file()


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--claims", "set.jsonl"], "--claims set.jsonl: is a file that is read"),
        (["--scores", "./set.jsonl"], "is a file that is read"),
        (["--claims", "x.jsonl", "--scores", "x.jsonl"], "is written by --claims already"),
    ],
)
def test_an_output_never_takes_the_place_of_an_input_or_another_output(
    flags: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    before = _write(tmp_path / "set.jsonl", [GOOD]).read_bytes()
    assert _run("check", "set.jsonl", *flags) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "set.jsonl").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["set.jsonl"]


def test_claims_and_scores_are_written_for_every_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = _write(tmp_path / "set.jsonl", [GOOD, {**LEAK, "image": "000000001002.jpg"}])
    claims, scores = tmp_path / "claims.jsonl", tmp_path / "scores.jsonl"
    assert _run("check", file, *INPUT, "--claims", claims, "--scores", scores) == 1
    lines = [json.loads(line) for line in claims.read_text().splitlines()]
    assert {"family", "verdict", "rule", "span", "boxes", "captions"} <= lines[0].keys()
    told = [json.loads(line) for line in scores.read_text().splitlines()]
    assert [line["id"] for line in told] == ["1", "2"]
    assert told[1]["rejected"] == ["source-named"]
    assert "conversation: 2 records, 1 failed, mean score" in capsys.readouterr().out


def test_a_language_that_grounding_does_not_read_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run("check", _write(tmp_path / "set.jsonl", [GOOD]), *INPUT, "--language", "Klingon")
    assert "nothing is held against captions and boxes: language Klingon" in capsys.readouterr().err


def test_a_byte_order_mark_fails_the_file_and_no_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, scores = tmp_path / "set.json", tmp_path / "scores.jsonl"
    path.write_text(json.dumps([GOOD]), encoding="utf-8-sig")
    assert _run("check", path, "--scores", scores) == 1
    out = capsys.readouterr().out
    assert "start: byte-order-mark: The file begins with a byte-order mark" in out
    assert "1 record, 0 failed; the file as a whole fails: byte-order-mark" in out
    assert [json.loads(line)["id"] for line in scores.read_text("utf-8").splitlines()] == ["1"]
    assert _run("check", path, "--json") == 1
    finding, last = map(json.loads, capsys.readouterr().out.splitlines())
    assert (finding["place"], finding["reason"]) == ("start", "byte-order-mark")
    assert (last["summary"]["passed"], last["summary"]["failed"]) == (False, 0)
    assert _run("check", path, "--severities", "byte-order-mark=note") == 0


def test_a_line_that_is_not_utf_8_is_a_finding_and_the_rest_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "set.jsonl", [GOOD])
    path.write_bytes(b'{"id": "caf\xe9"}\n' + path.read_bytes() + json.dumps(LEAK).encode())
    assert _run("check", path) == 1
    out = capsys.readouterr().out
    assert r"line 1: wrong-encoding:" in out
    assert "line 3 (2), turn 1: source-named" in out
    assert "3 records, 2 failed" in out


def _name_pictures(folder: Path, names: list[str]) -> Path:
    records = [{**GOOD, "id": str(n), "image": name} for n, name in enumerate(names)]
    return _write(folder / "set.jsonl", records)


def test_a_wrong_picture_folder_is_said_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _name_pictures(tmp_path, [f"train/{n}.jpg" for n in range(20)] + ["train/0.jpg"])
    assert _run("check", path, "--images", tmp_path) == 1
    out = capsys.readouterr().out
    first = tmp_path / "train" / "0.jpg"
    assert (
        f"none of the 20 pictures was found in {tmp_path}; the first was looked for at {first}"
        in out
    )
    assert "line 1" not in out
    assert "21 records, 21 failed" in out
    assert _run("check", path, "--images", tmp_path, "--json") == 1
    *findings, _ = map(json.loads, capsys.readouterr().out.splitlines())
    assert [f["place"] for f in findings if f["reason"] == "image-missing"] == [
        f"line {n}" for n in range(1, 22)
    ]


def test_nearly_all_pictures_missing_is_said_once_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["000000001001.jpg", *(f"{n}.jpg" for n in range(19))]
    _run("check", _name_pictures(tmp_path, names), "--images", SAMPLES / "images")
    out = capsys.readouterr().out
    assert "19 of the 20 pictures were not found in" in out
    assert "line 2" not in out


def test_some_pictures_missing_are_told_one_by_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"{n:012}.jpg" for n in (*range(1001, 1005), *range(7, 27))]
    _run("check", _name_pictures(tmp_path, names), "--images", SAMPLES / "images")
    out = capsys.readouterr().out
    assert "line 5 (4): image-missing" in out
    assert "were not found" not in out


def test_a_picture_folder_that_is_none_is_refused_before_anything_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "set.jsonl", [GOOD])
    assert _run("check", path, "--images", tmp_path / "none") == 2
    assert "none: there is no such folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--min-scores", "conversaton=0.5"], "did you mean conversation?"),
        (["--min-scores", "own_type=0.5"], "--prompts FOLDER adds types of your own"),
        (["--severities", "wrong-color=note"], "did you mean wrong-colour?"),
    ],
)
def test_a_name_that_nothing_has_is_refused_with_the_nearest_known(
    flags: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("check", _write(tmp_path / "set.jsonl", [GOOD]), *flags) == 2
    assert said in capsys.readouterr().err


def test_types_of_a_prompt_folder_have_scores_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "prompts" / "VQA-2").mkdir(parents=True)
    (tmp_path / "prompts" / "VQA-2" / "system_message.txt").write_text("Talk.", encoding="utf-8")
    answer = "A kitchen with a lantern, a ladder and a drum."
    turns = [GOOD["conversations"][0], {"from": "gpt", "value": answer}]
    record = {**GOOD, "id": "000000001001_VQA-2_0", "conversations": turns}
    path = _write(tmp_path / "set.jsonl", [record])
    prompts = str(tmp_path / "prompts")
    command = ["check", str(path), *INPUT, "--prompts", prompts, "--min-scores"]
    assert _run(*command, "VQA-2=1") == 1
    assert _run(*command, "VQA-2=0,conversation=1") == 0


def test_names_that_no_terminal_can_show_are_shown_escaped(
    tmp_path: Path,
) -> None:
    path = _write(tmp_path / "set.jsonl", [{**LEAK, "id": "\ud83d"}])
    done = subprocess.run(
        [sys.executable, "-m", "datagen", "check", str(path)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )
    assert (done.returncode, done.stderr) == (1, b"")
    assert rb"line 1 (\ud83d), turn 1: source-named" in done.stdout


def test_what_rejects_and_what_is_only_noted_are_counted_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _run("check", _write(tmp_path / "set.jsonl", [GOOD, LEAK]))
    out = capsys.readouterr().out
    assert "  rejected: source-named 1\n  noted: repeated-question 1\n" in out


def test_captions_of_other_pictures_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "set.jsonl", [{**GOOD, "image": "7.jpg"}])
    assert _run("check", path, *INPUT) == 0
    said = "nothing was held against captions and boxes: they have none of the records' pictures"
    assert said in capsys.readouterr().out


def test_a_file_without_records_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "set.json"
    path.write_text("[]", encoding="utf-8")
    assert _run("check", path) == 0
    assert "0 records, 0 failed: there is nothing to train on" in capsys.readouterr().out


def test_ctrl_c_tells_how_far_the_check_came_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _write(tmp_path / "set.jsonl", [LEAK])
    check_file = pipeline.check_file

    def stop_after_all(
        file: Path, rules: CheckRules, **_: object
    ) -> Iterator[pipeline.CheckedRecord]:
        yield from check_file(file, rules)
        raise KeyboardInterrupt

    monkeypatch.setattr(pipeline, "check_file", stop_after_all)
    assert _run("check", path, "--claims", tmp_path / "c", "--scores", tmp_path / "s") == 130
    error = capsys.readouterr().err
    assert error == "datagen: stopped after 1 record, 1 failed; --claims, --scores not written\n"
    assert [each.name for each in tmp_path.iterdir()] == ["set.jsonl"]
