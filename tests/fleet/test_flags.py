"""The flags of a cluster: what does not go together, or cannot be had, is one sentence."""

import sys
from pathlib import Path

import pytest

from datagen.errors import SettingsError
from datagen.fleet.cluster import connect, import_ray
from tests.cli.test_run import INPUT, _run


def _refused(capsys: pytest.CaptureFixture[str], out: Path, *flags: str) -> str:
    assert _run("generate", *INPUT, *flags, "--out", out) == 2
    error = capsys.readouterr().err
    assert error.startswith("datagen: ")
    assert "Traceback" not in error
    return error


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        (["--ray", "--model", "m", "--via", "batch"], "leave out --via batch"),
        (["--offline", "--shard-size", "9"], "--shard-size is of a cluster: add --ray"),
        (["--offline", "--shared", "there"], "--shared is of a cluster: add --ray"),
        (["--offline", "--ray-workers", "2"], "--ray-workers is of a cluster: add --ray"),
        (["--offline", "--ray-address", "auto"], "--ray-address is of a cluster: add --ray"),
        (["--offline", "--ray", "--shared", "nowhere://x"], "Protocol not known: nowhere"),
        (["--ray", "--model", "m"], "no key: set OPENAI_API_KEY"),
    ],
)
def test_flags_that_do_not_go_together_are_refused(
    flags: list[str],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    assert said in _refused(capsys, tmp_path / "run", *flags)


@pytest.mark.parametrize("missing", ["ray", "fsspec.core"])
def test_without_the_extra_one_sentence_says_how_to_install_it(
    missing: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, missing, None)
    error = _refused(capsys, tmp_path, "--offline", "--ray")
    assert "pip install 'datagen[ray]'" in error


def test_a_run_that_has_nothing_to_ask_needs_no_cluster(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _run("generate", *INPUT, "--offline", "--records", "5", "--out", tmp_path) == 0
    before = (tmp_path / "dataset.jsonl").read_bytes()
    monkeypatch.setitem(sys.modules, "ray", None)
    assert _run("generate", "--ray", "--out", tmp_path) == 0
    assert (tmp_path / "dataset.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("127.0.0.1:1", "--ray-address 127.0.0.1:1: no Ray cluster can be used: "),
        ("ray://head:10001", "--ray-address ray://head:10001: start datagen on a node"),
    ],
)
def test_an_address_that_leads_nowhere_is_one_sentence(address: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        connect(import_ray(), address, None)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
