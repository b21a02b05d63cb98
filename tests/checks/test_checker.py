"""Text checks and grounding together, as the pipeline asks for them."""

import pytest

from datagen.checks.checker import Checker, CheckRules
from datagen.errors import SettingsError
from datagen.records import AnnotatedImage, Box, Severity

KITCHEN = AnnotatedImage(
    "7",
    "7.jpg",
    ("Two children make a pizza.", "A boy and a girl bake."),
    (
        Box("person", (0.1, 0.1, 0.3, 0.9)),
        Box("person", (0.5, 0.1, 0.8, 0.9)),
        Box("pizza", (0.4, 0.5, 0.6, 0.6)),
    ),
)


_REPEATS: tuple[tuple[str, Severity], ...] = (
    ("repeated-sentence", "note"),
    ("repeated-words", "note"),
)


def find_codes(
    answer: str, rules: CheckRules | None = None, question: str = "What is it?"
) -> set[str]:
    turns = [
        {"from": "human", "value": f"<image>\n{question}"},
        {"from": "gpt", "value": answer},
    ]
    record = {"id": "7", "image": "7.jpg", "conversations": turns}
    verdict = Checker(rules or CheckRules()).check(record, KITCHEN, "conversation")
    return {finding.code for finding in verdict.findings if finding.severity == "reject"}


@pytest.mark.parametrize(
    "answer",
    [
        "Two kids, a boy and a girl, are making a pizza.",
        "The two kids, a girl and a boy, smile.",
        "Nobody else is there, and no dog waits for a bite.",
        "They might want a knife later on.",
    ],
)
def test_what_is_true_or_claims_nothing_passes(answer: str) -> None:
    assert find_codes(answer) == set()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        ("A boy, a girl and a woman make a pizza.", "wrong-count"),
        ("Three kids are making a pizza.", "wrong-count"),
        ("A dog sits beside the girl.", "absent-object"),
        ("There is no pizza in the picture.", "false-absence"),
        ("According to the captions, two kids bake.", "source-named"),
    ],
)
def test_one_contradiction_is_told_once_and_brings_no_low_score(answer: str, code: str) -> None:
    assert find_codes(answer) == {code}


def test_one_contradiction_rejects_however_much_is_true_beside_it() -> None:
    true = "Two kids are making a pizza. The girl and the boy look at the pizza. "
    assert find_codes(3 * true, CheckRules(severities=_REPEATS)) == set()
    spoiled = f"{3 * true}A dog sits beside the girl."
    assert find_codes(spoiled, CheckRules(severities=_REPEATS)) == {"absent-object"}


def test_an_image_without_boxes_denies_nothing_unless_it_was_searched() -> None:
    bare = AnnotatedImage("7", "7.jpg", KITCHEN.captions, ())
    turns = [
        {"from": "human", "value": "<image>\nWhat?"},
        {"from": "gpt", "value": "A dog sits there."},
    ]
    record = {"id": "7", "image": "7.jpg", "conversations": turns}
    for searched in (False, True):
        verdict = Checker(CheckRules(all_annotated=searched)).check(record, bare)
        assert bool(verdict.findings) is searched


def test_the_parser_is_a_layer_behind_the_same_interface() -> None:
    rules = CheckRules(layer="spacy")
    assert find_codes("A dog sits beside the girl.", rules) == {"absent-object"}
    assert find_codes("Two kids are making a pizza.", rules) == set()


def test_a_model_that_is_not_there_is_named() -> None:
    with pytest.raises(SettingsError, match="no_such_model"):
        Checker(CheckRules(layer="spacy", spacy_model="no_such_model"))
