"""Shared storage: whole files or none, wherever it is."""

import builtins
from pathlib import Path
from typing import Any

import fsspec
import pytest

from datagen.errors import RunError, SettingsError
from datagen.fleet.storage import Storage


@pytest.fixture(params=["folder", "file", "memory"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Storage:
    """A storage of each kind."""
    urls = {"folder": f"{tmp_path}/a b", "file": f"file://{tmp_path}", "memory": "memory://run/1/"}
    fsspec.filesystem("memory").store.clear()
    return Storage(urls[request.param])


def test_what_was_put_is_listed_and_read(storage: Storage) -> None:
    assert storage.list_names("", ".gz") == []
    for name in ("1/b.gz", "1/a.gz", "2/c.gz", "1/d.json"):
        storage.put(name, name.encode())
    assert storage.list_names("", ".gz") == ["1/a.gz", "1/b.gz", "2/c.gz"]
    assert storage.list_names("1", ".gz") == ["1/a.gz", "1/b.gz"]
    assert storage.get("2/c.gz") == b"2/c.gz"
    storage.put("2/c.gz", b"")
    assert storage.get("2/c.gz") == b""


def test_another_process_finds_the_same_place(storage: Storage) -> None:
    storage.put("a.gz", b"here")
    assert Storage(storage.url).get("a.gz") == b"here"


def test_a_relative_folder_is_the_same_from_everywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert Storage("runs/shared").url == f"{tmp_path}/runs/shared"


def test_a_file_that_is_not_there_is_said_so(storage: Storage) -> None:
    with pytest.raises(RunError, match=r"0001/x\.gz: is not there; --shared must be"):
        storage.get("0001/x.gz")


def test_a_place_that_cannot_be_written_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with pytest.raises(RunError, match=r"cannot be used: (Not a directory|File exists)"):
        Storage(str(tmp_path / "file")).put("1/a.gz", b"")
    assert (tmp_path / "file").read_text(encoding="utf-8") == "no folder"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("s3://bucket/run", "--shared s3://bucket/run: s3fs is missing; install it"),
        ("gs://bucket/run", "--shared gs://bucket/run: gcsfs is missing; install it"),
        ("nowhere://run", "--shared nowhere://run: Protocol not known: nowhere"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_sentence(
    url: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *others: Any) -> Any:  # noqa: ANN401 - as `__import__`
        if name.partition(".")[0] in {"s3fs", "gcsfs"}:
            raise ImportError(name)
        return real(name, *others)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SettingsError) as caught:
        Storage(url)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)
