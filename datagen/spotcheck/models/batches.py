"""Spot-check, what sees: many things in batches, loaded ahead, halved where memory runs out."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from datagen.spotcheck.models import Unseen

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")

NO_MEMORY = Unseen("The memory of the device does not suffice for this one, even by itself.")


class Batches:
    """How many are looked at in one pass; fewer once memory has not sufficed.

    Attributes:
        size: of a batch, at most.
    """

    def __init__(self, size: int, free_memory: Callable[[], object]) -> None:
        """Start with a size; `free_memory` gives back what the device keeps for later."""
        self.size = max(1, size)
        self._free_memory = free_memory

    def cut(self, items: Sequence[_Item]) -> list[Sequence[_Item]]:
        """Batches of the present size, in order."""
        return [items[at : at + self.size] for at in range(0, len(items), self.size)]

    def run(
        self, batch: Sequence[_Item], look: Callable[[Sequence[_Item]], Sequence[_Result]]
    ) -> Iterator[tuple[_Item, "_Result | Unseen"]]:
        """Look at a batch, or at parts of it for which memory suffices.

        Args:
            batch: may be larger than the present size.
            look: gives one result for each; raises torch's own error where memory runs out.
        """
        at = 0
        while at < len(batch):
            part = batch[at : at + self.size]
            results: Sequence[_Result | Unseen] | None = _try(look, part)
            if results is None:
                self._free_memory()
                if len(part) > 1:
                    self.size = len(part) // 2
                    continue
                results = [NO_MEMORY]
            yield from zip(part, results, strict=True)
            at += len(part)


def _try(
    look: Callable[[Sequence[_Item]], Sequence[_Result]], part: Sequence[_Item]
) -> Sequence[_Result] | None:
    """None where memory has run out.

    A function of its own, so that nothing holds the failed pass by its traceback any longer when
    memory is given back.
    """
    try:
        return look(part)
    except RuntimeError as exc:  # torch has an error of its own for cuda only
        said = str(exc).lower()
        if "out of memory" not in said and "can't allocate memory" not in said:
            raise
    return None


def load_ahead(
    load: Callable[[_Item], _Result], items: Iterable[_Item], *, ahead: int = 2
) -> Iterator[tuple[_Item, _Result]]:
    """Load one after the other in a background thread, a few ahead of whoever takes them.

    To decode pictures takes as long as a small model's look; done beside it, it costs no time.

    Args:
        load: called in the thread.
        items: what to load; gone through as far as is loaded.
        ahead: how many are loaded, or being loaded, beyond the one that is taken.
    """
    waiting: deque[tuple[_Item, Future[Any]]] = deque()
    with ThreadPoolExecutor(1, thread_name_prefix="pictures") as thread:
        try:
            for item in items:
                waiting.append((item, thread.submit(load, item)))
                if len(waiting) > ahead:
                    first, loaded = waiting.popleft()
                    yield first, loaded.result()
            while waiting:
                first, loaded = waiting.popleft()
                yield first, loaded.result()
        finally:
            for _, loaded in waiting:  # nobody will take them
                loaded.cancel()
