"""Audit: the invented hard cases, each a context, one answer, and what shall become of it."""

import json
from dataclasses import dataclass
from functools import cache

from datagen.checks.checker import Layer
from datagen.records import AnnotatedImage, Box
from tests.audit.corpus import DATA, Record
from tests.audit.flags import find_flags, judge_claims

QUESTION = "<image>\nWhat can be seen in the picture?"
LEAST_RIGHT = 0.9
MOST_REJECTED = 3


@dataclass(frozen=True, slots=True)
class HardCase:
    """One answer about an invented picture; `reject` is what is wanted."""

    kind: str
    image: AnnotatedImage
    answer: str
    reject: bool

    @property
    def record(self) -> Record:
        """The answer to a plain question, as a record."""
        turns = [{"from": "human", "value": QUESTION}, {"from": "gpt", "value": self.answer}]
        return {"id": self.image.id, "image": self.image.file_name, "conversations": turns}


@cache
def read_hard_cases() -> tuple[HardCase, ...]:
    """All of them, in order of the file."""
    data = json.loads((DATA / "hard_cases.json").read_text(encoding="utf-8"))
    images = {
        raw["id"]: AnnotatedImage(
            raw["id"],
            raw["image"],
            tuple(raw["captions"]),
            tuple(Box(each["category"], tuple(each["bbox"])) for each in raw["instances"]),
        )
        for raw in data["contexts"]
    }
    return tuple(
        HardCase(case["kind"], images[case["context"]], case["answer"], case["verdict"] == "reject")
        for case in data["cases"]
    )


def is_flagged(case: HardCase, layer: Layer = "lexicon") -> bool:
    """Whether it is rejected; of the open vocabulary, whether it is at least unsupported."""
    if case.kind == "open vocabulary":
        claims = judge_claims(case.record, case.image, layer)
        return any(claim.verdict in {"contradicted", "unsupported"} for claim in claims)
    return bool(find_flags(case.record, case.image, "conversation", layer))


def find_wrong(layer: Layer = "lexicon") -> tuple[HardCase, ...]:
    """The cases that come out other than wanted."""
    return tuple(case for case in read_hard_cases() if is_flagged(case, layer) is not case.reject)
