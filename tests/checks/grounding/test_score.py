from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.score import find_threshold, score_claims

VERDICTS: tuple[Verdict, ...] = ("supported", "contradicted", "unverifiable", "unsupported")


def claim(
    verdict: Verdict,
    subject: str = "dog",
    *,
    family: Literal["object", "noun"] = "object",
    rule: str = "",
    start: int = 0,
) -> Claim:
    return Claim(family, verdict, rule, 1, start, start + 3, subject)


def test_a_record_that_claims_nothing_has_full_score() -> None:
    assert score_claims([]) == 1.0


def test_supported_claims_raise_what_a_doubt_lowers() -> None:
    doubt = claim("unsupported", "candle", rule="noun-thing")
    alone = score_claims([doubt])
    assert alone < score_claims([doubt, claim("supported")]) < 1.0


def test_a_contradiction_weighs_more_than_any_doubt() -> None:
    assert score_claims([claim("contradicted")]) < score_claims(
        [claim("unsupported", "candle", rule="noun-listed")]
    )


def test_a_thing_weighs_more_than_clothes_and_they_more_than_the_place() -> None:
    scores = [
        score_claims([claim("unsupported", rule=rule)])
        for rule in ("noun-listed", "noun-thing", "noun-worn", "noun-setting")
    ]
    assert scores == sorted(set(scores))


def test_an_absent_category_that_is_only_excused_is_a_doubt() -> None:
    known = claim("supported")
    assert score_claims([known, claim("unverifiable", "cat", rule="question-word")]) < 1.0
    assert score_claims([known, claim("unverifiable", "cat", rule="sub-kind")]) == 1.0


def test_words_too_wide_to_be_wrong_weigh_nothing() -> None:
    doubt = claim("unsupported", "candle", rule="noun-thing")
    wide = claim("unverifiable", "bag", rule="soft-word")
    assert score_claims([doubt, wide]) == score_claims([doubt])


def test_what_is_said_twice_counts_once() -> None:
    doubts = [claim("unsupported", "candle", start=start) for start in (0, 9)]
    assert score_claims(doubts) == score_claims(doubts[:1])


@given(st.lists(st.sampled_from(VERDICTS), max_size=20))
def test_a_score_is_a_share(verdicts: list[Verdict]) -> None:
    claims = [claim(verdict, f"thing {number}") for number, verdict in enumerate(verdicts)]
    assert 0.0 < score_claims(claims) <= 1.0


@given(st.lists(st.sampled_from(VERDICTS), min_size=1, max_size=8), st.integers(2, 5))
def test_a_long_record_of_the_same_quality_scores_no_worse(
    verdicts: list[Verdict], times: int
) -> None:
    short = [claim(verdict, f"thing {number}") for number, verdict in enumerate(verdicts)]
    long = [
        claim(verdict, f"thing {number}")
        for number, verdict in enumerate(verdicts * times)
        if verdict in {"supported", "unverifiable"} or number < len(verdicts)
    ]
    assert score_claims(long) >= score_claims(short)


@pytest.mark.parametrize(
    "response_type", ["conversation", "detail_description", "complex_reasoning", "my_own"]
)
def test_a_heap_of_inventions_rejects_in_every_response_type(response_type: str) -> None:
    heap = [claim("unsupported", f"thing {number}", rule="noun-thing") for number in range(9)]
    assert score_claims(heap) < find_threshold(response_type) <= score_claims(heap[:0])


def test_one_invention_among_much_that_is_known_is_let_through() -> None:
    claims = [claim("supported", f"thing {number}") for number in range(4)]
    claims.append(claim("unsupported", rule="noun-thing"))
    assert score_claims(claims) >= find_threshold("conversation")


def test_thresholds_are_shares() -> None:
    assert 0 < find_threshold("complex_reasoning") <= find_threshold("conversation") < 1
    assert find_threshold("my_own") <= find_threshold("conversation")
