"""Validate stage: a set of records -> findings about records that stand in it twice."""

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any

from datagen.checks.reasons import make_finding
from datagen.records import Finding

# 64 bits: among a million records the chance of one false match is 3 in 100 million.
_DIGEST_BYTES = 8


class SeenRecords:
    """Remembers the records of one file, as digests only (about 180 bytes a record).

    A repeated id alone is a note, because LLaVA's own files repeat the image id over the response
    types. The same id with the same image and conversation is a record that was written twice.

    >>> seen = SeenRecords()
    >>> seen.check({"id": "1", "conversations": []})
    []
    >>> [finding.code for finding in seen.check({"id": "1", "conversations": []})]
    ['same-record']
    """

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._records: set[int] = set()

    def check(self, record: object) -> list[Finding]:
        """Compare a decoded JSON value with those before it, then remember it.

        Records without an id are left alone; the structure check speaks of them.
        """
        name = record.get("id") if isinstance(record, dict) else None
        if (
            not isinstance(record, dict)
            or isinstance(name, bool)
            or not isinstance(name, str | int)
        ):
            return []
        has_id = self._remember(self._ids, str(name))
        has_record = self._remember(self._records, _write_content(record))
        if has_record:
            return [make_finding("same-record", span=str(name))]
        return [make_finding("same-id", span=str(name))] if has_id else []

    @staticmethod
    def _remember(known: set[int], text: str) -> bool:
        """Add a text to the known ones; true when it was among them."""
        raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
        digest = int.from_bytes(raw)
        is_known = digest in known
        known.add(digest)
        return is_known


def _write_content(record: Mapping[Any, Any]) -> str:
    content = [record.get(key) for key in ("id", "image", "conversations")]
    return json.dumps(content, sort_keys=True, default=repr)
