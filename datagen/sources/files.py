"""Read stage, where it touches the disk: a path -> the bytes or the loose JSON of a source file.

What cannot be read, or is no COCO file at all, stops here with a `SourceError`.
"""

import gzip
import json
import mmap
import os
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from datagen.errors import SourceError

_GZIP_MAGIC = b"\x1f\x8b"
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_JSON_NAMES = {list: "a list", dict: "an object", str: "a text", bool: "a truth value"}


def read_content(path: Path) -> bytes | mmap.mmap:
    """The bytes of a file, unpacked if it is gzipped, without a byte order mark.

    A plain file is mapped, not copied into memory.

    Raises:
        SourceError: it is missing, a folder, not permitted, empty, or damaged as a gzip file.
    """
    try:
        content = _open_content(path)
        if content[:2] == _GZIP_MAGIC:
            content = gzip.decompress(content)
    except (gzip.BadGzipFile, EOFError, zlib.error) as exc:
        raise SourceError(path, f"is a damaged gzip file ({exc}); fetch it again") from exc
    except OSError as exc:
        raise SourceError(path, describe_refusal(exc)) from exc
    if content[:3] == _BYTE_ORDER_MARK:
        content = content[3:]
    if not len(content):
        raise SourceError(path, "is empty")
    return content


def _open_content(path: Path) -> bytes | mmap.mmap:
    with path.open("rb") as handle:
        if not os.fstat(handle.fileno()).st_size:  # a pipe, or nothing: it cannot be mapped
            return handle.read()
        return mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ)


def describe_refusal(error: OSError) -> str:
    """Say why the system does not let a file be read."""
    if isinstance(error, FileNotFoundError):
        return "no such file"
    if isinstance(error, IsADirectoryError):
        return "is a folder; give the file itself"
    if isinstance(error, PermissionError):
        return "must not be read by you; see its permissions"
    return f"cannot be read: {error.strerror or error}"


def decode_loosely(
    path: Path, content: bytes | mmap.mmap, wanted: Sequence[str]
) -> Mapping[str, list[Any]]:
    """Decode with the standard library, which takes NaN and Infinity as Python writes them.

    Broken UTF-8 comes out as half characters (`surrogateescape`), segmentations as `msgspec.Raw`.

    Args:
        path: for messages only.
        content: the JSON text.
        wanted: the keys of the lists that must be there.

    Raises:
        SourceError: it is not JSON, or not an object with these lists.
    """
    text = str(content, "utf-8", "surrogateescape")
    try:
        loose = json.loads(text, object_hook=_pack_segmentation)
    except json.JSONDecodeError as exc:
        place = f"line {exc.lineno}, column {exc.colno}"
        raise SourceError(path, _describe_damage(exc, text), place) from exc
    except RecursionError as exc:
        raise SourceError(path, "is nested too deeply for a COCO file") from exc
    except ValueError as exc:  # a number of thousands of digits
        raise SourceError(path, f"cannot be decoded: {exc}") from exc
    return _require_lists(path, loose, wanted)


def _pack_segmentation(entry: dict[str, Any]) -> dict[str, Any]:
    """Turn polygons back into text at once; as Python lists they take many times the memory."""
    if "segmentation" in entry:
        try:
            packed = msgspec.json.encode(entry["segmentation"])
        except (ValueError, OverflowError, RecursionError):
            packed = b"false"  # cannot be a segmentation, and is told of as such where it is needed
        entry["segmentation"] = msgspec.Raw(packed)
    return entry


def _describe_damage(error: json.JSONDecodeError, text: str) -> str:
    if not text.strip():
        return "is empty"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
        return f"is cut off ({error.msg}); fetch it again"
    return f"is not JSON: {error.msg}"


def _require_lists(path: Path, loose: object, wanted: Sequence[str]) -> Mapping[str, list[Any]]:
    if not isinstance(loose, dict):
        problem = f"is {_name_type(loose)}, not an object with {_quote(wanted)}"
        raise SourceError(path, f"{problem}; is it a COCO annotation file?", "$")
    missing = [key for key in wanted if key not in loose]
    if missing == ["categories"] and _has_captions(loose["annotations"]):
        raise SourceError(
            path, "is a captions file; give it as captions, and the instances file as instances"
        )
    if missing:
        raise SourceError(path, f"has no {_quote(missing)}; is it a COCO annotation file?", "$")
    for key in wanted:
        if not isinstance(loose[key], list):
            raise SourceError(path, f"is {_name_type(loose[key])}, not a list", f"$.{key}")
    return loose


def _name_type(value: object) -> str:
    return "null" if value is None else _JSON_NAMES.get(type(value), "a number")


def _quote(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)


def _has_captions(annotations: object) -> bool:
    return isinstance(annotations, list) and any(
        isinstance(entry, dict) and "caption" in entry for entry in annotations
    )
