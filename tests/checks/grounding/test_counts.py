import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.counts import judge_counts, weigh_number
from datagen.checks.grounding.evidence import Evidence
from tests.checks.grounding.builders import TERMS, build_sentences, make_evidence, make_passage


def judge(evidence: Evidence, marked: str) -> list[Claim]:
    passage = make_passage(evidence, marked)
    return [claim for one in build_sentences(marked) for claim in judge_counts(one, passage)]


def verdict(evidence: Evidence, marked: str) -> str:
    (claim,) = judge(evidence, marked)
    return f"{claim.verdict} {claim.rule}"


def test_a_number_above_boxes_and_captions_is_contradicted() -> None:
    (claim,) = judge(make_evidence("dog 2"), "{Three #dogs} play.")
    assert (claim.verdict, claim.rule, claim.number) == ("contradicted", "too-many", (3, 3))
    assert claim.detail == "2 boxes of dog"


@pytest.mark.parametrize(
    ("boxes", "caption", "marked", "said"),
    [
        ("dog 2", "", "{Two #dogs} play.", "supported counted"),
        ("dog 2", "{Three #dogs} play.", "{Three #dogs} play.", "supported counted"),
        (
            "person 2",
            "{A #man} and {two #women} wait.",
            "{Three #people} wait.",
            "supported counted",
        ),
        ("dog 3", "", "{Two #dogs} play.", "unverifiable subset"),
        ("dog 13", "", "{Twenty four #dogs} play.", "supported counted"),
        ("dog 1", "{#Dogs} play.", "{Three #dogs} play.", "unverifiable subset"),
        ("cat 1", "{Two #dogs} play.", "{Three #dogs} play.", "unverifiable count-not-boxed"),
    ],
)
def test_numbers_that_may_be_true(boxes: str, caption: str, marked: str, said: str) -> None:
    evidence = make_evidence(boxes, *filter(None, [caption]))
    assert not verdict(evidence, marked).startswith("contradicted"), said


def test_a_caption_number_allows_but_no_more() -> None:
    evidence = make_evidence("person 2", "{A #man} and {two #women} wait.")
    assert verdict(evidence, "{Four #people} wait.") == "contradicted too-many"


def test_several_is_wrong_of_one_only() -> None:
    marked = "{Several #dogs|vague} play."
    assert verdict(make_evidence("dog 1", "{A #dog} plays."), marked) == "contradicted too-many"
    assert verdict(make_evidence("dog 1"), marked) == "unverifiable subset"
    assert verdict(make_evidence("dog 2"), marked) == "unverifiable subset"


@pytest.mark.parametrize("number", [13, 20])
def test_where_annotators_stopped_any_number_may_be_true(number: int) -> None:
    evidence = make_evidence(f"dog {number}")
    assert weigh_number(TERMS["dog"], (50, 50), evidence, "all")[0] == "unverifiable"


def test_a_union_sums_its_members() -> None:
    evidence = make_evidence("dog 1, cow 2")
    assert verdict(evidence, "There are {three #animals}.") == "supported counted"
    assert verdict(evidence, "There are {four #animals}.") == "contradicted too-many"


def test_too_few_outright_is_contradicted() -> None:
    evidence = make_evidence("dog 3")
    assert verdict(evidence, "There are only {two #dogs|total}.") == "contradicted too-few"


def test_too_few_by_a_plain_there_are_needs_a_caption_that_counts_all() -> None:
    marked = "There are {two #dogs|total}."
    assert verdict(make_evidence("dog 3"), marked) == "unverifiable subset"
    counted = make_evidence("dog 3", "{Three #dogs} play.")
    assert verdict(counted, marked) == "contradicted too-few"
    assert verdict(counted, "There are {two #dogs|total} on the left.") == "unverifiable subset"


def test_a_caption_with_the_lower_number_excuses_it() -> None:
    evidence = make_evidence("dog 3", "{Two #dogs} play.", "{Three #dogs} play.")
    assert verdict(evidence, "There are only {two #dogs|total}.") == "supported counted"


def test_the_sum_of_a_list_may_exceed_the_boxes() -> None:
    evidence = make_evidence("person 3")
    claims = judge(evidence, "{Two #men} and {two #women} wait.")
    assert [claim.rule for claim in claims if claim.verdict == "contradicted"] == ["too-many"]


def test_a_total_and_its_parts_must_agree() -> None:
    evidence = make_evidence("person 5")
    marked = "I see {five #people}: {two #men} and {a #woman}."
    (claim,) = [one for one in judge(evidence, marked) if one.family == "consistency"]
    assert (claim.verdict, claim.detail) == ("contradicted", "5 said, 3 listed")
    right = "I see {three #people}: {two #men} and {a #woman}."
    assert not [one for one in judge(evidence, right) if one.family == "consistency"]


@given(st.integers(1, 12), st.integers(1, 12))
def test_only_numbers_above_the_boxes_are_too_many(boxed: int, said: int) -> None:
    found = weigh_number(TERMS["dog"], (said, said), make_evidence(f"dog {boxed}"), "some")
    assert (found[0] == "contradicted") == (said > boxed)


@pytest.mark.parametrize(
    ("marked", "said"),
    [
        ("{The two #men} are posing.", "contradicted too-few"),
        ("{The two #men} on the left are posing.", "unverifiable subset"),
        ("{The two #men} are posing, another one is not.", "unverifiable subset"),
        ("{Two #men} are posing.", "unverifiable subset"),
        ("{The three #men} are posing.", "supported counted"),
    ],
)
def test_the_two_men_are_all_there_are(marked: str, said: str) -> None:
    evidence = make_evidence("person 3", "{Three #men} eat.", "{Three #men} pose.")
    assert verdict(evidence, marked) == said


def test_two_of_one_group_may_stand_among_others() -> None:
    evidence = make_evidence("person 3", "{Two #men} and {a #woman} eat.")
    assert verdict(evidence, "{The two #men} are posing.") == "supported counted"
