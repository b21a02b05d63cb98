import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from datagen.errors import DatasetError, RunError
from datagen.spotcheck.page import read_json, write_json
from datagen.spotcheck.results import Results, Share, TypeResult
from tests.spotcheck.page.building import make_results

EMPTY = Results("a", {}, 0, 0, 0, (), (), (), None, (), ())


@pytest.mark.parametrize("results", [make_results(), EMPTY])
def test_what_is_written_is_read_back(tmp_path: Path, results: Results) -> None:
    path = tmp_path / "spotcheck.json"
    write_json(results, path)
    assert read_json(path) == results
    assert list(tmp_path.iterdir()) == [path]


def test_the_same_results_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.json", "b.json"):
        write_json(make_results(), tmp_path / name)
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_field_stands_on_a_line_of_its_own(tmp_path: Path) -> None:
    write_json(EMPTY, tmp_path / "a.json")
    lines = (tmp_path / "a.json").read_text(encoding="utf-8").splitlines()
    assert lines[:4] == ["{", ' "target": "a",', ' "models": {},', ' "records": 0,']


def test_a_number_that_is_not_finite_is_null_and_comes_back_as_none(tmp_path: Path) -> None:
    share = Share(math.nan, math.inf, -math.inf, 0)
    first = replace(make_results().flagged[0], values={"gain": math.nan})
    results = make_results(types=(TypeResult("all", 3, 0, share, None),), flagged=(first,))
    path = tmp_path / "a.json"
    write_json(results, path)
    json.loads(path.read_text(encoding="utf-8"), parse_constant=pytest.fail)
    read = read_json(path)
    assert math.isnan(read.types[0].flagged.estimate)
    assert math.isnan(read.flagged[0].values["gain"])
    assert read.types[0].defects is None


def test_half_a_surrogate_pair_survives(tmp_path: Path) -> None:
    results = replace(EMPTY, target="a\ud800é\u202e")
    write_json(results, tmp_path / "a.json")
    assert read_json(tmp_path / "a.json") == results


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"target": 3}',
        "[" * 100_000,
        "\udcff",
    ],
)
def test_what_is_no_spot_check_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(DatasetError, match=r"a\.json: holds no results of a spot-check"):
        read_json(path)


def test_a_pair_of_three_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    write_json(make_results(), path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    raw["flagged"][0]["turns"][0].append("more")
    path.write_text(json.dumps(raw), encoding="utf-8")
    with pytest.raises(DatasetError, match="length 2"):
        read_json(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match=r"gone\.json: cannot be read"):
        read_json(tmp_path / "gone.json")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="folder does not exist"):
        write_json(EMPTY, tmp_path / "gone" / "a.json")
