"""Ask stage, pace, how many requests may be in flight at a time. Pure; is told the time."""

GROWTH_SECONDS = 10.0
"""Seconds after a refusal until what was refused is tried again."""

_START = 4  # the first window is this part of the largest
_STEP = 3  # places won by a success while no bound is known: four times as many each round trip
_BACK = 0.1  # part of what the endpoint bore that is given up after a refusal


def follow_curve(back: float, seconds: float) -> float:
    """Share of a known bound that is used so long after the endpoint refused more than it.

    It rises from `1 - back` to 1, stays near it, and then rises ever faster, so that the bound is
    tried rarely while it stands and is left behind soon when it has gone.

    >>> [round(follow_curve(0.1, seconds), 3) for seconds in (0, 5, 10, 15, 20, 30)]
    [0.9, 0.997, 1.0, 1.003, 1.1, 4.2]
    """
    return 1 + back * (seconds / GROWTH_SECONDS - 1) ** 5


class Window:
    """The largest number of requests in flight, as far as it is known.

    Grows fast until the endpoint refuses, then along `follow_curve` around what it bore.
    """

    def __init__(self, most: int, *, is_open: bool = False) -> None:
        """Start with a fourth of `most`, which is never exceeded, or with all of it."""
        self._most = float(most)
        self._size = self._most if is_open else max(1.0, most / _START)
        self._bound: float | None = None  # what the endpoint bore when it refused more
        self._bound_before: float | None = None
        self._refused_at = 0.0

    @property
    def places(self) -> int:
        """Requests that may be in flight, at least 1."""
        return max(1, int(self._size))

    @property
    def is_within_bound(self) -> bool:
        """There is no more in flight than the endpoint bore: what it refuses has another reason."""
        return self._bound is not None and self._size <= self._bound

    def set_most(self, most: int) -> None:
        """Never exceed so many from now on, 1 or more; what is learned stays."""
        self._most = float(most)
        self._size = min(self._size, self._most)

    def grow(self, now: float) -> None:
        """Grow by one success."""
        if self._size >= self._most:
            return
        if self._bound is None:
            self._size = min(self._size + _STEP, self._most)
        elif self._size < self._bound * (1 - _BACK):
            self._size = min(self._size + _STEP, self._bound * (1 - _BACK))
        else:
            on_curve = self._bound * follow_curve(_BACK, now - self._refused_at)
            self._size = min(max(self._size, on_curve), self._most)

    def cut(self, bears: int, now: float) -> None:
        """The endpoint refused because there were too many; `bears` of them it did not refuse."""
        self._bound_before = self._bound
        self._bound = max(1.0, bears)
        self._size = self._bound * (1 - _BACK)
        self._refused_at = now

    def shrink(self) -> None:
        """One of those that were in flight at the last cut has been refused too."""
        if self._bound is not None:
            self._bound = max(1.0, self._bound - 1)
            self._size = min(self._size, self._bound * (1 - _BACK))

    def undo_cut(self) -> None:
        """Everything was refused then, so that the last cut has taught nothing."""
        self._bound = self._bound_before

    def restart(self) -> None:
        """Begin with one place: nothing succeeds at all."""
        self._size = 1.0
