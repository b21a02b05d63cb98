"""Write stage: finished samples -> data set files, and data set files -> raw records."""

from datagen.formats.files import open_atomic, write_json_array, write_jsonl
from datagen.formats.llava import to_llava
from datagen.formats.reading import START, BrokenLine, iter_records

__all__ = [
    "START",
    "BrokenLine",
    "iter_records",
    "open_atomic",
    "to_llava",
    "write_json_array",
    "write_jsonl",
]
