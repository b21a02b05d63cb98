"""What becomes of one answer: a record, a record without its faulty pair, or a rejection."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datagen import pipeline
from datagen.config import RunSettings, make_settings
from datagen.layouts import render_text
from datagen.pipeline.judging import Judge, Judged
from datagen.records import Reply, Sample, Turn
from datagen.store import Answer, Request

GOOD = Turn("Who walks along the beach?", "A man walks along it with two dogs.")
ALSO_GOOD = Turn("How many dogs are there?", "There are two dogs.")
FALSE = Turn("What else is there?", "There is an elephant next to the man.")
LEAK = Turn("What do the captions say?", "According to the captions, a man walks two dogs.")


def make_request(coco: dict[str, Any], **values: object) -> tuple[Judge, Request, RunSettings]:
    settings = make_settings({**coco, "offline": True, "per_image": True, **values})
    job = pipeline.prepare_job(settings)
    item = next(item for item in job.items if item.response_type == "conversation")
    request, _ = pipeline.job.RequestMaker(job).make(item)
    return Judge(job.types, settings), request, settings


def answer(*turns: Turn, candidate: int = 0) -> Answer:
    return Answer(Reply(render_text(list(turns), "pairs"), "m"), candidate)


def list_answers(judged: Judged) -> list[str]:
    assert isinstance(judged.outcome, Sample)
    return [turn.answer for turn in judged.outcome.turns]


def test_a_false_pair_rejects_the_record_by_default(coco: dict[str, Any]) -> None:
    judge, request, _ = make_request(coco)
    judged = judge.judge(request, answer(GOOD, FALSE))
    assert not isinstance(judged.outcome, Sample)
    assert judged.outcome.finding.code == "absent-object"
    assert judged.outcome.finding.turn == 3


@pytest.mark.parametrize("fault", [FALSE, LEAK])
def test_with_drop_pair_only_the_faulty_pair_goes(coco: dict[str, Any], fault: Turn) -> None:
    judge, request, _ = make_request(coco, drop="pair")
    judged = judge.judge(request, answer(GOOD, fault, ALSO_GOOD))
    assert list_answers(judged) == [GOOD.answer, ALSO_GOOD.answer]
    assert [(pair, turn) for pair, turn, _ in judged.dropped] == [(1, fault)]


def test_a_record_of_faulty_pairs_only_is_rejected(coco: dict[str, Any]) -> None:
    judge, request, _ = make_request(coco, drop="pair")
    judged = judge.judge(request, answer(FALSE, LEAK))
    assert not isinstance(judged.outcome, Sample)
    assert judged.dropped == ()


def test_a_dropped_pair_is_on_file_with_its_reason(coco: dict[str, Any], tmp_path: Path) -> None:
    _, request, settings = make_request(coco, drop="pair")
    out = tmp_path / "run"
    with pipeline.open_run(out, pipeline.prepare_job(settings)):
        types = pipeline.prepare_job(settings).types
        with pipeline.DatasetBuilder(out, settings, types) as builder:
            builder.add(request, [answer(GOOD, FALSE)])
            report = builder.finish()
    [line] = [json.loads(text) for text in (out / "rejected.jsonl").read_text().splitlines()]
    assert (line["pair"], line["reason"], line["reply"]) == (1, "absent-object", FALSE.answer)
    assert line["question"] == FALSE.question
    assert report["types"]["conversation"]["dropped_pairs"] == 1
    assert report["rejected"] == 0


@pytest.mark.parametrize("aside", [False, True])
def test_a_record_that_repeats_an_earlier_one_goes_with_its_raw_reply(
    coco: dict[str, Any], tmp_path: Path, *, aside: bool
) -> None:
    _, request, settings = make_request(coco)
    text = "A man walks along the beach with two dogs, and the sand is wide and open around them."
    first = answer(Turn("Who is there?", text))
    again = replace(request, item=replace(request.item, index=1))
    out = tmp_path / "run"
    job = pipeline.prepare_job(settings)
    with (
        pipeline.open_run(out, job),
        pipeline.DatasetBuilder(out, settings, job.types, aside=aside) as builder,
    ):
        builder.add(request, [first])
        builder.add(again, [first])
        report = builder.finish()
    [line] = [json.loads(text) for text in (out / "rejected.jsonl").read_text().splitlines()]
    assert (line["id"], line["reason"]) == (again.item.id, "near-duplicate")
    assert line["reply"] == first.reply.text
    assert report["types"]["conversation"]["written"] == 1


def test_the_best_candidate_is_chosen_and_the_earlier_of_equals(coco: dict[str, Any]) -> None:
    judge, request, _ = make_request(coco, candidates=4)
    poor = Turn("What is there?", "A man with two dogs, a lantern and a wooden ladder.")
    candidates = [
        answer(FALSE, candidate=0),
        answer(poor, candidate=1),
        answer(GOOD, candidate=2),
        answer(ALSO_GOOD, candidate=3),
    ]
    assert list_answers(judge.choose(request, candidates)) == [GOOD.answer]
    assert list_answers(judge.choose(request, candidates[:2])) == [poor.answer]


def test_scores_and_claims_come_with_the_record(coco: dict[str, Any]) -> None:
    judge, request, _ = make_request(coco)
    judged = judge.judge(request, answer(GOOD))
    assert judged.score == 1.0
    assert judged.verdicts["supported"] > 0
    assert "contradicted" not in judged.verdicts


def test_a_severity_of_the_settings_lets_a_record_through(coco: dict[str, Any]) -> None:
    judge, request, _ = make_request(coco, severities={"source-named": "note"})
    judged = judge.judge(request, answer(GOOD, LEAK))
    assert isinstance(judged.outcome, Sample)
    assert "source-named" in {finding.code for finding in judged.findings}


def test_text_of_the_prompts_examples_is_not_taken_for_an_answer(coco: dict[str, Any]) -> None:
    settings = make_settings({**coco, "offline": True})
    types = pipeline.prepare_job(settings).types
    example = types["conversation"].messages[2].content
    judge, request, _ = make_request(coco, grounding="off")
    judged = judge.judge(request, Answer(Reply(example, "m")))
    assert "copied-example" in {finding.code for finding in judged.findings}
