"""Progress is a bar on a terminal and a plain line now and then elsewhere."""

import re
from io import StringIO

from rich.console import Console

from datagen.cli.progress import ProgressLine
from datagen.pipeline import Progress
from datagen.records import Usage

STATE = Progress(200, done=50, failed=2, resumed=10, usage=Usage(1_000_000, 250_000), spent=1.5)


def test_off_a_terminal_a_line_comes_every_ten_seconds() -> None:
    out, times = StringIO(), iter([0.0, 1.0, 10.0, 12.0, 20.0])
    with ProgressLine(Console(file=out, width=200), 200, clock=lambda: next(times)) as line:
        for _ in range(4):
            line.update(STATE)
    lines = out.getvalue().splitlines()
    assert lines == [
        "50 of 200 done, 2 failed, 4.0/s  1.25M tokens  $1.50, 37 s left",
        "50 of 200 done, 2 failed, 2.0/s  1.25M tokens  $1.50, 74 s left",
    ]


def test_on_a_terminal_the_bar_shows_done_failed_rate_tokens_and_cost() -> None:
    out, times = StringIO(), iter([0.0, 10.0])
    console = Console(file=out, width=160, force_terminal=True, legacy_windows=False)
    with ProgressLine(console, 200, clock=lambda: next(times)) as line:
        line.update(STATE)
    text = re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", out.getvalue())
    for part in ("52/200", "failed 2", "4.0/s", "1.25M tokens", "$1.50"):
        assert part in text


def test_a_run_without_any_reply_has_no_time_left() -> None:
    out, times = StringIO(), iter([0.0, 10.0])
    with ProgressLine(Console(file=out, width=200), 5, clock=lambda: next(times)) as line:
        line.update(Progress(5))
    assert "time left unknown" in out.getvalue()
