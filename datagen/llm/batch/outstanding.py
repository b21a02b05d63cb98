"""Ask stage, batches: what is still at the endpoint, told without asking it."""

from dataclasses import dataclass
from pathlib import Path

from datagen.llm.batch.journal import JOURNAL_FILE, Journal, PartState


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What has been handed out and not come back, and what could not be handed out yet."""

    batches: int = 0
    requests: int = 0
    waiting_parts: int = 0
    waiting_requests: int = 0

    def __str__(self) -> str:
        """One sentence for the user; empty when there is nothing.

        >>> str(Outstanding(3, 120_000))
        '3 batches at the endpoint, 120,000 requests; start the same command later to collect them'
        """
        out = _count(self.batches, "batch", "es")
        held = f"{_count(self.waiting_parts, 'file')} with {self.waiting_requests:,} requests"
        parts = []
        if self.batches:
            parts.append(f"{out} at the endpoint, {_count(self.requests, 'request')}")
        if self.waiting_parts:
            parts.append(f"{held} not submitted yet")
        if parts:
            parts.append("start the same command later to collect them")
        return "; ".join(parts)


def _count(number: int, noun: str, plural: str = "s") -> str:
    return f"{number:,} {noun}{'' if number == 1 else plural}"


def count_outstanding(journal: Journal) -> Outstanding:
    """What has been handed out, and what waits for it."""
    out = journal.list_parts(PartState.OUT)
    waiting = journal.list_parts(PartState.WRITTEN, PartState.UPLOADED)
    return Outstanding(
        len(out),
        sum(part.requests for part in out),
        len(waiting),
        sum(part.requests for part in waiting),
    )


def read_outstanding(folder: Path) -> Outstanding:
    """What a run folder still has at the endpoint; nothing where it never asked in batches.

    Raises:
        RunError: the journal cannot be used.
    """
    if not (folder / JOURNAL_FILE).is_file():
        return Outstanding()
    with Journal(folder) as journal:
        return count_outstanding(journal)
