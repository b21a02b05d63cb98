import pytest

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Evidence, gather_evidence
from datagen.checks.grounding.relations import judge_relations
from datagen.records import AnnotatedImage, Box
from tests.checks.grounding.builders import MarkedReader, build_sentences, make_passage

LEFT = (0.1, 0.3, 0.2, 0.9)
MIDDLE = (0.45, 0.4, 0.55, 0.6)
RIGHT = (0.72, 0.5, 0.92, 0.75)
FAR_RIGHT = (0.88, 0.5, 0.98, 0.7)


def place(*boxes: tuple[str, tuple[float, float, float, float]]) -> Evidence:
    made = tuple(Box(category, corners) for category, corners in boxes)
    return gather_evidence(AnnotatedImage("1", "1.jpg", (), made), MarkedReader())


SCENE = place(("dog", LEFT), ("car", RIGHT), ("cow", RIGHT), ("cow", FAR_RIGHT), ("cat", MIDDLE))


def judge(evidence: Evidence, marked: str, *, question: str = "") -> list[Claim]:
    passage = make_passage(evidence, marked, question=question)
    return [claim for one in build_sentences(marked) for claim in judge_relations(one, passage)]


def verdicts(marked: str, *, question: str = "") -> list[str]:
    return [claim.verdict for claim in judge(SCENE, marked, question=question)]


@pytest.mark.parametrize(
    ("marked", "verdict"),
    [
        ("{The #dog} is on the left.", "supported"),
        ("{The #dog} is on the right side of the image.", "contradicted"),
        ("{The #car} can be seen towards the left of the picture.", "contradicted"),
        ("On the far left, there is {a #car}.", "contradicted"),
        ("In the lower right corner you see {a #car}.", "supported"),
        ("{The #car} is in the upper left corner.", "contradicted"),
        ("{The #dog} is in the middle of the picture.", "contradicted"),
        ("{The #dog} is to the left of {the #car}.", "supported"),
        ("{The #dog} is to the right of {the #car}.", "contradicted"),
        ("To the left of {the #dog} is {the #car}.", "contradicted"),
        ("{The #dog} has {the #car} to its left.", "contradicted"),
        ("Compared with {the #dog}, {the #car} is farther to the left.", "contradicted"),
        ("{The #dog} is on top of {the #car}.", "supported"),
        ("{Two #cows} are on the left.", "contradicted"),
        ("{The #cows} are scattered across the scene.", "contradicted"),
    ],
)
def test_a_place_is_held_against_the_boxes(marked: str, verdict: str) -> None:
    assert verdicts(marked) == [verdict]


def test_each_of_two_things_needs_a_box_where_it_is_said_to_be() -> None:
    marked = "There are {two #cows}, one on the left and the other on the right side."
    assert verdicts(marked) == ["contradicted", "supported"]


def test_of_two_sides_in_one_breath_each_needs_a_box() -> None:
    marked = "On the left and right sides of the image there are {#cows}."
    assert verdicts(marked) == ["contradicted"]
    assert verdicts("{Two #cows} are at the bottom and right of the image.") == ["supported"]


def test_both_things_of_a_list_are_judged() -> None:
    assert verdicts("{A #dog} and {a #car} are on the left.") == ["supported", "contradicted"]


def test_of_several_boxes_any_may_be_meant() -> None:
    evidence = place(("dog", LEFT), ("dog", RIGHT))
    for side in ("left", "right"):
        (claim,) = judge(evidence, f"{{A #dog}} is on the {side}.")
        assert (claim.verdict, claim.boxes) == ("supported", (0, 1))


@pytest.mark.parametrize(
    "marked",
    [
        "{The #truck} is on the left.",
        "{The #car|hedged} is on the left.",
        "{The #car} is not on the left.",
        "{No #car} is on the left.",
        "{The #car|depicted} is on the left.",
        "Is {the #car} on the left?",
        "{The #cow} on the left is brown.",
        "Of {the two #cows}, the one on the left is brown.",
        "{The #car} is on the left side of the street.",
        "{The #table} is on the left.",
        "{A #man} with {the #car} is on the left.",
    ],
)
def test_what_is_unknown_or_not_said_outright_gives_no_claim(marked: str) -> None:
    assert verdicts(marked) == []


def test_a_vague_word_is_judged_only_where_it_points_at_what_is_boxed() -> None:
    evidence = place(("dining table", RIGHT))
    (claim,) = judge(evidence, "{The #table} is on the left.")
    assert claim.verdict == "contradicted"
    assert judge(evidence, "{A #table} is on the left.") == []


def test_two_of_one_category_cannot_be_told_apart() -> None:
    assert verdicts("{A #cow} is to the left of {the #cows}.") == ["unverifiable"]


@pytest.mark.parametrize("number", [10, 15])
def test_a_long_list_of_boxes_decides_nothing(number: int) -> None:
    evidence = place(*[("cow", RIGHT)] * number)
    (claim,) = judge(evidence, "{A #cow} is on the left.")
    assert claim.verdict == "unverifiable"


def test_a_crowd_decides_nothing() -> None:
    crowd = (Box("cow", RIGHT, crowd=True),)
    evidence = gather_evidence(AnnotatedImage("1", "1.jpg", (), crowd), MarkedReader())
    (claim,) = judge(evidence, "{A #cow} is on the left.")
    assert claim.verdict == "unverifiable"


@pytest.mark.parametrize("answer", ["On the left.", "It is on the left.", "The left side."])
def test_a_short_answer_takes_its_subject_from_the_question(answer: str) -> None:
    assert verdicts(answer, question="Where is {the #car}?") == ["contradicted"]


def test_yes_claims_the_place_that_the_question_asks_for() -> None:
    question = "Is {the #car} on the left?"
    (claim,) = judge(SCENE, "Yes, it is.", question=question)
    assert (claim.verdict, claim.start, claim.end) == ("contradicted", 0, 3)
    assert verdicts("No.", question=question) == []


def test_a_wh_question_takes_its_place_for_granted() -> None:
    passage = make_passage(SCENE, "What is {the #car} on the left like?", turn=0)
    (sentence,) = build_sentences("What is {the #car} on the left like?")
    # "like" after a place could make "left" its adjective, so only the plain form is read.
    assert list(judge_relations(sentence, passage)) == []
    (sentence,) = build_sentences("Which make is {the #car} on the left?")
    passage = make_passage(SCENE, "Which make is {the #car} on the left?", turn=0)
    assert [claim.verdict for claim in judge_relations(sentence, passage)] == ["contradicted"]


def test_a_claim_tells_where_it_stands_and_what_is_wrong() -> None:
    (claim,) = judge(SCENE, "Look: {the #car} is on the left.")
    assert (claim.start, claim.end) == (6, 28)
    assert (claim.family, claim.rule, claim.subject) == ("relation", "place-zone", "car")
    assert claim.anchor == "left of the picture"
    assert claim.detail == "no box of car is on the left"
