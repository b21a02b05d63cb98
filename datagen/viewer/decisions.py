"""Viewer: the decisions about one index: which records have which, kept up to date event by event.

Decisions are kept by record id, lists work by key; this is where the two meet.
"""

import threading
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from datagen.errors import ReviewError
from datagen.store import ReviewStore
from datagen.store.review_events import ReviewState
from datagen.store.review_samples import read_sample
from datagen.viewer.bitmaps import make_set
from datagen.viewer.index import Index
from datagen.viewer.refusals import RefusedError

_AT_ONCE = 500  # ids in one query


class DecidedSets:
    """Sets of records by what was decided about them."""

    def __init__(self, store: ReviewStore, index: Index) -> None:
        """Prepare; nothing is read yet."""
        self._store = store
        self._index = index
        self._lock = threading.Lock()
        self._last = 0
        self._size = 0
        self._sets = dict.fromkeys(_HOLDS, 0)

    def find(self, kind: str, value: str) -> int:
        """The records of a review state or of a sample.

        Raises:
            RefusedError: there is no such sample.
        """
        if kind == "sample":
            try:
                drawn = read_sample(self._store, value)
            except ReviewError as exc:
                raise RefusedError(str(exc), 404) from exc
            return self._make_set(record.record for record in drawn.records)
        with self._lock:
            self._catch_up()
            if value != "none":
                return self._sets.get(value, 0)
            decided = self._sets["accepted"] | self._sets["rejected"] | self._sets["deferred"]
            return ((1 << self._index.size) - 1 << 1) & ~decided

    def read_states(self, ids: Sequence[str]) -> dict[str, ReviewState]:
        """What holds of these records, as far as anything was decided."""
        return self._store.find_states(ids)

    def _catch_up(self) -> None:
        """Read what was decided since the last look, whoever did it."""
        last = self._store.query("SELECT ifnull(max(n), 0) FROM events")[0][0]
        grown = self._size != self._index.size
        if last == self._last and not grown:
            return
        since = 0 if grown else self._last
        rows = self._store.query("SELECT DISTINCT record FROM events WHERE n > ?", (since,))
        ids = [str(record) for (record,) in rows]
        touched = self._make_set(ids)
        states = [
            (record, state)
            for start in range(0, len(ids), _AT_ONCE)
            for record, state in self.read_states(ids[start : start + _AT_ONCE]).items()
        ]
        for name, holds in _HOLDS.items():
            found = self._make_set(record for record, state in states if holds(state))
            self._sets[name] = self._sets[name] & ~touched | found
        self._last, self._size = last, self._index.size

    def _make_set(self, ids: Iterable[str]) -> int:
        keys = (self._index.find_key(record) for record in ids)
        return make_set((key for key in keys if key is not None), self._index.size)


_HOLDS: dict[str, Callable[[ReviewState], bool]] = {
    "accepted": lambda state: state.decision == "accepted",
    "rejected": lambda state: state.decision == "rejected",
    "deferred": lambda state: state.decision == "deferred",
    "edited": lambda state: state.edited is not None,
}


def describe_state(state: ReviewState | None) -> dict[str, Any] | None:
    """What a list shows of a record's review; None where nobody did anything."""
    if state is None or not state.revision:
        return None
    return {"decision": state.decision, "revision": state.revision, "by": state.by}
