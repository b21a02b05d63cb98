import random

import pytest

from datagen.llm.pace.refusals import LearnedRate, RefusalLog


def test_four_refused_one_after_the_other_are_a_crowd() -> None:
    log = RefusalLog()
    assert [log.note(number) for number in (100, 101, 102, 103)] == [False, False, False, True]


def test_refusals_of_one_burst_are_no_crowd_when_those_between_were_taken() -> None:
    log = RefusalLog()
    assert not any(log.note(number) for number in (100, 110, 120, 130))


def test_the_order_of_leaving_counts_not_that_of_the_answers() -> None:
    log = RefusalLog()
    assert [log.note(number) for number in (103, 101, 100, 102)] == [False] * 4
    assert log.note(104)


def test_every_fifth_refused_is_a_crowd_every_tenth_is_not() -> None:
    log = RefusalLog()
    assert any(log.note(number) for number in range(100, 200, 5))
    assert not any(log.note(number) for number in range(1000, 2000, 10))


@pytest.mark.parametrize("seed", range(20))
def test_five_in_a_hundred_at_random_are_no_crowd(seed: int) -> None:
    rng, log = random.Random(seed), RefusalLog()
    assert not any(log.note(number) for number in range(1, 600) if rng.random() < 0.05)


def test_after_many_stray_refusals_only_what_cannot_be_chance_is_a_crowd() -> None:
    log = RefusalLog()
    log.is_noisy = True
    assert not any(log.note(number) for number in range(100, 200, 5))
    assert any(log.note(number) for number in range(300, 400, 2))


def test_what_was_refused_before_the_last_event_is_forgotten() -> None:
    log = RefusalLog()
    for number in (1, 2, 3):
        log.note(number)
    log.clear(3)
    assert not log.note(4)


def learn(*, taken: int = 100, seconds: float = 10.0) -> LearnedRate:
    rate = LearnedRate()
    rate.learn(0, 0.0)
    rate.learn(taken, seconds)
    return rate


def test_the_first_refusal_starts_the_count_and_the_second_gives_the_rate() -> None:
    rate = LearnedRate()
    rate.learn(600, 1.0)
    assert rate.bucket is None
    rate.learn(800, 21.0)
    assert rate.bucket is not None
    assert 0.93 * 10 < rate.bucket.rate < 0.96 * 10


def test_too_few_requests_teach_no_rate() -> None:
    assert learn(taken=3).bucket is None


def test_a_learned_rate_rises_and_is_forgotten_when_nothing_is_refused() -> None:
    rate = learn()
    rates = []
    for now in (20.0, 30.0, 40.0, 50.0):
        rate.follow(now)
        assert rate.bucket is not None
        rates.append(rate.bucket.rate)
    assert rates == pytest.approx([9.95, 10.45, 25.9, 130.8], abs=0.1)
    rate.follow(56.0)
    assert rate.bucket is None


def test_while_little_is_known_every_stray_refusal_corrects_the_rate() -> None:
    rate = learn(taken=12, seconds=1.0)
    rate.note_stray(32, 3.0)
    assert rate.bucket is not None
    assert rate.bucket.rate == pytest.approx(0.95 * 0.99 * 32.5 / 3)


def test_later_only_one_that_comes_when_the_rate_has_been_tried_again_does() -> None:
    rate = learn(taken=1000, seconds=100.0)
    assert rate.bucket is not None
    before = rate.bucket.rate
    rate.note_stray(1210, 117.0)
    assert rate.bucket.rate == before
    rate.follow(119.0)
    rate.note_stray(1190, 119.0)
    assert rate.bucket.rate == pytest.approx(0.95 * 0.99 * 10, rel=0.02)


def test_two_refusals_at_the_same_moment_are_one() -> None:
    rate = learn()
    rate.note_stray(100, 30.0)
    rate.note_stray(100, 30.0)
    assert rate.bucket is not None
    assert rate.bucket.rate > 0


def test_without_a_learned_rate_a_stray_refusal_changes_nothing() -> None:
    rate = LearnedRate()
    rate.note_stray(10, 5.0)
    assert rate.bucket is None
    assert not rate.is_below(5.0)
