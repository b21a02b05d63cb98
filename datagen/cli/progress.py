"""Progress of a run: a bar on a terminal, a plain line now and then elsewhere."""

import time
from collections.abc import Callable, Sized
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from datagen import pipeline

if TYPE_CHECKING:
    from datagen.spotcheck.inspecting import Progress as LookProgress

PLAIN_EVERY = 10.0
"""Seconds between two plain lines."""


class ProgressLine:
    """Shows `pipeline.Progress` while the endpoint is asked; pass `update` as its callback."""

    def __init__(
        self, console: Console, planned: int, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Prepare a bar for `planned` items; nothing is shown before the `with` block."""
        self._console = console
        self._clock = clock
        self._start = self._last = clock()
        self._bar: Progress | None = None
        if console.is_terminal:
            self._bar = Progress(
                TextColumn("[bold]asking"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[detail]}"),
                TimeElapsedColumn(),
                TextColumn("left"),
                TimeRemainingColumn(),
                console=console,
            )
            self._task = self._bar.add_task("asking", total=planned, detail="")

    def __enter__(self) -> Self:
        """Start the bar."""
        if self._bar is not None:
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last state of the bar on the terminal."""
        if self._bar is not None:
            self._bar.stop()

    def update(self, progress: pipeline.Progress) -> None:
        """Show the state; cheap enough for every reply."""
        now = self._clock()
        fresh = progress.done - progress.resumed
        rate = fresh / max(now - self._start, 1e-9)
        usage = progress.usage
        money = f"  {(usage.prompt_tokens + usage.completion_tokens) / 1e6:.2f}M tokens"
        money += f"  ${progress.spent:.2f}" if progress.spent else ""
        if self._bar is not None:
            detail = f"failed {progress.failed}  {rate:.1f}/s{money}"
            self._bar.update(self._task, completed=progress.done + progress.failed, detail=detail)
        elif now - self._last >= PLAIN_EVERY:
            self._last = now
            left = progress.planned - progress.done - progress.failed
            remaining = f"{left / rate:.0f} s left" if rate else "time left unknown"
            self._console.print(
                f"{progress.done} of {progress.planned} done, {progress.failed} failed, "
                f"{rate:.1f}/s{money}, {remaining}",
                highlight=False,
            )


class LookBar:
    """Shows how many looks are done; on a terminal only."""

    def __init__(self, console: Console) -> None:
        """Prepare; nothing is shown before the `with` block."""
        self._bar = Progress(
            TextColumn("[bold]{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        self._stage = ""

    def __enter__(self) -> Self:
        """Start the bar."""
        self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave its last state on the terminal."""
        self._bar.stop()

    def update(self, progress: "LookProgress") -> None:
        """Show the state; a new stage begins a new line."""
        if progress.stage != self._stage:
            self._stage = progress.stage
            self._task = self._bar.add_task(progress.stage, total=None)
        self._bar.update(self._task, completed=progress.done, total=progress.total or None)

    def counter(self, stage: str, things: Sized) -> Callable[[int], None]:
        """A line of its own that counts things."""
        task = self._bar.add_task(stage, total=len(things))
        return lambda count: self._bar.advance(task, count)
