"""Spot-check, page: Results -> `spotcheck.html`, one file that needs nothing else.

The template gets the results as they are. Whatever it prints goes through `reveal` and is escaped,
so no text of a record can act on the page.
"""

import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from datagen.errors import SettingsError
from datagen.formats import open_atomic
from datagen.spotcheck.page import wording
from datagen.spotcheck.page.pictures import Thumbnail, make_thumbnail
from datagen.spotcheck.page.texts import Piece, cut_answer, reveal
from datagen.spotcheck.results import FlaggedRecord, Measure, Results, Share, TypeResult
from datagen.spotcheck.subjects import CONTROLS

SHOWN = 60
"""Records shown with their pictures; each takes about 40 kB of the page."""

GUESSING = 0.5
"""Share of right answers to yes/no questions that a coin gets."""

_TEMPLATES = Path(__file__).resolve().parent / "templates"
_INSTALL = "the page of a spot-check needs matplotlib; install it with:\n  pip install 'datagen[spotcheck]'"


@dataclass(frozen=True, slots=True)
class Shown:
    """A flagged record as the page shows it: answers in pieces, values under their titles."""

    record: FlaggedRecord
    picture: Thumbnail
    turns: tuple[tuple[str, tuple[Piece, ...]], ...]
    values: tuple[tuple[str, float], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """A drawing, and what it shows in words for those who cannot see it."""

    svg: Markup
    alt: str


def write_page(results: Results, path: Path) -> None:
    """Write the page, atomic; the same results and pictures give the same bytes.

    Raises:
        SettingsError: matplotlib is not installed.
        RunError: the folder or the disk does not take it.
    """
    if importlib.util.find_spec("matplotlib") is None:
        raise SettingsError(_INSTALL)
    text = (
        _load_environment()
        .get_template("page.html")
        .render(
            results=results,
            types=_put_whole_last(results.types),
            type_plot=_draw_types(results.types),
            probe_plot=_draw_probes(results),
            measures=[
                (measure, _draw_measure(measure, f"measure-{number}"))
                for number, measure in enumerate(results.measures, 1)
            ],
            shown=_show_records(results),
            controls=CONTROLS,
            words=wording,
        )
    )
    with open_atomic(path) as file:
        file.write(text)


def _load_environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_reveal_text,
    )


def _reveal_text(value: Any) -> Any:  # noqa: ANN401 - whatever a template prints
    return reveal(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _put_whole_last(types: Sequence[TypeResult]) -> list[TypeResult]:
    return sorted(types, key=lambda each: each.response_type == wording.ALL)


def _draw_types(types: Sequence[TypeResult]) -> Plot:
    # matplotlib takes half a second to import, and comes with an extra only.
    from datagen.spotcheck.page.intervals import DEFECTS, FLAGGED, Row, draw_intervals

    ordered = _put_whole_last(types)
    rows = [
        Row(
            reveal(wording.name_type(each.response_type)),
            ((FLAGGED, each.flagged), (DEFECTS, each.defects)),
        )
        for each in ordered
    ]
    said = "; ".join(
        f"{wording.name_type(each.response_type)}: flagged {wording.format_share(each.flagged)}, "
        f"estimated faults {wording.format_share(each.defects)}"
        for each in ordered
    )
    svg = Markup(draw_intervals(rows, "types"))
    return Plot(svg, f"Share of records by response type, dots with 95% intervals. {said}.")


def _draw_probes(results: Results) -> Plot:
    from datagen.spotcheck.page.intervals import CONTROL_SERIES, Row, draw_intervals

    rows = [
        Row(
            reveal(probe.kind),
            tuple((CONTROL_SERIES[control], probe.correct.get(control)) for control in CONTROLS),
            None if probe.kind in wording.OPEN_PROBES else GUESSING,
        )
        for probe in results.probes
    ]
    said = "; ".join(
        f"{probe.kind}: " + ", ".join(_say_controls(probe.correct)) for probe in results.probes
    )
    svg = Markup(draw_intervals(rows, "probes", whole=True))
    return Plot(
        svg,
        "Share of right answers by kind of question and picture shown, dots with 95% intervals; "
        f"a line marks guessing at 50% in yes/no questions. {said}.",
    )


def _say_controls(shares: dict[Any, Share]) -> list[str]:
    return [
        f"{wording.CONTROL_NAMES[control]} {wording.format_share(shares.get(control))}"
        for control in CONTROLS
    ]


def _draw_measure(measure: Measure, name: str) -> Plot:
    from datagen.spotcheck.page.curves import draw_curves

    said = ", ".join(
        f"{wording.CONTROL_NAMES[control]} mean {wording.split_mean(measure.means.get(control))[0]}"
        for control in CONTROLS
    )
    line = ""
    if measure.threshold is not None:
        line = f" A line marks the threshold, {wording.format_number(measure.threshold)}."
    svg = Markup(draw_curves(measure, name))
    return Plot(
        svg,
        f"Cumulative distribution of {measure.title} under each picture: {said}.{line}",
    )


def _show_records(results: Results) -> list[Shown]:
    # One picture may stand behind several records; it is decoded once.
    thumbnail = lru_cache(maxsize=SHOWN)(make_thumbnail)
    titles = {measure.name: measure.title for measure in results.measures}
    return [
        Shown(
            record,
            thumbnail(record.picture),
            _cut_turns(record),
            tuple((titles.get(name, name), value) for name, value in record.values.items()),
        )
        for record in results.flagged[:SHOWN]
    ]


def _cut_turns(record: FlaggedRecord) -> tuple[tuple[str, tuple[Piece, ...]], ...]:
    return tuple(
        (
            question,
            cut_answer(answer, [span[1:] for span in record.doubtful if span[0] == number]),
        )
        for number, (question, answer) in enumerate(record.turns)
    )
