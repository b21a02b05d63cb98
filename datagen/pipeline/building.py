"""Pipeline, the free half: a pure function of the store and the settings."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datagen.config import RunSettings
from datagen.formats.files import open_atomic, write_json_array, write_jsonl
from datagen.formats.llava import to_llava
from datagen.pipeline.judging import choose
from datagen.prompts import load_prompts
from datagen.records import Finding, Item, Rejection
from datagen.report import Tally
from datagen.store import RunStore

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
        tally.add_usage(store.sum_usage(), store.sum_attempts())
        for request, answers in store.iterate():
            outcome, findings = choose(request, answers, types, settings)
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
