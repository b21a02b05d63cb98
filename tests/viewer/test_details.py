"""One record whole: every reply, failure, round and candidate, and what the checks say today."""

import json
from pathlib import Path
from typing import Any

import pytest

from datagen.pipeline import build_dataset
from datagen.records import Reply, Usage
from datagen.store import Answer, LookStore, RunStore
from datagen.viewer.details import LONGEST_TEXT, Details
from datagen.viewer.index import open_index
from datagen.viewer.target import Target
from tests.viewer.asking import find_target

FIRST = "000000001001_complex_reasoning_0"


def _describe(target: Target, record: str) -> dict[str, Any]:
    with open_index(target) as index:
        (row,) = index.read_rows([index.find_key(record) or 0])
        return Details(target).describe(index, row)


def _answer(folder: Path, *answers: Answer) -> None:
    """Put answers in place of what the first record was answered."""
    with RunStore(folder, write=True) as store:
        found = store.find_request(FIRST)
        assert found is not None
        list(store.query("DELETE FROM answers WHERE request = (SELECT min(id) FROM requests)"))
        store.add((found[0], answer) for answer in answers)
    build_dataset(folder, find_target(folder).settings)


@pytest.fixture
def good(run: Path) -> Reply:
    """A reply that is good for the first record."""
    with RunStore(run) as store:
        found = store.find_request(FIRST)
        assert found is not None
        return found[1][0].reply


def test_a_rejected_reply_is_shown_as_the_record_it_would_have_been(run: Path, good: Reply) -> None:
    poor = Reply(
        f"{good.text} Seven elephants stand beside the oven.", "m", usage=Usage(100, 10, 50)
    )
    _answer(run, Answer(poor))
    detail = _describe(find_target(run), FIRST)
    assert (detail["state"], detail["raw"]) == ("rejected", None)
    assert detail["turns"][1]["text"].endswith("beside the oven.")
    rejecting = [each for each in detail["findings"] if each["severity"] == "reject"]
    assert rejecting
    assert detail["replies"][0]["text"] == poor.text
    assert detail["replies"][0]["usage"] == {
        "prompt_tokens": 100,
        "completion_tokens": 10,
        "cached_tokens": 50,
    }


def test_a_reply_that_holds_no_record_is_shown_raw(run: Path) -> None:
    _answer(run, Answer(Reply("", "m")))
    detail = _describe(find_target(run), FIRST)
    assert (detail["turns"], detail["claims"], detail["raw"]) == ([], [], "")
    assert [each["code"] for each in detail["findings"]] == ["empty-reply"]


def test_rounds_and_failures_are_listed_with_the_one_that_counts(run: Path, good: Reply) -> None:
    _answer(
        run,
        Answer(Reply("I cannot help with that.", "m")),
        Answer(Reply("it took too long", "", "", attempts=3), round=1, failure="timeout"),
        Answer(good, round=1, feedback="Do not refuse."),
    )
    detail = _describe(find_target(run), FIRST)
    told = [(each["round"], each["failure"], each["chosen"]) for each in detail["replies"]]
    assert told == [(0, "", False), (1, "timeout: it took too long", False), (1, "", True)]
    assert detail["replies"][1]["attempts"] == 3
    assert detail["replies"][2]["feedback"] == "Do not refuse."


def test_the_best_candidate_is_the_chosen_one(run: Path, good: Reply) -> None:
    _answer(run, Answer(Reply("I cannot help with that.", "m")), Answer(good, candidate=1))
    told = [
        (each["candidate"], each["chosen"])
        for each in _describe(find_target(run), FIRST)["replies"]
    ]
    assert told == [(0, False), (1, True)]


def test_a_failure_is_told_as_the_run_tells_it(run: Path) -> None:
    failed = Answer(Reply("no answer after 13 attempts", "", "", attempts=13), failure="gave-up")
    _answer(run, failed)
    detail = _describe(find_target(run), FIRST)
    assert [each["code"] for each in detail["findings"]] == ["gave-up"]
    assert [each["attempts"] for each in detail["replies"]] == [13]
    assert detail["score"] is None


def test_a_cost_is_told_where_a_price_is_known(run: Path, good: Reply) -> None:
    _answer(run, Answer(Reply(good.text, "m", usage=Usage(1_000_000, 1_000_000))))
    target = find_target(run, model="m", offline=False, price_input=2.0, price_output=4.0)
    assert _describe(target, FIRST)["replies"][0]["cost"] == pytest.approx(6.0)
    with open_index(target) as index:
        (row,) = index.read_rows([1])
        assert row.cost == pytest.approx(6.0)


def test_a_reply_of_megabytes_is_cut(run: Path) -> None:
    _answer(run, Answer(Reply("word " * 1_000_000, "m")))
    detail = _describe(find_target(run), FIRST)
    assert len(detail["replies"][0]["text"]) < LONGEST_TEXT + 50
    assert len(json.dumps(detail)) < 1_500_000


def test_a_record_too_long_to_show_is_not_checked_again(samples_run: Path, tmp_path: Path) -> None:
    settings = find_target(samples_run).settings
    said = [{"from": "human", "value": "<image>\nWhat?"}, {"from": "gpt", "value": ""}]
    found = []
    for times in (10, 20_000):
        said[1]["value"] = "There are two dogs in the kitchen. " * times
        file = tmp_path / f"{times}.jsonl"
        file.write_text(
            json.dumps({"id": FIRST, "image": "000000001001.jpg", "conversations": said}) + "\n",
            encoding="utf-8",
        )
        target = find_target(file, captions=settings.captions, instances=settings.instances)
        found.append(bool(_describe(target, FIRST)["claims"]))
    assert found == [True, False]


def test_a_record_of_a_file_is_held_against_the_annotations_that_are_given(
    samples_run: Path, tmp_path: Path
) -> None:
    settings = find_target(samples_run).settings
    file = tmp_path / "set.jsonl"
    file.write_bytes((samples_run / "dataset.jsonl").read_bytes())
    bare = _describe(find_target(file), FIRST)
    assert (bare["boxes"], bare["context"], bare["score"], bare["prompt"]) == ([], "", None, None)
    assert len(bare["turns"]) == 2
    target = find_target(file, captions=settings.captions, instances=settings.instances)
    known = _describe(target, FIRST)
    assert known["score"] == 1.0
    assert known["boxes"]
    assert known["context"].startswith(known["captions"][0])
    assert known["replies"] == []


def test_what_a_spot_check_said_is_told(run: Path) -> None:
    with LookStore(run, write=True) as looks:
        looks.update_flags([FIRST], {FIRST: [("low-gain", "The picture makes no difference.")]})
    told = {"target": "run", "flagged": [{"id": FIRST, "values": {"gain": 0.25, "clip": None}}]}
    (run / "spotcheck.json").write_text(json.dumps(told), encoding="utf-8")
    target = find_target(run)
    detail = _describe(target, FIRST)
    assert detail["flags"] == [("low-gain", "The picture makes no difference.")]
    assert detail["looks"] == {"gain": 0.25, "clip": None}
    with open_index(target) as index:
        assert index.list_values("flag") == [("low-gain", 1)]
        assert index.read_column("flagged").get(1) == 1
    (run / "spotcheck.json").write_text("broken", encoding="utf-8")
    assert _describe(target, FIRST)["looks"] == {}
