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
    """Remembers the records of one file, as digests only (about 300 bytes a record).

    A repeated id alone is a note, because LLaVA's own files repeat the image id over the response
    types. The same image and conversation make a record that was written twice, whatever its id.
    Texts that are nearly the same are the matter of `near`.

    >>> seen = SeenRecords()
    >>> record = {"id": "1", "conversations": [{"from": "gpt", "value": "A dog."}]}
    >>> seen.check(record)
    []
    >>> [finding.code for finding in seen.check(record)]
    ['same-record']
    >>> [finding.code for finding in seen.check({**record, "id": "2"})]
    ['same-dialogue']
    """

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._records: set[int] = set()
        self._dialogues: set[int] = set()

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
        content = _write_content(record)
        has_id = self._remember(self._ids, str(name))
        has_record = self._remember(self._records, f"{name}\n{content}")
        has_dialogue = self._remember(self._dialogues, content)
        if has_record:
            return [make_finding("same-record", span=str(name))]
        findings = [make_finding("same-id", span=str(name))] if has_id else []
        # Without turns there is nothing to learn twice; the structure check rejects such a record.
        if has_dialogue and record.get("conversations"):
            findings.append(make_finding("same-dialogue", span=str(name)))
        return findings

    @staticmethod
    def _remember(known: set[int], text: str) -> bool:
        """Add a text to the known ones; true when it was among them."""
        raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=_DIGEST_BYTES).digest()
        digest = int.from_bytes(raw)
        is_known = digest in known
        known.add(digest)
        return is_known


def _write_content(record: Mapping[Any, Any]) -> str:
    content = [record.get(key) for key in ("image", "conversations")]
    return json.dumps(content, sort_keys=True, default=repr)
