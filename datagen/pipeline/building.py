"""Pipeline, the free half: a pure function of the store and the settings."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from datagen.balance import Balance
from datagen.checks.near import NearRepeats
from datagen.config import RunSettings
from datagen.formats.files import open_atomic, write_json_array, write_jsonl
from datagen.pipeline.choosing import Choice
from datagen.pipeline.describing import describe_dropped, describe_rejection, describe_score
from datagen.pipeline.judging import Judge, Judged, judge_chunk, load_types
from datagen.pipeline.ruling import Ruling, pick_answers, read_rulings
from datagen.pipeline.working import Aside, work_in_order
from datagen.prompts import ResponseType
from datagen.records import Finding, Item, Rejection, Sample
from datagen.report import Tally
from datagen.store import Answer, LookStore, Request, RunStore

DATASET_FILE = "dataset.jsonl"
ARRAY_FILE = "dataset.json"
REJECTED_FILE = "rejected.jsonl"
SCORES_FILE = "scores.jsonl"
REPORT_FILE = "report.json"


_Work = tuple[Request, Sequence[Answer], Ruling | None]


class DatasetBuilder:
    """Writes the data set item by item; use it in a `with` block, and `finish` it.

    The files take their names when it is finished. A block that ends without that leaves what was
    there before.
    """

    def __init__(
        self,
        folder: Path,
        settings: RunSettings,
        types: Mapping[str, ResponseType],
        *,
        aside: bool = False,
    ) -> None:
        """Prepare; the files are opened by the `with` block.

        Args:
            folder: the run folder.
            settings: of the run.
            types: its response types.
            aside: judge what is added in another process, so that adding takes no time.
        """
        self._folder = folder
        self._settings = settings
        self._judge = Judge(types, settings)
        self._repeats = NearRepeats(by_picture=True)
        self._flags: Mapping[str, Sequence[tuple[str, str]]] = {}
        self._rulings: Mapping[str, Ruling] = {}
        self._balance = Balance()
        self._tally = Tally()
        self._files = ExitStack()
        self._choice: Choice | None = None
        self._last: Item | None = None
        self._work = partial(judge_chunk, settings.model_dump_json())
        self._is_aside = aside
        self._aside: Aside[_Work, Judged] | None = None

    def __enter__(self) -> Self:
        """Open the files.

        Raises:
            RunError: the run folder cannot be written, or has no flags to drop records by.
        """
        if self._settings.drop_flagged:
            with LookStore(self._folder) as looks:
                self._flags = looks.read_flags()
        self._rulings = read_rulings(self._folder)
        enter = self._files.enter_context
        with ExitStack() as opening:
            opening.push(self._files)
            self._dataset = enter(write_jsonl(self._folder / DATASET_FILE))
            self._array = enter(write_json_array(self._folder / ARRAY_FILE))
            self._rejected = enter(write_jsonl(self._folder / REJECTED_FILE))
            self._scores = enter(write_jsonl(self._folder / SCORES_FILE))
            if self._settings.top is not None or self._settings.balance:
                self._choice = enter(Choice(self._folder, self._settings))
            opening.pop_all()
        if self._is_aside:
            self._aside = Aside(self._work, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Drop what was not finished."""
        if self._aside is not None:
            self._aside.close()
        unfinished = RuntimeError("not finished")
        self._files.__exit__(RuntimeError, unfinished, None)

    def add(self, request: Request, answers: Sequence[Answer]) -> None:
        """Take the next item, in item order, with the newest answer of each candidate."""
        if any(ruling.choice for ruling in self._rulings.values()):
            return  # what was chosen may be older than these; `finish` finds it in the store
        ruling = self._rulings.get(request.item.id)
        if self._aside is not None:
            self._aside.put((_shorten(request), answers, ruling))
        else:
            self._take(self._judge.choose(request, answers, ruling))

    def _take(self, judged: Judged) -> None:
        self._last = judged.outcome.item
        self._write(judged)

    def _write(self, judged: Judged) -> None:
        judged = self._drop_flagged(self._compare(judged))
        judged = self._drop_reviewed(self._name_editor(judged))
        outcome = judged.outcome
        for pair, turn, finding in judged.dropped:
            self._rejected(describe_dropped(outcome, pair, turn, finding))
        if isinstance(outcome, Rejection):
            self._tally.add_rejection(outcome)
            self._rejected(describe_rejection(outcome, judged.findings, judged.checks))
            return
        if self._choice is not None:
            self._choice.add(judged, outcome)
            return
        self._write_sample(judged, outcome)

    def _write_sample(self, judged: Judged, outcome: Sample) -> None:
        self._tally.add_sample(outcome, judged.findings, judged.score, len(judged.dropped))
        self._balance.add(
            outcome.item.response_type,
            outcome.image,
            [(turn.question, turn.answer) for turn in outcome.turns],
            named=judged.categories,
            boxed=judged.boxed,
            absent=judged.absences,
        )
        record = {**judged.record, "id": _name_record(outcome.item, self._settings)}
        self._dataset(record)
        self._array(record)
        self._scores(describe_score(judged))

    def _write_chosen(self, choice: Choice) -> None:
        for judged, outcome, rule in choice.choose():
            if rule is None:
                self._write_sample(judged, outcome)
            else:
                message = f"The record passed the checks and was left out by the rule {rule!r}."
                finding = Finding("not-selected", "select", "reject", message)
                rejection = Rejection(outcome.item, outcome.image, finding, judged.reply)
                self._tally.add_rejection(rejection)
                self._rejected(describe_rejection(rejection, [finding]))

    def _compare(self, judged: Judged) -> Judged:
        """Hold a sample against the samples before it; one that repeats an earlier one goes."""
        if isinstance(judged.outcome, Rejection) or judged.texts is None:
            return judged
        repeats = self._judge.weigh(self._repeats.compare(judged.texts))
        findings = [*judged.findings, *repeats]
        fault = next((each for each in repeats if each.severity == "reject"), None)
        judged = replace(judged, findings=findings)
        return judged if fault is None or self._is_trusted(judged) else _reject(judged, fault)

    def _drop_flagged(self, judged: Judged) -> Judged:
        """Leave out a sample that a model of the spot-check did not find in its picture."""
        reasons = self._flags.get(judged.outcome.item.id)
        if reasons is None or isinstance(judged.outcome, Rejection) or self._is_trusted(judged):
            return judged
        said = " ".join(sentence for _, sentence in reasons)
        fault = Finding("spotcheck-flagged", "spotcheck", "reject", said)
        return _reject(replace(judged, findings=[*judged.findings, fault]), fault)

    def _name_editor(self, judged: Judged) -> Judged:
        """Say of an edited record that fails whose text it is."""
        ruling = self._rulings.get(judged.outcome.item.id)
        if ruling is None or not ruling.turns or isinstance(judged.outcome, Sample):
            return judged
        fault = judged.outcome.finding
        said = replace(fault, message=f"As edited by {ruling.edited_by}: {fault.message}")
        return replace(judged, outcome=replace(judged.outcome, finding=said))

    def _drop_reviewed(self, judged: Judged) -> Judged:
        """Leave out a sample that a reviewer rejected.

        It was compared before: what nearly repeats a rejected record is no better than that.
        """
        ruling = self._rulings.get(judged.outcome.item.id)
        if ruling is None or not ruling.refusal or isinstance(judged.outcome, Rejection):
            return judged
        fault = Finding("review-rejected", "review", "reject", ruling.refusal)
        return _reject(replace(judged, findings=[*judged.findings, fault]), fault)

    def _is_trusted(self, judged: Judged) -> bool:
        """Whether a reviewer vouches for a sample, and may."""
        ruling = self._rulings.get(judged.outcome.item.id)
        return ruling is not None and ruling.is_accepted and self._settings.trust_reviews

    def finish(self, *, seconds: float = 0.0) -> dict[str, Any]:
        """Take from the store what was not added yet, write all files, and return the report.

        Args:
            seconds: added to the run's time.

        Raises:
            DatagenError: the store cannot be read, a file cannot be written.
        """
        if self._aside is not None:
            self._aside.finish()
        tally = self._tally
        with RunStore(self._folder, write=True) as store:
            tally.planned.update(json.loads(store.get_meta("planned") or "{}"))
            source = json.loads(store.get_meta("source") or "{}")
            seconds += float(store.get_meta("seconds") or 0.0)
            store.set_meta("seconds", repr(seconds))
            tally.add_usage(store.sum_usage(), store.sum_attempts())
            rest = self._list_rest(store)
            for judged in work_in_order(self._work, rest, workers=self._settings.workers):
                self._write(judged)
        if self._choice is not None:
            self._write_chosen(self._choice)
        self._files.close()
        content = tally.to_json(source, seconds) | {"balance": self._balance.to_json()}
        with open_atomic(self._folder / REPORT_FILE) as file:
            file.write(json.dumps(content, ensure_ascii=False, indent=2) + "\n")
        return content

    def _list_rest(self, store: RunStore) -> Iterator[_Work]:
        """What was not added yet, with the answers that a reviewer chose, if any did."""
        for request, answers in store.iterate(after=self._last):
            ruling = self._rulings.get(request.item.id)
            picked = pick_answers(store, request, answers, ruling)
            yield _shorten(request), picked, ruling


def build_dataset(folder: Path, settings: RunSettings, *, seconds: float = 0.0) -> dict[str, Any]:
    """Derive the data set from the stored answers; returns the content of `report.json`.

    Writes `dataset.jsonl`, `dataset.json`, `rejected.jsonl`, `scores.jsonl` and `report.json`, each
    whole or not at all. `seconds` is added to the run's time.

    Raises:
        DatagenError: the store or the prompt folder cannot be read, a file cannot be written.
    """
    types = load_types(settings)
    RunStore(folder).close()  # say that it is no run folder before a file is opened in it
    with DatasetBuilder(folder, settings, types) as builder:
        return builder.finish(seconds=seconds)


def _reject(judged: Judged, fault: Finding) -> Judged:
    """A sample that goes for this fault."""
    item, image = judged.outcome.item, judged.outcome.image
    return replace(judged, outcome=Rejection(item, image, fault, judged.reply), dropped=())


def _shorten(request: Request) -> Request:
    """A request without its messages, which judging does not need and other processes would copy."""
    return replace(request, prefix=(), context="")


def _name_record(item: Item, settings: RunSettings) -> str:
    return item.image_id if settings.llava_ids else item.id
