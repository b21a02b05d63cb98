"""Audit: the one way in which it asks the package. What rejects a record is a flag."""

from collections.abc import Sequence
from functools import cache

from datagen.checks.checker import Checker, CheckRules, Layer
from datagen.checks.grounding.claims import Claim
from datagen.config import shipped_folder
from datagen.prompts import load_prompts
from datagen.records import AnnotatedImage
from tests.audit.corpus import Record

GROUNDING = "grounding:"
"""What the code of a grounding flag begins with."""


def find_flags(
    record: Record, image: AnnotatedImage, response_type: str, layer: Layer = "lexicon"
) -> list[str]:
    """Codes of everything that rejects a record; one for each finding, so codes may repeat."""
    verdict = _make_checker(layer).check(record, image, response_type)
    return [
        f"{GROUNDING}{finding.code}" if finding.stage == "grounding" else finding.code
        for finding in verdict.findings
        if finding.severity == "reject"
    ]


def judge_claims(
    record: Record, image: AnnotatedImage, layer: Layer = "lexicon"
) -> Sequence[Claim]:
    """What a record claims about a picture, with verdicts."""
    return _make_checker(layer).check(record, image).claims


@cache
def _make_checker(layer: Layer) -> Checker:
    """With the package's rules as they come but for the layer, and the examples of its prompts."""
    rules = CheckRules(layer=layer, all_annotated=True)  # COCO's own, and the samples' like it
    return Checker(rules, examples=_list_examples())


def _list_examples() -> list[str]:
    types = load_prompts(shipped_folder("prompts")).values()
    return [
        message.content
        for type_ in types
        for message in type_.messages
        if message.role == "assistant"
    ]
