"""Processes of the benchmarks: a measured command, and the endpoint it asks.

Only the standard library is imported: the system counts the memory of the process that starts
another one into the peak of the started one, so the starter must be the smaller of the two.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.benchmarks.journal import Visit, read_visits

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "samples"
INPUT = (
    "--captions",
    str(SAMPLES / "captions.json"),
    "--instances",
    str(SAMPLES / "instances.json"),
)
MODEL = "bench"

_KILOBYTE = 1024  # Linux tells the peak in units of it
_MEGABYTE = 1_000_000
_LONGEST_SHOWN = 120  # characters of what a command said last
# Whatever the user's shell says about keys, models and proxies is not part of a measurement.
_FOREIGN = ("OPENAI_", "DATAGEN_", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY")


@dataclass(frozen=True, slots=True)
class Finished:
    """A process that has ended.

    Attributes:
        code: exit code; minus the signal that ended it.
        wall: seconds from its start to its end.
        cpu: seconds of CPU, user and system.
        peak: largest resident memory, in MB (a million bytes).
        output: what it wrote, errors included.
    """

    code: int
    wall: float
    cpu: float
    peak: float
    output: str


def make_environment() -> dict[str, str]:
    """The environment of every process here: the user's, without keys, models and proxies."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.upper().startswith(_FOREIGN) and not name.startswith("COLUMNS")
    }
    return {**kept, "COLUMNS": "200", "PYTHONPATH": str(ROOT)}


def run_measured(
    command: Sequence[str], folder: Path, more: Mapping[str, str] | None = None
) -> Finished:
    """Run a command in a folder to its end; `more` is added to its environment."""
    with tempfile.TemporaryFile() as output:
        start = time.monotonic()
        process = start_process(command, folder, output.fileno(), more)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.monotonic() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read().decode(errors="replace")
    peak = used.ru_maxrss * _KILOBYTE / _MEGABYTE
    return Finished(process.returncode, wall, used.ru_utime + used.ru_stime, peak, text)


def start_process(
    command: Sequence[str], folder: Path, output: int, more: Mapping[str, str] | None = None
) -> subprocess.Popen[bytes]:
    """Start a command in a folder; `output` is the file descriptor for all that it writes."""
    return subprocess.Popen(
        command,
        cwd=folder,
        env=make_environment() | dict(more or {}),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
    )


def list_datagen(command: str, *arguments: str | Path, records: int) -> list[str]:
    """A datagen command on the samples, whose 15 images come round again until there are enough."""
    given = map(str, arguments)
    return [sys.executable, "-m", "datagen", command, *INPUT, "--records", str(records), *given]


def list_generate(
    url: str, out: Path, *flags: str, records: int, concurrency: int, model: str = MODEL
) -> list[str]:
    """`datagen generate` against an endpoint, without grounding, which `bench_checks` measures."""
    asked = ("--model", model, "--base-url", url, "--concurrency", str(concurrency))
    unheld = ("--grounding", "off")
    return list_datagen("generate", *asked, *unheld, *flags, "--out", out, records=records)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """The running endpoint; `url` is its base URL, which ends with /v1."""

    url: str

    def read_counters(self) -> dict[str, Any]:
        """What the mock endpoint counts."""
        counters = self._get("/mock/counters")
        if not isinstance(counters, dict):
            raise TypeError(f"no counters: {counters!r}")
        return counters

    def count(self, name: str) -> int:
        """`visits` or `answered` so far."""
        return int(self._get("/bench/count")[name])

    def read_visits(self, first: int = 0) -> list[Visit]:
        """The journal from one visit on."""
        return read_visits(self._get(f"/bench/visits?from={first}"))

    def _get(self, path: str) -> Any:  # noqa: ANN401 - any JSON
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(self.url.removesuffix("/v1") + path, timeout=60) as answer:
            return json.load(answer)


@contextmanager
def serve(*flags: str, faults: Mapping[str, float] | None = None) -> Iterator[Endpoint]:
    """Run the benchmarks' endpoint while the block lasts; flags as of `endpoint`."""
    drawn = [f"--fault={name}={rate}" for name, rate in (faults or {}).items()]
    command = [sys.executable, "-m", "tests.benchmarks.endpoint", *flags, *drawn]
    with subprocess.Popen(
        command, cwd=ROOT, env=make_environment(), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            if process.stdout is None:
                raise TypeError("the endpoint has no output")
            line = process.stdout.readline()
            if not line.startswith("serving "):
                raise RuntimeError(f"the endpoint did not start: {line!r}")
            yield Endpoint(line.split()[1])
        finally:
            process.terminate()


class RunFailedError(Exception):
    """A command that should have ended well did not."""


def demand_success(finished: Finished) -> Finished:
    """Pass a process on that ended well.

    Raises:
        RunFailedError: it did not; with the last line that it wrote.
    """
    if finished.code:
        *_, last = finished.output.strip().splitlines() or [""]
        raise RunFailedError(f"exit code {finished.code}: {last[:_LONGEST_SHOWN]}")
    return finished
