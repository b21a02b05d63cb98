"""What reviewers do: undone and redone at will, told in plain values, and never mixed up."""

import json
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from datagen.errors import ReviewError, StaleRevision
from datagen.spotcheck.statistics import interval_share
from datagen.store import ReviewStore
from datagen.store.review_events import EventKind, replay
from datagen.store.review_samples import (
    ReviewSample,
    SampledRecord,
    SampleStratum,
    keep_sample,
)
from datagen.viewer.reviews import Reviews, read_edit

TURNS = [{"from": "human", "text": "Who?"}, {"from": "gpt", "text": "A cook."}]


def _read_noon() -> datetime:
    return datetime(2026, 1, 1, 12, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ReviewStore]:
    with ReviewStore(tmp_path, write=True) as opened:
        yield opened


def _reviews(store: ReviewStore, name: str = "ann") -> Reviews:
    return Reviews(store, name, clock=_read_noon)


def test_a_review_is_plain_values_with_its_history(store: ReviewStore) -> None:
    review = _reviews(store).decide("7", 0, "reject", reason="guess", comment=" A sky? ")
    assert json.loads(json.dumps(review)) == {
        "revision": 1,
        "decision": "rejected",
        "reason": "guess",
        "label": "Goes beyond what can be seen",
        "comment": "A sky?",
        "edited": None,
        "by": "ann",
        "history": [
            {
                "n": 1,
                "kind": "reject",
                "by": "ann",
                "at": "2026-01-01T12:00:00.000+00:00",
                "reason": "guess",
                "undone": False,
            }
        ],
    }


def test_history_shows_what_was_undone(store: ReviewStore) -> None:
    reviews = _reviews(store)
    reviews.decide("7", 0, "accept")
    turned = reviews.undo()
    assert turned is not None
    record, review = turned
    assert (record, review["decision"]) == ("7", None)
    assert [(event["kind"], event["undone"]) for event in review["history"]] == [
        ("accept", True),
        ("undo", False),
    ]
    assert reviews.undo() is None
    assert _reviews(store).redo() is not None  # another page of the same reviewer


def test_an_old_page_does_not_overwrite_a_newer_decision(store: ReviewStore) -> None:
    _reviews(store, "ann").decide("7", 0, "reject")
    with pytest.raises(StaleRevision):
        _reviews(store, "bob").decide("7", 0, "accept")
    assert _reviews(store).state("7")["decision"] == "rejected"


def test_an_edit_is_kept_beside_the_record(store: ReviewStore) -> None:
    review = _reviews(store).decide("7", 0, "edit", turns=[{**TURNS[0], "extra": 1}, TURNS[1]])
    assert review["edited"] == TURNS
    assert review["decision"] is None


@pytest.mark.parametrize(
    ("kind", "given", "problem"),
    [
        ("accept", {"reason": "guess"}, "takes no reason"),
        ("reject", {"turns": TURNS}, "takes no turns"),
        ("edit", {}, "needs turns"),
        ("edit", {"turns": TURNS[:1]}, "in turn"),
        ("edit", {"turns": TURNS[::-1]}, "turn 1"),
        ("edit", {"turns": [TURNS[0], {"from": "gpt", "text": None}]}, "turn 2"),
        ("edit", {"turns": [TURNS[0], {"from": "gpt", "text": "\ud800"}]}, "surrogate"),
        ("comment", {}, "needs comment"),
        ("comment", {"comment": "x" * 10_001}, "up to 10,000"),
        ("choice", {}, "needs choice"),
        ("reject", {"reason": "because"}, "no reason of the present list"),
        ("burn", {}, "nothing that a reviewer does"),
    ],
)
def test_what_makes_no_sense_is_refused_in_a_sentence(
    kind: EventKind, given: dict[str, Any], problem: str, store: ReviewStore
) -> None:
    with pytest.raises(ReviewError, match=problem):
        _reviews(store).decide("7", 0, kind, **given)
    assert store.read_events() == []


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 101])
def test_a_reviewer_has_a_name(name: str, store: ReviewStore) -> None:
    with pytest.raises(ReviewError, match="reviewer's name"):
        Reviews(store, name)


def test_progress_counts_deferred_apart_and_gives_wilsons_interval(store: ReviewStore) -> None:
    reviews = _reviews(store)
    counts: dict[EventKind, int] = {"accept": 31, "reject": 9, "defer": 5}
    for kind, count in counts.items():
        for n in range(count):
            reviews.decide(f"{kind} {n}", 0, kind)
    progress = reviews.progress(total=200)
    assert progress.describe().startswith("45 of 200, 31 accepted 9 rejected 5 deferred; 22%")
    share = progress.to_json()["rejection"]
    assert (share["estimate"], share["n"]) == (9 / 40, 40)
    assert (share["low"], share["high"]) == interval_share(9 / 40, 40)
    assert share["low"] == pytest.approx(0.1232, abs=1e-4)  # by hand
    assert share["high"] == pytest.approx(0.3750, abs=1e-4)


def _keep(store: ReviewStore) -> None:
    strata = (
        SampleStratum("t, accepted", "t", "accepted", 90, 2),
        SampleStratum("t, rejected", "t", "rejected", 10, 2),
    )
    drawn = [("a", 0), ("b", 1), ("c", 0), ("d", 1)]
    records = tuple(
        SampledRecord(record, strata[n].name, strata[n].population / 2) for record, n in drawn
    )
    keep_sample(store, ReviewSample("s", 0, strata, records))


def test_the_rejection_rate_of_a_sample_weighs_its_strata(store: ReviewStore) -> None:
    _keep(store)
    reviews = _reviews(store)
    for record, kind in (("a", "accept"), ("b", "reject"), ("c", "accept"), ("d", "reject")):
        reviews.decide(record, 0, kind)  # type: ignore[arg-type]  # a table of words
    reviews.decide("outside", 0, "reject")
    progress = reviews.progress("s")
    assert (progress.total, progress.reviewed, progress.rejected) == (4, 4, 2)
    assert progress.rejection.estimate == pytest.approx(0.1)  # 10 of 100, not half


def test_deferred_records_come_back_last(store: ReviewStore) -> None:
    _keep(store)
    reviews = _reviews(store)
    reviews.decide("a", 0, "defer")
    reviews.decide("b", 0, "accept")
    assert reviews.list_open("s") == ["c", "d", "a"]
    assert _reviews(store, "bob").list_open("s", own=True) == ["a", "b", "c", "d"]
    assert reviews.progress("s").rejected == 0


def test_a_choice_is_told_to_who_made_it(store: ReviewStore) -> None:
    reviews = _reviews(store)
    reviews.decide("7", 0, "choice", choice="1.0")
    assert reviews.find_choice("7") == "1.0"
    assert _reviews(store, "bob").find_choice("7") is None
    reviews.undo()
    assert reviews.find_choice("7") is None


def test_an_edit_has_speaker_and_text_only() -> None:
    assert read_edit([{**turn, "onclick": "x"} for turn in TURNS]) == tuple(TURNS)


class Reviewing(RuleBasedStateMachine):
    """Two reviewers, each with a page of their own, at four records."""

    reviewers = st.sampled_from(["ann", "bob"])
    records = st.sampled_from("abcd")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.stores = {
            name: ReviewStore(Path(self.folder.name), write=True) for name in ("ann", "bob")
        }
        self.pages = {name: _reviews(store, name) for name, store in self.stores.items()}
        self.depth = dict.fromkeys(self.pages, 0)
        self.ahead = dict.fromkeys(self.pages, 0)

    def teardown(self) -> None:
        for store in self.stores.values():
            store.close()
        self.folder.cleanup()

    @rule(
        name=reviewers,
        record=records,
        kind=st.sampled_from(["accept", "reject", "defer", "edit", "comment", "choice"]),
        text=st.text("ab", max_size=2),
        reason=st.sampled_from([None, "guess", "not-there"]),
    )
    def decide(
        self, name: str, record: str, kind: EventKind, text: str, reason: str | None
    ) -> None:
        fields: dict[EventKind, dict[str, Any]] = {
            "reject": {"reason": reason},
            "edit": {"turns": [TURNS[0], {"from": "gpt", "text": text}]},
            "comment": {"comment": text},
            "choice": {"choice": text},
        }
        given = fields.get(kind, {})
        page = self.pages[name]
        before = page.state(record)["revision"]
        assert page.decide(record, before, kind, **given)["revision"] == before + 1
        self.depth[name] += 1
        self.ahead[name] = 0

    @rule(name=reviewers, record=records)
    def decide_on_an_old_page(self, name: str, record: str) -> None:
        page = self.pages[name]
        state = page.state(record)
        if state["revision"]:
            with pytest.raises(StaleRevision):
                page.decide(record, state["revision"] - 1, "accept")
        assert page.state(record) == state

    @rule(name=reviewers)
    def undo(self, name: str) -> None:
        turned = self.pages[name].undo()
        assert (turned is None) == (self.depth[name] == 0)
        if turned is not None:
            self.depth[name] -= 1
            self.ahead[name] += 1

    @rule(name=reviewers)
    def redo(self, name: str) -> None:
        turned = self.pages[name].redo()
        assert (turned is None) == (self.ahead[name] == 0)
        if turned is not None:
            self.depth[name] += 1
            self.ahead[name] -= 1

    @rule(name=reviewers)
    def undo_and_redo_change_nothing(self, name: str) -> None:
        def look() -> list[dict[str, Any]]:
            states = [self.pages[name].store.read_state(record).to_json() for record in "abcd"]
            return [state | {"revision": 0} for state in states]

        before = look()
        if self.pages[name].undo() is not None:
            assert self.pages[name].redo() is not None
        assert look() == before

    @rule(name=reviewers)
    def reload(self, name: str) -> None:
        self.stores[name].close()
        self.stores[name] = ReviewStore(Path(self.folder.name), write=True)
        self.pages[name] = _reviews(self.stores[name], name)

    @invariant()
    def the_events_alone_give_the_same_states(self) -> None:
        store = self.stores["ann"]
        assert replay(store.read_events()) == store.read_states()
        assert store.read_states() == self.stores["bob"].read_states()


TestReviewing = pytest.mark.slow(Reviewing.TestCase)
Reviewing.TestCase.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
