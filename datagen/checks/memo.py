"""Validate stage: what a function says of a word, remembered.

Texts use few different words, so the same ones are asked about all the time.
"""

from collections.abc import Callable
from typing import TypeVar

_T = TypeVar("_T")

_MOST = 1 << 15
"""Words remembered at a time, some 5 MB; a data set in English seldom has as many."""


class Memo(dict[str, _T]):
    """Answers by word, each worked out when it is first wanted.

    A look-up costs half of a call to a function under `lru_cache`, which keeps a list of what was
    used last; here everything is forgotten when it gets too much.

    >>> lengths = Memo(len)
    >>> lengths["dog"], len(lengths)
    (3, 1)
    """

    def __init__(self, ask: Callable[[str], _T], *, most: int = _MOST) -> None:
        """Start with nothing known.

        Args:
            ask: a pure function of a word.
            most: words that are remembered at a time.
        """
        self._ask = ask
        self._most = most

    def __missing__(self, word: str) -> _T:
        """Ask, and remember the answer."""
        answer = self._ask(word)
        if len(self) >= self._most:
            self.clear()
        self[word] = answer
        return answer
