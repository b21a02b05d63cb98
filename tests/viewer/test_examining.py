"""The records of a file get scores and findings while it is looked at, and keep them."""

import json
from pathlib import Path

import pytest

from datagen.pipeline import check_file, make_rules
from datagen.pipeline.checking import ImageIndex
from datagen.pipeline.job import read_source
from datagen.viewer.examining import Examiner, count_examined
from datagen.viewer.index import open_index
from datagen.viewer.keeping import Keeper
from datagen.viewer.target import Target
from tests.viewer.asking import find_target, serve_page


@pytest.fixture(params=["json", "jsonl"])
def target(samples_run: Path, tmp_path: Path, request: pytest.FixtureRequest) -> Target:
    """The samples' records as a file, some of them spoiled, with their annotations."""
    lines = (samples_run / "dataset.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    for record in records[::5]:
        record["conversations"][-1]["value"] += " Nine zebras ride past a submarine."
    records[3] = "no record"
    file = tmp_path / f"set.{request.param}"
    text = "\n".join(map(json.dumps, records)) if request.param == "jsonl" else json.dumps(records)
    file.write_text(text, encoding="utf-8")
    settings = find_target(samples_run).settings
    return find_target(file, captions=settings.captions, instances=settings.instances)


def test_what_is_said_of_a_file_is_what_datagen_check_says_of_each_record(target: Target) -> None:
    images = read_source(target.settings).images
    rules = make_rules(target.settings)
    checked = list(check_file(target.path, rules, images=ImageIndex(images)))
    with open_index(target) as index:
        assert count_examined(index) == 0
        assert Examiner(target, index).catch_up() == 45
        rows = index.read_rows(range(1, 46))
        assert [row.score for row in rows] == [each.verdict.score for each in checked]
        rejected = [
            {each.code for each in one.verdict.findings if each.severity == "reject"}
            for one in checked
        ]
        # What a record is only among others, such as a repeat, a look at it alone does not tell.
        assert all(
            set(row.reasons.split()) <= codes for row, codes in zip(rows, rejected, strict=True)
        )
        assert index.find_set("state", "rejected").bit_count() >= 9
        assert [index.read_body(row) for row in rows if row.key == 4] == [
            b'"no record"\n' if target.path.suffix == ".jsonl" else b'"no record"'
        ]
    with open_index(target) as again:
        assert count_examined(again) == 45
        assert Examiner(target, again).catch_up() == 0


def test_checking_goes_on_where_it_was_stopped(
    target: Target, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("datagen.viewer.examining._AT_ONCE", 10)
    with open_index(target) as index:
        looks = iter([False] * 45 + [True] * 100)
        assert Examiner(target, index).catch_up(lambda: next(looks)) == 10
        assert count_examined(index) == 10
        assert Examiner(target, index).catch_up() == 35


def test_the_page_filters_by_what_the_checks_say(target: Target) -> None:
    with serve_page(target) as page:
        assert page.get("/api/about")["examined"] == 0
        Keeper(page.session).look()
        assert page.get("/api/about")["examined"] == 45
        assert page.get("/api/records?state=rejected&sort=score")["total"] >= 9
        findings = dict(page.get("/api/facets")["finding"])
        assert findings["not-an-object"] == 1
        assert page.get("/api/records?q=submarine")["total"] == 9
