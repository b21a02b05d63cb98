import pytest

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.colours import judge_colours, load_palette
from datagen.checks.grounding.evidence import Evidence
from tests.checks.grounding.builders import build_sentences, make_evidence, make_passage

SCENE = make_evidence(
    "car 1, dog 2, umbrella 1, bowl 1, person 1",
    "{A red #car} and {a #dog}.",
    "{The #bowl} is white and blue.",
    "{A colorful #umbrella} and {a #man} in green.",
)


def judge(marked: str, *, question: str = "", evidence: Evidence = SCENE) -> list[Claim]:
    passage = make_passage(evidence, marked, question=question)
    return [claim for one in build_sentences(marked) for claim in judge_colours(one, passage)]


def verdicts(marked: str, *, question: str = "") -> list[str]:
    return [claim.verdict for claim in judge(marked, question=question)]


@pytest.mark.parametrize(
    ("marked", "verdict"),
    [
        ("{The red #car} waits.", "supported"),
        ("{The #car} is crimson.", "supported"),
        ("{The #car} is orange.", "unverifiable"),
        ("{The blue #car} waits.", "contradicted"),
        ("{The #car} is dark green.", "contradicted"),
        ("{The #car} is painted green.", "contradicted"),
        ("The colour of {the #car} is green.", "contradicted"),
        ("{The #car} has a green colour.", "contradicted"),
        ("{The #bowl} is blue.", "supported"),
        ("{The #bowl} is red.", "contradicted"),
        ("{The #umbrella} is red.", "unverifiable"),
        ("{The #dog} is red.", "unverifiable"),
        ("{The #car} is green in colour.", "contradicted"),
        ("{The striped #car} waits.", "unverifiable"),
    ],
)
def test_a_colour_is_held_against_the_captions(marked: str, verdict: str) -> None:
    assert verdicts(marked) == [verdict]


@pytest.mark.parametrize(
    "marked",
    [
        "{The #car} is not blue.",
        "{The #man} is blue.",
        "{The #car} has a blue door.",
        "{The #car} is blue on top.",
        "Somebody could paint {the #car} blue.",
        "{A blue #truck} waits.",
        "{The #car} near a blue house.",
        "{The #car|hedged} is blue.",
        "Is {the #car} blue?",
    ],
)
def test_what_is_unknown_or_not_said_outright_gives_no_claim(marked: str) -> None:
    assert verdicts(marked) == []


def test_the_colour_before_a_noun_and_the_one_after_it_are_two_claims() -> None:
    assert verdicts("{The blue #car} is red.") == ["contradicted", "supported"]


@pytest.mark.parametrize(
    "answer", ["Blue.", "It is blue.", "A bright blue.", "A dark blue, I think."]
)
def test_a_short_answer_takes_its_subject_from_the_question(answer: str) -> None:
    assert verdicts(answer, question="What color is {the #car}?") == ["contradicted"]


def test_yes_claims_the_colour_that_the_question_asks_for() -> None:
    question = "Is {the #car} blue?"
    assert verdicts("Yes, it is.", question=question) == ["contradicted"]
    assert verdicts("No, it is red.", question=question) == ["supported"]
    assert verdicts("No, it is green.", question=question) == ["contradicted"]


def test_a_claim_tells_its_captions() -> None:
    (claim,) = judge("See {the blue #car}.")
    assert (claim.family, claim.rule, claim.anchor) == ("colour", "colour-by-captions", "blue")
    assert (claim.start, claim.end, claim.captions) == (8, 16, (0,))
    assert claim.detail == "captions: red"


@pytest.mark.parametrize("family", sorted(set(load_palette().near)))
def test_every_family_is_near_itself_and_nearness_goes_both_ways(family: str) -> None:
    near = load_palette().near
    assert family in near[family]
    assert all(family in near[other] for other in near[family])


@pytest.mark.parametrize("word", sorted(load_palette().families))
def test_every_colour_word_is_lower_case_and_has_a_known_family(word: str) -> None:
    palette = load_palette()
    assert word == word.lower().strip()
    (family,) = palette.find_families(word)
    assert family in palette.near or family == "many"


@pytest.mark.parametrize(
    ("word", "families"),
    [
        ("red-and-white", {"red", "white"}),
        ("blue-green", {"blue", "green"}),
        ("cream-coloured", {"beige"}),
        ("dark-blue", {"blue"}),
        ("red-haired", set()),
        ("well-known", set()),
    ],
)
def test_hyphens_join_colours(word: str, families: set[str]) -> None:
    assert load_palette().find_families(word) == families
