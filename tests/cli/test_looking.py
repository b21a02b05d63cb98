"""The commands that look at pictures: their results, their errors, and how they go on."""

import json
import re
from pathlib import Path

import pytest

from datagen import cli
from datagen.config import shipped_folder
from datagen.spotcheck.page import read_json
from tests.spotcheck.checkpoints import save_clip, save_llava

IMAGES = shipped_folder("samples") / "images"
CONTEXTS = shipped_folder("samples") / "output" / "contexts.jsonl"
DATASET = shipped_folder("samples") / "output" / "dataset.jsonl"


@pytest.fixture(scope="module")
def llava(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small LLaVA of random weights."""
    return str(save_llava(tmp_path_factory.mktemp("llava")))


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A small CLIP of random weights."""
    return str(save_clip(tmp_path_factory.mktemp("clip")))


def _fail(*arguments: object) -> int:
    with pytest.raises(SystemExit) as error:
        cli.main([str(argument) for argument in arguments])
    return int(error.value.code or 0)


def test_a_run_is_spot_checked_and_the_same_command_looks_at_nothing_again(
    tmp_path: Path, llava: str, clip: str, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    cli.main(["demo", "--out", str(run)], standalone=False)
    command = ["spotcheck", str(run), "--model", llava, "--clip", clip]
    command += ["--sample", "6", "--references", "4", "--max-tokens", "3"]
    capsys.readouterr()
    cli.main(command, standalone=False)
    said = capsys.readouterr().out
    assert "looked at" in said
    assert str(run / "spotcheck.html") in said.replace("\n", "")
    first = (run / "spotcheck.html").read_bytes(), (run / "spotcheck.json").read_bytes()
    results = read_json(run / "spotcheck.json")
    assert (results.records, results.sampled) == (45, 6)
    assert set(results.models) == {"LLaVA", "CLIP"}
    cli.main(command, standalone=False)
    assert ((run / "spotcheck.html").read_bytes(), (run / "spotcheck.json").read_bytes()) == first


def test_a_foreign_file_is_spot_checked_into_a_folder_beside_it(
    tmp_path: Path, llava: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "foreign.jsonl"
    file.write_bytes(DATASET.read_bytes())
    arguments = ["spotcheck", str(file), "--images", str(IMAGES), "--contexts", str(CONTEXTS)]
    arguments += ["--model", llava, "--clip", "off", "--sample", "4", "--references", "2"]
    cli.main([*arguments, "--max-tokens", "2", "--json"], standalone=False)
    results = json.loads(capsys.readouterr().out)
    assert results["sampled"] == 4
    assert (tmp_path / "foreign-spotcheck" / "spotcheck.html").is_file()
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "foreign-spotcheck",
        "foreign.jsonl",
    ]


def test_one_picture_can_be_asked_about(llava: str, capsys: pytest.CaptureFixture[str]) -> None:
    picture = IMAGES / "000000001002.jpg"
    ask = ["spotcheck", "--ask", "What is this?", "--image", str(picture), "--model", llava]
    cli.main([*ask, "--max-tokens", "4"], standalone=False)
    assert capsys.readouterr().out.strip()


def test_pictures_are_found_by_text_and_by_picture(
    tmp_path: Path, clip: str, capsys: pytest.CaptureFixture[str]
) -> None:
    search = ["search", str(DATASET), "--images", str(IMAGES), "--clip", clip]
    search += ["--out", str(tmp_path), "-n", "3", "--json"]
    picture = IMAGES / "000000001004.jpg"
    cli.main([*search, "--image", str(picture)], standalone=False)
    hits = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert len(hits) == 3
    assert hits[0]["image"] == picture.name
    assert hits[0]["likeness"] == pytest.approx(1.0, abs=0.01)
    assert all(name.startswith("000000001004") for name in hits[0]["records"])
    cli.main([*search, "a dog"], standalone=False)
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "give a run folder or a LLaVA file"),
        (["nowhere"], "no such run folder or file"),
        ([DATASET], "--images FOLDER"),
        ([DATASET, "--images", IMAGES, "--sample", 5, "--margin", 0.1], "give one"),
        ([DATASET, "--images", "nowhere"], "there is no such folder"),
        ([DATASET, "--images", IMAGES, "--model", "nowhere/at-all"], "nowhere/at-all"),
        (["--ask", "What?", "--model", "off"], "needs --image"),
        ([IMAGES, "--images", IMAGES], "is no run folder"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(
    arguments: list[object],
    message: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    assert _fail("spotcheck", *arguments) == 2
    error = capsys.readouterr().err
    assert message in re.sub(r"\s+", " ", error)
    assert "Traceback" not in error


def test_search_wants_a_text_or_a_picture(capsys: pytest.CaptureFixture[str]) -> None:
    assert _fail("search", DATASET, "--images", IMAGES) == 2
    assert _fail("search", DATASET, "a dog", "--image", IMAGES / "000000001004.jpg") == 2
    assert "give a text, or --image" in capsys.readouterr().err
