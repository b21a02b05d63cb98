"""Viewer: one record whole, put together on demand: nothing of it is kept in the index.

What a run asked and was answered comes from its store, opened read-only; claims and findings come
from the checks, which say the same each time.
"""

import threading
from collections.abc import Sequence
from typing import Any

from datagen.checks.checker import Checker, Verdict
from datagen.checks.grounding.claims import Claim
from datagen.checks.shape import read_record
from datagen.context import ContextPolicy, render_context
from datagen.formats.llava import to_llava
from datagen.pipeline import find_run_price, make_rules
from datagen.pipeline.judging import Judge, load_types
from datagen.pipeline.ruling import name_candidate
from datagen.prices import cost
from datagen.records import AnnotatedImage, Finding, Message
from datagen.store import Answer, Request, RunStore
from datagen.store.survey import find_failures
from datagen.viewer.file_rows import decode_record
from datagen.viewer.index import Index
from datagen.viewer.rows import StoredRow
from datagen.viewer.target import Target

LONGEST_TEXT = 200_000
"""Characters of one text that are shown; a reply of megabytes would stop the page.

Nor is a record of more characters checked again for the page: that takes a second a megabyte, and
the reason for which it was rejected is on file."""


class Details:
    """Looks up records of one target; may be asked by several threads."""

    def __init__(self, target: Target) -> None:
        """Prepare; prompts and checks are loaded when first needed."""
        self._target = target
        self._price = find_run_price(target.settings)
        self._lock = threading.Lock()  # a checker remembers the image it saw last
        self._judge: Judge | None = None
        self._checker: Checker | None = None

    def describe(self, index: Index, row: StoredRow, choice: str | None = None) -> dict[str, Any]:
        """Everything about one record, as plain values.

        Args:
            index: that the row is of.
            row: of the record.
            choice: key of the candidate that a reviewer has chosen.

        Raises:
            DatagenError: the store, the prompts or the checks cannot be used.
        """
        body = decode_record(index.read_body(row))
        fields = body if isinstance(body, dict) else {}
        found = self._find_request(row)
        request = found[0] if found is not None else None
        image = self.find_image(index, row, request)
        chosen, replies = self._list_replies(found, choice)
        record, findings = self._read_record(row, fields, request, chosen)
        is_short = sum(len(turn.text or "") for turn in read_record(record).turns) <= LONGEST_TEXT
        verdict = Verdict([])
        if record is not None and is_short:
            verdict = self.examine(record, image, row.type)
        findings += verdict.findings
        flags = self._target.read_flags().get(row.id, []) if self._target.is_run else []
        return {
            "key": row.key,
            "id": row.id,
            "type": row.type,
            "state": "accepted" if row.is_accepted else "rejected",
            "image": row.image,
            "width": image.width if image is not None else 0,
            "height": image.height if image is not None else 0,
            "boxes": _list_boxes(image),
            "captions": list(image.captions) if image is not None else [],
            "context": self._write_context(image, request),
            "turns": list_turns(record),
            "raw": None if record is not None else _shorten(_read_raw(body)),
            "claims": [describe_claim(claim) for claim in verdict.claims],
            "findings": [describe_finding(each) for each in _add_stored(findings, fields, row)],
            "score": verdict.score if verdict.score is not None else row.score,
            "flags": flags,
            "looks": self._target.read_looks(row.id) if self._target.is_run else {},
            "prompt": _list_messages(request),
            "replies": replies,
        }

    def find_image(
        self, index: Index, row: StoredRow, request: Request | None = None
    ) -> AnnotatedImage | None:
        """The annotated image of a record, where one is known."""
        if request is not None:
            return request.image
        if row.annotated:
            return index.read_image(row.annotated)
        if not self._target.is_run:
            return None
        found = self._find_request(row)
        return found[0].image if found is not None else None

    def examine(self, record: object, image: AnnotatedImage | None, response_type: str) -> Verdict:
        """Check a record, by the rules of the run or of the flags.

        Raises:
            DatagenError: the checks cannot be set up.
        """
        with self._lock:
            if self._target.is_run:
                return self._load_judge().examine(record, image, response_type)
            if self._checker is None:
                self._checker = Checker(make_rules(self._target.settings))
            return self._checker.check(record, image, response_type)

    def _load_judge(self) -> Judge:
        if self._judge is None:
            settings = self._target.settings
            self._judge = Judge(load_types(settings), settings)
        return self._judge

    def _find_request(self, row: StoredRow) -> tuple[Request, list[Answer], list[Answer]] | None:
        if not self._target.is_run:
            return None
        with RunStore(self._target.path) as store:
            found = store.find_request(row.id)
            if found is None:
                return None
            request, answers = found
            return request, answers, find_failures(store, request.item)

    def _read_record(
        self,
        row: StoredRow,
        fields: dict[str, Any],
        request: Request | None,
        chosen: Answer | None,
    ) -> tuple[dict[str, Any] | None, list[Finding]]:
        """The record as it stands, or as the rejected reply would make one."""
        if "conversations" in fields:
            return fields, []
        if request is None or chosen is None or chosen.failure:
            return None, []
        with self._lock:
            sample, findings = self._load_judge().read(request, chosen)
        return (to_llava(sample) if sample.turns else None), findings

    def _list_replies(
        self, found: tuple[Request, list[Answer], list[Answer]] | None, choice: str | None
    ) -> tuple[Answer | None, list[dict[str, Any]]]:
        """The answer that the record is made of, and all of them as plain values."""
        if found is None:
            return None, []
        request, answers, failures = found
        newest = {answer.candidate: answer for answer in answers}  # the last round counts
        picked = [each for each in answers if name_candidate(each) == choice]
        chosen = self._choose(request, picked or list(newest.values()))
        stands = {(each.candidate, each.round) for each in answers if each.failure}
        gone = [each for each in failures if (each.candidate, each.round) not in stands]
        return chosen, [
            self._describe_reply(answer, is_chosen=answer is chosen)
            for answer in sorted(
                [*answers, *gone], key=lambda each: (each.candidate, each.round, not each.failure)
            )
        ]

    def _choose(self, request: Request, answers: Sequence[Answer]) -> Answer | None:
        """By the rule of the run: a record before none, then the higher score, then the earlier."""
        if len(answers) < 2:
            return answers[0] if answers else None
        with self._lock:
            return self._load_judge().choose_answer(request, answers)[1]

    def _describe_reply(self, answer: Answer, *, is_chosen: bool) -> dict[str, Any]:
        reply, usage = answer.reply, answer.reply.usage
        return {
            "candidate": answer.candidate,
            "round": answer.round,
            "text": _shorten("" if answer.failure else reply.text),
            "model": reply.model,
            "finish_reason": reply.finish_reason if not answer.failure else "",
            "failure": f"{answer.failure}: {reply.text}"[:2000] if answer.failure else "",
            "feedback": _shorten(answer.feedback),
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "cached_tokens": usage.cached_tokens,
            },
            "cost": cost(usage, self._price) if self._price is not None else None,
            "latency": round(reply.latency, 3),
            "attempts": reply.attempts,
            "chosen": is_chosen,
        }

    def _write_context(self, image: AnnotatedImage | None, request: Request | None) -> str:
        if request is not None:
            return request.context
        if image is None:
            return ""
        settings = self._target.settings
        policy = ContextPolicy(settings.crowds, settings.min_area, settings.max_boxes)
        return render_context(image, "captions+boxes", policy)


def list_turns(record: object) -> list[dict[str, str]]:
    """The messages of a record as far as they can be read."""
    return [
        {"from": turn.speaker or "", "text": _shorten(turn.text or "")}
        for turn in read_record(record).turns
    ]


def describe_claim(claim: Claim) -> dict[str, Any]:
    """A claim as plain values; places count characters of the message."""
    return {
        "turn": claim.turn,
        "start": claim.start,
        "end": claim.end,
        "family": claim.family,
        "verdict": claim.verdict,
        "rule": claim.rule,
        "subject": claim.subject,
        "boxes": list(claim.boxes),
        "captions": list(claim.captions),
        "detail": claim.detail,
    }


def describe_finding(finding: Finding) -> dict[str, Any]:
    """A finding as plain values."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "stage": finding.stage,
        "message": finding.message,
        "turn": finding.turn,
        "span": _shorten(finding.span),
    }


def _add_stored(findings: list[Finding], fields: dict[str, Any], row: StoredRow) -> list[Finding]:
    """With the reason on file, where today's look at the record alone does not give it.

    A repeat is known only among other records, and a rule may have changed since.
    """
    reason = fields.get("reason")
    if not isinstance(reason, str) or reason in {finding.code for finding in findings}:
        return findings
    turn = fields.get("turn")
    stored = Finding(
        reason,
        str(fields.get("stage", "")),
        "reject",
        str(fields.get("message", "")),
        turn if isinstance(turn, int) else None,
        str(fields.get("span", "")),
    )
    return [stored, *findings]


def _list_boxes(image: AnnotatedImage | None) -> list[dict[str, Any]]:
    return [
        {"n": n, "category": box.category, "corners": list(box.corners), "crowd": box.crowd}
        for n, box in enumerate(image.boxes if image is not None else ())
    ]


def _list_messages(request: Request | None) -> list[dict[str, str]] | None:
    if request is None:
        return None
    messages = [*request.prefix, Message("user", request.context)]
    return [{"role": each.role, "content": each.content} for each in messages]


def _read_raw(body: object) -> str:
    """What there is where there is no record: a rejected reply, or the text of a broken line."""
    if isinstance(body, dict):
        return str(body.get("reply", ""))
    return body if isinstance(body, str) else ""


def _shorten(text: str) -> str:
    if len(text) <= LONGEST_TEXT:
        return text
    return f"{text[:LONGEST_TEXT]}… ({len(text) - LONGEST_TEXT:,} more characters)"
