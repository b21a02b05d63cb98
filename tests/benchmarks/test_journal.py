from tests.benchmarks.journal import GONE, GOOD, Journal, Visit, count_repeats, find_longest_wait


def test_a_journal_keeps_arrivals_in_order_and_counts_requests_once() -> None:
    ticks = iter([1.0, 2.0, 3.0, 4.0, 5.0, 6.0])
    journal = Journal(clock=lambda: next(ticks))
    first, second, again = (journal.open_visit(name) for name in ("a", "b", "a"))
    journal.close_visit(second, "429", asked_wait=2.0)
    journal.close_visit(first, GOOD)
    journal.close_visit(again, GOOD)
    assert journal.count() == {"visits": 3, "answered": 1}
    assert journal.visits == [
        Visit("a", 1.0, 5.0, GOOD),
        Visit("b", 2.0, 4.0, "429", 2.0),
        Visit("a", 3.0, 6.0, GOOD),
    ]


def test_repeats_are_good_answers_beyond_the_first() -> None:
    outcomes = [("a", GOOD), ("a", GOOD), ("a", GOOD), ("b", GOOD), ("b", GONE), ("c", "500")]
    assert count_repeats(Visit(name, 0.0, 1.0, outcome) for name, outcome in outcomes) == 2


def test_the_longest_wait_is_that_of_one_request_over_all_its_refusals() -> None:
    waits = [("a", 2.0), ("b", 3.0), ("a", 2.0), ("c", 0.0)]
    assert find_longest_wait(Visit(name, 0.0, 1.0, "429", wait) for name, wait in waits) == 4.0
    assert find_longest_wait([]) == 0.0
