"""Parse stage, JSON replies: a value found in the text -> the shape asked for, validated."""

import re
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from datagen.layouts import PairReply, TextReply
from datagen.records import ReplyLayout, Turn
from datagen.replies.decoding import BrokenJsonError, Decoded, find_json
from datagen.replies.notes import Notes
from datagen.replies.wrapping import trim

_FENCE = re.compile(r"^[ \t]*(?:```|~~~)[ \t]*\w{0,20}[ \t]*$", re.MULTILINE)
_KEYS = {"q": "question", "a": "answer"}


def read_structured(
    text: str, layout: ReplyLayout, notes: Notes, *, cut: bool = False, question: str = ""
) -> list[Turn]:
    """Read the turns of a JSON reply; an empty list comes with a rejection in `notes`.

    Args:
        text: the reply, cleaned; words and fences around the JSON are noted and left out.
        layout: the layout that was asked for; more pairs than wanted are kept.
        notes: gets every liberty taken.
        cut: the reply ends at the token limit, so the JSON may be open at its end.
        question: the question of layout `text`.
    """
    try:
        found = find_json(text, lambda value: _is_usable(value, layout), notes, cut=cut)
    except BrokenJsonError as exc:
        if cut and exc.runs_out:
            notes.reject("cut-off", exc.span)
        else:
            notes.reject("bad-json", exc.span, exc.problem)
        return []
    _note_surroundings(text, found, notes)
    if cut and not found.partial:
        notes.add("cut-after-end")
    if layout == "text":
        return _read_answer(found.value, question, notes)
    return _read_pairs(found, layout, notes)


def _note_surroundings(text: str, found: Decoded, notes: Notes) -> None:
    for code, around in (("preamble", text[: found.start]), ("postamble", text[found.end :])):
        bare = _FENCE.sub("", around)
        if bare != around:
            notes.add("code-fence", trim(around))
        if trim(bare):
            notes.add(code, trim(bare))


def _fold(key: str) -> str:
    key = key.strip().lower()
    return _KEYS.get(key, key)


def _is_usable(value: Any, layout: ReplyLayout) -> bool:  # noqa: ANN401 - any JSON value
    if layout == "text" and isinstance(value, dict):
        return _find_text_key(value) is not None or _find_pairs(value) is not None
    return _find_pairs(value) is not None


def _find_pairs(value: Any) -> list[Any] | None:  # noqa: ANN401 - any JSON value
    """The list of pairs in a value of whatever nesting; None if there is none."""
    if isinstance(value, list):
        return value if value and all(isinstance(each, dict) for each in value) else None
    if not isinstance(value, dict):
        return None
    if {"question", "answer"} & {_fold(key) for key in value}:
        return [value]
    if isinstance(value.get("turns"), list):
        return _find_pairs(value["turns"])
    lists = [each for each in value.values() if isinstance(each, list)]
    return _find_pairs(lists[0]) if len(lists) == 1 else None


def _find_text_key(value: Mapping[str, Any]) -> str | None:
    """The key of the answer: `answer`, else the only one that holds a text."""
    answers = [key for key in value if _fold(key) == "answer"]
    texts = answers or [key for key, each in value.items() if isinstance(each, str)]
    return texts[0] if len(texts) == 1 else None


def _read_answer(value: Any, question: str, notes: Notes) -> list[Turn]:  # noqa: ANN401 - any JSON value
    if isinstance(value, list):
        pairs = _find_pairs(value) or []
        if len(pairs) != 1:
            notes.reject("bad-json", detail=f"{len(pairs)} objects came where one was asked for")
            return []
        notes.add("json-shape")
        value = pairs[0]
    nested = _find_pairs(value)
    key = _find_text_key(value)
    if key is None and nested is not None and len(nested) == 1:
        notes.add("json-shape")
        value, key = nested[0], _find_text_key(nested[0])
    _note_keys(value, key, notes)
    answer = value.get(key) if key is not None else None
    answer = trim(answer) if isinstance(answer, str) else answer
    problem = _find_problem(TextReply, {"answer": answer})
    if problem:
        notes.reject("bad-json", detail=problem)
        return []
    return [Turn(question, str(answer))]


def _note_keys(value: Mapping[str, Any], used: str | None, notes: Notes) -> None:
    if used is not None and used != "answer":
        notes.add("json-shape", used)
    for key in value:
        if key != used:
            notes.add("question-dropped" if _fold(key) == "question" else "json-extra-key", key)


def _read_pairs(found: Decoded, layout: ReplyLayout, notes: Notes) -> list[Turn]:
    pairs = _find_pairs(found.value) or []
    if not found.partial:
        _note_shape(found.value, layout, notes)
    turns: list[Turn] = []
    first_problem = ""
    for i, each in enumerate(pairs):
        pair = _read_pair(each, notes)
        problem = _find_problem(PairReply, pair)
        if problem:
            first_problem = first_problem or f"pair {i + 1}, {problem}"
            is_last = i == len(pairs) - 1 and not found.partial
            code = "last-pair-dropped" if is_last else "pair-dropped"
            notes.add(code, str(pair["question"] or pair["answer"] or ""), problem)
        else:
            turns.append(Turn(pair["question"], pair["answer"]))
    if not turns:
        notes.reject("bad-json", detail=first_problem)
    return turns


def _note_shape(value: Any, layout: ReplyLayout, notes: Notes) -> None:  # noqa: ANN401 - any JSON value
    wanted = "turns" if layout == "pairs" else "question"
    if not isinstance(value, dict) or wanted not in value:
        notes.add("json-shape")
    elif layout == "pairs":
        for key in value.keys() - {"turns"}:
            notes.add("json-extra-key", key)


def _read_pair(value: Mapping[str, Any], notes: Notes) -> dict[str, Any]:
    pair: dict[str, Any] = {"question": None, "answer": None}
    for key, text in value.items():
        name = _fold(key)
        if name not in pair or pair[name] is not None:
            notes.add("json-extra-key", key)
            continue
        if name != key:
            notes.add("json-shape", key)
        pair[name] = trim(text) if isinstance(text, str) else text
    return pair


def _find_problem(model: type[BaseModel], value: Mapping[str, Any]) -> str:
    """What the model of the reply says against a value, with its place; empty if nothing."""
    try:
        model.model_validate(value)
    except ValidationError as exc:
        error = exc.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, error['loc']))}: {error['msg']}"
    return ""
