import pytest

from datagen.checks.grounding.absence import judge_absences
from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Evidence
from tests.checks.grounding.builders import build_sentences, make_evidence, make_passage


def judge(evidence: Evidence, marked: str) -> list[Claim]:
    passage = make_passage(evidence, marked)
    return [claim for one in build_sentences(marked) for claim in judge_absences(one, passage)]


def verdict(evidence: Evidence, marked: str) -> str:
    (claim,) = judge(evidence, marked)
    return f"{claim.verdict} {claim.rule}"


DOG = make_evidence("dog 2")


@pytest.mark.parametrize(
    "marked",
    [
        "There is {no #dog}.",
        "There are {no #dogs} in the picture.",
        "{No #dog} is visible.",
        "I can see {no #dog} anywhere.",
        "There is {no visible #dog} here.",
        "There are {no #dogs} or {no #cats} in sight.",
    ],
)
def test_a_boxed_category_cannot_be_absent_from_the_whole(marked: str) -> None:
    claim = judge(DOG, marked)[0]
    assert (claim.verdict, claim.rule, claim.boxes) == ("contradicted", "false-absence", (0, 1))
    assert claim.polarity is False


@pytest.mark.parametrize(
    "marked",
    [
        "There is {no #dog} on {the #couch}.",
        "{No #dog} is running.",
        "{A #man} without {any #dog|negated} waits.",
        "She has {no #dog}.",
        "There is {no brown #dog}.",
        "There are {no #dogs} wearing collars.",
        "There are {no #dogs} but this one.",
    ],
)
def test_an_absence_from_a_part_stays_open(marked: str) -> None:
    assert verdict(DOG, marked) == "unverifiable restricted-absence"


def test_what_nothing_knows_is_rightly_absent() -> None:
    assert verdict(DOG, "There is {no #cat}.") == "supported nothing-known"


def test_without_any_box_an_absence_stays_open() -> None:
    assert verdict(make_evidence(""), "There is {no #cat}.") == "unverifiable nothing-boxed"


def test_without_a_box_two_captions_speak_against_an_absence() -> None:
    evidence = make_evidence("cat 1", "{A #dog} barks.", "{The #dog} is loud.")
    assert verdict(evidence, "There is {no #dog}.") == "contradicted false-absence"
    one = make_evidence("cat 1", "{A #dog} barks.", "Loud.")
    assert verdict(one, "There is {no #dog}.") == "unverifiable one-voice"


def test_what_is_tiny_or_wide_may_be_overlooked() -> None:
    assert verdict(make_evidence("dog 1 tiny"), "There is {no #dog}.").startswith("unverifiable")
    desk = make_evidence("tv 1", "A desk with a monitor.")
    assert verdict(desk, "There is {no #tv}.") == "unverifiable easily-missed"
    assert verdict(make_evidence("tv 1"), "There is {no #tv}.") == "contradicted false-absence"


@pytest.mark.parametrize(
    "marked", ["There is {no #puppy}.", "There is {no #table}.", "{No #man} is visible."]
)
def test_an_absent_sub_kind_or_soft_word_stays_open(marked: str) -> None:
    evidence = make_evidence("dog 1, dining table 1, person 1", "{A #woman} with {a #dog}.")
    assert verdict(evidence, marked).startswith("unverifiable")


def test_an_absent_sub_kind_that_a_caption_names_is_contradicted() -> None:
    evidence = make_evidence("person 2", "{A #man} and {a #woman} wait.")
    assert verdict(evidence, "{No #man} is visible.") == "contradicted false-absence"


def test_an_absence_from_a_place_in_which_a_caption_has_the_thing_is_contradicted() -> None:
    evidence = make_evidence("dog 2", "{A #dog} in a kitchen.", "{A #dog} on the floor.")
    assert verdict(evidence, "{No #dog} is in the kitchen.") == "contradicted false-absence"
    assert verdict(evidence, "{No #dog} is in the garden.") == "unverifiable restricted-absence"
    assert verdict(evidence, "{No #dog} is eating in the kitchen.").startswith("unverifiable")


def test_an_answer_about_a_place_denies_for_that_place() -> None:
    text = "I see {no #dog}."
    for question, rule in (
        ("Is anybody on the couch?", "restricted-absence"),
        ("Is anybody in the picture?", "false-absence"),
    ):
        passage = make_passage(DOG, text, question=question)
        (claim,) = judge_absences(build_sentences(text)[0], passage)
        assert claim.rule == rule


def test_another_or_doubly_denied_thing_makes_no_claim() -> None:
    assert judge(DOG, "There are {no #dogs|other} here.") == []
    assert judge(DOG, "It is not so that there is {no #dog|double}.") == []


def test_alone_among_several_is_contradicted() -> None:
    evidence = make_evidence("person 3", "{Three #people} wait.")
    assert verdict(evidence, "{The #woman} stands alone.") == "contradicted not-alone"
    assert judge(evidence, "Leave {the #dog} alone.") == []
    assert judge(evidence, "{The #woman} in the back stands alone.") == []


def test_alone_is_supported_by_a_single_box() -> None:
    assert verdict(make_evidence("person 1"), "{A #man} sits alone.") == "supported alone"
