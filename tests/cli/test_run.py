"""The commands that make a data set, as a user meets them."""

import json
from pathlib import Path

import pytest

from datagen import cli
from datagen.config import shipped_folder

SAMPLES = shipped_folder("samples")
INPUT = [
    "--captions",
    str(SAMPLES / "captions.json"),
    "--instances",
    str(SAMPLES / "instances.json"),
]


def _run(*arguments: str | Path) -> int:
    """Exit code of a command run in this process."""
    try:
        cli.main([str(argument) for argument in arguments])
    except SystemExit as exit_:
        return exit_.code if isinstance(exit_.code, int) else 0 if exit_.code is None else 1
    return 0


def test_the_demo_makes_a_data_set_and_shows_a_record(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("demo", "--out", tmp_path / "demo") == 0
    out = capsys.readouterr().out
    assert "000000001001_complex_reasoning_0" in out
    assert "<image>" in out
    assert len((tmp_path / "demo" / "dataset.jsonl").read_text("utf-8").splitlines()) == 45
    assert _run("check", tmp_path / "demo" / "dataset.json") == 0


def test_the_demo_does_not_touch_a_run_of_other_settings(tmp_path: Path) -> None:
    assert _run("generate", *INPUT, "--offline", "--records", "3", "--out", tmp_path) == 0
    before = (tmp_path / "dataset.jsonl").read_bytes()
    assert _run("demo", "--out", tmp_path) == 2
    assert (tmp_path / "dataset.jsonl").read_bytes() == before


def test_a_run_is_the_same_for_any_concurrency_and_a_second_time(tmp_path: Path) -> None:
    texts = []
    for concurrency in ("1", "50"):
        out = tmp_path / concurrency
        arguments = ["generate", *INPUT, "--offline", "--per-image", "--concurrency", concurrency]
        assert _run(*arguments, "--out", out) == 0
        assert _run(*arguments, "--out", out) == 0
        texts.append((out / "dataset.jsonl").read_bytes())
    assert texts[0] == texts[1]


def test_a_run_can_be_continued_by_its_folder_alone(tmp_path: Path) -> None:
    assert _run("generate", *INPUT, "--offline", "--records", "5", "--out", tmp_path) == 0
    before = (tmp_path / "dataset.jsonl").read_bytes()
    assert _run("generate", "--out", tmp_path) == 0
    assert (tmp_path / "dataset.jsonl").read_bytes() == before


def test_build_derives_the_same_data_set_without_the_source(tmp_path: Path) -> None:
    copy = tmp_path / "captions.json"
    copy.write_bytes((SAMPLES / "captions.json").read_bytes())
    out = tmp_path / "run"
    arguments = ["generate", "--captions", str(copy), "--offline", "--mix", "conversation=1"]
    assert _run(*arguments, "--out", out) == 0
    before = (out / "dataset.jsonl").read_bytes()
    copy.unlink()
    (out / "dataset.jsonl").unlink()
    assert _run("build", out) == 0
    assert (out / "dataset.jsonl").read_bytes() == before


def test_plan_shows_counts_and_asks_nobody(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("plan", *INPUT, "--records", "79") == 0
    out = capsys.readouterr().out
    assert "79 records planned" in out
    for name in ("conversation", "detail_description", "complex_reasoning"):
        assert name in out


def test_report_shows_what_the_run_wrote(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("generate", *INPUT, "--offline", "--out", tmp_path) == 0
    capsys.readouterr()
    assert _run("report", tmp_path, "--json") == 0
    assert json.loads(capsys.readouterr().out)["written"] == 15
    assert _run("report", tmp_path) == 0
    assert "complex_reasoning" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["generate", "--out", "x"], "nothing to read"),
        (["generate", *INPUT, "--out", "x"], "no model: give --model"),
        (
            ["generate", *INPUT, "--offline", "--model", "m", "--out", "x"],
            "--offline asks no model",
        ),
        (["generate", *INPUT, "--model", "m", "--out", "x"], "no key: set OPENAI_API_KEY"),
        (["generate", *INPUT, "--offline", "--mix", "talk", "--out", "x"], "NAME=VALUE"),
        (["generate", *INPUT, "--offline", "--mix", "talk=1", "--out", "x"], "no response type"),
        (["plan", *INPUT, "--mix", "conversatoin=1"], "did you mean conversation?"),
        (["generate", *INPUT, "--offline", "--min-scores", "talk=1", "--out", "x"], "'talk'"),
        (
            ["generate", *INPUT, "--offline", "--severities", "no-ids=note", "--out", "x"],
            "did you mean no-id?",
        ),
        (["generate", *INPUT, "--offline", "--images", "none", "--out", "x"], "no such folder"),
        (["generate", "--captions", "none.json", "--offline", "--out", "x"], "none.json"),
        (["generate", *INPUT, "--offline", "--prompts", "none", "--out", "x"], "none"),
        (["generate", *INPUT, "--offline", "--language", "Klingon", "--out", "x"], "Klingon"),
        (["generate", *INPUT, "--offline", "--exclude", "none.txt", "--out", "x"], "none.txt"),
        (
            ["generate", *INPUT, "--config", "none.toml", "--out", "x"],
            "file: No such file or directory\n",
        ),
        (["build", "none"], "no run folder"),
        (["report", "none"], "no report yet"),
    ],
)
def test_a_mistake_ends_in_one_sentence_and_makes_no_folder(
    arguments: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "DATAGEN_MODEL"):
        monkeypatch.delenv(name, raising=False)
    assert _run(*arguments) == 2
    error = capsys.readouterr().err
    assert error.startswith("datagen: ")
    assert said in error
    assert list(tmp_path.iterdir()) == []


def test_build_refuses_a_score_for_a_type_that_the_run_has_not(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("generate", *INPUT, "--offline", "--records", "3", "--out", tmp_path) == 0
    assert _run("build", tmp_path, "--min-scores", "conversatoin=0.5") == 2
    assert "did you mean conversation?" in capsys.readouterr().err
    assert _run("build", tmp_path, "--min-scores", "conversation=0.5") == 0


def test_a_flag_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("generate", "--conurrency", "3") == 2
    assert "No such option" in capsys.readouterr().err


def test_the_version_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("--version") == 0
    assert capsys.readouterr().out.startswith("datagen 0.")
