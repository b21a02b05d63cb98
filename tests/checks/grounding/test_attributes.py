import pytest

from datagen.checks.grounding.attributes import Scale, judge_attributes, load_antonyms
from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Evidence
from tests.checks.grounding.builders import build_sentences, make_evidence, make_passage

SCALES = [*load_antonyms().traits, *load_antonyms().scenes]
NAMES = [f"{scale.name} of {sorted(scale.classes or ['any'])[0]}" for scale in SCALES]

SCENE = make_evidence(
    "person 1, dog 1, umbrella 1, car 2",
    "{A #boy} sits on a rug with {a sleeping #dog} on a sunny day.",
    "{The #boy} is sitting near {an open #umbrella}.",
    "{A parked #car} in the garden.",
)


def judge(marked: str, *, evidence: Evidence = SCENE, turn: int = 1) -> list[Claim]:
    passage = make_passage(evidence, marked, turn=turn)
    return [claim for one in build_sentences(marked) for claim in judge_attributes(one, passage)]


def verdicts(marked: str, name: str = "", *, evidence: Evidence = SCENE) -> list[str]:
    """Verdicts of the claims that begin with a name."""
    claims = judge(marked, evidence=evidence)
    return [one.verdict for one in claims if name in {one.subject, one.anchor.split()[0], ""}]


@pytest.mark.parametrize(
    ("marked", "verdict"),
    [
        ("{The #boy} is sitting.", "supported"),
        ("{The seated #boy} smiles.", "supported"),
        ("{The #boy} is standing next to it.", "contradicted"),
        ("{A #boy} stands on the rug.", "contradicted"),
        ("{The #man} is lying on the rug.", "unverifiable"),
        ("{The #dog} is walking.", "contradicted"),
        ("{The #dog} is lying there.", "supported"),
    ],
)
def test_a_posture_is_held_against_the_captions(marked: str, verdict: str) -> None:
    assert verdicts(marked, "posture") == [verdict]


@pytest.mark.parametrize(
    ("marked", "verdict"),
    [
        ("{The closed #umbrella} lies there.", "contradicted"),
        ("{The #umbrella} is open.", "supported"),
    ],
)
def test_a_state_is_held_against_the_captions(marked: str, verdict: str) -> None:
    assert verdicts(marked, "opening") == [verdict]


def test_one_of_several_things_may_be_another_than_the_captions_mean() -> None:
    assert verdicts("{A #car} is moving.", "motion") == ["unverifiable"]


@pytest.mark.parametrize(
    ("marked", "verdict"),
    [
        ("It is a sunny day.", "supported"),
        ("It is a rainy day.", "contradicted"),
        ("The sky is overcast.", "contradicted"),
        ("The photo was taken at night.", "contradicted"),
        ("On this rainy day nobody is out.", "contradicted"),
        ("It is broad daylight.", "unverifiable"),
    ],
)
def test_the_weather_is_held_against_the_captions(marked: str, verdict: str) -> None:
    assert verdicts(marked, "weather") == [verdict]


@pytest.mark.parametrize(
    "marked",
    [
        "It is not a rainy day.",
        "Such a coat keeps people dry in the rain.",
        "Driving at night takes lights.",
        "Is it a rainy day?",
        "{The #boy} is not standing.",
        "{The #boy} stands out.",
        "It makes {the #boy} stand still.",
        "{The #boy|hedged} is standing.",
        "Is {the #boy} standing?",
        "{The #cat} is standing.",
    ],
)
def test_what_is_unknown_or_not_said_outright_gives_no_claim(marked: str) -> None:
    assert judge(marked) == []


def test_captions_that_disagree_accuse_nobody() -> None:
    evidence = make_evidence("person 1", "{A #boy} sits.", "{A #boy} stands.")
    assert verdicts("{The #boy} is standing.", "posture", evidence=evidence) == ["supported"]


def test_a_claim_tells_its_captions() -> None:
    (claim,) = (one for one in judge("{The #boy} stands.") if one.anchor.startswith("posture"))
    assert (claim.family, claim.rule, claim.subject) == ("attribute", "trait-by-captions", "boy")
    assert (claim.start, claim.end, claim.captions) == (4, 14, (0, 1))
    assert claim.detail == "captions: sits, sitting"


@pytest.mark.parametrize("scale", SCALES, ids=NAMES)
def test_every_row_of_the_table_is_sound(scale: Scale) -> None:
    values = set(scale.values.values())
    assert scale.clash
    for pair in scale.clash:
        assert len(pair) == 2
        assert pair <= values
    assert all(phrase == " ".join(phrase.lower().split()) for phrase in scale.values)


@pytest.mark.parametrize("scale", SCALES, ids=NAMES)
def test_every_clashing_pair_accuses_both_ways(scale: Scale) -> None:
    for one, other in map(sorted, scale.clash):
        assert scale.compare({one}, {other}) == "contradicted"
        assert scale.compare({other}, {one}) == "contradicted"
        assert scale.compare({one}, {one, other}) == "supported"
        assert scale.compare({one}, set()) == "unverifiable"
