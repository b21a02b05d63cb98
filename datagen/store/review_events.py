"""Run store, what reviewers did: events, and the state of a record that follows from them.

An event is never changed. Undo and redo are events too, so that what holds at any time follows from
the events alone: `replay` says it once more, by other means than the tables of the store.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

EventKind = Literal["accept", "reject", "defer", "edit", "comment", "choice"]
"""What a reviewer can do to a record; each of it can be undone."""

KINDS: tuple[str, ...] = get_args(EventKind)

Decision = Literal["accepted", "rejected", "deferred"]

DECISIONS: dict[str, Decision] = {"accept": "accepted", "reject": "rejected", "defer": "deferred"}
"""The decision that an event of a kind makes; the other kinds leave it as it is."""


@dataclass(frozen=True, slots=True)
class ReviewEvent:
    """One thing that a reviewer did.

    Attributes:
        n: place among all events of the file, from 1.
        kind: an `EventKind`, or `undo`, or `redo`.
        at: time in ISO 8601.
        reason: code of the reason of a rejection; `reasons_version` says of which list.
        comment: None where the event says nothing; empty where it takes a comment away.
        turns: of an edit, `{"from": …, "text": …}` each.
        choice: of a choice: a candidate's key, `tie` or `none`.
        target: of undo and redo: the event that they concern.
        is_undone: whether it counts no longer.
    """

    n: int
    record: str
    kind: str
    by: str
    at: str
    reason: str | None = None
    reasons_version: int | None = None
    comment: str | None = None
    turns: tuple[dict[str, str], ...] | None = None
    choice: str | None = None
    target: int | None = None
    is_undone: bool = False


@dataclass(frozen=True, slots=True)
class ReviewState:
    """What holds of a record now.

    Attributes:
        revision: events about the record so far, undo and redo included; 0 for none.
        reason, reasons_version: of a rejection only.
        by: whose decision it is; without one, who did the last thing that stands.
        edited: the turns that take the place of the record's; None where nobody edited it.
    """

    revision: int = 0
    decision: Decision | None = None
    reason: str | None = None
    reasons_version: int | None = None
    by: str = ""
    comment: str = ""
    edited: tuple[dict[str, str], ...] | None = None
    edited_by: str = ""
    choice: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The state as plain values."""
        turns = None if self.edited is None else [dict(turn) for turn in self.edited]
        return {
            "revision": self.revision,
            "decision": self.decision,
            "reason": self.reason,
            "comment": self.comment,
            "edited": turns,
            "by": self.by,
        }


EVENT_COLUMNS = (
    *("record", "kind", "by", "at", "reason", "reasons_version"),
    *("comment", "turns", "choice", "target"),
)
STATE_COLUMNS = (
    *("revision", "decision", "reason", "reasons_version", "by"),
    *("comment", "edited", "edited_by", "choice"),
)
"""As the tables have them; turns are JSON."""


def read_event(row: Sequence[Any]) -> ReviewEvent:
    """The event of a row: its number, `EVENT_COLUMNS`, and whether it stands."""
    fields = dict(zip(("n", *EVENT_COLUMNS), row, strict=False))
    turns = _load(fields.pop("turns"))
    return ReviewEvent(**fields, turns=turns, is_undone=row[-1] not in {None, "done"})


def read_state_row(row: Sequence[Any]) -> ReviewState:
    """The state of a row of `STATE_COLUMNS`."""
    fields = dict(zip(STATE_COLUMNS, row, strict=True))
    return ReviewState(**fields | {"edited": _load(fields["edited"])})


def write_state_row(state: ReviewState) -> list[object]:
    """`STATE_COLUMNS` of a state."""
    row: list[object] = [getattr(state, name) for name in STATE_COLUMNS]
    if state.edited is not None:
        row[STATE_COLUMNS.index("edited")] = json.dumps(list(state.edited))
    return row


def _load(turns: str | None) -> tuple[dict[str, str], ...] | None:
    return None if turns is None else tuple(json.loads(turns))


def fold_events(standing: Iterable[ReviewEvent], revision: int) -> ReviewState:
    """The state of a record by those of its events that stand, in their order."""
    state = ReviewState(revision)
    decided = False
    for event in standing:
        if event.kind in DECISIONS:
            decided = True
            state = replace(
                state,
                decision=DECISIONS[event.kind],
                reason=event.reason,
                reasons_version=event.reasons_version,
                by=event.by,
            )
        elif not decided:
            state = replace(state, by=event.by)
        if event.comment is not None:
            state = replace(state, comment=event.comment)
        if event.kind == "edit":
            state = replace(state, edited=event.turns, edited_by=event.by)
        if event.kind == "choice":
            state = replace(state, choice=event.choice)
    return state


def replay(events: Sequence[ReviewEvent]) -> dict[str, ReviewState]:
    """The states of all records by their events alone, as two stacks a reviewer.

    A reviewer's undo takes back the last thing that they did and that stands, whatever record it
    was about, and never another's. Something new empties the stack of what can be redone.
    """
    done: dict[str, list[ReviewEvent]] = {}
    undone: dict[str, list[ReviewEvent]] = {}
    revisions: dict[str, int] = {}
    for event in events:
        mine, back = done.setdefault(event.by, []), undone.setdefault(event.by, [])
        revisions[event.record] = revisions.get(event.record, 0) + 1
        if event.kind == "undo":
            back.append(mine.pop())
        elif event.kind == "redo":
            mine.append(back.pop())
        else:
            mine.append(event)
            back.clear()
    standing = sorted(
        (event for stack in done.values() for event in stack), key=lambda each: each.n
    )
    return {
        record: fold_events((event for event in standing if event.record == record), revision)
        for record, revision in revisions.items()
    }
