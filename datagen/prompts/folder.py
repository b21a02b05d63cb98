"""Prompt stage, the prompt folder: its files -> response types, checked before anything is asked.

A response type is a sub-folder of the prompt folder; its name is the type's name::

    prompts/
      user_message.j2          optional: the layout of the query turn for all types
      conversation/
        system_message.txt     a Jinja2 template
        000_caps.txt           an example context, verbatim (then 001_caps.txt, ...)
        000_conv.txt           the reply to it in the type's text layout
        type.toml              context, reply, share, description, [questions] by language
        user_message.j2        optional: the layout of the query turn for this type

Templates know `language`, `reply_format` and `type`; `user_message.j2` also `context` (the text),
`captions` and `boxes` (its lines). Contexts and examples are data and never templates. Whatever can
be wrong with a folder is found by `load_prompts`, before anything is asked.
"""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from datagen.config import shipped_folder
from datagen.errors import PromptError
from datagen.layouts import read_text, render_json, reply_schema
from datagen.prompts.response_type import USER_MESSAGE, ResponseType
from datagen.prompts.templates import expand, find_variables, split_context, suggest
from datagen.records import (
    IMAGE_TOKEN,
    ContextParts,
    Message,
    ReplyFormat,
    ReplyLayout,
    Turn,
)

SYSTEM_MESSAGE, TYPE_FILE = "system_message.txt", "type.toml"
LLAVA_TYPES = frozenset({"conversation", "detail_description", "complex_reasoning"})
"""The types of LLaVA's own prompt folder, which has no `type.toml`."""

_EXAMPLE_NAME = re.compile(r"([0-9]+)_(?:caps|conv)\.txt")
_MINIMAL_TYPE_FILE = 'context = "captions+boxes"\nreply = "pair"\nshare = 10'
# A template must render all of them (it may not lean on a number of captions or boxes), and the
# first two differently (it has to show the captions).
_PROBES = (
    "A cat.",
    "A dog.",
    "A cat.\nA pet.\n\ncat: [0.1, 0.2, 0.3, 0.4]",
    "cat: [0.0, 0.0, 1.0, 1.0]",
)


def load_prompts(
    folder: Path, *, language: str = "English", reply_format: ReplyFormat = "text"
) -> dict[str, ResponseType]:
    """Read and check a prompt folder.

    Args:
        folder: holds a sub-folder for each response type; LLaVA's own folder will do.
        language: in plain English, as it shall stand in the prompts ("Korean").
        reply_format: `json` shows the examples as JSON and attaches a schema to every prompt.

    Returns:
        The response types by name, sorted by name.

    Raises:
        PromptError: anything that would spoil a request or a record later on.
    """
    folders = _list_types(folder)
    variables = {"language": language, "reply_format": reply_format}
    return {path.name: _load_type(path, {**variables, "type": path.name}) for path in folders}


def list_types(folder: Path) -> tuple[str, ...]:
    """The names of the response types in a prompt folder, without reading them.

    Raises:
        PromptError: this is no prompt folder.
    """
    return tuple(path.name for path in _list_types(folder))


class _TypeFile(BaseModel):
    """A `type.toml`."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    context: ContextParts
    reply: ReplyLayout
    share: float = Field(ge=0, allow_inf_nan=False)
    description: str = ""
    questions: dict[str, list[str]] = {}

    @field_validator("questions")
    @classmethod
    def _check_questions(cls, pools: dict[str, list[str]]) -> dict[str, list[str]]:
        if len({language.casefold() for language in pools}) < len(pools):
            raise ValueError("a language stands there twice")
        for pool in pools.values():
            for question in pool:
                if not question.strip() or IMAGE_TOKEN in question or pool.count(question) > 1:
                    raise ValueError(f"{question!r} is blank, there twice or holds {IMAGE_TOKEN}")
        return pools


def _list_types(folder: Path) -> list[Path]:
    if not folder.is_dir():
        raise PromptError(folder, "no such folder; a prompt folder is needed here")
    if (folder / SYSTEM_MESSAGE).exists():
        raise PromptError(folder, "this is a single response type; give the folder that holds it")
    paths = _list_folder(folder)
    _refuse_unread_files(paths, {USER_MESSAGE}, suffixes={".j2"})
    types = [path for path in paths if path.is_dir() and path.name != "__pycache__"]
    if not types:
        raise PromptError(folder, f"no response type: no sub-folder with a {SYSTEM_MESSAGE}")
    for path in types:
        # the name becomes part of record ids and of `--mix name=share`
        if not re.fullmatch(r"[\w-]+", path.name):
            raise PromptError(path, "a type's name may hold letters, digits, `_` and `-` only")
        if not (path / SYSTEM_MESSAGE).exists():
            raise PromptError(path, f"no {SYSTEM_MESSAGE}; add it, or move this folder elsewhere")
    return types


def _list_folder(folder: Path) -> list[Path]:
    """What is in a folder, hidden entries left out, sorted."""
    try:
        return sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as exc:
        raise PromptError(folder, f"cannot be read: {exc.strerror}") from exc


def _refuse_unread_files(paths: Iterable[Path], known: set[str], suffixes: set[str]) -> None:
    """A misspelt file name would otherwise go unnoticed, and its content never be sent."""
    for path in paths:
        if path.suffix in suffixes and path.name not in known:
            hint = suggest(path.name, known) or "; give it another ending if it is a note"
            raise PromptError(path, f"a prompt folder has no file of this name{hint}")


def _load_type(folder: Path, variables: Mapping[str, str]) -> ResponseType:
    type_file, is_own = _read_type_file(folder)
    as_json = variables["reply_format"] == "json"
    system = _read_system(folder / SYSTEM_MESSAGE, variables, type_file.reply)
    examples = _read_examples(folder, type_file.reply, as_json=as_json, exact=is_own or as_json)
    messages = (Message("system", system), *examples)
    questions = _render_questions(folder / TYPE_FILE, type_file, variables)
    template = _read_user_template(folder, variables)
    schema = reply_schema(type_file.reply) if as_json else None
    shown = [[message.role, message.content] for message in messages]
    asked = [type_file.context, type_file.reply, questions, shown, template, schema]
    asked.append(dict(variables) if template else None)  # else they show in the messages, if at all
    return ResponseType(
        name=folder.name,
        context=type_file.context,
        layout=type_file.reply,
        share=type_file.share,
        questions=questions,
        messages=messages,
        user_template=template,
        json_schema=schema,
        fingerprint=hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest(),
        description=type_file.description,
        variables=variables,
    )


def _read_type_file(folder: Path) -> tuple[_TypeFile, bool]:
    """The settings of a type, and whether they are its own rather than the shipped ones."""
    path = folder / TYPE_FILE
    is_own = path.exists()
    if not is_own and folder.name not in LLAVA_TYPES:
        raise PromptError(folder, f"no {TYPE_FILE}; a minimal one reads:\n{_MINIMAL_TYPE_FILE}")
    if not is_own:
        path = shipped_folder("prompts") / folder.name / TYPE_FILE
    try:
        type_file = _TypeFile.model_validate(tomllib.loads(_read(path)))
    except tomllib.TOMLDecodeError as exc:
        raise PromptError(path, f"not TOML: {exc}") from exc
    except ValidationError as exc:
        raise PromptError(path, _explain(exc)) from exc
    if type_file.questions and type_file.reply != "text":
        raise PromptError(path, '[questions] are used with reply = "text" only; remove them')
    return type_file, is_own


def _explain(exc: ValidationError) -> str:
    problems = []
    for error in exc.errors():
        key = ".".join(str(part) for part in error["loc"])
        unknown = f"unknown key `{key}`{suggest(key, _TypeFile.model_fields)}"
        is_unknown = error["type"] == "extra_forbidden"
        problems.append(unknown if is_unknown else f"`{key}`: {error['msg']}")
    return "; ".join(problems)


def _read(path: Path) -> str:
    """A file's text: no byte order mark, LF line ends, none at the end; never blank."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        line = exc.object.count(b"\n", 0, exc.start) + 1
        raise PromptError(path, "not UTF-8; save the file as UTF-8", f"line {line}") from exc
    except OSError as exc:
        raise PromptError(path, f"cannot be read: {exc.strerror}") from exc
    if not text.strip():
        raise PromptError(path, "the file is empty")
    return text.rstrip("\n")


def _read_system(path: Path, variables: Mapping[str, str], layout: ReplyLayout) -> str:
    source = _read(path)
    text = expand(path, source, variables).rstrip("\n")
    used = find_variables(source)
    language = variables["language"]
    if language.casefold() != "english" and "language" not in used:
        hint = "Write the questions and answers in {{ language }}."
        problem = (
            f"{language} is asked for, but `{{{{ language }}}}` stands nowhere in it; add: {hint}"
        )
        raise PromptError(path, problem)
    if variables["reply_format"] == "json" and "reply_format" not in used:
        # written for replies as text; what stands last weighs most
        shape = render_json([Turn("...", "...")], layout)
        text += f"\n\nReply with one JSON object of the examples' shape, {shape}, and nothing else."
    return text


def _read_examples(
    folder: Path, layout: ReplyLayout, *, as_json: bool, exact: bool
) -> list[Message]:
    paths = _list_folder(folder)
    matches = (_EXAMPLE_NAME.fullmatch(path.name) for path in paths)
    numbers = sorted({match[1] for match in matches if match}, key=lambda name: (int(name), name))
    known = {SYSTEM_MESSAGE, USER_MESSAGE, TYPE_FILE}
    messages = []
    for number in numbers:
        caps, conv = folder / f"{number}_caps.txt", folder / f"{number}_conv.txt"
        for path, partner in ((caps, conv), (conv, caps)):
            if not path.exists():
                raise PromptError(path, f"missing; {partner.name} needs it")
            known.add(path.name)
        reply = _show_reply(conv, layout, as_json=as_json, exact=exact)
        messages += [Message("user", _read(caps)), Message("assistant", reply)]
    _refuse_unread_files(paths, known, suffixes={".txt", ".j2", ".toml"})
    return messages


def _show_reply(path: Path, layout: ReplyLayout, *, as_json: bool, exact: bool) -> str:
    """An example's reply as the model shall see it.

    LLaVA's folder does not declare its layouts, so a reply that does not fit goes out as it is.
    """
    text = _read(path)
    try:
        turns = read_text(text, layout)
    except ValueError as exc:
        if exact:
            raise PromptError(path, f'does not fit reply = "{layout}": {exc}') from exc
        return text
    return render_json(turns, layout) if as_json else text


def _render_questions(
    path: Path, type_file: _TypeFile, variables: Mapping[str, str]
) -> tuple[str, ...]:
    if type_file.reply != "text":
        return ()
    language = variables["language"]
    pools = {name.casefold(): pool for name, pool in type_file.questions.items()}
    pool = pools.get(language.casefold())
    if not pool:
        key = language if re.fullmatch(r"[A-Za-z0-9_-]+", language) else json.dumps(language)
        known = ", ".join(type_file.questions) or "none"
        problem = f'no questions in {language}; add under [questions]: {key} = ["...", "..."]'
        raise PromptError(path, f"{problem} (languages there: {known})")
    return tuple(
        expand(path, question, variables, place=f"question {number} in {language}")
        for number, question in enumerate(pool, start=1)
    )


def _read_user_template(folder: Path, variables: Mapping[str, str]) -> str | None:
    for path in (folder / USER_MESSAGE, folder.parent / USER_MESSAGE):
        if path.exists():
            source = _read(path)
            shown = [expand(path, source, {**variables, **split_context(p)}) for p in _PROBES]
            if shown[0] == shown[1]:
                problem = "shows neither `context` nor `captions`"
                raise PromptError(path, f"{problem}: the picture would never reach the model")
            return source
    return None
