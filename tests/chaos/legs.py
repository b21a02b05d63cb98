"""A run that is killed again and again: its legs, from one SIGKILL to the next, as evidence.

A leg is the same command as the first one. It is killed when the run has come to a given point,
which is told by the endpoint's count of different requests with a good answer, or by the run's
files, never by a clock.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from datagen.store import STORE_FILE, RunStore
from tests.benchmarks.journal import Visit
from tests.benchmarks.processes import Endpoint, list_generate, start_process

_LOOK_EVERY = 0.004  # seconds between two looks at the progress
_SETTLED_WITHIN = 30.0  # seconds until the endpoint has noticed that its client is dead


@dataclass(frozen=True, slots=True)
class Leg:
    """What one start of the run has left behind.

    Attributes:
        ended_at: monotonic seconds of the kill or of the end.
        code: exit code; minus 9 for a kill.
        visits: the requests of this leg alone.
        stored: keys of the requests that have a reply in the store after it.
        output: what the command wrote.
    """

    ended_at: float
    code: int
    visits: tuple[Visit, ...]
    stored: frozenset[bytes]
    output: str


@dataclass(frozen=True, slots=True)
class Run:
    """A run to be killed: its folder and command, and the endpoint that it asks."""

    endpoint: Endpoint
    folder: Path
    command: tuple[str, ...]

    def do_leg(self, is_due: Callable[[], bool]) -> Leg:
        """Start the command and kill it as soon as `is_due` says so; else it ends by itself."""
        first = self.endpoint.count("visits")
        with tempfile.TemporaryFile() as output:
            with start_process(self.command, self.folder.parent, output.fileno()) as process:
                while process.poll() is None and not is_due():
                    time.sleep(_LOOK_EVERY)
                ended_at = time.monotonic()
                process.kill()
            code = process.returncode
            output.seek(0)
            text = output.read().decode(errors="replace")
        visits = tuple(self._read_settled(first))
        return Leg(ended_at, code, visits, read_stored(self.folder), text)

    def _read_settled(self, first: int) -> list[Visit]:
        """The visits from one on, when all of them have ended."""
        deadline = time.monotonic() + _SETTLED_WITHIN
        while time.monotonic() < deadline:
            visits = self.endpoint.read_visits(first)
            if all(visit.outcome for visit in visits):
                return visits
            time.sleep(_LOOK_EVERY)
        raise TimeoutError("the endpoint still serves a client that is dead")


def make_run(endpoint: Endpoint, folder: Path, *flags: str, records: int, concurrency: int) -> Run:
    """A run on the samples."""
    command = list_generate(endpoint.url, folder, *flags, records=records, concurrency=concurrency)
    return Run(endpoint, folder, tuple(command))


def do_legs(run: Run, moments: Mapping[str, Callable[[], bool]]) -> Iterator[Leg]:
    """A leg for each moment, and one that ends by itself."""
    for is_due in moments.values():
        yield run.do_leg(is_due)
    yield run.do_leg(lambda: False)


def read_stored(folder: Path) -> frozenset[bytes]:
    """Keys of the requests that have a reply; read from a copy, so that nothing is mended by it."""
    if not (folder / STORE_FILE).is_file():
        return frozenset()
    with tempfile.TemporaryDirectory() as copy:
        for path in folder.glob(f"{STORE_FILE}*"):  # with the log that holds the newest commits
            shutil.copy(path, copy)
        with RunStore(Path(copy), write=True) as store:
            return frozenset(
                request.key
                for request, answers in store.iterate()
                if any(not answer.failure for answer in answers)
            )
