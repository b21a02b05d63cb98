"""Ask stage, offline: messages -> what is asked for, in which layout, about which scene.

All of it comes from the messages, so that the writer can stand behind an HTTP endpoint and works
with any prompt folder: the layout is that of the examples, the context the last user message that
holds one.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from datagen.layouts import QUESTION_LABEL
from datagen.records import Message, ReplyLayout

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
_BOX_LINE = re.compile(
    r"^\s*(?:[-*•]\s+)?(?P<name>[^:\[\]()]{1,80}?)\s*(?P<mark>\([^()]*\))?\s*:\s*[\[(]\s*"
    + r"\s*,\s*".join(f"(?P<c{place}>{_NUMBER})" for place in range(4))
    + r"\s*[\])]\s*$"
)
_BULLET = re.compile(r"^\s*(?:[-*•]|\d{1,2}[.)])\s+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028\u2029\ufeff]+")
_NAME_SIGN = re.compile(r"[^\w'-]|_")
# A line of a template, not of the scene ("Write the reply now.").
_INSTRUCTION = re.compile(
    r"^(?:write|reply|answer|describe|generate|create|please|remember|do not|don't|use|now|"
    r"return|respond|your task|based on|given)\b",
    re.IGNORECASE,
)
# What is said about a reply that did not fit, when it is asked for again. It speaks to the writer:
# a caption may well tell of somebody who writes "the answer" on a board.
_FEEDBACK = re.compile(
    r"\byour (?:\w+ )?(?:reply|answer|response|output)\b|"
    r"\b(?:try|write it|write that|do it|answer) again\b",
    re.IGNORECASE,
)
_SEVERAL_PAIRS = re.compile(
    r"\b(?:pairs|questions and answers|several questions|conversation|dialog(?:ue)?|turns)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class SceneBox:
    """One box line: category as written, corners ordered, and whether it is marked as a crowd."""

    category: str
    corners: tuple[float, float, float, float]
    crowd: bool = False


@dataclass(frozen=True, slots=True)
class SceneContext:
    """What the query tells about a picture.

    Attributes:
        boxes_known: the objects are listed, so that what is not listed is absent.
        measured: the corners are shares of the picture, so that places can be told from them.
    """

    captions: tuple[str, ...]
    boxes: tuple[SceneBox, ...]
    boxes_known: bool
    measured: bool


@dataclass(frozen=True, slots=True)
class Request:
    """What to write: the layout, as JSON or as text, about the context."""

    layout: ReplyLayout
    as_json: bool
    context: SceneContext


def read_request(messages: Sequence[Message], json_schema: Mapping[str, Any] | None) -> Request:
    """Find layout and context; any messages give a request, if need be with an empty context."""
    query = _find_query(messages)
    answers = [message.content for message in messages if message.role == "assistant"]
    shown_first = [m.content for m in messages[:query] if m.role == "assistant"]
    examples = shown_first or answers
    systems = [message.content for message in messages if message.role == "system"]
    as_json = json_schema is not None or any(text.lstrip().startswith("{") for text in examples)
    context = read_context(messages[query].content if messages else "")
    # Examples with boxes before a query without: the picture has no objects.
    shown = any(_has_boxes(message.content) for message in messages[:query])
    return Request(
        layout=_infer_layout(json_schema, examples, "\n".join(systems)),
        as_json=as_json,
        context=replace(context, boxes_known=context.boxes_known or shown),
    )


def _find_query(messages: Sequence[Message]) -> int:
    """Position of the last user message that is no feedback on a reply."""
    users = [place for place, message in enumerate(messages) if message.role == "user"]
    for place in reversed(users):
        content = messages[place].content
        if _has_boxes(content) or not _FEEDBACK.search(content):
            return place
    return users[-1] if users else len(messages) - 1


def _has_boxes(text: str) -> bool:
    return "[" in text and any(_BOX_LINE.match(line) for line in text.splitlines())


def _infer_layout(
    schema: Mapping[str, Any] | None, examples: Sequence[str], system: str
) -> ReplyLayout:
    if schema is not None:
        return _read_properties(schema.get("properties"))
    if examples:
        return _count_pairs(examples)
    if QUESTION_LABEL not in system:
        return "text"
    several = system.count(QUESTION_LABEL) > 1 or _SEVERAL_PAIRS.search(system)
    return "pairs" if several else "pair"


def _read_properties(properties: object) -> ReplyLayout:
    names = properties if isinstance(properties, Mapping) else {}
    if "turns" in names:
        return "pairs"
    return "pair" if "question" in names else "text"


def _count_pairs(examples: Sequence[str]) -> ReplyLayout:
    most = max(
        max(text.count(f"\n{QUESTION_LABEL}") + text.startswith(QUESTION_LABEL), _count_keys(text))
        for text in examples
    )
    if most > 1 or any('"turns"' in text for text in examples if text.lstrip().startswith("{")):
        return "pairs"
    return "pair" if most else "text"


def _count_keys(text: str) -> int:
    return text.count('"question"') if text.lstrip().startswith("{") else 0


def read_context(text: str) -> SceneContext:
    r"""Captions and boxes of one user message, whatever stands around them.

    >>> context = read_context("A dog on a couch.\n\ndog: [0.1, 0.2, 0.5, 0.9]")
    >>> context.captions, context.boxes[0].category
    (('A dog on a couch.',), 'dog')
    """
    captions, boxes = [], []
    for line in text.splitlines():
        match = _BOX_LINE.match(line)
        if match:
            boxes.append(_read_box(match))
        elif _is_caption(line):
            captions.append(_BULLET.sub("", _CONTROL.sub(" ", line)).strip())
    measured = all(-0.01 <= value <= 1.01 for box in boxes for value in box.corners)
    return SceneContext(tuple(captions), tuple(boxes), bool(boxes), measured)


def _is_caption(line: str) -> bool:
    bare = _CONTROL.sub(" ", line).strip()
    if not bare or bare.endswith((":", "===")) or bare.startswith(("#", "```")):
        return False
    return any(letter.isalnum() for letter in bare) and not _INSTRUCTION.match(bare)


def _read_box(match: re.Match[str]) -> SceneBox:
    x1, y1, x2, y2 = (float(match.group(f"c{place}")) for place in range(4))
    mark = (match.group("mark") or "").lower()
    return SceneBox(
        category=" ".join(_NAME_SIGN.sub(" ", match.group("name")).split()) or "object",
        corners=(min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)),
        crowd="crowd" in mark or "group" in mark or "many" in mark,
    )
