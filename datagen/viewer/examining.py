"""Viewer: a file that no run made: its records are checked while somebody looks at them.

A list is there in seconds, checks take longer: so they follow, a part at a time, and go on where
an earlier start has left off.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice

from datagen.checks.checker import Verdict
from datagen.pipeline import make_rules
from datagen.pipeline.checking import Task, check_chunk
from datagen.pipeline.working import work_in_order
from datagen.viewer.appending import change_rows
from datagen.viewer.facts import list_objects
from datagen.viewer.file_rows import decode_record
from datagen.viewer.index import Index
from datagen.viewer.rows import Place, Row, StoredRow
from datagen.viewer.target import Target

EXAMINED = "examined"
"""Name of the greatest key whose record was checked."""

_AT_ONCE = 500  # rows changed together


class Examiner:
    """Checks the records of a file, in their order; used by one thread."""

    def __init__(self, target: Target, index: Index) -> None:
        """Prepare; nothing is checked yet."""
        self._index = index
        self._settings = target.settings
        self._work = partial(check_chunk, make_rules(target.settings), None)

    def catch_up(self, is_stopped: Callable[[], bool] = lambda: False) -> int:
        """Check what was not checked yet; how many records that are.

        Raises:
            DatagenError: the checks cannot be set up, the index cannot be written.
        """
        first = count_examined(self._index) + 1
        keys = iter(range(first, self._index.size + 1))
        rows = (row for row in self._iterate(keys) if not is_stopped())
        verdicts = work_in_order(
            self._work, map(self._make_task, rows), workers=self._settings.workers
        )
        done = first - 1
        while part := [verdict for verdict, _ in islice(verdicts, _AT_ONCE)]:
            stored = self._index.read_rows(range(done + 1, done + 1 + len(part)))
            changed = {
                row.key: self._judge(row, verdict)
                for row, verdict in zip(stored, part, strict=True)
            }
            done += len(part)
            change_rows(self._index, changed, {EXAMINED: str(done)})
            if is_stopped():
                break
        return done - first + 1

    def _iterate(self, keys: Iterator[int]) -> Iterator[StoredRow]:
        while part := list(islice(keys, _AT_ONCE)):
            yield from self._index.read_rows(part)

    def _make_task(self, row: StoredRow) -> Task:
        image = self._index.read_image(row.annotated) if row.annotated else None
        return Task(decode_record(self._index.read_body(row)), image, row.type)

    def _judge(self, row: StoredRow, verdict: Verdict) -> Row:
        """The row with what the checks say; one that is no JSON at all stays as it is."""
        rejecting = [each.code for each in verdict.findings if each.severity == "reject"]
        reasons = row.reasons.split() or list(dict.fromkeys(rejecting))
        findings = row.reasons.split() or sorted({each.code for each in verdict.findings})
        image = self._index.read_image(row.annotated) if row.annotated else None
        has_place = row.file is not None and row.start is not None and row.size is not None
        return Row(
            row.id,
            row.type,
            not reasons,
            row.image,
            row.words,
            "",
            Place(row.file or 0, row.start or 0, row.size or 0) if has_place else b"",
            verdict.score,
            row.cost,
            reasons,
            findings,
            row.flags.split(),
            list_objects(image),
            row.annotated,
        )


def count_examined(index: Index) -> int:
    """How many records of a file have been checked so far."""
    return int(index.get_meta(EXAMINED) or 0)
