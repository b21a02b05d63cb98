"""What reviewers decided reaches the data set, and nothing changes where nobody decided."""

import asyncio
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from datagen import pipeline
from datagen.config import RunSettings, make_settings
from datagen.pipeline.ruling import make_ruling, name_candidate, read_rulings, read_turns
from datagen.records import Turn
from datagen.store import ReviewState, ReviewStore, RunStore
from datagen.store.review_events import EventKind
from tests.pipeline.clients import ScriptedClient

NOON = "2026-01-01T12:00:00+00:00"
OVEN = "000000000033_conversation_0"
BUS = "000000000012_conversation_0"
FALSE = "A red bus waits at a crossing. Three bears ride on the bus."


def _ask(
    coco: dict[str, Any], out: Path, client: ScriptedClient | None = None, **values: object
) -> None:
    settings = _settings(coco, **values)
    job = pipeline.prepare_job(settings)
    with pipeline.open_run(out, job):
        progress = pipeline.Progress(job.count_wanted())
        asyncio.run(pipeline.Asking(job, client or ScriptedClient(), out, progress).run())


def _settings(coco: dict[str, Any], **values: object) -> RunSettings:
    return make_settings({**coco, "model": "scripted", "per_image": True, "workers": 1, **values})


def _build(coco: dict[str, Any], out: Path, **values: object) -> dict[str, Any]:
    """The written records by id."""
    pipeline.build_dataset(out, _settings(coco, **values))
    return {record["id"]: record for record in _lines(out / "dataset.jsonl")}


def _lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def _rejected(out: Path) -> dict[str, Any]:
    return {line["id"]: line for line in _lines(out / "rejected.jsonl")}


def _review(
    out: Path,
    record: str,
    *kinds: EventKind,
    by: str = "ann",
    reason: str | None = None,
    turns: Sequence[dict[str, str]] | None = None,
    choice: str | None = None,
) -> None:
    """Do several things to one record."""
    with ReviewStore(out, write=True) as store:
        for kind in kinds:
            revision = store.read_state(record).revision
            store.add(
                record,
                kind,
                revision=revision,
                by=by,
                at=NOON,
                reason=reason if kind == "reject" else None,
                turns=turns if kind == "edit" else None,
                choice=choice if kind == "choice" else None,
            )


def _edit(*texts: str) -> list[dict[str, str]]:
    return [{"from": ("human", "gpt")[n % 2], "text": text} for n, text in enumerate(texts)]


def _files(out: Path) -> dict[str, bytes]:
    names = ("dataset.jsonl", "dataset.json", "rejected.jsonl", "scores.jsonl")
    return {name: (out / name).read_bytes() for name in names}


def _answers(record: dict[str, Any]) -> Sequence[str]:
    return [turn["value"] for turn in record["conversations"][1::2]]


def test_a_run_without_decisions_is_built_as_before(coco: dict[str, Any], tmp_path: Path) -> None:
    _ask(coco, tmp_path)
    _build(coco, tmp_path)
    before = _files(tmp_path)
    ReviewStore(tmp_path, write=True).close()
    _build(coco, tmp_path)
    assert _files(tmp_path) == before
    _review(tmp_path, BUS, "accept", "defer", "comment")
    _build(coco, tmp_path, trust_reviews=True)
    assert _files(tmp_path) == before


def test_a_rejected_record_is_left_out_with_reason_and_reviewer(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _ask(coco, tmp_path)
    before = _build(coco, tmp_path)
    _review(tmp_path, OVEN, "accept", by="bob")
    _review(tmp_path, OVEN, "reject", reason="guess")
    after = _build(coco, tmp_path)
    assert before.keys() - after.keys() == {OVEN}
    line = _rejected(tmp_path)[OVEN]
    assert (line["stage"], line["reason"]) == ("review", "review-rejected")
    assert line["message"] == "Goes beyond what can be seen, says ann."
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert report["types"]["conversation"]["reasons"] == {"review-rejected": 1}


def test_an_undone_rejection_changes_nothing(coco: dict[str, Any], tmp_path: Path) -> None:
    _ask(coco, tmp_path)
    before = _build(coco, tmp_path)
    _review(tmp_path, OVEN, "reject")
    with ReviewStore(tmp_path, write=True) as store:
        store.undo("ann", NOON)
    assert _build(coco, tmp_path) == before


def test_an_edit_takes_the_place_of_the_turns(coco: dict[str, Any], tmp_path: Path) -> None:
    _ask(coco, tmp_path)
    before = _build(coco, tmp_path)
    turns = _edit("<image>\nWhat is white?", "The oven in the kitchen is white.")
    _review(tmp_path, OVEN, "edit", turns=turns)
    after = _build(coco, tmp_path)
    assert _answers(after[OVEN]) == ["The oven in the kitchen is white."]
    assert after[OVEN]["conversations"][0]["value"].count("<image>") == 1
    assert {key: after[key] for key in before if key != OVEN} == {
        key: before[key] for key in before if key != OVEN
    }
    scores = {line["id"]: line for line in _lines(tmp_path / "scores.jsonl")}
    assert scores[OVEN]["checks"] == "accepted"
    assert [line["id"] for line in scores.values() if "checks" in line] == [OVEN]


def test_an_edited_record_that_fails_says_so(coco: dict[str, Any], tmp_path: Path) -> None:
    _ask(coco, tmp_path)
    _review(tmp_path, OVEN, "edit", turns=_edit("What is there?", "There are three bears."))
    assert OVEN not in _build(coco, tmp_path, drop="pair")
    line = _rejected(tmp_path)[OVEN]
    assert line["reason"] == "absent-object"
    assert line["message"].startswith("As edited by ann: ")
    assert line["checks"] == "accepted"


def test_an_edit_can_mend_a_record_that_the_checks_rejected(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": "no layout at all"}
    _ask(coco, tmp_path, client)
    assert BUS not in _build(coco, tmp_path)
    _review(tmp_path, BUS, "edit", turns=_edit("What is red?", "The bus at the crossing is red."))
    assert _answers(_build(coco, tmp_path)[BUS]) == ["The bus at the crossing is red."]
    scores = {line["id"]: line for line in _lines(tmp_path / "scores.jsonl")}
    assert scores[BUS]["checks"] == "rejected"


def test_a_rejection_stands_against_an_edit(coco: dict[str, Any], tmp_path: Path) -> None:
    _ask(coco, tmp_path)
    _review(tmp_path, OVEN, "reject", "edit", turns=_edit("What is white?", "The oven is white."))
    assert OVEN not in _build(coco, tmp_path)
    line = _rejected(tmp_path)[OVEN]
    assert line["message"] == "Rejected without a reason, says ann."


def _ask_with_a_false_bus(coco: dict[str, Any], out: Path) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": _write_reply(FALSE)}
    _ask(coco, out, client)


def test_an_accepted_record_stays_out_unless_reviews_are_trusted(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _ask_with_a_false_bus(coco, tmp_path)
    _build(coco, tmp_path)
    before = _files(tmp_path)
    _review(tmp_path, BUS, "accept")
    _build(coco, tmp_path)
    assert _files(tmp_path) == before
    after = _build(coco, tmp_path, trust_reviews=True)
    assert _answers(after[BUS]) == [FALSE]
    scores = {line["id"]: line for line in _lines(tmp_path / "scores.jsonl")}
    assert scores[BUS]["checks"] == "rejected"
    assert "000000000012_detail_description_0" not in after  # nobody accepted that one


def test_trust_does_not_let_in_what_the_trainer_cannot_learn_from(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _ask(coco, tmp_path)
    _review(tmp_path, BUS, "edit", "accept", turns=_edit("What is red?", "   "))
    assert BUS not in _build(coco, tmp_path, trust_reviews=True)
    assert _rejected(tmp_path)[BUS]["stage"] == "structure"


def test_a_reply_that_failed_cannot_be_trusted(coco: dict[str, Any], tmp_path: Path) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": ""}
    _ask(coco, tmp_path, client)
    _review(tmp_path, BUS, "accept")
    assert BUS not in _build(coco, tmp_path, trust_reviews=True)


def _ask_two(coco: dict[str, Any], out: Path) -> tuple[str, str]:
    """A run with two candidates each; the answers of both to the bus, the better first."""
    client = ScriptedClient()
    client.once = {"red bus": _write_reply("A red bus waits at a crossing.")}
    client.texts = {"red bus": _write_reply("A zebra stands by the red bus.")}
    _ask(coco, out, client, candidates=2, mix={"conversation": 1.0})
    with RunStore(out) as store:
        found = store.find_request(BUS)
    assert found is not None
    good, bad = sorted(found[1], key=lambda answer: "zebra" in answer.reply.text)
    return name_candidate(good), name_candidate(bad)


def _write_reply(answer: str) -> str:
    return f"Question:\nWhat is there?\n===\nAnswer:\n{answer}"


def test_the_chosen_candidate_wins_over_the_score(coco: dict[str, Any], tmp_path: Path) -> None:
    values: dict[str, Any] = {"candidates": 2, "mix": {"conversation": 1.0}}
    good, bad = _ask_two(coco, tmp_path)
    values["severities"] = {"absent-object": "note", "low-score": "note", "near-duplicate": "note"}
    assert "zebra" not in _answers(_build(coco, tmp_path, **values)[BUS])[0]
    _review(tmp_path, BUS, "choice", choice=bad)
    assert "zebra" in _answers(_build(coco, tmp_path, **values)[BUS])[0]
    _review(tmp_path, BUS, "choice", choice=good)
    assert "zebra" not in _answers(_build(coco, tmp_path, **values)[BUS])[0]
    _review(tmp_path, BUS, "choice", choice="tie")
    assert "zebra" not in _answers(_build(coco, tmp_path, **values)[BUS])[0]


def test_a_chosen_candidate_that_fails_the_checks_is_not_replaced_by_another(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    values: dict[str, Any] = {"candidates": 2, "mix": {"conversation": 1.0}}
    _, bad = _ask_two(coco, tmp_path)
    assert BUS in _build(coco, tmp_path, **values)
    _review(tmp_path, BUS, "choice", choice=bad)
    assert BUS not in _build(coco, tmp_path, **values)
    assert _rejected(tmp_path)[BUS]["reason"] == "absent-object"
    _review(tmp_path, BUS, "accept")
    assert "zebra" in _answers(_build(coco, tmp_path, trust_reviews=True, **values)[BUS])[0]


def test_none_of_the_candidates_is_a_rejection_unless_it_was_accepted(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _ask(coco, tmp_path)
    _review(tmp_path, OVEN, "choice", choice="none")
    assert OVEN not in _build(coco, tmp_path)
    assert _rejected(tmp_path)[OVEN]["reason"] == "review-rejected"
    _review(tmp_path, OVEN, "accept")
    assert OVEN in _build(coco, tmp_path)


@pytest.mark.parametrize("values", [{"top": 0.5}, {"balance": True}, {"drop": "pair"}])
def test_decisions_hold_under_every_rule_and_give_the_same_bytes_each_time(
    values: dict[str, Any], coco: dict[str, Any], tmp_path: Path
) -> None:
    _ask_with_a_false_bus(coco, tmp_path)
    _review(tmp_path, OVEN, "reject")
    _review(tmp_path, BUS, "accept")
    texts = []
    for workers in (1, 1, 2):
        built = _build(coco, tmp_path, trust_reviews=True, **values | {"workers": workers})
        texts.append(_files(tmp_path))
        assert OVEN not in built
    assert texts[0] == texts[1] == texts[2]
    lines = _rejected(tmp_path)
    assert lines[OVEN]["reason"] == "review-rejected"


def test_generating_again_keeps_to_the_decisions(coco: dict[str, Any], tmp_path: Path) -> None:
    _ask(coco, tmp_path)
    _review(tmp_path, OVEN, "reject")
    _review(tmp_path, BUS, "choice", choice="0.0")
    settings = _settings(coco)
    with RunStore(tmp_path) as store:
        rows = list(store.iterate())
    types = pipeline.prepare_job(settings).types
    with pipeline.DatasetBuilder(tmp_path, settings, types) as builder:
        for request, answers in rows:  # as `generate` does while it asks
            builder.add(request, answers)
        builder.finish()
    followed = _files(tmp_path)
    _build(coco, tmp_path)
    assert _files(tmp_path) == followed
    assert OVEN in _rejected(tmp_path)


def test_rulings_are_read_from_the_file_of_reviews(tmp_path: Path) -> None:
    assert read_rulings(tmp_path) == {}
    _review(tmp_path, "a", "accept")
    assert read_rulings(tmp_path)["a"].is_accepted
    state = ReviewState(1, "deferred", choice="tie", by="ann")
    assert make_ruling(state) == make_ruling(ReviewState())


def test_edited_messages_become_questions_with_answers() -> None:
    turns = _edit("<image>\nWho?", "A cook.", "Where? <image>", "Here.")
    assert read_turns(turns) == (Turn("Who?", "A cook."), Turn("Where?", "Here."))
