"""Runs of `datagen generate` on a cluster, and what they leave to look at."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

from datagen.fleet.segments import list_segments, read_segment
from datagen.fleet.storage import Storage
from tests.benchmarks.journal import Visit
from tests.benchmarks.processes import INPUT, MODEL, make_environment
from tests.benchmarks.rendering import render_requests
from tests.cli.test_run import _run

FILES = ("dataset.jsonl", "dataset.json", "rejected.jsonl", "scores.jsonl")
"""What has to be the same, whoever asked."""

_WORKER = "ray::datagen"
_LOOK_EVERY = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Here:
    """The cluster of the session.

    Attributes:
        address: of its head.
        process: in /proc, that started it.
        session: folder of its logs.
    """

    address: str
    process: Path
    session: Path

    def list_workers(self) -> list[int]:
        """Processes that work on a shard now."""
        parents = {int(path.name): _read_parent(path) for path in Path("/proc").glob("[0-9]*")}
        mine = {int(self.process.name)}
        while more := {pid for pid, parent in parents.items() if parent in mine} - mine:
            mine |= more
        return sorted(pid for pid in mine if _read_title(pid).startswith(_WORKER))


def _read_parent(path: Path) -> int:
    try:
        return int((path / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()[1])
    except OSError:  # it has just ended
        return 0


def _read_title(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def list_flags(url: str | None, records: int, *flags: str) -> list[str]:
    """The arguments of a run on the samples; asks the endpoint, or nobody."""
    asked = ["--offline"] if url is None else ["--model", MODEL, "--base-url", url]
    return ["generate", *INPUT, "--records", str(records), "--grounding", "off", *asked, *flags]


def run_alone(out: Path, url: str | None, records: int, *flags: str) -> int:
    """A run of one process."""
    return _run(*list_flags(url, records, *flags), "--out", out)


def run_fleet(out: Path, url: str | None, records: int, *flags: str) -> int:
    """A run on the cluster."""
    return _run(*list_flags(url, records, "--ray", *flags), "--out", out)


@contextmanager
def start_fleet(out: Path, url: str, records: int, *flags: str) -> Iterator[subprocess.Popen[str]]:
    """The same in a process of its own, which ends with the block at the latest."""
    command = [sys.executable, "-m", "datagen", *list_flags(url, records, "--ray", *flags)]
    with subprocess.Popen(
        [*command, "--out", str(out)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=make_environment(),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def read_files(out: Path) -> dict[str, bytes]:
    """The files of a run that have to be the same."""
    return {name: (out / name).read_bytes() for name in FILES}


def read_published(storage: Storage, folder: str = "") -> dict[str, set[bytes]]:
    """Keys of the requests whose replies are on shared storage, by the folder of their lease."""
    return {
        lease: {row.key for name in names for row in read_segment(storage, name)}
        for lease, names in list_segments(storage, folder).items()
    }


def count_visits(visits: list[Visit], records: int) -> dict[bytes, int]:
    """How often each request of a plan was asked, by its key."""
    keys = {rendered.digest: rendered.key for rendered in render_requests(records)}
    counts = dict.fromkeys(keys.values(), 0)
    for visit in visits:
        counts[keys[visit.digest]] += 1
    return counts


@contextmanager
def meanwhile(act: Callable[[], None]) -> Iterator[None]:
    """Do something beside the block."""
    thread = Thread(target=act)
    thread.start()
    try:
        yield
    finally:
        thread.join()


def wait_until(is_due: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for something that will come, or fail."""
    deadline = time.monotonic() + seconds
    while not is_due():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not come")
        time.sleep(_LOOK_EVERY)


def kill(pid: int) -> None:
    """As a machine that goes: nothing can be done about it."""
    os.kill(pid, signal.SIGKILL)
