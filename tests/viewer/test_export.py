"""Static copies: what they hold, what they leave out, and what they refuse."""

import base64
import hashlib
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.config import make_settings, shipped_folder
from datagen.errors import SettingsError
from datagen.viewer import export
from datagen.viewer.export import export_copy
from datagen.viewer.session import Session
from datagen.viewer.target import open_target

PICTURES = shipped_folder("samples") / "images"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Five records about two pictures, one of them with an end of a script in its answer."""
    images = ["000000001001.jpg", "000000001001.jpg", "000000001002.jpg", "../secret.jpg", None]
    file = tmp_path / "set.jsonl"
    with file.open("w", encoding="utf-8") as target:
        for number, image in enumerate(images):
            token = "<image>\n" if image else ""
            said = [
                {"from": "human", "value": f"{token}What is it?"},
                {"from": "gpt", "value": f"A scene </script><b>{number}</b> ."},
            ]
            record = {"id": f"r{number}", "conversations": said} | (
                {"image": image} if image else {}
            )
            target.write(json.dumps(record) + "\n")
    settings = make_settings({"captions": PICTURES.parent / "captions.json", "images": PICTURES})
    with Session(open_target(file, settings), reviewer="ann") as found:
        yield found


def read_data(page: str) -> dict[str, dict[str, dict[str, object]]]:
    inside = re.search(r'<script type="application/json" id="copy">(.*?)</script>', page)
    assert inside is not None
    found: dict[str, dict[str, dict[str, object]]] = json.loads(inside[1])
    return found


def test_one_file_holds_records_and_each_picture_once(session: Session, tmp_path: Path) -> None:
    assert export_copy(session, tmp_path / "copy.html") == 5
    data = read_data((tmp_path / "copy.html").read_text(encoding="utf-8"))
    assert len(data["pictures"]) == 2
    assert all(
        str(each).startswith("data:image/jpeg;base64,") for each in data["pictures"].values()
    )
    rows = data["files"]["rows/0"]
    assert [row["id"] for row in rows] == [f"r{n}" for n in range(5)]  # type: ignore[index]
    assert data["files"]["records/4"]["picture"] is None


def test_no_text_of_a_record_ends_the_script_that_holds_it(
    session: Session, tmp_path: Path
) -> None:
    export_copy(session, tmp_path / "copy.html")
    page = (tmp_path / "copy.html").read_text(encoding="utf-8")
    assert page.count("</script>") == 2  # of the data and of the page's own script


def test_the_policy_of_one_file_names_its_script_and_its_style(
    session: Session, tmp_path: Path
) -> None:
    export_copy(session, tmp_path / "copy.html")
    page = (tmp_path / "copy.html").read_text(encoding="utf-8")
    policy = page.partition('http-equiv="Content-Security-Policy" content="')[2].partition('">')[0]
    for pattern in (r'<script type="module">(.*?)</script>', r"<style>(.*?)</style>"):
        inside = re.search(pattern, page, re.DOTALL)
        assert inside is not None
        digest = base64.b64encode(hashlib.sha256(inside[1].encode()).digest()).decode()
        assert f"sha256-{digest}" in policy
    assert policy.startswith("default-src &#x27;none&#x27;;")


def test_nothing_can_be_decided_in_a_copy(session: Session, tmp_path: Path) -> None:
    export_copy(session, tmp_path / "copy.html")
    about = read_data((tmp_path / "copy.html").read_text(encoding="utf-8"))["files"]["about"]
    assert (about["can_review"], about["is_live"], about["reviewer"]) == (False, False, "")


def test_too_many_records_for_one_file_are_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_IN_FILE", 4)
    with pytest.raises(SettingsError, match="name a folder instead"):
        export_copy(session, tmp_path / "copy.html")
    assert not (tmp_path / "copy.html").exists()


def test_a_folder_has_its_list_in_parts_and_its_pictures_as_files(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS", 2)
    folder = tmp_path / "copy"
    assert export_copy(session, folder) == 5
    parts = [json.loads(path.read_bytes()) for path in sorted((folder / "data/rows").iterdir())]
    assert [len(rows) for rows in parts] == [2, 2, 1]
    record = json.loads((folder / "data/records/1.json").read_bytes())
    assert (folder / record["picture"]).read_bytes() == (PICTURES / record["image"]).read_bytes()
    assert len(list((folder / "pictures").iterdir())) == 2
    assert (folder / "static/js/main.js").is_file()


def test_a_full_last_part_is_followed_by_no_empty_one(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "ROWS", 5)
    export_copy(session, tmp_path / "copy")
    assert [path.name for path in (tmp_path / "copy/data/rows").iterdir()] == ["0.json"]


def test_a_folder_that_holds_something_is_left_alone(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    shutil.copytree(PICTURES, folder)
    with pytest.raises(SettingsError, match="is not empty"):
        export_copy(session, folder)


def test_the_rows_of_a_part_are_as_many_as_the_page_reads() -> None:
    text = (Path(export.__file__).parent / "copied" / "source.js").read_text(encoding="utf-8")
    assert f"const PAGE = {export.ROWS};" in text
