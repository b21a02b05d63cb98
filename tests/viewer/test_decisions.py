"""Decisions find their records, and filters follow them, whoever decided."""

from pathlib import Path

from datagen.store import ReviewStore
from datagen.store.review_samples import ReviewSample, SampledRecord, SampleStratum, keep_sample
from tests.viewer.asking import find_target, serve_page

FIRST, SECOND = "000000001001_complex_reasoning_0", "000000001001_conversation_0"


def _add(store: ReviewStore, record: str, kind: str, by: str = "bob") -> None:
    store.add(record, kind, revision=store.read_state(record).revision, by=by, at="now")  # type: ignore[arg-type]  # any text


def test_filters_follow_what_somebody_else_decides(run: Path) -> None:
    with serve_page(find_target(run)) as page, ReviewStore(run, write=True) as other:

        def count(state: str) -> int:
            return int(page.get(f"/api/records?review={state}")["total"])

        assert [count(state) for state in ("none", "accepted", "rejected")] == [45, 0, 0]
        _add(other, FIRST, "accept")
        _add(other, SECOND, "defer")
        assert [count(state) for state in ("none", "accepted", "deferred")] == [43, 1, 1]
        _add(other, FIRST, "reject")
        assert [count(state) for state in ("none", "accepted", "rejected")] == [43, 0, 1]
        other.undo("bob", "now")
        assert [count(state) for state in ("accepted", "rejected")] == [1, 0]
        _add(other, "of another set", "accept")
        assert count("accepted") == 1
        turns = [{"from": "human", "text": "a"}, {"from": "gpt", "text": "b"}]
        other.add(SECOND, "edit", revision=1, by="bob", at="now", turns=turns)
        assert count("edited") == 1
        assert dict(page.get("/api/facets?review=edited")["review"])["accepted"] == 1
        row = page.get("/api/records?review=accepted")["rows"][0]
        assert row["review"] == {"decision": "accepted", "revision": 3, "by": "bob"}


def test_a_sample_is_listed(run: Path) -> None:
    sample = ReviewSample(
        "pilot",
        0,
        (SampleStratum("all", "conversation", "accepted", 45, 2),),
        (SampledRecord(SECOND, "all", 22.5), SampledRecord(FIRST, "all", 22.5)),
    )
    with ReviewStore(run, write=True) as store:
        keep_sample(store, sample)
    with serve_page(find_target(run)) as page:
        found = page.get("/api/records?sample=pilot")
        assert [row["id"] for row in found["rows"]] == [FIRST, SECOND]
        assert page.get("/api/progress?sample=pilot")["total"] == 2
        missing = page.ask("/api/records?sample=none")
        assert (missing.status, "pilot" in missing.json["error"]) == (404, True)
        assert page.ask("/api/progress?sample=none").status == 400
