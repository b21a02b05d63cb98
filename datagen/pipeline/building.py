"""Pipeline, the free half: a pure function of the store and the settings."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datagen.checks import check_record
from datagen.config import (
    RunSettings,
)
from datagen.formats.files import open_atomic, write_json_array, write_jsonl
from datagen.formats.llava import to_llava
from datagen.pipeline.job import seeded
from datagen.prompts import ResponseType, load_prompts
from datagen.records import (
    Finding,
    Item,
    Rejection,
    Sample,
)
from datagen.replies import parse_reply
from datagen.report import Tally
from datagen.store import Answer, Request, RunStore

DATASET_FILE = "dataset.jsonl"
ARRAY_FILE = "dataset.json"
REJECTED_FILE = "rejected.jsonl"
REPORT_FILE = "report.json"


def build_dataset(folder: Path, settings: RunSettings, *, seconds: float = 0.0) -> dict[str, Any]:
    """Derive the data set from the stored answers; returns the content of `report.json`.

    Writes `dataset.jsonl`, `dataset.json`, `rejected.jsonl` and `report.json`, each whole or not at
    all. `seconds` is added to the run's time.

    Raises:
        DatagenError: the store or the prompt folder cannot be read, a file cannot be written.
    """
    types = load_prompts(
        settings.prompt_folder(), language=settings.language, reply_format=settings.reply_format
    )
    tally = Tally()
    with (
        RunStore(folder, write=True) as store,
        write_jsonl(folder / DATASET_FILE) as dataset,
        write_json_array(folder / ARRAY_FILE) as array,
        write_jsonl(folder / REJECTED_FILE) as rejected,
    ):
        tally.planned.update(json.loads(store.get_meta("planned") or "{}"))
        source = json.loads(store.get_meta("source") or "{}")
        seconds += float(store.get_meta("seconds") or 0.0)
        store.set_meta("seconds", repr(seconds))
        for request, answer in store.iterate():
            tally.add_reply(answer.reply)
            outcome, findings = judge(request, answer, types[request.item.response_type], settings)
            if isinstance(outcome, Rejection):
                tally.add_rejection(outcome)
                rejected(describe_rejection(outcome, findings))
            else:
                tally.add_sample(outcome, findings)
                record = to_llava(outcome, record_id=_name_record(outcome.item, settings))
                dataset(record)
                array(record)
    content = tally.to_json(source, seconds)
    with open_atomic(folder / REPORT_FILE) as file:
        file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
    return content


def judge(
    request: Request, answer: Answer, type_: ResponseType, settings: RunSettings
) -> tuple[Sample | Rejection, list[Finding]]:
    """Parse and check one stored answer: a sample or a rejection, and all that was found."""
    item, image = request.item, request.image
    if answer.failure:
        findings = [Finding(answer.failure, "ask", "reject", answer.reply.text)]
        return Rejection(item, image.file_name, findings[0]), findings
    parsed = parse_reply(
        answer.reply.text,
        type_.layout,
        finish_reason=answer.reply.finish_reason,
        reply_format=settings.reply_format,
        question=request.question,
    )
    image_first = seeded(settings.seed, item, "image position").random() < 0.5
    sample = Sample(item, image.file_name, parsed.turns, image_first)
    findings = list(parsed.findings)
    if parsed.turns:
        findings += check_record(to_llava(sample), captions=image.captions)
    first = next((finding for finding in findings if finding.severity == "reject"), None)
    if first is not None:
        return Rejection(item, image.file_name, first, answer.reply.text), findings
    return sample, findings


def describe_rejection(rejection: Rejection, findings: Sequence[Finding]) -> dict[str, Any]:
    """One line of `rejected.jsonl`: what was rejected, why and where, and the raw reply."""
    first = rejection.finding
    return {
        "id": rejection.item.id,
        "image_id": rejection.item.image_id,
        "image": rejection.image,
        "response_type": rejection.item.response_type,
        "stage": first.stage,
        "reason": first.code,
        "message": first.message,
        "turn": first.turn,
        "span": first.span,
        "findings": sorted({finding.code for finding in findings}),
        "reply": rejection.reply,
    }


def _name_record(item: Item, settings: RunSettings) -> str:
    return item.image_id if settings.llava_ids else item.id
