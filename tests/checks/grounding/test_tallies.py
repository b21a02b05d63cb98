import pytest

from datagen.checks.grounding.tallies import tally_classes
from tests.checks.grounding.builders import make_evidence


@pytest.mark.parametrize(
    ("captions", "totals", "limit"),
    [
        (["{Three #dogs} play."], {3}, 3),
        (["{A #man} and {two #women} wait."], {3}, 3),
        (["{Two #players} run."], set(), 2),
        (["{Two #players} and {a #man} run."], {3}, 3),
        (["{Two #dogs} run."], {2}, 2),
    ],
)
def test_only_a_sum_is_the_number_of_all(captions: list[str], totals: set[int], limit: int) -> None:
    evidence = make_evidence("dog 2, person 2", *captions)
    category = "dog" if "dogs" in captions[0] else "person"
    tally = tally_classes(evidence, (category,))
    assert (tally.boxed, set(tally.totals), tally.limit) == (2, totals, limit)


def test_a_whole_and_a_part_of_it_do_not_add_up() -> None:
    evidence = make_evidence("dog 4", "{Four #dogs} play, one of them {a #puppy}.")
    assert tally_classes(evidence, ("dog",)).limit == 4


def test_a_plural_above_the_boxes_opens_the_number() -> None:
    assert tally_classes(make_evidence("dog 1", "{#Dogs} play."), ("dog",)).limit is None


def test_a_wider_word_counts_for_all_its_members_only() -> None:
    evidence = make_evidence("dog 1, cow 1", "{Three #animals} graze.")
    assert tally_classes(evidence, ("dog",)).limit == 1
    assert tally_classes(evidence, ("cat", "cow", "dog", "sheep")).limit == 3


def test_a_herd_is_an_open_number_though_the_noun_is_left_in_the_singular() -> None:
    evidence = make_evidence("dog 4", "{A pack of #dog} near {a #dog}.")
    tally = tally_classes(evidence, ("dog",))
    assert (tally.totals, tally.limit) == (frozenset(), 4)
