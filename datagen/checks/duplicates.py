"""Validate stage: a set of records -> findings about records that stand in it twice."""

import json
from collections.abc import Mapping
from typing import Any

from datagen.bands import SeenDigests
from datagen.checks.reasons import make_finding
from datagen.records import Finding


class SeenRecords:
    """Remembers the records of one file, as digests in temporary files.

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
        self._ids = SeenDigests()
        self._records = SeenDigests()
        self._dialogues = SeenDigests()

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
        has_id = self._ids.add(str(name))
        has_record = self._records.add(f"{name}\n{content}")
        has_dialogue = self._dialogues.add(content)
        if has_record:
            return [make_finding("same-record", span=str(name))]
        findings = [make_finding("same-id", span=str(name))] if has_id else []
        # Without turns there is nothing to learn twice; the structure check rejects such a record.
        if has_dialogue and record.get("conversations"):
            findings.append(make_finding("same-dialogue", span=str(name)))
        return findings


def _write_content(record: Mapping[Any, Any]) -> str:
    content = [record.get(key) for key in ("image", "conversations")]
    return json.dumps(content, sort_keys=True, default=repr)
