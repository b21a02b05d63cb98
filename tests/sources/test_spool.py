"""What waits in temporary files comes back, and a full disk is one clear error."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import FileError
from datagen.sources import read_coco, read_contexts
from datagen.sources.spool import ObjectSpool, Spool


def test_bytes_come_back_in_order_and_nothing_is_nothing() -> None:
    spool = Spool()
    assert bytes(spool.show()) == b""
    spool.write(b"one")
    spool.write(memoryview(b"two"))
    assert bytes(spool.show()) == b"onetwo"


def test_objects_come_back_as_often_as_is_wanted() -> None:
    spool: ObjectSpool[tuple[int, str]] = ObjectSpool()
    things = [(n, "x" * n) for n in range(300)]
    for thing in things:
        spool.add(thing)
    assert list(spool) == things
    assert list(spool) == things


@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    def open_full(**_options: object) -> Any:  # noqa: ANN401 - any binary file
        return Path("/dev/full").open("r+b", buffering=0)

    monkeypatch.setattr(tempfile, "TemporaryFile", open_full)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a full disk to try")
@pytest.mark.usefixtures("full_disk")
def test_a_full_disk_is_told_with_what_to_do(tmp_path: Path) -> None:
    captions, contexts = tmp_path / "captions.json", tmp_path / "contexts.jsonl"
    image = {"id": 1, "file_name": "1.jpg", "width": 9, "height": 9}
    entry = {"id": 1, "image_id": 1, "caption": "A cat."}
    captions.write_text(json.dumps({"images": [image], "annotations": [entry]}), encoding="utf-8")
    contexts.write_text('{"id": "1", "image": "1.jpg", "captions": ["A cat."]}', encoding="utf-8")
    with pytest.raises(FileError, match=r"no temporary file fits there: .*TMPDIR"):
        read_coco(captions)
    with pytest.raises(FileError, match=r"no temporary file fits there: .*TMPDIR"):
        read_contexts(contexts)


def test_no_room_for_temporary_files_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(**_options: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    with pytest.raises(FileError, match="Permission denied"):
        Spool()
