"""Spot-check, page: Results <-> `spotcheck.json`, the plain values and nothing else.

A number that is not finite, which JSON has not, is written as null and read back as not-a-number.
"""

import json
import math
from dataclasses import fields, is_dataclass
from pathlib import Path
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec

from datagen.errors import DatasetError
from datagen.formats import open_atomic
from datagen.spotcheck.results import Results


def write_json(results: Results, path: Path) -> None:
    """Write the results, a field a line, atomic.

    Raises:
        RunError: the folder or the disk does not take it.
    """
    values = {field.name: _to_plain(getattr(results, field.name)) for field in fields(results)}
    lines = ",\n".join(f" {_dump(name)}: {_dump(value)}" for name, value in values.items())
    with open_atomic(path) as file:
        file.write(f"{{\n{lines}\n}}\n")


def read_json(path: Path) -> Results:
    """Read what `write_json` wrote.

    Raises:
        DatasetError: the file cannot be read, or is not the results of a spot-check.
    """
    try:
        raw = json.loads(path.read_text(encoding="utf-8"))
        return msgspec.convert(_restore(raw, Results), Results)
    except OSError as exc:
        raise DatasetError(path, f"cannot be read: {exc.strerror or exc}") from exc
    except (ValueError, RecursionError) as exc:  # both decoders' errors are ValueErrors
        raise DatasetError(path, f"holds no results of a spot-check: {exc}") from exc


def _dump(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)


def _to_plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _to_plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, dict):
        return {str(key): _to_plain(item) for key, item in value.items()}
    if isinstance(value, (tuple, list)):
        return [_to_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _restore(raw: object, hint: Any) -> object:  # noqa: ANN401 - any type a field may have
    """Put not-a-number where a null stands for a number that is not optional."""
    if raw is None and hint is float:
        return math.nan
    if get_origin(hint) in {Union, UnionType}:
        kinds = [kind for kind in get_args(hint) if kind is not type(None)]
        return raw if raw is None else _restore(raw, kinds[0])
    if isinstance(raw, list):
        return [_restore(item, kind) for item, kind in zip(raw, _kinds(raw, hint), strict=False)]
    if not isinstance(raw, dict):
        return raw
    if is_dataclass(hint):
        hints = get_type_hints(hint)
        return {key: _restore(item, hints.get(key)) for key, item in raw.items()}
    value_hint = (get_args(hint) or (None, None))[-1]
    return {key: _restore(item, value_hint) for key, item in raw.items()}


def _kinds(raw: list[object], hint: Any) -> tuple[Any, ...]:  # noqa: ANN401 - as above
    """The types of a list's items: of `tuple[float, ...]` or `tuple[str, str]`."""
    args = get_args(hint) or (None, ...)
    if args[-1] is ...:
        return (args[0],) * len(raw)
    return (*args, *(None,) * len(raw))  # items too many are msgspec's to refuse
