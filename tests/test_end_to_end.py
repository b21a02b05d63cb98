"""The main job on real input: the command, the files, a real endpoint over HTTP that fails."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from io import StringIO
from pathlib import Path

import pytest
from pycocotools.coco import COCO

from datagen.config import shipped_folder
from datagen.context import render_context
from datagen.sources.coco import read_coco

SAMPLES = shipped_folder("samples")
REAL = Path(__file__).resolve().parents[2] / "shared" / "coco"
SOURCES = {
    "samples": (SAMPLES / "captions.json", SAMPLES / "instances.json", SAMPLES / "images"),
    "real": (
        REAL / "captions_train2017.json",
        REAL / "instances_train2017.json",
        REAL / "train2017",
    ),
}
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason="the 80 real COCO images lie beside the checkout, not in it"
)
BOTH = [pytest.param("samples"), pytest.param("real", marks=needs_real)]


def _datagen(*arguments: str | Path, expect: int = 0) -> str:
    """Run the command as a user does; stdout."""
    done = subprocess.run(
        [sys.executable, "-m", "datagen", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "120"},
    )
    assert done.returncode == expect, done.stderr + done.stdout
    return done.stdout


def _input(name: str) -> list[str | Path]:
    captions, instances, images = SOURCES[name]
    return ["--captions", captions, "--instances", instances, "--images", images, "--per-image"]


@contextmanager
def _serve(*arguments: str) -> Iterator[str]:
    """The mock endpoint as a process of its own; its base URL."""
    command = [sys.executable, "-m", "datagen", "mock-server", "--port", "0", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            match = re.search(r"serving (http://\S+?);", process.stdout.readline())
            assert match is not None
            yield match[1]
        finally:
            process.terminate()


@pytest.mark.parametrize("name", BOTH)
def test_every_record_passes_the_check_and_a_second_run_has_the_same_bytes(
    name: str, tmp_path: Path
) -> None:
    for run, concurrency in (("a", "1"), ("b", "64")):
        flags = ["--offline", "--concurrency", concurrency]
        _datagen("generate", *_input(name), *flags, "--out", tmp_path / run)
    records = json.loads((tmp_path / "a" / "dataset.json").read_text("utf-8"))
    assert len(records) == {"samples": 45, "real": 240}[name]
    first, second = ((tmp_path / run / "dataset.jsonl").read_bytes() for run in "ab")
    assert first == second
    images = SOURCES[name][2]
    out = _datagen("check", tmp_path / "a" / "dataset.json", "--images", images)
    assert f"{len(records)} records, 0 failed" in out


@pytest.mark.parametrize("name", BOTH)
def test_an_endpoint_that_fails_in_three_ways_gives_the_same_bytes(
    name: str, tmp_path: Path
) -> None:
    _datagen("generate", *_input(name), "--offline", "--out", tmp_path / "offline")
    with _serve("--fault", "429=0.1", "--fault", "500=0.1", "--fault", "reset=0.1") as url:
        flags = ["--model", "any", "--base-url", url]
        _datagen("generate", *_input(name), *flags, "--out", tmp_path / "http")
    for file in ("dataset.jsonl", "dataset.json", "rejected.jsonl"):
        offline, http = ((tmp_path / run / file).read_bytes() for run in ("offline", "http"))
        assert offline == http
    report = json.loads((tmp_path / "http" / "report.json").read_text("utf-8"))
    assert report["tokens"]["attempts"] > report["written"] * 1.2  # the faults did happen


@pytest.mark.parametrize("name", BOTH)
def test_contexts_equal_an_independent_computation_with_pycocotools(name: str) -> None:
    captions_file, instances_file, images = SOURCES[name]
    with redirect_stdout(StringIO()):
        captions, instances = COCO(str(captions_file)), COCO(str(instances_file))
    names = {each["id"]: each["name"] for each in instances.loadCats(instances.getCatIds())}
    source = read_coco(captions_file, instances_file, images=images)
    assert source.troubles == ()
    assert len(source.images) == len(captions.getImgIds())
    for image in source.images:
        number = int(image.id)
        size = captions.loadImgs(number)[0]
        wanted = [
            " ".join(each["caption"].strip().splitlines())
            for each in captions.loadAnns(captions.getAnnIds(number))
        ]
        boxes = []
        for each in instances.loadAnns(instances.getAnnIds(number)):
            x, y, w, h = each["bbox"]
            width, height = size["width"], size["height"]
            corners = (x / width, y / height, (x + w) / width, (y + h) / height)
            boxes.append(f"{names[each['category_id']]}: {[round(value, 3) for value in corners]}")
        text = "\n".join(wanted) + ("\n\n" + "\n".join(boxes) if boxes else "")
        assert render_context(image, "captions+boxes") == text
