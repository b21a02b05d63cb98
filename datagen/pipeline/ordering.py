"""Pipeline, between the halves: answers as they come -> answers in item order."""

from collections.abc import Callable
from typing import Generic, TypeVar

MOST_WAITING = 2000
"""Answers held while an earlier item is still open; beyond it the store is read in the end."""

_T = TypeVar("_T")


class InOrder(Generic[_T]):
    """Passes things on in the order of their positions, as long as not too many have to wait.

    It is a short cut, which may end at any time: what it has not passed on stands in the store.

    >>> passed = []
    >>> line = InOrder(passed.append)
    >>> line.put(1, "b")
    >>> line.put(0, "a")
    >>> passed
    ['a', 'b']
    """

    def __init__(self, take: Callable[[_T], None], *, most: int = MOST_WAITING) -> None:
        """Begin at position 0.

        Args:
            take: gets each thing in its turn.
            most: things that wait for an earlier one; one more and nothing is passed on any more.
        """
        self._take = take
        self._most = most
        self._next = 0
        self._waiting: dict[int, _T] = {}
        self._is_open = True

    def put(self, position: int, thing: _T) -> None:
        """Take a thing; it is passed on when all before it have been."""
        if not self._is_open:
            return
        self._waiting[position] = thing
        while self._next in self._waiting:
            self._take(self._waiting.pop(self._next))
            self._next += 1
        if len(self._waiting) > self._most:
            self._is_open = False
            self._waiting.clear()
