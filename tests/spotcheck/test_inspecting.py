"""A spot-check finds what its models can see, keeps what it saw, and says what it did not see."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from datagen import cli
from datagen.config import make_settings, shipped_folder
from datagen.records import AnnotatedImage
from datagen.sources import read_contexts
from datagen.spotcheck.inspecting import Progress, Wish, inspect
from datagen.spotcheck.listing import FileRecords, RunRecords
from datagen.spotcheck.results import Results
from datagen.store import LookStore
from tests.spotcheck.seeing import Blind, Oracle, WordBag

SAMPLES = shipped_folder("samples")
CONTEXTS = SAMPLES / "output" / "contexts.jsonl"
EVERYTHING = Wish(sample=1000)


@pytest.fixture(scope="module")
def images() -> dict[str, AnnotatedImage]:
    """The shipped images by file name, with the boxes as contexts have them."""
    return {image.file_name: image for image in read_contexts(CONTEXTS).images}


def _replace(record: dict[str, Any], old: str, new: str) -> dict[str, Any]:
    turns = [{**turn, "value": turn["value"].replace(old, new)} for turn in record["conversations"]]
    return {**record, "conversations": turns}


def _make_set(folder: Path, *, copies: int = 8) -> tuple[Path, set[str]]:
    """The shipped records several times over, some with "bus" or "dog" put for what is there."""
    text = (SAMPLES / "output" / "dataset.jsonl").read_text(encoding="utf-8")
    records, faulty = [], set()
    for copy in range(copies):
        for record in map(json.loads, text.splitlines()):
            named = {**record, "id": f"{copy}-{record['id']}"}
            false = _replace(_replace(named, " bus", " giraffe"), " dog", " zebra")
            # Reasoning names things in passing, which the oracle takes for no claim.
            if copy % 4 == 0 and false != named and "reasoning" not in named["id"]:
                faulty.add(named["id"])
                named = false
            records.append(named)
    path = folder / "set.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path, faulty


def _inspect(
    folder: Path,
    records: RunRecords | FileRecords,
    llava: Oracle | None,
    clip: WordBag | None = None,
    wish: Wish = EVERYTHING,
    pictures: Path = SAMPLES / "images",
) -> Results:
    with LookStore(folder, write=True) as store:
        return inspect("set", records, pictures, store, llava=llava, clip=clip, wish=wish)


def _open(path: Path) -> FileRecords:
    return FileRecords(path, make_settings({"contexts": CONTEXTS, "offline": True}))


def test_a_model_that_sees_flags_the_faulty_records_and_hardly_any_other(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, faulty = _make_set(tmp_path)
    results = _inspect(tmp_path, _open(path), Oracle(images))
    with LookStore(tmp_path) as store:
        flagged = {name.partition(" ")[0] for name in store.read_flags()}
    assert len(faulty) > 5
    assert faulty <= flagged
    assert len(flagged - faulty) <= 0.1 * results.records
    assert results.reliability is not None
    assert results.reliability.usable
    (whole,) = [row for row in results.types if row.response_type == "all"]
    assert whole.defects is not None
    assert whole.defects.low <= len(faulty) / results.records <= whole.defects.high


def test_a_model_that_is_blind_flags_nobody_and_the_results_say_so(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, _ = _make_set(tmp_path, copies=2)
    results = _inspect(tmp_path, _open(path), Blind(images))
    assert results.flagged == ()
    assert results.reliability is not None
    assert not results.reliability.usable
    assert {row.defects for row in results.types} == {None}
    assert all(measure.note for measure in results.measures)


def test_the_right_picture_does_better_than_its_controls(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, _ = _make_set(tmp_path, copies=1)
    results = _inspect(tmp_path, _open(path), Oracle(images), WordBag(images))
    gaps = {measure.name: measure.gap for measure in results.measures}
    for name in ("gain", "worst", "claim", "clip"):
        gap = gaps[name]
        assert gap is not None
        assert gap.low > 0
    boxed = next(kind for kind in results.probes if kind.kind == "boxed")
    assert boxed.correct["right"].estimate == 1.0
    assert boxed.correct["blank"].estimate == 0.0
    crops = next(kind for kind in results.probes if kind.kind == "crop")
    assert crops.correct["right"].estimate > crops.correct["shuffled"].estimate


def test_a_second_spot_check_looks_at_nothing_again(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, _ = _make_set(tmp_path, copies=1)
    first = _inspect(tmp_path, _open(path), Oracle(images), WordBag(images))
    llava, clip = Oracle(images), WordBag(images)
    assert _inspect(tmp_path, _open(path), llava, clip) == first
    assert (llava.shown, clip.embedded) == (0, 0)


def test_a_larger_sample_pays_only_for_the_additional_records(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, _ = _make_set(tmp_path, copies=1)
    no_known = Wish(sample=10, references=0)
    _inspect(tmp_path, _open(path), Oracle(images), wish=no_known)
    again = Oracle(images)
    _inspect(tmp_path, _open(path), again, wish=Wish(sample=20, references=0))
    fresh = Oracle(images)
    (tmp_path / "other").mkdir()
    _inspect(tmp_path / "other", _open(path), fresh, wish=Wish(sample=20, references=0))
    assert 0 < again.shown < fresh.shown


def test_a_run_is_looked_at_with_its_own_annotations_and_flags_can_be_dropped(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    run = tmp_path / "run"
    cli.main(["demo", "--out", str(run)], standalone=False)
    results = _inspect(run, RunRecords(run), Oracle(images), WordBag(images))
    assert (results.records, results.sampled) == (45, 45)
    with LookStore(run, write=True) as store:
        store.update_flags([], {"000000001001_conversation_0": [("disagrees", "No.")]})
    cli.main(["build", str(run), "--drop-flagged"], standalone=False)
    text = (run / "dataset.jsonl").read_text(encoding="utf-8")
    assert "000000001001_conversation_0" not in text
    assert len(text.splitlines()) < 45


def test_pictures_that_cannot_be_shown_are_told_and_the_rest_goes_on(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    pictures = tmp_path / "images"
    shutil.copytree(SAMPLES / "images", pictures)
    (pictures / "000000001002.jpg").unlink()
    path, _ = _make_set(tmp_path, copies=1)
    results = _inspect(tmp_path, _open(path), Oracle(images), pictures=pictures)
    assert results.unseen == {"There is no such picture.": 3}
    (whole,) = [row for row in results.types if row.response_type == "all"]
    assert (whole.records, whole.sampled) == (45, 42)


def test_without_annotations_nobody_is_flagged_and_the_results_say_why(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, _ = _make_set(tmp_path, copies=1)
    settings = make_settings({"contexts": CONTEXTS, "offline": True})
    records = FileRecords(path, settings.model_copy(update={"contexts": None}))
    results = _inspect(tmp_path, records, Oracle(images))
    assert results.flagged == ()
    assert results.reliability is None
    assert any("No references could be composed" in sentence for sentence in results.missing)
    assert results.measures


def test_what_was_not_measured_is_said(tmp_path: Path, images: dict[str, AnnotatedImage]) -> None:
    path, _ = _make_set(tmp_path, copies=1)
    results = _inspect(tmp_path, _open(path), None, WordBag(images))
    assert any("No LLaVA looked" in sentence for sentence in results.missing)
    endpoint = Oracle(images)
    endpoint.can_score = False
    results = _inspect(tmp_path, _open(path), endpoint)
    assert any("no grounding gain" in sentence for sentence in results.missing)
    assert any("No CLIP looked" in sentence for sentence in results.missing)
    assert {measure.name for measure in results.measures} == {"agreement"}


def test_progress_reaches_what_was_announced(
    tmp_path: Path, images: dict[str, AnnotatedImage]
) -> None:
    path, _ = _make_set(tmp_path, copies=1)
    last: dict[str, tuple[int, int]] = {}

    def note(progress: Progress) -> None:
        last[progress.stage] = (progress.done, progress.total)

    with LookStore(tmp_path, write=True) as store:
        inspect(
            "set",
            _open(path),
            SAMPLES / "images",
            store,
            llava=Oracle(images),
            clip=None,
            wish=EVERYTHING,
            on_progress=note,
        )
    done, total = last["looking"]
    assert done == total > 0
