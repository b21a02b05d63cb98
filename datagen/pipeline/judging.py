"""Pipeline, one stored answer: parse it, check it, and say what becomes of it."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Literal

from datagen.checks.checker import Checker, CheckRules, Verdict, is_groundable
from datagen.checks.near import Dialogue, read_dialogue
from datagen.config import RunSettings
from datagen.formats.llava import to_llava
from datagen.pipeline.names import refuse_unknown_names
from datagen.pipeline.ruling import Ruling
from datagen.prompts import ResponseType, load_prompts
from datagen.records import AnnotatedImage, Finding, Item, Rejection, Sample, Turn
from datagen.replies import ParsedReply, parse_reply
from datagen.store import Answer, Request


def seeded(seed: int, item: Item, purpose: str) -> random.Random:
    """A random source of an item's own for one purpose."""
    return random.Random(f"{seed}:{item.id}:{purpose}")


@dataclass(frozen=True, slots=True)
class Judged:
    """What became of one answer.

    Attributes:
        outcome: the sample, or why there is none.
        findings: all that was found in what the outcome stands for.
        score: share of its claims with ground, 0 to 1; None where nothing was held against it.
        verdicts: its claims by verdict.
        dropped: pairs left out of the sample, by their place in the reply, with the reason.
        categories: COCO categories that it names with support.
        boxed: those that are boxed in its image.
        absences: statements that something is not there, with support.
        reply: the raw text that it was made from.
        record: the sample as it stands in a file.
        texts: what is compared with other samples.
        checks: what the checks say of the reply, where a reviewer's edit or word took its place.
    """

    outcome: Sample | Rejection
    findings: Sequence[Finding]
    score: float | None = None
    verdicts: Mapping[str, int] = field(default_factory=dict)
    dropped: Sequence[tuple[int, Turn, Finding]] = ()
    categories: frozenset[str] = frozenset()
    boxed: frozenset[str] = frozenset()
    absences: int = 0
    reply: str = ""
    record: Mapping[str, Any] = field(default_factory=dict)
    texts: Dialogue | None = None
    checks: Literal["", "accepted", "rejected"] = ""


class Judge:
    """Judges the answers of one run; what it says depends on settings and answer only."""

    def __init__(self, types: Mapping[str, ResponseType], settings: RunSettings) -> None:
        """Load what the checks need.

        Raises:
            SettingsError: a check cannot be set up as the settings say.
        """
        self._types = types
        self._settings = settings
        refuse_unknown_names(settings, types)
        examples = dict.fromkeys(
            message.content
            for type_ in types.values()
            for message in type_.messages
            if message.role == "assistant"
        )
        self._checker = Checker(make_rules(settings), examples=tuple(examples))

    def judge(self, request: Request, answer: Answer) -> Judged:
        """Parse and check one answer."""
        item, image = request.item, request.image
        if answer.failure:
            finding = Finding(answer.failure, "ask", "reject", answer.reply.text)
            return Judged(Rejection(item, image.file_name, finding), [finding])
        parsed = self.parse(request, answer)
        sample = self._make_sample(request, parsed.turns)
        if not parsed.turns:
            return _conclude(sample, Verdict(list(parsed.findings)), answer)
        verdict = self._check(sample, request)
        dropped: list[tuple[int, Turn, Finding]] = []
        if self._settings.drop == "pair" and not _find_rejecting(parsed.findings):
            sample, verdict, dropped = self._drop_pairs(sample, verdict, request)
        findings = [*parsed.findings, *verdict.findings]
        judged = _conclude(sample, replace(verdict, findings=findings), answer, dropped)
        return replace(judged, boxed=frozenset(box.category for box in image.boxes))

    def read(self, request: Request, answer: Answer) -> tuple[Sample, list[Finding]]:
        """The sample that a reply holds, unchecked, and what its reading found."""
        parsed = self.parse(request, answer)
        return self._make_sample(request, parsed.turns), list(parsed.findings)

    def examine(self, record: object, image: AnnotatedImage | None, response_type: str) -> Verdict:
        """Check a record as it stands, by the rules of the run."""
        self._checker.prepare([record])
        return self._checker.check(record, image, response_type)

    def judge_turns(
        self,
        request: Request,
        answer: Answer,
        turns: Sequence[Turn],
        *,
        is_trusted: bool = False,
    ) -> Judged:
        """Check turns that somebody put in place of the answer's; no pair of them is dropped.

        Args:
            request: what was asked.
            answer: whose place they take.
            turns: at least one.
            is_trusted: somebody vouches for them, so that only what LLaVA's trainer makes of their
                shape keeps them out.
        """
        sample = self._make_sample(request, turns)
        judged = _conclude(sample, self._check(sample, request), answer, is_trusted=is_trusted)
        return replace(judged, boxed=frozenset(box.category for box in request.image.boxes))

    def choose(
        self, request: Request, answers: Sequence[Answer], ruling: Ruling | None = None
    ) -> Judged:
        """What becomes of the best candidate, or of what a reviewer put in its place."""
        judged, answer = self.choose_answer(request, answers)
        return judged if ruling is None else self._obey(request, answer, judged, ruling)

    def choose_answer(self, request: Request, answers: Sequence[Answer]) -> tuple[Judged, Answer]:
        """The best candidate: a record before none, then the higher score, then the earlier one."""
        candidates = [(self.judge(request, answer), answer) for answer in answers]
        return max(
            candidates, key=lambda each: (isinstance(each[0].outcome, Sample), each[0].score or 0.0)
        )

    def _obey(self, request: Request, answer: Answer, judged: Judged, ruling: Ruling) -> Judged:
        """Put a reviewer's turns in place of a reply's, and let in what they vouch for."""
        is_sample = isinstance(judged.outcome, Sample)
        is_trusted = ruling.is_accepted and self._settings.trust_reviews
        turns = ruling.turns
        if turns is None and is_trusted and not (is_sample or answer.failure):
            turns = self.parse(request, answer).turns
        if not turns:
            return judged
        other = self.judge_turns(request, answer, turns, is_trusted=is_trusted)
        return replace(other, checks="accepted" if is_sample else "rejected")

    def parse(self, request: Request, answer: Answer) -> ParsedReply:
        """The turns of an answer, whatever the checks say of them."""
        return parse_reply(
            answer.reply.text,
            self._types[request.item.response_type].layout,
            finish_reason=answer.reply.finish_reason,
            reply_format=self._settings.reply_format,
            question=request.question,
        )

    def _make_sample(self, request: Request, turns: Sequence[Turn]) -> Sample:
        item = request.item
        return Sample(item, request.image.file_name, tuple(turns), self.places_image_first(item))

    def places_image_first(self, item: Item) -> bool:
        """Whether `<image>` stands before the first question of an item's record, or behind it."""
        return seeded(self._settings.seed, item, "image position").random() < 0.5

    def weigh(self, findings: Sequence[Finding]) -> list[Finding]:
        """Findings of elsewhere with the severity that the settings give them."""
        return self._checker.weigh(findings)

    def _check(self, sample: Sample, request: Request) -> Verdict:
        record = to_llava(sample)
        self._checker.prepare([record])
        return self._checker.check(record, request.image, sample.item.response_type)

    def _drop_pairs(
        self, sample: Sample, verdict: Verdict, request: Request
    ) -> tuple[Sample, Verdict, list[tuple[int, Turn, Finding]]]:
        """Leave out the pairs that a check rejects, as long as others stand.

        What is left is checked again as a record of its own, for a pair may lean on one before it.
        """
        places = list(range(len(sample.turns)))
        dropped: list[tuple[int, Turn, Finding]] = []
        while len(places) > 1 and (faults := _find_faulty_pairs(verdict)):
            if len(faults) >= len(places):
                break
            dropped += [(places[n], sample.turns[n], finding) for n, finding in faults.items()]
            kept = [n for n in range(len(places)) if n not in faults]
            places = [places[n] for n in kept]
            sample = replace(sample, turns=tuple(sample.turns[n] for n in kept))
            verdict = self._check(sample, request)
        return sample, verdict, sorted(dropped, key=lambda each: each[0])


def load_types(settings: RunSettings) -> dict[str, ResponseType]:
    """The response types that the settings name.

    Raises:
        PromptError: the prompt folder cannot be used.
    """
    return load_prompts(
        settings.prompt_folder(), language=settings.language, reply_format=settings.reply_format
    )


def can_ground(settings: RunSettings) -> bool:
    """Whether texts are held against images: grounding is on and reads the language."""
    return settings.grounding != "off" and is_groundable(settings.language)


def make_rules(settings: RunSettings) -> CheckRules:
    """What the settings let through."""
    return CheckRules(
        language=settings.language,
        layer=settings.grounding,
        severities=tuple(sorted(settings.severities.items())),
        min_scores=tuple(sorted(settings.min_scores.items())),
        budget=settings.budget,
        image_tokens=settings.image_tokens,
        tokenizer=settings.tokenizer,
        spacy_model=settings.spacy_model,
        all_annotated=settings.instances is not None,
    )


def _find_rejecting(findings: Sequence[Finding], *, is_trusted: bool = False) -> Finding | None:
    return next(
        (
            finding
            for finding in findings
            if finding.severity == "reject" and (finding.stage == "structure" or not is_trusted)
        ),
        None,
    )


def _find_faulty_pairs(verdict: Verdict) -> dict[int, Finding]:
    """The first rejecting finding of each faulty pair; none where the whole record is at fault.

    A low score of the whole may come from the faulty pairs, so it is left to the check without them.
    """
    faults: dict[int, Finding] = {}
    for finding in verdict.findings:
        if finding.severity == "reject" and finding.code != "low-score":
            if finding.turn is None or finding.stage == "structure":
                return {}
            faults.setdefault(finding.turn // 2, finding)
    return faults


def _conclude(
    sample: Sample,
    verdict: Verdict,
    answer: Answer,
    dropped: Sequence[tuple[int, Turn, Finding]] = (),
    *,
    is_trusted: bool = False,
) -> Judged:
    verdicts = dict(sorted(Counter(str(claim.verdict) for claim in verdict.claims).items()))
    fault = _find_rejecting(verdict.findings, is_trusted=is_trusted)
    if fault is None:
        categories = frozenset(
            name
            for claim in verdict.claims
            if claim.family == "object" and claim.verdict == "supported"
            for name in claim.classes
        )
        absences = sum(
            claim.family == "absence" and claim.verdict == "supported" for claim in verdict.claims
        )
        record = to_llava(sample)
        return Judged(
            sample,
            verdict.findings,
            verdict.score,
            verdicts,
            dropped,
            categories,
            absences=absences,
            reply=answer.reply.text,
            record=record,
            texts=read_dialogue(record),
        )
    rejection = Rejection(sample.item, sample.image, fault, answer.reply.text)
    return Judged(rejection, verdict.findings, verdict.score, verdicts)


def judge_chunk(
    settings: str, chunk: Sequence[tuple[Request, Sequence[Answer], Ruling | None]]
) -> list[Judged]:
    """Judge many requests with their answers; `settings` as JSON, so that processes can be told."""
    judge = _load_judge(settings)
    return [judge.choose(*each) for each in chunk]


@lru_cache(maxsize=1)
def _load_judge(text: str) -> Judge:
    settings = RunSettings.model_validate_json(text)
    return Judge(load_types(settings), settings)
