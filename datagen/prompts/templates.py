"""Prompt stage, templates: source and variables -> text, or an error that names file and line."""

import difflib
import re
import traceback
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

from datagen.errors import PromptError

_BOX_LINE = re.compile(r".+: \[[^\]]*\]")
# Plain text for a model is not HTML: no autoescape.
_ENGINE = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, autoescape=False
)
# What an expression in a template can raise while it is rendered; undefined names are caught before.
_RENDER_ERRORS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
)


def split_context(context: str) -> dict[str, str | list[str]]:
    """The context in whole and in lines; one without captions has boxes only."""
    captions, _, boxes = context.partition("\n\n")
    if not boxes and all(_BOX_LINE.fullmatch(line) for line in captions.splitlines()):
        captions, boxes = "", captions
    return {"context": context, "captions": captions.splitlines(), "boxes": boxes.splitlines()}


def expand(path: Path, source: str, variables: Mapping[str, object], place: str = "") -> str:
    """Check a template's names, then render it; `place` stands in for the line of an error.

    Raises:
        PromptError: no template, a name that is not known, or an expression that fails.
    """
    try:
        tree = _ENGINE.parse(source)
        unknown = find_undeclared_variables(tree) - variables.keys() - _ENGINE.globals.keys()
        _compile(source)
    except TemplateSyntaxError as exc:
        raise PromptError(path, exc.message or str(exc), place or f"line {exc.lineno}") from exc
    for node in tree.find_all(nodes.Name):
        if node.name in unknown:
            hint = suggest(node.name, variables) or f"; known are {', '.join(variables)}"
            problem = f"unknown placeholder `{node.name}`{hint}"
            raise PromptError(path, problem, place or f"line {node.lineno}")
    return render(path, source, variables, place)


def render(path: Path, source: str, variables: Mapping[str, object], place: str = "") -> str:
    """Fill a template in.

    Raises:
        PromptError: an expression in it fails; with its line, unless `place` is given.
    """
    try:
        return _compile(source).render(variables)
    except _RENDER_ERRORS as exc:
        frames = traceback.extract_tb(exc.__traceback__)
        lines = [frame.lineno for frame in frames if frame.filename == "<template>"]
        where = place or (f"line {lines[-1]}" if lines else "")
        raise PromptError(path, f"cannot be rendered: {exc}", where) from exc


@lru_cache(maxsize=64)
def _compile(source: str) -> Template:
    """Compiled once, not for each of a hundred thousand contexts."""
    return _ENGINE.from_string(source)


def find_variables(source: str) -> set[str]:
    """The names that a template leaves to be filled in."""
    return find_undeclared_variables(_ENGINE.parse(source))


def suggest(name: str, known: Iterable[str]) -> str:
    """The nearest known name as the end of a sentence; empty where none is near."""
    close = difflib.get_close_matches(name, sorted(known), n=1)
    return f"; did you mean `{close[0]}`?" if close else ""
