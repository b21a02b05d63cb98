"""Samples to review: both states of every type, at known rates, the smaller within the larger."""

import json
from collections import Counter
from pathlib import Path

import pytest

from datagen import cli
from datagen.errors import ReviewError, RunError
from datagen.store import ReviewStore
from datagen.store.review_samples import list_samples, read_sample
from datagen.viewer.sampling import CheckState, Reviewable, draw_review_sample, list_reviewable


def _records(accepted: int = 900, rejected: int = 60) -> list[Reviewable]:
    states: dict[CheckState, int] = {"accepted": accepted, "rejected": rejected}
    return [
        Reviewable(f"{type_} {state} {n}", type_, state)
        for type_ in ("conversation", "detail")
        for state, count in states.items()
        for n in range(count)
    ]


def test_every_type_gives_accepted_and_rejected_records(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        sample = draw_review_sample(store, _records(), size=100)
        assert read_sample(store, "sample") == sample
    assert len(sample.records) == len({record.record for record in sample.records}) == 100
    drawn = Counter(record.stratum for record in sample.records)
    assert drawn == {stratum.name: stratum.sampled for stratum in sample.strata}
    assert set(drawn) == {
        f"{type_}, {state}"
        for type_ in ("conversation", "detail")
        for state in ("accepted", "rejected")
    }
    # Rejected ones are drawn at about three times the rate.
    assert drawn["detail, rejected"] / 60 > 2 * drawn["detail, accepted"] / 900


def test_weights_add_up_to_the_set(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        sample = draw_review_sample(store, _records(), size=70)
    assert sum(record.weight for record in sample.records) == pytest.approx(2 * 960)
    for stratum in sample.strata:
        weights = {record.weight for record in sample.records if record.stratum == stratum.name}
        assert weights == {stratum.population / stratum.sampled}


def test_a_larger_sample_holds_the_smaller_one_and_keeps_its_decisions(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        small = draw_review_sample(store, _records(), size=40)
        store.add(small.records[0].record, "accept", revision=0, by="ann", at="now")
        large = draw_review_sample(store, reversed(_records()), size=90)
        assert {each.record for each in small.records} < {each.record for each in large.records}
        assert store.read_state(small.records[0].record).decision == "accepted"
        assert list_samples(store) == ["sample"]


def test_another_seed_needs_another_name_and_draws_others(tmp_path: Path) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        first = draw_review_sample(store, _records(), size=40)
        with pytest.raises(ReviewError, match="was drawn with seed 0"):
            draw_review_sample(store, _records(), size=40, seed=1)
        second = draw_review_sample(store, _records(), size=40, seed=1, name="two")
        assert set(first.records) != set(second.records)


def test_half_of_the_order_holds_half_of_every_stratum_and_is_the_same_each_time(
    tmp_path: Path,
) -> None:
    with ReviewStore(tmp_path, write=True) as store:
        sample = draw_review_sample(store, _records(), size=100)
        again = draw_review_sample(store, _records(), size=100, name="again")
    assert sample.records == again.records
    half = Counter(record.stratum for record in sample.records[:50])
    for stratum in sample.strata:
        assert abs(half[stratum.name] - stratum.sampled / 2) <= 2


def test_an_empty_set_has_nothing_to_review(tmp_path: Path) -> None:
    with (
        ReviewStore(tmp_path, write=True) as store,
        pytest.raises(ReviewError, match="nothing to review"),
    ):
        draw_review_sample(store, [], size=10)


def _write(path: Path, lines: list[dict[str, object]]) -> None:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")


def test_the_state_of_a_record_is_what_the_checks_said_of_the_reply(tmp_path: Path) -> None:
    def line(name: str, **fields: object) -> dict[str, object]:
        return {"id": name, "response_type": "t", "stage": "grounding", **fields}

    _write(tmp_path / "scores.jsonl", [line("a"), line("b", checks="rejected")])
    _write(
        tmp_path / "rejected.jsonl",
        [
            line("c", reason="wrong-count"),
            line("d", reason="review-rejected", stage="review"),
            line("e", reason="not-selected", stage="select"),
            line("f", reason="gave-up", stage="ask"),  # holds no answer
            line("a", reason="wrong-count", pair=1),  # a pair only
            line("g", reason="wrong-count", checks="accepted"),  # a bad edit
        ],
    )
    states = {record.id: record.state for record in list_reviewable(tmp_path)}
    assert states == {
        "a": "accepted",
        "b": "rejected",
        "c": "rejected",
        "d": "accepted",
        "e": "accepted",
        "g": "accepted",
    }


def test_a_run_that_was_not_built_is_said_to_be_one(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="`datagen build"):
        list(list_reviewable(tmp_path))


def test_the_command_draws_from_a_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = tmp_path / "run"
    cli.main(["demo", "--out", str(run)], standalone=False)
    capsys.readouterr()
    cli.main(["review-sample", str(run), "-n", "12"], standalone=False)
    assert "sample 'sample': 12 of 45 records" in capsys.readouterr().out
    with ReviewStore(run) as store:
        assert len(read_sample(store, "sample").records) == 12
