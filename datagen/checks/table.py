"""Validate stage: the table of reasons and its examples -> REASONS.md.

Run `python -m datagen.checks.table` after a change of `reasons.py` or `examples.toml`; a test
compares the file with what would be written.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from datagen.checks.reasons import REASON_TABLE
from datagen.records import IMAGE_TOKEN

TABLE_FILE = Path(__file__).with_name("REASONS.md")

_QUESTION = "Who is it?"
_ANSWER = "A cook."
_SETTINGS = ("language", "captions", "examples", "budget")
_STAGES = {
    "structure": "What LLaVA's trainer does with a record whose shape it does not expect.",
    "language": "Phrases that do not belong in talk about a picture (`phrases/`).",
    "script": "The data set's language (`languages.toml`).",
    "endings": "Answers that break off.",
    "repetition": "Answers that go round in circles.",
    "copying": "Texts taken from the prompt's own examples.",
    "markup": "Markup and characters that do not belong in prose.",
    "personal": "Unsafe and personal content, by a stated list (`phrases/personal.toml`).",
}


@dataclass(frozen=True, slots=True)
class Example:
    """A record that shows one reason.

    Attributes:
        shown: what to print of it: a text, or JSON.
        record: the decoded record; None where no record can show it.
        settings: further arguments of the check: `language`, `captions`, `examples`, `budget`.
        earlier: decoded records that stand before it.
        context: decoded context record of its image.
        told: `shown` tells of the example instead of quoting it.
    """

    shown: str
    record: object = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    earlier: Sequence[object] = ()
    context: Mapping[str, Any] | None = None
    told: bool = False


@cache
def load_examples() -> Mapping[str, Example]:
    """The examples by reason code; the format is explained in `examples.toml`."""
    file = resources.files("datagen.checks") / "examples.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {code: _read_example(entry) for code, entry in entries.items()}


def _read_example(entry: Mapping[str, Any]) -> Example:
    if "file" in entry:
        return Example(entry["file"], told=True)
    return Example(
        shown=_show(entry),
        record=json.loads(entry["record"]) if "record" in entry else _make_record(entry),
        settings={key: entry[key] for key in _SETTINGS if key in entry},
        earlier=[json.loads(text) for text in entry.get("earlier", ())],
        context=json.loads(entry["context"]) if "context" in entry else None,
    )


def _show(entry: Mapping[str, Any]) -> str:
    if "turns" in entry:
        return " / ".join(entry["turns"])
    return str(next(entry[key] for key in ("record", "answer", "question") if key in entry))


def _make_record(entry: Mapping[str, Any]) -> dict[str, Any]:
    texts = entry.get("turns") or [entry.get("question", _QUESTION), entry.get("answer", _ANSWER)]
    turns = [
        {"from": "gpt" if index % 2 else "human", "value": text} for index, text in enumerate(texts)
    ]
    turns[0]["value"] = f"{IMAGE_TOKEN}\n{texts[0]}"
    return {"id": "7", "image": "7.jpg", "conversations": turns}


def format_reason_table() -> str:
    """The whole file, Markdown."""
    stages = dict.fromkeys(reason.stage for reason in REASON_TABLE.values())
    return "\n".join(
        [
            "# Reason codes of the checks",
            "",
            "Written by `python -m datagen.checks.table` from `reasons.py` and `examples.toml`.",
            "`reject` keeps a record out of the data set, `note` is counted only.",
            "An example shows the text at fault, or the whole record where its shape is.",
            *(line for stage in stages for line in _format_stage(stage)),
            "",
        ]
    )


def _format_stage(stage: str) -> Iterator[str]:
    yield from ("", f"## {stage}", "")
    if stage in _STAGES:
        yield from (_STAGES[stage], "")
    yield from ("| code | severity | what it means | example |", "|---|---|---|---|")
    for code, reason in REASON_TABLE.items():
        if reason.stage == stage:
            cells = (f"`{code}`", reason.severity, reason.sentence, _format_example(code))
            yield _format_row(cells)


def _format_example(code: str) -> str:
    example = load_examples().get(code)
    if example is None:
        return ""
    if example.told:
        return example.shown
    # Line ends and characters that nobody sees are shown as escapes.
    text = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in example.shown
    )
    if not text.strip():
        return f"`{json.dumps(text)}`"
    return f"````` {text} `````" if "`" in text else f"`{text}`"


def _format_row(cells: Iterable[str]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


def write_reason_table(path: Path = TABLE_FILE) -> None:
    """Write the table, by default to where it is kept."""
    path.write_text(format_reason_table(), encoding="utf-8")


if __name__ == "__main__":
    write_reason_table()
