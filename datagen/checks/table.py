"""Validate stage: the tables of reasons and of grounding's rules, with examples -> REASONS.md.

Run `python -m datagen.checks.table` after a change of `reasons.py`, `examples.toml` or
`grounding/rules.toml`; a test compares the file with what would be written.
"""

import json
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from datagen.checks.grounding.claims import Family, Verdict
from datagen.checks.reasons import REASON_TABLE
from datagen.records import IMAGE_TOKEN, AnnotatedImage, Box

TABLE_FILE = Path(__file__).with_name("REASONS.md")

_QUESTION = "Who is it?"
_ANSWER = "A cook."
_OPEN_QUESTION = "What can be seen?"
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
    "grounding": "What boxes and captions say to the text; by which rules stands at the end.",
    "duplicates": "Records, texts and pictures that stand in a set more than once.",
}
_RULES_HEADING = "## Rules of grounding"
_RULES_TEXT = """\
What a text says of its picture is taken apart into claims, and one rule decides each of them:
`supported` by boxes or captions, `contradicted` by them, `unverifiable` where they cannot tell, and
`unsupported` for a concrete noun without any ground. A contradicted claim has the reason of its
family; it and the doubts lower the score. Each example has a claim with the verdict behind it.

The pictures of the examples are invented; boxes have their corners in 0-1 from the top left:"""


@dataclass(frozen=True, slots=True)
class Example:
    """A record that shows one reason.

    Attributes:
        shown: what to print of it: a text, or JSON.
        record: the decoded record; None where no record can show it.
        settings: further arguments of the check: `language`, `captions`, `examples`, `budget`.
        earlier: decoded records that stand before it.
        earlier_shown: what to print of them.
        context: its image, where what the picture shows matters.
        told: `shown` tells of the example instead of quoting it.
    """

    shown: str
    record: object = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    earlier: Sequence[object] = ()
    earlier_shown: Sequence[str] = ()
    context: AnnotatedImage | None = None
    told: bool = False


@dataclass(frozen=True, slots=True)
class RuleExample:
    """A question and an answer about a picture, and the verdict of the claim that shows a rule."""

    image: AnnotatedImage
    question: str
    answer: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of grounding.

    Attributes:
        id: as claims give it; rules of several families may share it.
        families: of the claims that it decides.
        sentence: what it decides, and when.
        examples: at least one for each verdict that it gives.
    """

    id: str
    families: tuple[Family, ...]
    sentence: str
    examples: tuple[RuleExample, ...]


@cache
def load_contexts() -> Mapping[str, AnnotatedImage]:
    """The invented pictures of the examples by name."""
    return {
        name: AnnotatedImage(
            id=name,
            file_name=f"{name}.jpg",
            captions=tuple(entry["captions"]),
            boxes=tuple(Box(category, tuple(corners)) for category, *corners in entry["boxes"]),
        )
        for name, entry in _read_rules()["contexts"].items()
    }


@cache
def load_rules() -> Sequence[Rule]:
    """The rules of grounding in their order; the format is explained in `grounding/rules.toml`."""
    return [
        Rule(
            id=entry["id"],
            families=tuple(entry["families"]),
            sentence=entry["says"],
            examples=tuple(_read_rule_example(example) for example in entry["examples"]),
        )
        for entry in _read_rules()["rules"]
    ]


@cache
def _read_rules() -> Mapping[str, Any]:
    file = resources.files("datagen.checks.grounding") / "rules.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def _read_rule_example(entry: Mapping[str, Any]) -> RuleExample:
    return RuleExample(
        image=load_contexts()[entry["context"]],
        question=entry.get("question", _OPEN_QUESTION),
        answer=entry["answer"],
        verdict=entry["verdict"],
    )


@cache
def load_examples() -> Mapping[str, Example]:
    """The examples by reason code; the format is explained in `examples.toml`."""
    file = resources.files("datagen.checks") / "examples.toml"
    entries = tomllib.loads(file.read_text(encoding="utf-8"))
    return {code: _read_example(entry) for code, entry in entries.items()}


def _read_example(entry: Mapping[str, Any]) -> Example:
    if "file" in entry:
        return Example(entry["file"], told=True)
    earlier = entry.get("earlier", ())
    return Example(
        shown=_show_in_set(entry) if earlier else _show(entry),
        record=_read_record(entry),
        settings={key: entry[key] for key in _SETTINGS if key in entry},
        earlier=[_read_record(one) for one in earlier],
        earlier_shown=[_show_in_set(one) for one in earlier],
        context=load_contexts()[entry["context"]] if "context" in entry else None,
    )


def _show(entry: Mapping[str, Any]) -> str:
    if "turns" in entry:
        return " / ".join(entry["turns"])
    return str(next(entry[key] for key in ("record", "answer", "question") if key in entry))


def _show_in_set(entry: Mapping[str, Any]) -> str:
    """The whole record in short: id, picture and texts."""
    record = _make_record(entry)
    texts = " / ".join(_list_texts(entry))
    return f"{record['id']}, {record['image']}: {texts}"


def _read_record(entry: Mapping[str, Any]) -> object:
    return json.loads(entry["record"]) if "record" in entry else _make_record(entry)


def _make_record(entry: Mapping[str, Any]) -> dict[str, Any]:
    texts = _list_texts(entry)
    turns = [
        {"from": "gpt" if index % 2 else "human", "value": text} for index, text in enumerate(texts)
    ]
    turns[0]["value"] = f"{IMAGE_TOKEN}\n{texts[0]}"
    name = entry.get("id", "7")
    return {"id": name, "image": entry.get("image", f"{name}.jpg"), "conversations": turns}


def _list_texts(entry: Mapping[str, Any]) -> Sequence[str]:
    question = _OPEN_QUESTION if "context" in entry else _QUESTION
    return entry.get("turns") or [entry.get("question", question), entry.get("answer", _ANSWER)]


def format_reason_table() -> str:
    """The whole file, Markdown."""
    stages = dict.fromkeys(reason.stage for reason in REASON_TABLE.values())
    return "\n".join(
        [
            "# Reason codes of the checks",
            "",
            "Written by `python -m datagen.checks.table` from `reasons.py`, `examples.toml` and",
            "`grounding/rules.toml`; the tests try every example.",
            "`reject` keeps a record out of the data set, `note` is counted only.",
            "An example shows the text at fault, or the whole record where its shape is; a word in",
            "italics is the picture that it is about (see the end).",
            *(line for stage in stages for line in _format_stage(stage)),
            *_format_rules(),
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
    shown = _format_code(example.shown)
    if example.context is not None:
        shown += f" *{example.context.id}*"
    return shown + "".join(f", after {_format_code(text)}" for text in example.earlier_shown)


def _format_rules() -> Iterator[str]:
    yield from ("", _RULES_HEADING, "", _RULES_TEXT, "")
    yield from ("| picture | captions | boxes |", "|---|---|---|")
    for name, image in load_contexts().items():
        boxes = ", ".join(_format_box(box) for box in image.boxes)
        yield _format_row((f"*{name}*", "<br>".join(image.captions), boxes or "none"))
    yield from ("", "| rule | family | what it decides | examples |", "|---|---|---|---|")
    for rule in load_rules():
        examples = "<br>".join(_format_rule_example(example) for example in rule.examples)
        yield _format_row((f"`{rule.id}`", ", ".join(rule.families), rule.sentence, examples))


def _format_box(box: Box) -> str:
    return f"{box.category} ({' '.join(format(corner, 'g') for corner in box.corners)})"


def _format_rule_example(example: RuleExample) -> str:
    texts = [example.question, example.answer]
    shown = " / ".join(texts if example.question != _OPEN_QUESTION else texts[1:])
    return f"{_format_code(shown)} *{example.image.id}*: {example.verdict}"


def _format_code(text: str) -> str:
    # Line ends and characters that nobody sees are shown as escapes.
    text = "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode("ascii")
        for sign in text
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
