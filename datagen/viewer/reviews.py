"""Inspector, decide: what a reviewer does -> events on disk; what holds now -> plain values.

Whoever decides names the revision that they saw. Undo and redo concern the reviewer's own events
only, whatever record they were about; they are events themselves, so they survive a reload.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from datagen.errors import ReviewError
from datagen.spotcheck.results import Share
from datagen.spotcheck.statistics import ShareCell, estimate_share, interval_share
from datagen.store import ReviewState, ReviewStore
from datagen.store.review_events import Decision, EventKind, ReviewEvent
from datagen.store.review_samples import read_sample, read_sample_decisions

Review = dict[str, Any]
"""State of a record as the page gets it: `revision`, `decision`, `reason`, `label`, `comment`,
`edited`, `by`, and `history`, the events with `n`, `kind`, `by`, `at`, `reason`, `undone`."""

LONGEST_COMMENT = 10_000
MOST_TURNS = 1_000
_LONGEST_NAME = 100


def read_clock() -> datetime:
    """The time of day."""
    return datetime.now(UTC)


class Reviews:
    """What one reviewer does."""

    def __init__(
        self,
        store: ReviewStore,
        reviewer: str,
        *,
        clock: Callable[[], datetime] = read_clock,
    ) -> None:
        """Take a name for the events.

        Raises:
            ReviewError: no name, or none that fits into a line.
        """
        name = reviewer.strip()
        if not name or len(name) > _LONGEST_NAME or not name.isprintable():
            raise ReviewError(
                f"a reviewer's name has 1 to {_LONGEST_NAME} characters in one line: --reviewer NAME"
            )
        self.store = store
        self.reviewer = name
        self._clock = clock

    def state(self, record: str) -> Review:
        """What holds of a record now, and how it came to it."""
        return self._describe(record, self.store.read_state(record))

    def decide(
        self,
        record: str,
        revision: int,
        kind: EventKind,
        *,
        reason: str | None = None,
        comment: str | None = None,
        turns: Sequence[Mapping[str, Any]] | None = None,
        choice: str | None = None,
    ) -> Review:
        """Keep a decision; it is on disk when this returns.

        Args:
            record: id of the record.
            revision: the one that the reviewer saw.
            kind: `accept`, `reject`, `defer`, `edit`, `comment` or `choice`.
            reason: of a rejection, a code of the list; it may do without.
            comment: of any kind of event; an empty one takes a comment away.
            turns: of an edit: `{"from": "human" or "gpt", "text": …}`, question and answer in turn.
            choice: of a choice: a candidate's key, `tie` or `none`.

        Raises:
            StaleRevision: the record was decided on since; `state` on it says what holds.
            ReviewError: something is missing, or does not belong to this kind.
        """
        _refuse_misfit(kind, reason=reason, comment=comment, turns=turns, choice=choice)
        state = self.store.add(
            record,
            kind,
            revision=revision,
            by=self.reviewer,
            at=self._now(),
            reason=reason,
            comment=None if comment is None else comment.strip(),
            turns=None if turns is None else read_edit(turns),
            choice=choice,
        )
        return self._describe(record, state)

    def undo(self) -> tuple[str, Review] | None:
        """Take back the last thing that this reviewer did; the record's id and what holds then."""
        return self._turn_back(self.store.undo)

    def redo(self) -> tuple[str, Review] | None:
        """Do again what this reviewer took back last."""
        return self._turn_back(self.store.redo)

    def find_choice(self, record: str) -> str | None:
        """This reviewer's own choice among the candidates of a record, if it stands."""
        own = [
            event.choice
            for event in self.store.read_history(record)
            if event.kind == "choice" and event.by == self.reviewer and not event.is_undone
        ]
        return own[-1] if own else None

    def progress(
        self, sample: str | None = None, *, total: int = 0, own: bool = False
    ) -> "Progress":
        """How far the review of a sample, or of everything, has come.

        Args:
            sample: name of a sample.
            total: records there are, where no sample is named.
            own: count this reviewer's own decisions in place of those that hold.

        Raises:
            ReviewError: no such sample.
        """
        if sample is None:
            return count_progress(self._count_all(own=own), total)
        drawn = read_sample(self.store, sample)
        decisions = self._read_decisions(sample, own=own)
        said: dict[str, Counter[Decision]] = {stratum.name: Counter() for stratum in drawn.strata}
        for record in drawn.records:
            if record.record in decisions:
                said[record.stratum][decisions[record.record]] += 1
        cells = [_make_cell(stratum.population, said[stratum.name]) for stratum in drawn.strata]
        counts = sum(said.values(), Counter[Decision]())
        return count_progress(counts, len(drawn.records), estimate_share(cells))

    def list_open(self, sample: str, *, own: bool = False) -> list[str]:
        """The records of a sample without a decision, in its order; deferred ones come back last.

        Raises:
            ReviewError: no such sample.
        """
        decisions = self._read_decisions(sample, own=own)
        records = [record.record for record in read_sample(self.store, sample).records]
        fresh = [record for record in records if record not in decisions]
        return fresh + [record for record in records if decisions.get(record) == "deferred"]

    def _read_decisions(self, sample: str, *, own: bool) -> dict[str, Decision]:
        if own:
            return self.store.read_decisions(self.reviewer).get(self.reviewer, {})
        return read_sample_decisions(self.store, sample)

    def _count_all(self, *, own: bool) -> Counter[Decision]:
        if own:
            return Counter(self.store.read_decisions(self.reviewer).get(self.reviewer, {}).values())
        return Counter(
            dict(
                self.store.query(
                    "SELECT decision, count(*) FROM states WHERE decision IS NOT NULL GROUP BY 1"
                )
            )
        )

    def _turn_back(
        self, turn: Callable[[str, str], tuple[str, ReviewState] | None]
    ) -> tuple[str, Review] | None:
        turned = turn(self.reviewer, self._now())
        return None if turned is None else (turned[0], self._describe(*turned))

    def _describe(self, record: str, state: ReviewState) -> Review:
        history = [_describe_event(event) for event in self.store.read_history(record)]
        label = self.store.find_label(state.reason, state.reasons_version)
        return {**state.to_json(), "label": label, "history": history}

    def _now(self) -> str:
        return self._clock().isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class Progress:
    """Counts of decisions, and the share of rejections with its interval.

    Of a sample the share holds for the whole set, each record standing for those of its stratum;
    else for the decided records as if they had been drawn plainly. Deferred ones are not decided.
    """

    total: int
    reviewed: int
    accepted: int
    rejected: int
    deferred: int
    rejection: Share

    def to_json(self) -> dict[str, Any]:
        """Plain values, with a sentence."""
        return {**asdict(self), "sentence": self.describe()}

    def describe(self) -> str:
        """One sentence: `45 of 200, 31 accepted 9 rejected 5 deferred`, and the rate.

        >>> count_progress({"accepted": 1, "deferred": 1}, 3).describe()
        '2 of 3, 1 accepted 0 rejected 1 deferred; 0% rejected (0–79%)'
        """
        counts = f"{self.accepted} accepted {self.rejected} rejected {self.deferred} deferred"
        text = f"{self.reviewed} of {self.total}, {counts}"
        if not self.rejection.n:
            return text
        share = self.rejection
        return f"{text}; {share.estimate:.0%} rejected ({100 * share.low:.0f}–{share.high:.0%})"


def count_progress(
    counts: Mapping[Decision, int], total: int, rejection: Share | None = None
) -> Progress:
    """The progress by counts of decisions; the share is Wilson's where no other is given."""
    accepted, rejected, deferred = (
        counts.get(decision, 0) for decision in ("accepted", "rejected", "deferred")
    )
    if rejection is None:
        n = accepted + rejected
        estimate = rejected / n if n else 0.0
        rejection = Share(estimate, *interval_share(estimate, n), n)
    reviewed = accepted + rejected + deferred
    return Progress(total, reviewed, accepted, rejected, deferred, rejection)


def read_edit(turns: Sequence[Mapping[str, Any]]) -> tuple[dict[str, str], ...]:
    """The turns of an edit, nothing but speaker and text.

    Raises:
        ReviewError: they are not question and answer in turn.
    """
    if not turns or len(turns) % 2 or len(turns) > MOST_TURNS:
        raise ReviewError(f"an edit has questions and answers in turn, up to {MOST_TURNS} turns")
    read = []
    for place, turn in enumerate(turns):
        speaker = ("human", "gpt")[place % 2]
        text = turn.get("text")
        if turn.get("from") != speaker or not isinstance(text, str):
            raise ReviewError(f'turn {place + 1} of an edit is {{"from": "{speaker}", "text": …}}')
        if any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ReviewError(f"turn {place + 1} holds half of a surrogate pair, which is no text")
        read.append({"from": speaker, "text": text})
    return tuple(read)


_BELONGS = {"reason": {"reject"}, "turns": {"edit"}, "choice": {"choice"}}
_NEEDS = {"edit": "turns", "comment": "comment", "choice": "choice"}


def _refuse_misfit(kind: str, **given: object) -> None:
    for name, kinds in _BELONGS.items():
        if given[name] is not None and kind not in kinds:
            raise ReviewError(f"{kind!r} takes no {name}")
    needed = _NEEDS.get(kind)
    if needed is not None and given[needed] is None:
        raise ReviewError(f"{kind!r} needs {needed}")
    comment = given["comment"]
    if isinstance(comment, str) and len(comment) > LONGEST_COMMENT:
        raise ReviewError(f"a comment has up to {LONGEST_COMMENT:,} characters")


def _make_cell(population: int, counts: Mapping[Decision, int]) -> ShareCell:
    rejected = counts.get("rejected", 0)
    return ShareCell(population, counts.get("accepted", 0) + rejected, rejected)


def _describe_event(event: ReviewEvent) -> dict[str, Any]:
    return {
        "n": event.n,
        "kind": event.kind,
        "by": event.by,
        "at": event.at,
        "reason": event.reason,
        "undone": event.is_undone,
    }
