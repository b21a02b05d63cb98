"""The table that the measurements end in."""

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line: what was wanted and what was measured.

    Attributes:
        met: whether it is as wanted; None where nothing is wanted or too little was measured.
    """

    case: str
    wanted: str
    measured: str
    met: bool | None = None


_VERDICTS = {True: "ok", False: "MISSED", None: "-"}


def render_table(rows: Sequence[Row]) -> str:
    """The rows under a head, in columns.

    >>> print(render_table([Row("cake", "at most 2", "3", met=False)]))
    case  wanted     measured
    cake  at most 2  3         MISSED
    """
    lines = [("case", "wanted", "measured", "")]
    lines += [(row.case, row.wanted, row.measured, _VERDICTS[row.met]) for row in rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    padded = (
        "  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True))
        for line in lines
    )
    return "\n".join(line.rstrip() for line in padded)


def describe_machine() -> str:
    """Where it was measured, and how busy that machine was."""
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.machine()},"
        f" Python {platform.python_version()}, load {busy:.1f} at the start"
    )


def is_met(rows: Sequence[Row]) -> bool:
    """Whether nothing was missed."""
    return all(row.met is not False for row in rows)
