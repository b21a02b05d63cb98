"""Ask stage, batches: how much is handed in at a time.

An account may have only so many prompt tokens in unfinished batches. A batch beyond that fails
validation, at no cost. From then on parts are handed in one by one, each time there may be room;
and where the queue holds not even one part, parts become smaller.
"""

import math
import re
from collections.abc import Iterable

from datagen.llm.batch.endpoint import BatchProblem
from datagen.llm.batch.journal import Part

QUEUE_FULL = "token_limit_exceeded"
"""The code of a problem that says so."""

_LIMIT = re.compile(r"limit:\s*([\d,]+)\s+enqueued tokens", re.IGNORECASE)

# Fewer bytes than a token of English or of numbers takes, the JSON around them counted in: a part
# cut by it fills about half of the queue, so that the next one can wait in it.
_BYTES_A_TOKEN = 2
_SMALLEST = 50  # requests in a part, below which it is not halved on suspicion


class Gate:
    """Lets parts through: all of them, until the queue was full once; then one by one."""

    def __init__(self) -> None:
        """Start open."""
        self._room = math.inf

    @property
    def is_open(self) -> bool:
        """Whether a part may be handed in."""
        return self._room > 0

    @property
    def is_narrow(self) -> bool:
        """Whether the queue was full once."""
        return self._room < math.inf

    def shut(self) -> None:
        """The queue was full."""
        self._room = 0

    def admit(self) -> None:
        """There may be room for one part."""
        self._room = max(self._room, 1)

    def pass_one(self) -> None:
        """A part was handed in."""
        self._room -= 1


def find_ceiling(part: Part, problems: Iterable[BatchProblem]) -> int:
    """Requests that a part may have, after this one found the queue full but for others' batches.

    It stays as it is where it should fit: then the account has other batches to wait for.
    """
    said = " ".join(problem.message or "" for problem in problems)
    if found := _LIMIT.search(said):
        tokens = int(found[1].replace(",", ""))
        return max(1, min(part.requests, part.requests * tokens * _BYTES_A_TOKEN // part.size))
    return part.requests if part.requests <= _SMALLEST else math.ceil(part.requests / 2)
