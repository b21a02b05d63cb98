"""The choice of records is by stated rules, within each type, and the same for any order."""

import math
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from datagen.selection import (
    ALWAYS,
    MOST_OF_A_CATEGORY,
    MOST_OF_AN_OPENING,
    MOST_YES_NO,
    Candidate,
    select,
)

CANDIDATES = st.lists(
    st.builds(
        Candidate,
        st.uuids().map(str),
        st.sampled_from(["conversation", "detail"]),
        st.one_of(st.none(), st.floats(0, 1)),
        st.sampled_from(["what is", "how many", "is there", "why do"]),
        st.booleans(),
        st.frozensets(st.sampled_from(["person", "dog", "kite", "oven"])),
    ),
    max_size=60,
    unique_by=lambda candidate: candidate.id,
)


def keep(candidates: list[Candidate], **rules: float | bool | None) -> list[Candidate]:
    left_out = select(candidates, **rules)  # type: ignore[arg-type]  # two keywords of two types
    return [candidate for n, candidate in enumerate(candidates) if n not in left_out]


def test_without_rules_every_record_stays() -> None:
    candidates = [Candidate(str(n), "t", n / 10) for n in range(10)]
    assert keep(candidates) == candidates


@given(CANDIDATES, st.floats(0.01, 1))
def test_the_best_share_of_each_type_stays_rounded_up(
    candidates: list[Candidate], top: float
) -> None:
    kept = Counter(candidate.response_type for candidate in keep(candidates, top=top))
    for name, count in Counter(candidate.response_type for candidate in candidates).items():
        assert kept[name] == math.ceil(top * count)


@given(CANDIDATES, st.floats(0.01, 1))
def test_nobody_left_out_scores_higher_than_somebody_kept(
    candidates: list[Candidate], top: float
) -> None:
    kept = keep(candidates, top=top)
    for name in ("conversation", "detail"):
        scores = [_score(each) for each in kept if each.response_type == name]
        others = [
            _score(each) for each in candidates if each.response_type == name and each not in kept
        ]
        assert not scores or not others or min(scores) >= max(others)


def _score(candidate: Candidate) -> float:
    return 1.0 if candidate.score is None else candidate.score


@given(CANDIDATES, st.randoms(use_true_random=False), st.floats(0.1, 1), st.booleans())
def test_the_choice_does_not_depend_on_the_order(
    candidates: list[Candidate], rng: st.DataObject, top: float, balance: bool
) -> None:
    shuffled = list(candidates)
    rng.shuffle(shuffled)  # type: ignore[attr-defined]  # a random.Random
    chosen = {each.id for each in keep(candidates, top=top, balance=balance)}
    assert {each.id for each in keep(shuffled, top=top, balance=balance)} == chosen


@given(CANDIDATES)
def test_a_balanced_choice_keeps_to_its_caps(candidates: list[Candidate]) -> None:
    kept = keep(candidates, balance=True)
    for name, count in Counter(each.response_type for each in candidates).items():
        of_type = [each for each in kept if each.response_type == name]
        openings = Counter(each.opening for each in of_type)
        assert max(openings.values(), default=0) <= max(ALWAYS, MOST_OF_AN_OPENING * count)
        yes_no = sum(each.is_yes_no for each in of_type)
        assert yes_no <= max(ALWAYS, MOST_YES_NO * count)


def test_a_rare_category_is_not_kept_out_by_a_common_one() -> None:
    people = [
        Candidate(f"{n:03}", "t", 0.9, f"opening {n}", categories=frozenset({"person"}))
        for n in range(100)
    ]
    kite = Candidate("kite", "t", 0.1, "who flies", categories=frozenset({"person", "kite"}))
    kept = keep([*people, kite], balance=True)
    assert kite in kept
    assert len(kept) == math.floor(MOST_OF_A_CATEGORY * 101) + 1


def test_every_record_left_out_has_its_rule() -> None:
    candidates = [Candidate(f"{n:03}", "t", n / 100, "is there", True) for n in range(100)]
    left_out = select(candidates, top=0.5, balance=True)
    assert Counter(left_out.values()) == {"top": 50, "opening": 45}
