"""How fast the viewer is on a large run, asked over HTTP as its page asks.

The run is invented (`viewer_run`), the server a process of its own, the index built by it. Times
are those of a client on the same machine, the way through HTTP included.
"""

import http.client
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from tests.benchmarks.processes import ROOT, make_environment
from tests.benchmarks.table import Row
from tests.benchmarks.viewer_keys import PRESSES, find_chromium, time_keys
from tests.benchmarks.viewer_run import make_images, make_run

FULL, QUICK = 200_000, 600
PAGES_FULL, PAGES_QUICK = 10_000, 50
RATE = 30_000.0  # records a second, index built
OPENING = 0.5  # s, with an index
PEAK = 150.0  # MB
GROWTH = 1.1
KEY = "from a key to the next picture"
_MILLISECONDS = {
    "a page at any depth": 10.0,
    "a search": 50.0,
    "filters, counted": 50.0,
    "a decision": 20.0,
    KEY: 50.0,
}
_ASKED = 150  # times for each kind


@dataclass(slots=True)
class Figures:
    """What was measured.

    Attributes:
        records: of the run.
        build, opening: seconds until a session was open, without an index and with one.
        command: seconds from the start of the command to its page, with an index.
        times: seconds of each answer, by kind.
        cpu: seconds of CPU that the server took for each, which a busy machine changes less.
        memory: MB after the first answers and after all pages, and the most while pages were read.
    """

    records: int
    build: float
    opening: float
    command: float = 0.0
    times: dict[str, list[float]] = field(default_factory=dict)
    cpu: dict[str, float] = field(default_factory=dict)
    memory: tuple[float, float, float] = (0.0, 0.0, 0.0)
    pages: int = 0


class Client:
    """One connection, kept open, with the page's cookie."""

    def __init__(self, address: str) -> None:
        """Open the page."""
        parts = urlsplit(address)
        self._origin = f"http://{parts.netloc}"
        self._connection = http.client.HTTPConnection(parts.netloc, timeout=60)
        self._connection.request("GET", f"/?{parts.query}")
        answer = self._connection.getresponse()
        answer.read()
        self._cookie = (answer.getheader("set-cookie") or "").partition(";")[0]

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def ask(self, path: str, content: object = None) -> tuple[float, dict[str, object]]:
        """Seconds until the answer was there, and the answer."""
        headers = {"Cookie": self._cookie, "Origin": self._origin}
        body = None
        if content is not None:
            body, headers["Content-Type"] = json.dumps(content).encode(), "application/json"
        start = time.perf_counter()
        self._connection.request("POST" if body else "GET", path, body, headers)
        answer = self._connection.getresponse()
        text = answer.read()
        taken = time.perf_counter() - start
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {text[:200]!r}")
        return taken, json.loads(text)


@contextmanager
def view(run: Path, *flags: str) -> Iterator[tuple[float, str, int]]:
    """A viewer as a process: seconds until its page could be opened, its address and number."""
    command = [sys.executable, "-m", "datagen", "view", str(run), "--no-browser", *flags]
    environment = {**make_environment(), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    start = time.perf_counter()
    with subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout is not None
            match = None
            while match is None and (line := process.stdout.readline()):
                match = re.search(r"http://\S+", line)
            assert match is not None, "the viewer ended before its page was there"
            taken = time.perf_counter() - start
            yield taken, match[0], process.pid
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=30)


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Make a run, build its index, open it again, and ask."""
    records, pages = (QUICK, PAGES_QUICK) if quick else (FULL, PAGES_FULL)
    run = make_run(folder / "run", records)
    build, opening = time_opening(run), time_opening(run)
    with view(run) as (command, address, process):
        client = Client(address)
        figures = Figures(records, build, opening, command, pages=pages)
        ask_kinds(figures, client, process)
        first = read_memory(process)
        turn_pages(client, pages)
        figures.memory = (first, read_memory(process), read_memory(process, "VmHWM"))
        client.close()
    if browser := find_chromium():
        make_images(folder / "images", PRESSES)
        with view(run, "--images", str(folder / "images")) as (_, address, _):
            figures.times[KEY] = time_keys(address, browser, 1)
    yield from judge(figures, is_judged=not quick)


_OPEN = """
import sys, time
from pathlib import Path
from datagen.config import load_settings, make_settings
from datagen.viewer.session import Session
from datagen.viewer.target import open_target
folder = Path(sys.argv[1])
start = time.perf_counter()
settings = make_settings(load_settings(folder / "run.toml")[0])
with Session(open_target(folder, settings), reviewer="bench") as session:
    print(time.perf_counter() - start)
"""


def time_opening(run: Path) -> float:
    """Seconds that opening takes a process of its own, once Python has loaded what it needs."""
    command = [sys.executable, "-c", _OPEN, str(run)]
    done = subprocess.run(
        command, cwd=ROOT, env=make_environment(), check=True, capture_output=True, text=True
    )
    return float(done.stdout)


def ask_kinds(figures: Figures, client: Client, process: int) -> None:
    """Ask for pages, searches, filters and decisions, each a little different every time."""
    _, about = client.ask("/api/about")
    generation, count = about["generation"], figures.records
    kinds: dict[str, Callable[[int], tuple[str, object]]] = {
        "a page at any depth": lambda n: (_page(n, str(generation), count), None),
        "a search": lambda n: (f"/api/records?q={quote(_search(n))}", None),
        "filters, counted": lambda n: (_filter(n), None),
        "a decision": lambda n: (
            f"/api/records/{n % count + 1}/review",
            {"revision": n // count, "kind": "accept"},
        ),
    }
    for name, make in kinds.items():
        client.ask(make(0)[0]) if name != "a decision" else None  # what is loaded once
        start = 0 if name == "a decision" else 1
        before = read_cpu(process)
        figures.times[name] = [
            client.ask(*make(n))[0] for n in range(start, start + min(_ASKED, count))
        ]
        figures.cpu[name] = (read_cpu(process) - before) / len(figures.times[name])


def _page(n: int, generation: str, count: int) -> str:
    sort = ("id", "-score", "score", "length", "-cost")[n % 5]
    key = n * 7919 % count + 1
    value = "" if sort == "id" else str(n * 37 % 10_000 if "score" in sort else 90 + n % 30)
    return f"/api/records?limit=50&sort={sort}&after={generation}.{key}.{value}"


def _search(n: int) -> str:
    return (f"w{n}", "dog", f'"red dog" -w{n}', f"w{n * 3} bus", f"w1{n:03}*")[n % 5]


def _filter(n: int) -> str:
    kind = ("conversation", "detail_description", "complex_reasoning")[n % 3]
    return f"/api/facets?type={kind}&object={quote(f'thing {n % 80}')}&min_words={n % 60}"


def turn_pages(client: Client, count: int) -> None:
    """Walk through the list, page after page, from the start again at its end."""
    cursor = None
    for n in range(count):
        sort = ("id", "-score")[n // 500 % 2]
        after = f"&after={cursor}" if cursor and n % 500 else ""
        _, page = client.ask(f"/api/records?limit=50&sort={sort}{after}")
        cursor = page["next"]


def read_cpu(process: int) -> float:
    """Seconds of CPU that a process has taken so far, in steps of 1/100."""
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def read_memory(process: int, name: str = "VmRSS") -> float:
    """Resident memory of a process in MB: now, or at most so far (`VmHWM`)."""
    text = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    match = re.search(rf"{name}:\s+(\d+)", text)
    assert match is not None
    return int(match[1]) * 1024 / 1e6


def judge(figures: Figures, *, is_judged: bool) -> Iterator[Row]:
    """The figures against what is wanted."""

    def met(value: bool) -> bool | None:
        return value if is_judged else None

    rate = figures.records / figures.build
    case = f"viewer, {figures.records:,} records"
    yield Row(
        f"{case}: index built", f"at least {RATE:,.0f} a second", f"{rate:,.0f}", met(rate >= RATE)
    )
    yield Row(
        f"{case}: opened",
        f"below {OPENING} s",
        f"{figures.opening:.2f} s",
        met(figures.opening < OPENING),
    )
    yield Row(f"{case}: from the command to its page", "-", f"{figures.command:.2f} s")
    for name, times in figures.times.items():
        middle, most = 1000 * statistics.median(times), 1000 * find_95th(times)
        wanted, cpu = _MILLISECONDS[name], 1000 * figures.cpu.get(name, 0.0)
        yield Row(
            f"{case}: {name}",
            f"below {wanted:.0f} ms",
            f"median {middle:.1f}, 95% within {most:.1f} ms, CPU {cpu:.1f} ms",
            met(most < wanted),
        )
    first, last, peak = figures.memory
    yield Row(f"{case}: memory", f"below {PEAK:.0f} MB", f"{peak:.0f} MB", met(peak < PEAK))
    yield Row(
        f"{case}: after {figures.pages:,} pages",
        f"at most {GROWTH:g} times",
        f"{first:.0f} -> {last:.0f} MB",
        met(last <= GROWTH * first),
    )


def find_95th(times: Sequence[float]) -> float:
    """What 95 of 100 stay within."""
    return sorted(times)[max(0, round(0.95 * len(times)) - 1)]
