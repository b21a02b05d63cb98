"""Viewer, copies: the page's modules -> one script, for a page that opens from disk.

A browser loads no module from a file beside a page that came from disk, so a copy in one file
carries all of them inside. The page's modules import and export in one plain form, which is all
that is understood here.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from datagen.errors import DatasetError

_IMPORT = re.compile(r'^import \{ ([^}]+?),? \} from "(\.[^"]+)";$', re.MULTILINE)
_DECLARED = re.compile(r"^export (?=(?:async )?(?:function|class|const) (\w+))", re.MULTILINE)
_LISTED = re.compile(r"\bexport\s*\{([^}]+)\};?\s*$")
_LEFT = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


def bundle_modules(entry: Path, instead: Mapping[Path, Path] | None = None) -> str:
    """One script that does what the module `entry` does with all that it imports.

    Args:
        entry: the first module.
        instead: modules, each with the one that stands in its place.

    Raises:
        DatasetError: a module is written in a form that is not understood.
    """
    texts: dict[Path, str] = {}
    _read_modules(entry, instead or {}, (), texts)
    parts = ["const modules = {};"]
    for path, module in texts.items():
        body = _rewrite(path, module, entry.parent)
        # The entry comes last and may wait for something at its top.
        parts.append(body if path == entry else f"(() => {{\n{body}\n}})();")
    text = "\n".join(parts)
    if "</script" in text.lower() or "<!--" in text:
        raise DatasetError(entry, "cannot stand inside a page: it holds the mark of its end")
    return text


def _read_modules(
    path: Path, instead: Mapping[Path, Path], above: tuple[Path, ...], texts: dict[Path, str]
) -> None:
    """Read a module and all below it, those that others need first."""
    if path in above:
        raise DatasetError(path, "is imported by what it imports")
    if path in texts:
        return
    text = instead.get(path, path).read_text(encoding="utf-8")
    for _, address in _IMPORT.findall(text):
        _read_modules((path.parent / address).resolve(), instead, (*above, path), texts)
    texts[path] = text


def _rewrite(path: Path, text: str, root: Path) -> str:
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
