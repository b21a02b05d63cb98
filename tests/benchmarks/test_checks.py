"""What the benchmark of the checks feeds them: nothing twice, and the same for any version."""

import json
from pathlib import Path
from typing import Any

from datagen.checks.near import NearRepeats
from datagen.records import AnnotatedImage
from tests.benchmarks.bench_checks import spell_anew, write_large

IMAGE = AnnotatedImage("7", "7.jpg", ("A dog on a red couch.",), ())
RECORD = {
    "id": "7",
    "image": "7.jpg",
    "conversations": [
        {"from": "human", "value": "<image>\nWhat is on the couch?"},
        {"from": "gpt", "value": "A dog lies there."},
    ],
}


def list_texts(record: dict[str, Any], image: AnnotatedImage) -> list[str]:
    return [*(message["value"] for message in record["conversations"]), *image.captions]


def test_no_text_is_spelled_twice_and_the_words_stay() -> None:
    rounds = [list_texts(*spell_anew([(RECORD, IMAGE)], number)[0]) for number in range(60)]
    for said, texts in zip(list_texts(RECORD, IMAGE), zip(*rounds, strict=True), strict=True):
        assert len(set(texts)) == len(texts)
        assert {text.lower() for text in texts} == {said.lower()}
    assert all(texts[0].startswith("<image>\n") for texts in rounds)


def test_records_of_an_image_share_it_in_each_round() -> None:
    one, other = spell_anew([(RECORD, IMAGE), (RECORD, IMAGE)], 3)
    assert one[1] is other[1]


def test_hardly_a_text_of_a_large_file_is_near_another(tmp_path: Path) -> None:
    write_large(tmp_path / "large.jsonl", tmp_path / "contexts.jsonl", 450)
    repeats = NearRepeats()
    for line in (tmp_path / "large.jsonl").read_text(encoding="utf-8").splitlines():
        repeats.check(json.loads(line))
    assert repeats.counts["answers"] > 450
    assert repeats.counts["shared_answers"] < 0.1 * repeats.counts["answers"]
