"""From annotations to the data set: same bytes, nothing lost, nothing asked twice."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from datagen import pipeline
from datagen.checks import check_record
from datagen.config import make_settings
from datagen.errors import AskError, EndpointError, RunError, SettingsError
from datagen.pipeline.job import RequestMaker
from datagen.prices import Budget
from datagen.records import Item, Prompt
from datagen.store import LookStore, Request, RunStore
from tests.pipeline.clients import ScriptedClient


def _run(
    coco: dict[str, Any],
    out: Path,
    client: ScriptedClient | None = None,
    *,
    extend: bool = False,
    retry_rejected: bool = False,
    **values: object,
) -> dict[str, Any]:
    """One start of `generate` with a scripted model; the report."""
    settings = make_settings({**coco, "model": "scripted", "per_image": True, **values})
    job = pipeline.prepare_job(settings)
    with pipeline.open_run(out, job, extend=extend):
        asking = pipeline.Asking(
            job,
            client or ScriptedClient(),
            out,
            pipeline.Progress(job.count_wanted()),
            retry_rejected=retry_rejected,
        )
        asyncio.run(asking.run())
        return pipeline.build_dataset(out, settings)


def _read(out: Path) -> list[dict[str, Any]]:
    text = (out / "dataset.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def _rejected(out: Path) -> list[dict[str, Any]]:
    text = (out / "rejected.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_every_planned_item_becomes_a_record_the_checks_pass(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    report = _run(coco, tmp_path / "run")
    records = _read(tmp_path / "run")
    assert report["planned"] == report["written"] == len(records) == 9
    assert [finding for record in records for finding in check_record(record)] == []
    assert json.loads((tmp_path / "run" / "dataset.json").read_text(encoding="utf-8")) == records
    assert records[0]["id"] == "000000000007_complex_reasoning_0"


def test_the_bytes_are_the_same_for_any_concurrency(coco: dict[str, Any], tmp_path: Path) -> None:
    texts = []
    for concurrency in (1, 3, 64):
        out = tmp_path / str(concurrency)
        rules = {"near-duplicate": "note"}  # three images, forty records
        _run(coco, out, concurrency=concurrency, records=40, per_image=False, severities=rules)
        texts.append((out / "dataset.jsonl").read_bytes())
    assert texts[0] == texts[1] == texts[2]
    assert len(texts[0].splitlines()) == 40


def test_the_same_command_again_asks_nobody(coco: dict[str, Any], tmp_path: Path) -> None:
    first, second = ScriptedClient(), ScriptedClient()
    _run(coco, tmp_path, first)
    before = (tmp_path / "dataset.jsonl").read_bytes()
    report = _run(coco, tmp_path, second)
    assert first.asked.total() == 9
    assert second.asked.total() == 0
    assert (tmp_path / "dataset.jsonl").read_bytes() == before
    assert report["tokens"]["prompt"] == 900


def test_a_request_that_gave_up_is_rejected_with_its_reason_and_asked_again(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.failures = {"red bus": [AskError("gave-up", "503 eight times", attempts=8)] * 3}
    report = _run(coco, tmp_path, client)
    assert report["written"] == 6
    assert {line["reason"] for line in _rejected(tmp_path)} == {"gave-up"}
    again = ScriptedClient()
    report = _run(coco, tmp_path, again)
    assert again.asked.total() == 3
    assert report["written"] == 9
    assert _rejected(tmp_path) == []


def test_a_request_refused_for_good_is_not_asked_again(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.failures = {"red bus": [AskError("content-policy", "no buses")] * 3}
    _run(coco, tmp_path, client)
    again = ScriptedClient()
    report = _run(coco, tmp_path, again)
    assert again.asked.total() == 0
    assert report["types"]["conversation"]["reasons"] == {"content-policy": 1}


def test_an_endpoint_that_refuses_everything_stops_the_run_and_keeps_what_came(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.failures = {"white oven": [EndpointError("the quota is used up")]}
    with pytest.raises(EndpointError, match="quota"):
        _run(coco, tmp_path, client, concurrency=1)
    again = ScriptedClient()
    report = _run(coco, tmp_path, again, concurrency=1)
    assert report["written"] == 9
    # The request on which the endpoint gave up was asked twice, every other one once.
    assert client.asked.total() + again.asked.total() == 10


def test_an_unusable_reply_is_rejected_with_the_raw_text(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": "I'm sorry, but I cannot help with that."}
    report = _run(coco, tmp_path, client)
    assert report["rejected"] == 3
    assert all(line["reply"].startswith("I'm sorry") for line in _rejected(tmp_path))
    assert {line["reason"] for line in _rejected(tmp_path)} == {"refusal"}


def test_a_reply_that_names_its_source_is_rejected_with_the_span(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    leak = "According to the captions, a bus waits."
    client.texts = {"red bus": f"Question:\nWhat waits?\n===\nAnswer:\n{leak}"}
    _run(coco, tmp_path, client, mix={"complex_reasoning": 1.0})
    (line,) = _rejected(tmp_path)
    assert (line["stage"], line["reason"], line["turn"]) == ("language", "source-named", 1)
    assert line["span"] in leak


def test_a_changed_setting_that_changes_answers_is_refused_by_name(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _run(coco, tmp_path)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(RunError, match=r"--temperature was None and is now 0\.5"):
        _run(coco, tmp_path, temperature=0.5)
    after = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    assert after["run.toml"] == before["run.toml"]
    assert after["dataset.jsonl"] == before["dataset.jsonl"]


def test_changed_annotations_are_refused(coco: dict[str, Any], tmp_path: Path) -> None:
    _run(coco, tmp_path)
    path = coco["captions"]
    path.write_text(path.read_text(encoding="utf-8").replace("red bus", "blue bus"), "utf-8")
    with pytest.raises(RunError, match="content of --captions has changed"):
        _run(coco, tmp_path)


def test_the_settings_of_the_run_are_on_file(coco: dict[str, Any], tmp_path: Path) -> None:
    _run(coco, tmp_path, seed=3)
    text = (tmp_path / "run.toml").read_text(encoding="utf-8")
    assert "seed = 3" in text
    assert "[fingerprints]" in text


def test_excluded_images_are_left_out_and_counted(coco: dict[str, Any], tmp_path: Path) -> None:
    exclude = tmp_path / "exclude.txt"
    exclude.write_text("COCO_val2014_000000000012.jpg\n", encoding="utf-8")
    report = _run(coco, tmp_path / "run", exclude=exclude)
    assert report["source"]["excluded"] == 1
    assert "000000000012.jpg" not in {record["image"] for record in _read(tmp_path / "run")}


def test_bare_llava_ids_can_be_had_without_asking_again(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _run(coco, tmp_path)
    client = ScriptedClient()
    _run(coco, tmp_path, client, llava_ids=True)
    assert client.asked.total() == 0
    assert {record["id"] for record in _read(tmp_path)} == {
        "000000000007",
        "000000000012",
        "000000000033",
    }


def test_the_image_token_stands_first_and_last_about_equally(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _run(coco, tmp_path, records=200, per_image=False)
    first = [
        record["conversations"][0]["value"].startswith("<image>\n") for record in _read(tmp_path)
    ]
    assert 70 < sum(first) < 130


def test_a_type_that_the_prompts_lack_is_named(coco: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=r"'haiku'.*complex_reasoning"):
        pipeline.prepare_job(make_settings({**coco, "offline": True, "mix": {"haiku": 1.0}}))


def test_more_records_are_refused_without_extend_and_added_with_it(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    first, second = ScriptedClient(), ScriptedClient()
    _run(coco, tmp_path, first, records=4, per_image=False)
    before = {record["id"]: record for record in _read(tmp_path)}
    with pytest.raises(RunError, match="--extend asks for the additional ones"):
        _run(coco, tmp_path, records=7, per_image=False)
    _run(coco, tmp_path, second, extend=True, records=7, per_image=False)
    after = {record["id"]: record for record in _read(tmp_path)}
    assert (first.asked.total(), second.asked.total()) == (4, 3)
    assert len(after) == 7
    assert before.items() <= after.items()


def test_fewer_records_are_refused_even_with_extend(coco: dict[str, Any], tmp_path: Path) -> None:
    _run(coco, tmp_path, records=4, per_image=False)
    with pytest.raises(RunError, match="--records was 4 and is now 3"):
        _run(coco, tmp_path, extend=True, records=3, per_image=False)


def test_a_rejected_reply_is_asked_for_again_with_the_reason(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.once = {"red bus": "Question:\nWhat waits?\n===\nAnswer:\nThe caption says a bus."}
    report = _run(coco, tmp_path, client, repair=2, mix={"complex_reasoning": 1.0})
    assert report["written"] == 3
    assert client.asked.total() == 4
    feedback = [text for text in client.asked if "cannot be used" in text]
    assert len(feedback) == 1
    assert "The caption says" in feedback[0]


def test_a_reply_is_repaired_so_many_times_and_no_more(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": "I'm sorry, I can't help.", "cannot be used": "I'm sorry again."}
    report = _run(coco, tmp_path, client, repair=2, mix={"complex_reasoning": 1.0})
    assert client.asked.total() == 5
    assert report["rejected"] == 1
    again = ScriptedClient()
    _run(coco, tmp_path, again, repair=2, mix={"complex_reasoning": 1.0})
    assert again.asked.total() == 0


def test_repairs_go_on_where_an_earlier_start_stopped(coco: dict[str, Any], tmp_path: Path) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": "I'm sorry, I can't help."}
    _run(coco, tmp_path, client, mix={"complex_reasoning": 1.0})
    again = ScriptedClient()
    report = _run(coco, tmp_path, again, repair=1, mix={"complex_reasoning": 1.0})
    assert again.asked.total() == 1
    assert report["written"] == 3


def test_retry_rejected_asks_once_more_for_what_was_rejected(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.texts = {"red bus": "I'm sorry, I can't help."}
    client.failures = {"white oven": [AskError("content-policy", "no ovens")]}
    _run(coco, tmp_path, client, concurrency=1)
    again = ScriptedClient()
    report = _run(coco, tmp_path, again, retry_rejected=True)
    assert again.asked.total() == 4
    assert report["written"] == 9


def test_candidates_are_kept_and_the_first_good_one_is_taken(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    client = ScriptedClient()
    client.once = {"red bus": "I'm sorry, I can't help."}
    mix = {"complex_reasoning": 1.0}
    report = _run(coco, tmp_path, client, candidates=3, mix=mix)
    assert client.asked.total() == 9
    assert report["written"] == 3
    more = ScriptedClient()
    _run(coco, tmp_path, more, extend=True, candidates=4, mix=mix)
    assert more.asked.total() == 3


def test_a_forecast_counts_every_request_of_a_type(coco: dict[str, Any]) -> None:
    settings = make_settings({**coco, "model": "gpt-4.1-mini", "per_image": True, "candidates": 2})
    job = pipeline.prepare_job(settings)
    estimator = pipeline.make_estimator(settings, job.types)
    rows = pipeline.forecast(job, estimator)
    assert [row.response_type for row in rows] == [
        "complex_reasoning",
        "conversation",
        "detail_description",
    ]
    for row in rows:
        assert (row.requests, row.images) == (6, 3)
        assert row.cached_tokens < row.prompt_tokens
        assert row.cost is not None
        assert row.cost > 0


def test_a_run_stops_before_it_costs_more_than_allowed(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    prices = {"price_input": 1000.0, "price_output": 0.0}
    settings = make_settings({**coco, "model": "scripted", "per_image": True, **prices})
    job = pipeline.prepare_job(settings)
    estimator = pipeline.make_estimator(settings, job.types)
    client = ScriptedClient()  # says that each prompt took 100 tokens, so each costs 0.10 USD
    with pipeline.open_run(tmp_path, job):
        asking = pipeline.Asking(
            job,
            client,
            tmp_path,
            pipeline.Progress(job.count_wanted()),
            estimator=estimator,
            budget=Budget(max_cost=2.5),
        )
        asyncio.run(asking.run())
    assert asking.stopped == "max_cost"
    assert 0 < asking.progress.done < 9
    assert asking.progress.spent <= 2.5


def test_a_bad_entry_of_the_source_stands_in_the_report(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    content = json.loads(coco["instances"].read_text(encoding="utf-8"))
    content["annotations"].append(
        {"id": 99, "image_id": 7, "category_id": 500, "bbox": [1, 1, 5, 5], "iscrowd": 0}
    )
    coco["instances"].write_text(json.dumps(content), encoding="utf-8")
    troubles = _run(coco, tmp_path)["source"]["troubles"]
    assert troubles["counts"] == {"unknown-category": 1}
    assert "99" in troubles["listed"][0]["entry"]


@pytest.mark.parametrize("known", [0, 1, 4, 9])
def test_a_data_set_built_on_the_way_is_the_one_built_from_the_store(
    coco: dict[str, Any], tmp_path: Path, known: int
) -> None:
    _run(coco, tmp_path)
    before = (tmp_path / "dataset.jsonl").read_bytes()
    settings = make_settings({**coco, "model": "scripted", "per_image": True})
    types = pipeline.prepare_job(settings).types
    with pipeline.DatasetBuilder(tmp_path, settings, types) as builder:
        with RunStore(tmp_path) as store:
            for request, answers in list(store.iterate())[:known]:
                builder.add(request, answers)
        report = builder.finish()
    assert report["written"] == 9
    assert (tmp_path / "dataset.jsonl").read_bytes() == before


def test_a_data_set_that_is_not_finished_leaves_the_old_one(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _run(coco, tmp_path)
    before = {path.name for path in tmp_path.iterdir()}
    content = (tmp_path / "dataset.json").read_bytes()
    settings = make_settings({**coco, "model": "scripted", "per_image": True})
    with pipeline.DatasetBuilder(tmp_path, settings, pipeline.prepare_job(settings).types):
        pass
    assert (tmp_path / "dataset.json").read_bytes() == content
    assert {path.name for path in tmp_path.iterdir()} == before


def test_what_a_killed_start_left_half_written_is_removed(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    (tmp_path / ".0123456789ab.part").write_text("half", encoding="utf-8")
    _run(coco, tmp_path)
    assert list(tmp_path.glob(".*.part")) == []


def test_flagged_records_are_left_out_on_demand_with_what_was_seen(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _run(coco, tmp_path)
    names = [record["id"] for record in _read(tmp_path)]
    with LookStore(tmp_path, write=True) as looks:
        looks.update_flags(names, {names[1]: [("disagrees", "The model says no.")]})
    settings = make_settings({**coco, "model": "scripted", "per_image": True, "drop_flagged": True})
    report = pipeline.build_dataset(tmp_path, settings)
    assert [record["id"] for record in _read(tmp_path)] == [names[0], *names[2:]]
    (line,) = _rejected(tmp_path)
    assert (line["id"], line["reason"]) == (names[1], "spotcheck-flagged")
    assert line["message"] == "The model says no."
    assert line["reply"]
    assert report["written"] + report["rejected"] == report["planned"]


def test_dropping_flagged_records_needs_a_spot_check_and_leaves_the_data_set(
    coco: dict[str, Any], tmp_path: Path
) -> None:
    _run(coco, tmp_path)
    before = _read(tmp_path)
    settings = make_settings({**coco, "model": "scripted", "per_image": True, "drop_flagged": True})
    with pytest.raises(RunError, match="`datagen spotcheck` makes it"):
        pipeline.build_dataset(tmp_path, settings)
    assert _read(tmp_path) == before


def test_what_was_answered_is_not_even_written_as_a_prompt_again(
    coco: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(coco, tmp_path)
    with RunStore(tmp_path, write=True) as store:
        ((*place,),) = store.query("SELECT image_id, response_type, idx FROM requests WHERE id = 1")
        list(store.query("DELETE FROM answers WHERE request = 1"))
        list(store.query("DELETE FROM requests WHERE id = 1"))
    made: list[Item] = []
    make = RequestMaker.make

    def make_and_tell(self: RequestMaker, item: Item) -> tuple[Request, Prompt]:
        made.append(item)
        return make(self, item)

    monkeypatch.setattr(RequestMaker, "make", make_and_tell)
    client = ScriptedClient()
    _run(coco, tmp_path, client)
    assert client.asked.total() == 1
    assert made == [Item(*place)]
