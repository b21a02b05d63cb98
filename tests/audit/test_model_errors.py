"""Audit: answers as a model of 7B parameters writes them, and the same with its usual errors.

Each answer of `faulty_coco.jsonl` differs from the one of `faultless_coco.jsonl` by one to four
errors in place: things that belong to such a scene, numbers, colours, actions. Some of them no
caption and no box can tell. The rules were tuned on all of them.
"""

import pytest

from tests.audit.corpus import COCO, DATA, Case, has_coco, read_coco_images, read_written
from tests.audit.flags import GROUNDING, find_flags
from tests.audit.measures import Share

needs_coco = pytest.mark.skipif(
    not has_coco(COCO), reason="COCO's annotations lie beside the checkout, not in it"
)


def read_cases(file: str) -> list[Case]:
    return list(read_written(DATA / f"{file}_coco.jsonl", read_coco_images(COCO)))


def measure(file: str) -> Share:
    flags = [find_flags(each.record, each.image, each.response_type) for each in read_cases(file)]
    return Share(
        sum(any(flag.startswith(GROUNDING) for flag in found) for found in flags), len(flags)
    )


@needs_coco
def test_most_answers_with_errors_are_flagged() -> None:
    share = measure("faulty")
    assert share.rate >= 0.85, str(share)


@needs_coco
def test_faultless_answers_are_not_flagged() -> None:
    share = measure("faultless")
    assert share.rate <= 0.02, str(share)


def test_every_faulty_answer_has_its_faultless_twin() -> None:
    faulty, faultless = (
        (DATA / f"{file}_coco.jsonl").read_text(encoding="utf-8").splitlines()
        for file in ("faulty", "faultless")
    )
    assert len(faulty) == len(faultless) == 25
    assert all(one != other for one, other in zip(faulty, faultless, strict=True))
