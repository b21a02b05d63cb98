"""What was made from large files is found again while they are unchanged, and never in the way."""

import json
import logging
import os
from pathlib import Path

import pytest

from datagen import cache
from datagen.errors import SourceError
from datagen.records import Source
from datagen.sources import coco, read_coco


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache that even small files are worth."""
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    return tmp_path / "cache"


def write(path: Path, caption: str = "A cat.", **fields: object) -> Path:
    image = {"id": 1, "file_name": "1.jpg", "width": 9, "height": 9} | fields
    entry = {"id": 1, "image_id": 1, "caption": caption}
    path.write_text(json.dumps({"images": [image], "annotations": [entry]}), encoding="utf-8")
    return path


def read_without_file(path: Path, monkeypatch: pytest.MonkeyPatch) -> Source:
    """Read what is kept; a file that is opened is an error."""
    with monkeypatch.context() as patch:
        patch.setattr("datagen.sources.joining.read_lists", lambda *_args, **_more: 1 / 0)
        return read_coco(path, keep=True)


def list_kept(folder: Path) -> list[str]:
    return sorted(path.suffix for path in folder.iterdir())


def test_a_second_start_does_not_read_the_files(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "captions.json", caption="")
    first = read_coco(path, keep=True, without_captions="keep")
    assert list_kept(folder) == [".images"]
    monkeypatch.setattr("datagen.sources.joining.read_lists", lambda *_args, **_more: 1 / 0)
    assert read_coco(path, keep=True, without_captions="keep") == first
    assert [trouble.code for trouble in first.troubles] == ["caption-empty"]


def test_a_changed_file_and_another_policy_are_read_anew(tmp_path: Path, folder: Path) -> None:
    path = write(tmp_path / "captions.json")
    assert read_coco(path, keep=True).images[0].captions == ("A cat.",)
    write(path, caption="A dog.")
    os.utime(path, ns=(1, 1))
    assert read_coco(path, keep=True).images[0].captions == ("A dog.",)
    assert read_coco(path, keep=True, image_prefix="x").images[0].file_name == "x/1.jpg"
    assert len(list_kept(folder)) == 3


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_index_is_made_anew(
    tmp_path: Path, folder: Path, damage: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "captions.json")
    first = read_coco(path, keep=True)
    (kept,) = folder.iterdir()
    content = bytearray(kept.read_bytes())
    content[-1] ^= 1
    kept.unlink()  # what is mapped must not be cut
    kept.write_bytes(content if damage is None else damage)
    assert read_coco(path, keep=True) == first
    assert read_without_file(path, monkeypatch) == first


def test_sizes_that_came_from_pictures_are_not_kept(tmp_path: Path, folder: Path) -> None:
    from PIL import Image

    Image.new("RGB", (4, 2)).save(tmp_path / "1.jpg")
    path = write(tmp_path / "captions.json", width=None)
    assert read_coco(path, keep=True, images=tmp_path).images[0].width == 4
    assert list_kept(folder) == []


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    tmp_path: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "captions.json")
    join = coco._Files.join

    def join_and_change(files: coco._Files, file: object) -> bool:
        is_lasting = join(files, file)  # type: ignore[arg-type]
        os.utime(path, ns=(7, 7))
        return is_lasting

    monkeypatch.setattr(coco._Files, "join", join_and_change)
    assert len(read_coco(path, keep=True).images) == 1
    assert list_kept(folder) == []


def test_a_file_that_cannot_be_used_leaves_nothing(tmp_path: Path, folder: Path) -> None:
    path = tmp_path / "captions.json"
    path.write_text("{", encoding="utf-8")
    with pytest.raises(SourceError, match="is cut off"):
        read_coco(path, keep=True)
    assert list_kept(folder) == []


def test_a_cache_that_cannot_be_written_is_told_and_done_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "file" / "cache"))
    monkeypatch.setattr(cache, "WORTHWHILE", 0)
    with caplog.at_level(logging.WARNING):
        assert len(read_coco(write(tmp_path / "captions.json"), keep=True).images) == 1
    (message,) = caplog.messages
    assert "nothing can be kept" in message
    assert cache.VARIABLE in message


def test_small_files_are_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(cache.VARIABLE, str(tmp_path / "cache"))
    read_coco(write(tmp_path / "captions.json"), keep=True)
    assert not (tmp_path / "cache").exists()


def test_the_files_used_longest_ago_go_and_foreign_ones_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder.mkdir()
    (folder / "letter.txt").touch()
    os.utime(folder / "letter.txt", (0, 0))
    monkeypatch.setattr(cache, "_MOST", 2)
    for number in range(4):
        with cache.write_kept() as keeper:
            os.utime(keeper.file.fileno(), (number, number))
            keeper.keep(f"{number:032x}.images")
    assert sorted(path.name for path in folder.iterdir()) == [
        f"{2:032x}.images",
        f"{3:032x}.images",
        "letter.txt",
    ]


def test_two_that_write_the_same_at_once_do_not_disturb_each_other(folder: Path) -> None:
    with cache.write_kept() as one, cache.write_kept() as other:
        one.file.write(b"same")
        other.file.write(b"same")
        one.keep("a" * 32 + ".images")
        other.keep("a" * 32 + ".images")
    assert [path.read_bytes() for path in folder.iterdir()] == [b"same"]


def test_a_text_is_made_once_as_long_as_it_is_whole(folder: Path) -> None:
    made: list[str] = []

    def make() -> str:
        made.append("made")
        return "digest"

    name = "b" * 32 + ".sha256"
    assert [cache.recall_text(name, make) for _ in range(3)] == ["digest"] * 3
    (folder / name).write_text("dig", encoding="utf-8")
    assert cache.recall_text(name, make) == "digest"
    assert cache.recall_text(None, make) == "digest"
    assert made == ["made"] * 3
