"""A record's picture is shown if it is one, lies in the picture folder, and can be borne."""

import os
import struct
import threading
import zlib
from pathlib import Path

import pytest
from PIL import Image

from datagen.viewer.pictures import THUMB_SIDE, Thumbnails, check_size, find_picture
from datagen.viewer.refusals import RefusedError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A picture folder with a secret beside it."""
    place = tmp_path / "images"
    (place / "part").mkdir(parents=True)
    (tmp_path / "secret.jpg").write_bytes(b"\xff\xd8\xff secret")
    Image.new("RGB", (640, 480), "red").save(place / "a.jpg")
    Image.new("RGBA", (40, 900), (0, 0, 255, 100)).save(place / "part" / "b.png")
    Image.new("P", (30, 30)).save(place / "c.gif")
    Image.new("RGB", (30, 30)).save(place / "d.webp")
    return place


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("a.jpg", "image/jpeg"),
        ("part/b.png", "image/png"),
        ("c.gif", "image/gif"),
        ("d.webp", "image/webp"),
    ],
)
def test_a_picture_is_known_by_its_content(folder: Path, name: str, kind: str) -> None:
    (folder / name).rename(folder / "other.bin")
    assert find_picture(folder, "other.bin").kind == kind


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "../secret.jpg",
        "part/../../secret.jpg",
        "/etc/passwd",
        "",
        ".",
        "..",
        "a.jpg\0.png",
        "..\\secret.jpg",
        "part/..",
        "~/x",
        "x" * 5000,
        "\ud800.jpg",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused(folder: Path, name: str) -> None:
    with pytest.raises(RefusedError) as caught:
        find_picture(folder, name)
    assert caught.value.status in {403, 404}
    assert "secret" not in str(caught.value)


def test_an_absolute_name_in_the_folder_is_refused_too(folder: Path) -> None:
    with pytest.raises(RefusedError):
        find_picture(folder, str(folder / "a.jpg"))


def test_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    (folder / "link.jpg").symlink_to(folder.parent / "secret.jpg")
    (folder / "up").symlink_to(folder.parent)
    (folder / "loop.jpg").symlink_to(folder / "loop.jpg")
    for name in ("link.jpg", "up/secret.jpg", "loop.jpg"):
        with pytest.raises(RefusedError):
            find_picture(folder, name)


def test_the_folder_itself_may_be_a_link(folder: Path) -> None:
    link = folder.parent / "link"
    link.symlink_to(folder)
    assert find_picture(link, "a.jpg").path == folder.resolve() / "a.jpg"


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>",
        b"<html>",
        b"BM bitmap",
        b"RIFF....WAVE",
        b"\x00\x00\x01\x00",
    ],
)
def test_what_is_no_picture_of_these_kinds_is_refused(folder: Path, content: bytes) -> None:
    (folder / "odd.jpg").write_bytes(content)
    with pytest.raises(RefusedError, match="no JPEG, PNG, WebP or GIF") as caught:
        find_picture(folder, "odd.jpg")
    assert caught.value.status == 415


def test_a_picture_that_is_gone_and_a_folder_are_no_pictures(folder: Path) -> None:
    for name in ("none.jpg", "part", "a.jpg/b"):
        with pytest.raises(RefusedError) as caught:
            find_picture(folder, name)
        assert caught.value.status == 404


def _write_huge(path: Path, width: int, height: int) -> None:
    """A PNG of any size in a few bytes; its pixels are promised and not there."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = zlib.compress(b"\0" * 1000)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("size", [(10_000, 7_000), (20_000, 10_000), (60_000, 60_000)])
def test_an_enormous_picture_is_refused_by_its_head(folder: Path, size: tuple[int, int]) -> None:
    _write_huge(folder / "huge.png", *size)
    picture = find_picture(folder, "huge.png")
    for look in (check_size, Thumbnails(folder / "thumbs").get):
        with pytest.raises(RefusedError, match=r"million pixels|too large"):
            look(picture)
    assert not (folder / "thumbs").exists()


def test_a_large_png_is_shown_and_gets_no_thumbnail(folder: Path) -> None:
    _write_huge(folder / "large.png", 6_000, 5_000)
    picture = find_picture(folder, "large.png")
    assert check_size(picture) == (6_000, 5_000)
    with pytest.raises(RefusedError, match="too large for a thumbnail"):
        Thumbnails(folder / "thumbs").get(picture)


def test_a_damaged_picture_is_refused(folder: Path) -> None:
    (folder / "cut.jpg").write_bytes((folder / "a.jpg").read_bytes()[:300])
    with pytest.raises(RefusedError, match="damaged") as caught:
        Thumbnails(folder / "thumbs").get(find_picture(folder, "cut.jpg"))
    assert caught.value.status == 415


def test_a_thumbnail_is_small_and_made_once(folder: Path, tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path / "thumbs")
    picture = find_picture(folder, "part/b.png")
    data = thumbnails.get(picture)
    (tmp_path / "t.jpg").write_bytes(data)
    with Image.open(tmp_path / "t.jpg") as small:
        assert max(small.size) == THUMB_SIDE
        assert small.mode == "RGB"
    picture.path.write_bytes(b"gone")
    assert thumbnails.get(picture) == data


def test_a_changed_picture_gets_another_thumbnail(folder: Path) -> None:
    before = find_picture(folder, "a.jpg").etag
    os.utime(folder / "a.jpg", (1, 1))
    assert find_picture(folder, "a.jpg").etag != before


def test_thumbnails_take_a_bounded_room(folder: Path, tmp_path: Path) -> None:
    room = tmp_path / "thumbs"
    thumbnails = Thumbnails(room, limit=40_000)
    for n in range(60):
        Image.effect_noise((300, 300), 50 + n).convert("RGB").save(folder / f"{n}.jpg")
        thumbnails.get(find_picture(folder, f"{n}.jpg"))
        assert sum(path.stat().st_size for path in room.rglob("*.jpg")) <= 60_000
    assert not list(room.rglob("*.part"))


def test_thumbnails_that_cannot_be_kept_are_shown_all_the_same(folder: Path) -> None:
    (folder / "file").write_bytes(b"")
    data = Thumbnails(folder / "file").get(find_picture(folder, "a.jpg"))
    assert data.startswith(b"\xff\xd8\xff")


def test_threads_make_thumbnails_at_once(folder: Path, tmp_path: Path) -> None:
    thumbnails = Thumbnails(tmp_path / "thumbs")
    picture = find_picture(folder, "a.jpg")
    found: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: found.append(thumbnails.get(picture))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(found)) == 1
    assert len(found) == 4
