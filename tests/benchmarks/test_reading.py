"""The large files have the shape that they should have, and both ways of reading agree on them."""

import json
from pathlib import Path

import pytest
from pycocotools import mask as coco_mask

from tests.benchmarks import planning, reading
from tests.benchmarks.bench_reading import Pair, measure_reading
from tests.benchmarks.large_coco import Size, write_large
from tests.benchmarks.processes import Finished

SMALL = Size(60, 400, 300)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    return write_large(tmp_path, SMALL)


def test_the_files_hold_as_much_as_was_wanted_and_are_the_same_for_a_seed(
    files: tuple[Path, Path], tmp_path: Path
) -> None:
    said, drawn = (json.loads(path.read_bytes()) for path in files)
    assert len(said["images"]) == len(drawn["images"]) == SMALL.images
    assert (len(said["annotations"]), len(drawn["annotations"])) == (300, 400)
    (tmp_path / "again").mkdir()
    again = write_large(tmp_path / "again", SMALL)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in files]


def test_boxes_go_around_their_outlines_and_runs_fill_their_pictures(
    files: tuple[Path, Path],
) -> None:
    drawn = json.loads(files[1].read_bytes())
    sizes = {image["id"]: (image["height"], image["width"]) for image in drawn["images"]}
    crowds = 0
    for entry in drawn["annotations"]:
        shape, (left, top, across, down) = entry["segmentation"], entry["bbox"]
        if entry["iscrowd"]:
            crowds += 1
            height, width = sizes[entry["image_id"]]
            assert shape["size"] == [height, width]
            assert sum(shape["counts"]) == height * width
            assert coco_mask.area(coco_mask.frPyObjects(shape, height, width)) > 0
        else:
            (outline,) = shape
            assert (min(outline[::2]), min(outline[1::2])) == (left, top)
            assert max(outline[::2]) == pytest.approx(left + across)
            assert max(outline[1::2]) == pytest.approx(top + down)
            assert 0 < entry["area"] <= across * down
    assert crowds == int(0.0116 * SMALL.instances)


def test_both_ways_give_the_same_contexts(files: tuple[Path, Path]) -> None:
    ours = list(reading.list_contexts(*files))
    assert len(ours) == SMALL.images
    assert ours == list(reading.list_contexts_plainly(*files))


def test_a_start_resumes_what_was_filled_in(files: tuple[Path, Path], tmp_path: Path) -> None:
    run = tmp_path / "run"
    assert planning.start(run, 90, files)["resumed"] == 0
    assert planning.fill(run, 90, files)["last"] > 0
    assert planning.start(run, 90, files)["resumed"] == 89
    assert planning.look(run, 90, files)["replies"] == 89


class Pretended(Pair):
    """Processes of which it is known what they say and take."""

    def run(self, module: str, *arguments: str | int | Path) -> Finished:
        taken = {"pycocotools": (16.0, 600.0), "datagen": (2.0, 101.0)}
        cpu, peak = taken.get(str(arguments[0]), (0.1, 50.0))
        said = "0.25" if arguments[0] == "again" else f"5 {arguments[0]}"
        return Finished(0, cpu, cpu, peak, f"loading\n{said}\n")


def test_what_is_too_large_or_differs_is_a_miss() -> None:
    pair = Pretended(Path(__file__), Path(__file__), Path(__file__).parent)
    plain, same, faster, smaller, again = measure_reading(pair, is_judged=True)
    assert plain.measured == "16.0 s (16.0 s of CPU), 600 MB"
    assert (same.met, faster.met, smaller.met, again.met) == (False, True, False, True)
