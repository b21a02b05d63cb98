import threading
from collections.abc import Sequence

import pytest

from datagen.spotcheck.models.batches import NO_MEMORY, Batches, load_ahead


def test_cut_keeps_order_and_size() -> None:
    assert Batches(2, int).cut("abcde") == ["ab", "cd", "e"]
    assert Batches(0, int).cut("ab") == ["a", "b"]


def test_a_batch_is_halved_until_memory_suffices_and_stays_so() -> None:
    tried: list[int] = []

    def look(part: Sequence[int]) -> list[int]:
        tried.append(len(part))
        if len(part) > 2:
            raise RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory")
        return [10 * item for item in part]

    freed: list[bool] = []
    batches = Batches(8, lambda: freed.append(True))
    assert list(batches.run(range(8), look)) == [(item, 10 * item) for item in range(8)]
    assert tried == [8, 4, 2, 2, 2, 2]
    assert len(freed) == 2
    assert batches.size == 2


def test_one_that_never_fits_is_unseen_and_the_others_are_not() -> None:
    def look(part: Sequence[int]) -> list[int]:
        if 3 in part:
            raise RuntimeError("CUDA out of memory.")
        return list(part)

    found = dict(Batches(4, int).run(range(6), look))
    assert found == {0: 0, 1: 1, 2: 2, 3: NO_MEMORY, 4: 4, 5: 5}


def test_other_errors_are_not_mistaken_for_lack_of_memory() -> None:
    def look(part: Sequence[int]) -> list[int]:
        raise RuntimeError("shapes do not match")

    with pytest.raises(RuntimeError, match="shapes"):
        list(Batches(4, int).run(range(6), look))


def test_things_come_in_order_from_another_thread() -> None:
    found = list(load_ahead(lambda item: (item, threading.current_thread().name), range(7)))
    assert [item for item, _ in found] == list(range(7))
    assert {name.rpartition("_")[0] for _, (_, name) in found} == {"pictures"}


def test_no_more_than_a_few_are_loaded_ahead() -> None:
    items = iter(range(100))
    for _ in load_ahead(str, items, ahead=3):
        break
    assert next(items) == 4


def test_what_goes_wrong_in_the_thread_comes_out() -> None:
    def load(item: int) -> float:
        return 1 / item

    with pytest.raises(ZeroDivisionError):
        list(load_ahead(load, [1, 0]))
