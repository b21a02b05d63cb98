"""Pipeline: work on many things in several processes, results in the order of the input."""

import os
import signal
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import BrokenExecutor, Future, ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_context, parent_process, resource_tracker
from threading import Thread
from typing import Generic, TypeVar

from datagen.errors import DatagenError

_CHUNK = 128
"""Things handed to a process at a time: enough that handing over does not count."""
_AHEAD = 3
"""Chunks under way for each process; what waits for its turn is held in memory."""
_WORTHWHILE = 16 * _CHUNK
"""Below it, the start of further processes takes longer than they save."""

_MOST_WAITING = 64
"""Chunks that wait for a process which works aside."""

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
    pool = _open_pool(workers)
    try:
        waiting: deque[Future[list[_R]]] = deque()
        for chunk in _cut(things):
            waiting.append(_submit(pool, work, chunk))
            if len(waiting) >= workers * _AHEAD:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()
    except BrokenExecutor as exc:
        raise DatagenError(
            "a process that checks was ended from outside, perhaps for want of memory;"
            " start again with --workers 1"
        ) from exc
    finally:
        pool.shutdown(cancel_futures=True)


class Aside(Generic[_T, _R]):
    """Another process that works along while this one does something else; results in order.

    It is a short cut: where too much waits for it, it takes nothing more.
    """

    def __init__(self, work: Callable[[list[_T]], list[_R]], take: Callable[[_R], None]) -> None:
        """Start the process.

        Args:
            work: pure and picklable, like the things that are put.
            take: gets each result in the order of the things, in `put` or `finish`.
        """
        self._work = work
        self._take = take
        self._pool = _open_pool(1)
        self._chunk: list[_T] = []
        self._waiting: deque[Future[list[_R]]] = deque()
        self._is_open = True

    def put(self, thing: _T) -> None:
        """Hand a thing over, and take the results that are ready."""
        if not self._is_open:
            return
        self._chunk.append(thing)
        if len(self._chunk) >= _CHUNK // 2:
            self._submit()
        while self._waiting and self._waiting[0].done():
            self._take_next()

    def finish(self) -> None:
        """Take the results of all that was put, and end the process."""
        if self._chunk and self._is_open:
            self._submit()
        while self._waiting:
            self._take_next()
        self.close()

    def close(self) -> None:
        """End the process; what was not taken is lost."""
        self._is_open = False
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _submit(self) -> None:
        try:
            self._waiting.append(_submit(self._pool, self._work, self._chunk))
        except BrokenExecutor:
            self.close()
            return
        self._chunk = []
        self._is_open = len(self._waiting) < _MOST_WAITING

    def _take_next(self) -> None:
        try:
            results = self._waiting.popleft().result()
        except BrokenExecutor:  # somebody ended the process; the store has what it was given
            self._waiting.clear()
            self.close()
            return
        for result in results:
            self._take(result)


def _submit(
    pool: ProcessPoolExecutor, work: Callable[[list[_T]], list[_R]], chunk: list[_T]
) -> Future[list[_R]]:
    """Hand a chunk over; where that starts a process, it never hears Ctrl-C, not even while it loads.

    It inherits what is blocked here; a Ctrl-C that comes meanwhile reaches this process afterwards.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        return pool.submit(work, chunk)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _open_pool(workers: int) -> ProcessPoolExecutor:
    # Else the first process would start it, which ends with SIGINT unblocked.
    resource_tracker.ensure_running()
    # A fork would copy locks that other threads hold, so processes start from nothing.
    return ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_begin_as_worker
    )


def _begin_as_worker() -> None:
    """End with the process that waits, even when it is killed."""
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
