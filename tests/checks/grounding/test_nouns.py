from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Passage, gather_evidence
from datagen.checks.grounding.nouns import judge_nouns
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.table import load_rules
from datagen.records import AnnotatedImage, Box

READER = LexiconReader()
KITCHEN = ("A kitchen with a white stove.", "Rain boots stand beside a wooden counter.")


def judge(
    answer: str,
    captions: Sequence[str] = KITCHEN,
    boxes: Sequence[str] = (),
    question: str = "What do you see?",
) -> list[Claim]:
    image = AnnotatedImage(
        "1", "1.jpg", tuple(captions), tuple(Box(name, (0.1, 0.1, 0.5, 0.5)) for name in boxes)
    )
    evidence = gather_evidence(image, READER)
    passage = Passage(answer, 1, evidence, question=READER.read(question))
    return [claim for one in READER.read(answer) for claim in judge_nouns(one, passage)]


def verdict(answer: str, **known: Sequence[str]) -> str:
    (claim,) = judge(answer, **known)  # type: ignore[arg-type] # question is a str, a Sequence too
    return f"{claim.verdict} {claim.rule}"


def test_a_thing_that_nothing_knows_is_unsupported_at_its_noun() -> None:
    (claim,) = judge("There is a white candle.")
    assert (claim.family, claim.verdict, claim.rule) == ("noun", "unsupported", "noun-thing")
    assert (claim.subject, claim.turn, claim.start, claim.end) == ("candle", 1, 17, 23)
    assert claim.classes == ()


@pytest.mark.parametrize(
    ("answer", "known"),
    [
        ("Two boots stand there.", "the caption's word in the other number"),
        ("There is a rain boot.", "a compound of two words of a caption"),
        ("There is some footwear.", "what is wider than a caption's word"),
    ],
)
def test_what_a_caption_names_is_supported(answer: str, known: str) -> None:
    assert {claim.verdict for claim in judge(answer)} == {"supported"}, known


def test_what_is_wider_than_a_boxed_category_is_supported() -> None:
    assert verdict("The tableware is new.", captions=["A room."], boxes=["fork"]) == (
        "supported noun-wider"
    )


def test_what_is_narrower_than_a_caption_says_is_open() -> None:
    assert (
        verdict("He wears a fedora.", captions=["A man in a hat."]) == "unverifiable noun-narrower"
    )


def test_parts_of_what_is_boxed_are_open() -> None:
    assert verdict("It has a bent fender.", captions=["Old."], boxes=["car"]) == (
        "unverifiable noun-part"
    )


def test_what_a_scene_has_is_open() -> None:
    assert verdict("There are white cupboards.") == "unverifiable noun-of-scene"


def test_what_the_question_names_is_open() -> None:
    assert verdict("The candle is lit.", question="Is the candle lit?") == "unverifiable noun-asked"


@pytest.mark.parametrize(
    ("answer", "rule"),
    [
        ("She wears a scarf.", "noun-worn"),
        ("A cliff is behind them.", "noun-setting"),
        ("A tractor is behind them.", "noun-thing"),
        ("A lantern is behind them.", "noun-thing"),
        ("There are several items, such as a lantern, and no more.", "noun-listed"),
    ],
)
def test_the_rule_tells_how_heavy_the_doubt_is(answer: str, rule: str) -> None:
    assert rule in {claim.rule for claim in judge(answer) if claim.verdict == "unsupported"}


@pytest.mark.parametrize(
    "answer",
    [
        "There is no candle.",
        "There might be a candle in the drawer.",
        "It is shaped like a candle.",
        "It is a picture of a candle.",
        "It could be a candle or a lantern.",
        "Is there a candle?",
    ],
)
def test_what_is_not_asserted_is_no_claim(answer: str) -> None:
    assert "candle" not in {claim.subject for claim in judge(answer)}


def test_a_soft_word_of_the_lexicon_is_a_doubt_only_without_its_category() -> None:
    assert verdict("A tractor is there.") == "unsupported noun-thing"
    assert judge("A tractor is there.", boxes=["truck"]) == []


@pytest.mark.parametrize(
    ("question", "rules"),
    [
        ("What colour is the candle?", ["noun-presumed"]),
        ("Is there a candle?", []),
        ("Where does the boot stand?", []),
    ],
)
def test_a_question_is_in_doubt_for_the_things_that_it_takes_for_granted(
    question: str, rules: list[str]
) -> None:
    image = AnnotatedImage("1", "1.jpg", KITCHEN, ())
    passage = Passage(question, 0, gather_evidence(image, READER), is_question=True)
    claims = [claim for one in READER.read(question) for claim in judge_nouns(one, passage)]
    assert [claim.rule for claim in claims] == rules


@given(
    st.lists(
        st.sampled_from(
            ("the", "a", "candle", "boots", "no", "of", "and", "such", "as", ",", ".", "?")
        )
    )
)
def test_any_words_give_claims_of_known_rules_inside_the_text(words: list[str]) -> None:
    answer = " ".join(words)
    rules = {rule.id for rule in load_rules() if rule.families == ("noun",)}
    for claim in judge(answer):
        assert claim.rule in rules
        assert 0 <= claim.start < claim.end <= len(answer)


def test_a_compound_is_as_open_as_its_last_word() -> None:
    assert verdict("There is a wall cabinet.", captions=["A kitchen."]).startswith("unverifiable")
