"""Pipeline: work on many things in several processes, results in the order of the input."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context
from typing import TypeVar

_CHUNK = 128
"""Things handed to a process at a time: enough that handing over does not count."""
_AHEAD = 3
"""Chunks under way for each process; what waits for its turn is held in memory."""
_WORTHWHILE = 16 * _CHUNK
"""Below it, the start of further processes takes longer than they save."""

_T = TypeVar("_T")
_R = TypeVar("_R")


def work_in_order(
    work: Callable[[list[_T]], list[_R]], things: Iterable[_T], *, workers: int | None = None
) -> Iterator[_R]:
    """`work` on lists of things, whose results come one by one in the order of the things.

    Args:
        work: pure; it must be picklable where several processes are used.
        things: picklable too.
        workers: processes; None for one a core, and for none besides this one where there are
            only few things.

    >>> list(work_in_order(sorted, [3, 1, 2], workers=1))
    [1, 2, 3]
    """
    stream = iter(things)
    count = workers or os.cpu_count() or 1
    first = list(islice(stream, _WORTHWHILE if workers is None else 0))
    if count == 1 or 0 < len(first) < _WORTHWHILE:
        return _work_here(work, chain(first, stream))
    return _work_there(work, chain(first, stream), count)


def _cut(things: Iterator[_T]) -> Iterator[list[_T]]:
    while chunk := list(islice(things, _CHUNK)):
        yield chunk


def _work_here(work: Callable[[list[_T]], list[_R]], things: Iterator[_T]) -> Iterator[_R]:
    for chunk in _cut(things):
        yield from work(chunk)


def _work_there(
    work: Callable[[list[_T]], list[_R]], things: Iterator[_T], workers: int
) -> Iterator[_R]:
    # A fork would copy locks that other threads hold, so processes start from nothing.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
    try:
        waiting: deque[Future[list[_R]]] = deque()
        for chunk in _cut(things):
            waiting.append(pool.submit(work, chunk))
            if len(waiting) >= workers * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
