import pytest

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Evidence
from datagen.checks.grounding.objects import judge_objects
from tests.checks.grounding.builders import build_sentences, make_evidence, make_passage


def judge(evidence: Evidence, marked: str, *, question: str = "", turn: int = 1) -> list[Claim]:
    passage = make_passage(evidence, marked, question=question, turn=turn)
    return [claim for one in build_sentences(marked) for claim in judge_objects(one, passage)]


def verdict(evidence: Evidence, marked: str, *, question: str = "", turn: int = 1) -> str:
    (claim,) = judge(evidence, marked, question=question, turn=turn)
    return f"{claim.verdict} {claim.rule}"


def test_a_boxed_category_is_supported_by_its_boxes() -> None:
    (claim,) = judge(make_evidence("cat 1, dog 2"), "There is {a #dog}.")
    assert (claim.verdict, claim.boxes, claim.subject) == ("supported", (1, 2), "dog")


def test_a_category_that_only_a_caption_names_is_supported() -> None:
    evidence = make_evidence("cat 1", "Nothing much.", "{A #dog} barks.")
    (claim,) = judge(evidence, "There is {a #dog}.")
    assert (claim.verdict, claim.captions) == ("supported", (1,))


def test_a_category_without_any_ground_is_contradicted_at_its_noun() -> None:
    (claim,) = judge(make_evidence("dog 1"), "Here sits {a grey #cat}.")
    assert (claim.verdict, claim.rule, claim.start, claim.end) == (
        "contradicted",
        "absent-object",
        17,
        20,
    )


@pytest.mark.parametrize(
    "marked",
    [
        "{A #cat|hedged} may be near.",
        "It runs like {a #cat|none}.",
        "It is {a #cat|depicted}.",
        "The {#cat|modifier} food is out.",
        "{#Cats|generic} like milk.",
        "There is {no #cat}.",
        "{A #candle} burns.",
    ],
)
def test_what_is_not_asserted_claims_nothing(marked: str) -> None:
    assert judge(make_evidence("dog 1"), marked) == []


def test_a_hedge_about_the_definite_takes_it_for_granted() -> None:
    assert (
        verdict(make_evidence("dog 1"), "{The #cat|hedged} may be tired.")
        == "contradicted absent-object"
    )


@pytest.mark.parametrize(
    ("boxes", "caption", "marked", "rule"),
    [
        ("truck 1", "", "There is {a #car}.", "hinted"),
        ("person 1", "A man with a pitchfork.", "He has {a #fork}.", "caption-word"),
        ("dog 1", "", "{The #person} threw it.", "offstage"),
        ("cow 1", "", "They have {drinking #bowls}.", "small-sort"),
        ("dog 1", "Ripe bananas for all.", "Here is {a #bowl} of bananas.", "holds-known"),
        ("person 1", "A tennis match.", "She holds {a #racket}.", "hinted"),
        ("person 1", "{Some #fruit} for all.", "She has {an #apple}.", "hinted"),
        ("person 1", "{A #cat|depicted} on a wall.", "There is {a #cat}.", "hinted"),
        ("dog 1", "", "There is {a #table}.", "soft-word"),
        ("person 1", "", "There is {an #animal}.", "soft-word"),
        ("", "Nothing much.", "There is {a #cat}.", "nothing-boxed"),
        ("dog 1", "", "There is {a #puppy}.", "sub-kind"),
    ],
)
def test_a_doubt_is_no_contradiction(boxes: str, caption: str, marked: str, rule: str) -> None:
    evidence = make_evidence(boxes, *filter(None, [caption]))
    assert verdict(evidence, marked) == f"unverifiable {rule}"


def test_a_wider_word_that_a_box_explains_hints_at_nothing_else() -> None:
    evidence = make_evidence("banana 2", "{Some #fruit} for all.")
    assert verdict(evidence, "She has {an #apple}.") == "contradicted absent-object"


def test_a_sibling_in_the_boxes_does_not_excuse() -> None:
    assert verdict(make_evidence("cow 2"), "{A #sheep} grazes.") == "contradicted absent-object"


def test_any_person_word_licenses_any_other() -> None:
    assert verdict(make_evidence("person 1"), "{A #player} runs.") == "supported boxed"


def test_a_sub_kind_in_a_caption_is_supported() -> None:
    evidence = make_evidence("dog 1", "{A #puppy} sleeps.")
    assert verdict(evidence, "{A #puppy} sleeps.") == "supported boxed"


def test_a_question_is_judged_for_what_it_takes_for_granted() -> None:
    evidence = make_evidence("dog 1")
    assert verdict(evidence, "What colour is {the #cat}?", turn=0) == "contradicted false-premise"
    assert judge(evidence, "Is there {a #cat}?", turn=0) == []


def test_what_a_question_supposes_is_not_held_against_its_answer() -> None:
    evidence = make_evidence("dog 1")
    answer = "{The #cat} is grey."
    assert verdict(evidence, answer, question="What colour is {the #cat}?").startswith("unverif")
    assert verdict(evidence, answer, question="Is there {a #cat}?").startswith("contradicted")
