"""Read stage, exclusions: a list of images that must not be used, in any of the usual styles."""

import json
import re
from pathlib import Path

from datagen.errors import SourceError

_COCO_ID = re.compile(r"(?:.*_)?(\d{12})|(\d+)")  # as in file names, or a bare number
_KEYS = ("image", "image_id", "file_name", "id")


def to_image_id(text: str) -> str:
    """The image id that an id or file name of any style stands for.

    >>> to_image_id("33471"), to_image_id("coco/val2014/COCO_val2014_000000033471.jpg")
    ('000000033471', '000000033471')
    >>> to_image_id("kitchen_2.png")
    'kitchen_2'
    """
    stem = text.strip().rsplit("/", 1)[-1]
    stem = stem.rsplit(".", 1)[0] if "." in stem else stem
    match = _COCO_ID.fullmatch(stem)
    return f"{int(match[1] or match[2]):012d}" if match else stem


def read_exclusions(path: Path) -> frozenset[str]:
    """Image ids to leave out, from a text file (one a line, `#` comments), a JSON array, or JSONL.

    A JSON object counts by its `image`, `image_id`, `file_name` or `id`, whichever comes first, so
    that the question files of evaluation sets can be used as they are.

    Raises:
        SourceError: unreadable, or an entry that names no image.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as exc:
        raise SourceError(path, f"cannot be read as a list of images: {exc}") from exc
    if text.lstrip().startswith("["):
        try:
            entries = list(enumerate(json.loads(text), start=1))
        except ValueError as exc:
            raise SourceError(path, f"is not valid JSON: {exc}") from exc
        return frozenset(_entry_id(path, f"entry {n}", entry) for n, entry in entries)
    lines = ((n, line.split("#")[0].strip()) for n, line in enumerate(text.splitlines(), start=1))
    return frozenset(_entry_id(path, f"line {n}", _decode(line)) for n, line in lines if line)


def _decode(line: str) -> object:
    if not line.startswith("{"):
        return line
    try:
        return json.loads(line)
    except ValueError:
        return None


def _entry_id(path: Path, place: str, entry: object) -> str:
    if isinstance(entry, dict):
        entry = next((entry[key] for key in _KEYS if key in entry), None)
    if isinstance(entry, int) and not isinstance(entry, bool) and entry >= 0:
        return f"{entry:012d}"
    if isinstance(entry, str) and entry.strip():
        return to_image_id(entry)
    raise SourceError(path, "is no image id or file name (nor an object with an `image`)", place)
