"""Ask stage, batches: the results of a batch that has ended, read from disk line by line.

What is neither answered nor refused for good moves into a new part. The results of a closed part
stay on disk and can be read again: a result that was handed out but not kept, because the process
was killed, is handed out once more.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from datagen.errors import AskError, EndpointError
from datagen.llm.batch.endpoint import Batch, BatchEndpoint, BatchProblem
from datagen.llm.batch.journal import Journal, Part, PartState, Row
from datagen.llm.batch.lines import (
    BatchResult,
    Verdict,
    find_custom_id,
    read_custom_id,
    write_refusal,
)
from datagen.llm.batch.parts import (
    ERRORS,
    OUTPUT,
    REQUESTS,
    PartFiles,
    PartLimits,
    move_requests,
)
from datagen.llm.retry import TransientError
from datagen.records import Reply

_NO_LINE = "the results of its batch do not name it"


@dataclass(slots=True)
class _Rest:
    """What the results of a part leave open, by custom_id.

    Attributes:
        rows: requests that no line has named yet.
        unanswered: requests that the next batch may answer, and why they need one.
        kept: requests that move into a new part: tries and tag.
        released: requests that are forgotten, to be asked anew by whoever wants them.
    """

    rows: dict[str, Row]
    unanswered: dict[str, tuple[Row, str]] = field(default_factory=dict)
    kept: dict[str, tuple[int, str]] = field(default_factory=dict)
    released: list[str] = field(default_factory=list)


class Collection:
    """Reads results; one part at a time is in memory.

    Attributes:
        error: set where results say that no request can succeed before the user has done
            something; such requests wait in a new part for the next start.
        left: requests that a cancelled batch, or results that somebody has removed from the run
            folder, left without an answer; nobody asks them before the next start.
    """

    def __init__(
        self, journal: Journal, files: PartFiles, endpoint: BatchEndpoint, most_tries: int
    ) -> None:
        """Use one run folder; a request is given up after `most_tries` batches."""
        self._journal = journal
        self._files = files
        self._endpoint = endpoint
        self._most_tries = most_tries
        self.error: EndpointError | None = None
        self.left = 0

    async def fetch(self, part: Part, batch: Batch) -> None:
        """Bring the results of a batch to disk, where they are not there yet.

        Raises:
            EndpointError: they cannot be had.
        """
        for kind, file_id in ((OUTPUT, batch.output_file_id), (ERRORS, batch.error_file_id)):
            if file_id and not self._files.get_path(part.number, kind).is_file():
                await self._fetch_file(part, kind, file_id)

    async def _fetch_file(self, part: Part, kind: str, file_id: str) -> None:
        async def attempt() -> None:
            with self._files.write(part.number, kind) as write:
                await self._endpoint.download(file_id, write)

        await self._endpoint.persist(attempt)

    def read(
        self, part: Part, limits: PartLimits, *, is_cancelled: bool = False
    ) -> Iterator[BatchResult]:
        """Hand out what this start wants of a part, then move the rest and close the part.

        Args:
            part: its results are on disk.
            limits: of the new parts.
            is_cancelled: somebody has cancelled the batch, so the rest is not asked again.
        """
        rest = _Rest(self._journal.read_rows(part))
        for custom_id, verdict in self._read_verdicts(part):
            row = rest.rows.pop(custom_id, None)
            if row is None:  # a result that came twice, or is not ours
                continue
            if isinstance(verdict, TransientError):
                rest.unanswered[custom_id] = row, str(verdict)
            elif isinstance(verdict, EndpointError):
                self.error = self.error or verdict
                rest.kept[custom_id] = row.tries, row.tag
            elif row.is_wanted:
                yield _make_result(custom_id, row, verdict)
        rest.unanswered |= {id_: (row, _NO_LINE) for id_, row in rest.rows.items()}
        for custom_id, (row, reason) in rest.unanswered.items():
            if self._is_given_up(part, custom_id, row, rest, is_cancelled=is_cancelled):
                yield _make_result(custom_id, row, _give_up(row, reason))
        self._close(part, rest, limits)

    def refuse(
        self, part: Part, problems: Sequence[BatchProblem], limits: PartLimits
    ) -> Iterator[BatchResult]:
        """The same for a part whose batch failed validation because of single lines.

        The problems are written down as the part's error file, so they can be read again too.
        """
        named = {problem.line: problem for problem in problems}
        with self._files.write(part.number, ERRORS) as write:
            for number, line in enumerate(self._files.read_lines(part.number, REQUESTS), 1):
                if number in named:
                    complaint = self._endpoint.read_problem(named[number])
                    write(write_refusal(find_custom_id(line), complaint))
        yield from self.read(part, limits)

    def rewrite(self, part: Part, limits: PartLimits) -> None:
        """Replace a part that was never asked by parts of what this start wants."""
        rest = _Rest(self._journal.read_rows(part))
        for custom_id, row in rest.rows.items():
            if row.is_wanted:
                rest.kept[custom_id] = row.tries, row.tag
            else:
                rest.released.append(custom_id)
        self._close(part, rest, limits)

    def _read_verdicts(self, part: Part) -> Iterator[tuple[str, Verdict]]:
        for line in self._files.read_lines(part.number, OUTPUT, ERRORS):
            try:
                yield self._endpoint.read_result(line)
            except ValueError:  # a cut line: its request counts as unanswered
                continue

    def _is_given_up(
        self, part: Part, custom_id: str, row: Row, rest: _Rest, *, is_cancelled: bool
    ) -> bool:
        """Whether an unanswered request ends here; what else becomes of it goes to `rest`."""
        if row.is_wanted and not is_cancelled and part.state is not PartState.CLOSED:
            if row.tries < self._most_tries:
                rest.kept[custom_id] = row.tries + 1, row.tag
                return False
            rest.released.append(custom_id)  # whoever names it again may have it asked anew
            return True
        self.left += row.is_wanted
        rest.released.append(custom_id)
        return False

    def _close(self, part: Part, rest: _Rest, limits: PartLimits) -> None:
        move_requests(part, rest.kept, self._journal, self._files, limits)
        self._journal.release(rest.released)
        self._journal.save(replace(part, state=PartState.CLOSED, is_pending=False))
        self._files.remove(part.number, REQUESTS)


def _make_result(custom_id: str, row: Row, verdict: Reply | AskError) -> BatchResult:
    key, candidate, round_ = read_custom_id(custom_id)
    if isinstance(verdict, AskError):
        reply = Reply(str(verdict), "", finish_reason="", attempts=row.tries)
        return BatchResult(key, row.tag, candidate, round_, reply, verdict.code)
    return BatchResult(key, row.tag, candidate, round_, replace(verdict, attempts=row.tries))


def _give_up(row: Row, reason: str) -> AskError:
    batches = "1 batch" if row.tries == 1 else f"{row.tries} batches"
    return AskError("gave-up", f"gave up after {batches}: {reason}", row.tries)
