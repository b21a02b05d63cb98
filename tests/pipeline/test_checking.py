"""A finished file is held against its images, whoever made it."""

import json
from pathlib import Path
from typing import Any

import pytest

from datagen import pipeline
from datagen.checks.checker import CheckRules
from datagen.errors import DatasetError, SettingsError
from datagen.pipeline.checking import name_response_type
from datagen.records import AnnotatedImage, Box
from tests.sources.making import make_image_set

BEACH = AnnotatedImage(
    "000000000007",
    "000000000007.jpg",
    ("A man walks two brown dogs along a beach.", "A man with two dogs on the sand."),
    (
        Box("person", (0.1, 0.1, 0.3, 0.9)),
        Box("dog", (0.5, 0.6, 0.6, 0.8)),
        Box("dog", (0.7, 0.6, 0.8, 0.8)),
    ),
)
INDEX = pipeline.ImageIndex(make_image_set([BEACH]))


def make_record(name: str, *turns: str, image: str = "000000000007.jpg") -> dict[str, Any]:
    speakers = ("human", "gpt")
    texts = ["<image>\n" + turns[0], *turns[1:]]
    messages = [{"from": speakers[n % 2], "value": text} for n, text in enumerate(texts)]
    return {"id": name, "image": image, "conversations": messages}


def check(
    tmp_path: Path, *records: object, rules: CheckRules | None = None, workers: int | None = None
) -> list[pipeline.CheckedRecord]:
    path = tmp_path / "set.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    rules = rules or CheckRules()
    return list(pipeline.check_file(path, rules, images=INDEX, workers=workers))


def list_codes(checked: pipeline.CheckedRecord) -> list[str]:
    return [finding.code for finding in checked.verdict.findings]


def test_a_true_record_passes_with_a_high_score(tmp_path: Path) -> None:
    [checked] = check(tmp_path, make_record("a", "Who is it?", "A man with two dogs."))
    assert list_codes(checked) == []
    assert checked.verdict.score == 1.0


@pytest.mark.parametrize(
    ("answer", "code", "span"),
    [
        ("A man walks along. There is an elephant next to him.", "absent-object", "elephant"),
        ("A man walks five dogs.", "wrong-count", "five dogs"),
        ("There are no dogs in the picture.", "false-absence", "no dogs"),
        ("The man is to the right of the dogs.", "wrong-place", "right of"),
    ],
)
def test_a_contradiction_rejects_with_its_place_in_the_text(
    tmp_path: Path, answer: str, code: str, span: str
) -> None:
    [checked] = check(tmp_path, make_record("a", "What is there?", answer))
    finding = next(each for each in checked.verdict.findings if each.severity == "reject")
    assert (finding.code, finding.turn) == (code, 1)
    assert finding.span in answer
    assert span.split()[-1] in finding.span


def test_a_record_is_found_by_image_name_and_by_id_of_any_style(tmp_path: Path) -> None:
    names = ["coco/train2017/000000000007.jpg", "COCO_val2014_000000000007.jpg", "7.png"]
    records = [make_record(str(n), "What?", "A cat.", image=name) for n, name in enumerate(names)]
    assert [INDEX.find(record) for record in records] == [BEACH] * 3
    assert INDEX.find({"id": "000000000007_conversation_0"}) == BEACH
    assert INDEX.find({"id": 7}) == BEACH
    assert INDEX.find({"id": True, "image": ["7"]}) is None
    assert INDEX.find([7]) is None
    assert INDEX.find({"id": "000000000007_conversation_0", "image": "8.jpg"}) is None


def test_a_record_without_a_known_image_is_noted_and_not_judged(tmp_path: Path) -> None:
    [checked] = check(tmp_path, make_record("a", "What?", "An elephant.", image="8.jpg"))
    assert list_codes(checked) == ["no-context"]
    assert checked.verdict.score is None


def test_what_is_no_record_has_its_finding_and_the_rest_is_checked(tmp_path: Path) -> None:
    path = tmp_path / "set.jsonl"
    good = json.dumps(make_record("a", "Who is it?", "A man."))
    path.write_text(f'{good}\n{{"id": \n[1]\nnull\n', encoding="utf-8")
    checked = list(pipeline.check_file(path, CheckRules(), images=INDEX))
    assert [list_codes(each)[:1] for each in checked] == [
        [],
        ["not-json"],
        ["not-an-object"],
        ["not-an-object"],
    ]


def test_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DatasetError, match="no such file"):
        list(pipeline.check_file(tmp_path / "none.jsonl", CheckRules()))


def test_several_processes_say_the_same(tmp_path: Path) -> None:
    answers = ("A man with two dogs.", "A man walks five dogs.", "An elephant stands there.")
    records = [make_record(str(n), f"Question {n}?", answers[n % 3]) for n in range(400)]
    assert check(tmp_path, *records, workers=2) == check(tmp_path, *records, workers=1)


def test_a_severity_of_the_rules_stands_in_place_of_the_tables(tmp_path: Path) -> None:
    rules = CheckRules(severities=(("wrong-count", "note"),))
    [checked] = check(tmp_path, make_record("a", "What?", "A man walks five dogs."), rules=rules)
    assert [(f.code, f.severity) for f in checked.verdict.findings] == [("wrong-count", "note")]


def test_an_unknown_reason_code_comes_with_the_nearest_known_one(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="did you mean wrong-count"):
        check(tmp_path, rules=CheckRules(severities=(("wrong-counts", "note"),)))


def test_the_lowest_score_is_the_rules_for_its_response_type(tmp_path: Path) -> None:
    record = make_record("7_conversation_0", "What?", "A man with a lantern, a ladder and a drum.")
    strict = CheckRules(min_scores=(("conversation", 1.0),))
    other = CheckRules(min_scores=(("complex_reasoning", 1.0), ("conversation", 0.0)))
    assert "low-score" in list_codes(check(tmp_path, record, rules=strict)[0])
    assert "low-score" not in list_codes(check(tmp_path, record, rules=other)[0])


def test_grounding_can_be_off_and_is_off_for_other_languages(tmp_path: Path) -> None:
    record = make_record("a", "What is there?", "There is an elephant next to the man.")
    [checked] = check(tmp_path, record, rules=CheckRules(layer="off"))
    assert (list_codes(checked), checked.verdict.score) == ([], None)
    [checked] = check(tmp_path, record, rules=CheckRules(language="German"))
    assert "absent-object" not in list_codes(checked)


def test_every_claim_is_described_with_its_span_and_evidence(tmp_path: Path) -> None:
    [checked] = check(tmp_path, make_record("a", "What is there?", "Two dogs run on the sand."))
    lines = list(pipeline.describe_claims(checked))
    assert json.loads(json.dumps(lines)) == [
        {**line, "classes": list(line["classes"]), "boxes": list(line["boxes"])}
        | {"captions": list(line["captions"]), "number": line["number"] and list(line["number"])}
        for line in lines
    ]
    dogs = next(line for line in lines if line["family"] == "count")
    assert (dogs["verdict"], dogs["boxes"], dogs["turn"]) == ("supported", (1, 2), 1)
    assert "dogs" in dogs["span"]


@pytest.mark.parametrize(
    ("record", "name"),
    [
        (make_record("7_own_type_12", "Why?", "So."), "own_type"),
        (make_record("7", "Who?", "A man.", "Where?", "There."), "conversation"),
        (make_record("7", "Who?", "A man."), "conversation"),
        (make_record("7", "Describe it.", "word " * 60), "detail_description"),
        (make_record("7", "Why is he there?", "word " * 60), "complex_reasoning"),
        (None, "conversation"),
        ({"conversations": 3}, "conversation"),
    ],
)
def test_the_response_type_is_told_by_the_id_else_by_the_form(record: object, name: str) -> None:
    assert name_response_type(record) == name


def test_a_known_type_is_told_by_the_id_whatever_its_letters_are() -> None:
    record = make_record("000000000007_short-VQA2_3", "Who?", "A man.")
    assert name_response_type(record) == "conversation"
    assert name_response_type(record, ("VQA2", "short-VQA2")) == "short-VQA2"
    index = pipeline.ImageIndex(make_image_set([BEACH]), types=("short-VQA2",))
    assert index.find({"id": record["id"]}) == BEACH


def test_an_image_is_found_by_a_file_name_that_does_not_say_its_id() -> None:
    images = [AnnotatedImage(f"{n}", f"rooms/kitchen_{n}.png", ("A sink.",), ()) for n in (1, 2)]
    index = pipeline.ImageIndex(make_image_set(images))
    assert index.find({"image": "kitchen_2.png"}) == images[1]
    assert index.find({"image": "kitchen_3.png"}) is None
