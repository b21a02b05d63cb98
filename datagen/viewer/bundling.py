"""Viewer, copies: the page's modules -> one script, for a page that opens from disk.

A browser loads no module from a file beside a page that came from disk, so a copy in one file
carries all of them inside. The page's modules import and export in one plain form, which is all
that is understood here.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from datagen.errors import DatasetError

_IMPORT = re.compile(r'^import \{ ([^}]+?),? \} from "(\.[^"]+)";$', re.MULTILINE)
_DECLARED = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_LISTED = re.compile(r"\bexport\s*\{([^}]+)\};?\s*$")
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle_modules(entry: Path) -> str:
    """One script that does what the module `entry` does with all that it imports.

    Raises:
        DatasetError: a module is written in a form that is not understood.
    """
    root = entry.parent
    parts = ["const modules = {};"]
    for path in _sort_modules(entry, ()):
        body = _rewrite(path, root)
        # The entry comes last and may wait for something at its top.
        parts.append(body if path == entry else f"(() => {{\n{body}\n}})();")
    text = "\n".join(parts)
    if "</script" in text.lower() or "<!--" in text:
        raise DatasetError(entry, "cannot stand inside a page: it holds the mark of its end")
    return text


def _sort_modules(path: Path, above: tuple[Path, ...]) -> list[Path]:
    """A module and all below it, those that others need first."""
    if path in above:
        raise DatasetError(path, "is imported by what it imports")
    found: dict[Path, None] = {}
    for _, address in _IMPORT.findall(path.read_text(encoding="utf-8")):
        found |= dict.fromkeys(_sort_modules((path.parent / address).resolve(), (*above, path)))
    return [*found, path]


def _rewrite(path: Path, root: Path) -> str:
    text = path.read_text(encoding="utf-8")
    exported = [(name, name) for name in _DECLARED.findall(text)]
    text = _DECLARED.sub("", text)
    if (listed := _LISTED.search(text)) is not None:
        exported += list(_read_names(listed[1]))
        text = text[: listed.start()]

    def bind(match: re.Match[str]) -> str:
        names = ", ".join(
            own if own == outer else f"{outer}: {own}" for outer, own in _read_names(match[1])
        )
        source = _name((path.parent / match[2]).resolve(), root)
        return f'const {{ {names} }} = modules["{source}"];'

    text = _IMPORT.sub(bind, text)
    if (left := _LEFT.search(text)) is not None:
        raise DatasetError(path, f"is written in a way that no copy can hold: {left[0][:60]}")
    values = ", ".join(outer if own == outer else f"{outer}: {own}" for own, outer in exported)
    return f'{text.rstrip()}\nmodules["{_name(path, root)}"] = {{ {values} }};'


def _read_names(text: str) -> Iterator[tuple[str, str]]:
    """The names of a list of imports or exports, each with what it is called on the other side."""
    for part in text.split(","):
        first, _, second = part.strip().partition(" as ")
        yield first, second or first


def _name(path: Path, root: Path) -> str:
    return path.resolve().relative_to(root.resolve().parent).as_posix()
