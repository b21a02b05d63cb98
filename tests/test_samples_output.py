"""The committed data set of the samples is what the pipeline makes of them, byte for byte."""

import json
from pathlib import Path

import pytest

from datagen import cli
from datagen.config import shipped_folder

ROOT = Path(__file__).parent.parent
SAMPLES = shipped_folder("samples")
FILES = ("dataset.jsonl", "dataset.json", "rejected.jsonl")


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The samples sent through the pipeline anew."""
    out = tmp_path_factory.mktemp("samples")
    cli.main(["demo", "--out", str(out)], standalone=False)
    arguments = ["contexts", "--captions", SAMPLES / "captions.json"]
    arguments += ["--instances", SAMPLES / "instances.json", "--out", out / "contexts.jsonl"]
    cli.main([str(argument) for argument in arguments], standalone=False)
    return out


@pytest.mark.parametrize("name", [*FILES, "contexts.jsonl"])
def test_the_committed_output_is_rebuilt_byte_for_byte(rebuilt: Path, name: str) -> None:
    assert (rebuilt / name).read_bytes() == (SAMPLES / "output" / name).read_bytes()


def test_the_sample_in_the_readme_is_one_of_them() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = readme.split("<!-- sample -->")[1]
    lines = (SAMPLES / "output" / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    records = {record["id"]: record for record in map(json.loads, lines)}
    for kind in ("conversation", "detail_description", "complex_reasoning"):
        for message in records[f"000000001002_{kind}_0"]["conversations"]:
            text = message["value"].replace("<image>", "").strip()
            assert text in shown
    contexts = (SAMPLES / "output" / "contexts.jsonl").read_text(encoding="utf-8").splitlines()
    context = next(each for each in map(json.loads, contexts) if each["id"] == "000000001002")
    block = readme.split("<!-- context -->")[1]
    assert all(caption in block for caption in context["captions"])
    assert all(f"{each['category']}: {each['bbox']}" in block for each in context["instances"][:3])
