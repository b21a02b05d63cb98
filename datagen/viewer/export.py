"""Viewer: what a session shows -> a static copy, a folder for any server or one file for a browser.

A copy holds the answers of the server as they were, so the page is the same; nothing can be
decided in it. A folder has its lists in files of `ROWS` rows, so that a large set opens at once.
One file has everything inside, pictures too, and runs no script but its own.
"""

import base64
import hashlib
import html
import io
import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

from datagen.errors import DatagenError, PictureError, RunError, SettingsError
from datagen.formats import open_atomic
from datagen.pictures import flatten, open_picture
from datagen.records import IMAGE_TOKEN
from datagen.viewer.app import STATIC
from datagen.viewer.bundling import bundle_modules
from datagen.viewer.listing import MOST_ROWS, Query
from datagen.viewer.pictures import Picture, check_size
from datagen.viewer.session import Session

ROWS = 200
"""Rows in one file of a folder; `copied/source.js` reads as many."""

MOST_IN_FILE = 500
"""Records of a copy in one file; more would make it too large to open."""

_SOURCE = "js/source.js"
_COPIED = Path(__file__).resolve().parent / "copied" / "source.js"
"""The module that asks the server, and the one that reads the copy in its place."""

_SIDE = 900  # pixels of a picture's longer side in one file
_POLICY = "default-src 'none'; script-src {}; style-src {}; img-src {}; base-uri 'none'; form-action 'none'"

Progress = Callable[[int, int], None]


class _Keeper(Protocol):
    """Where the parts of a copy go."""

    def write(self, name: str, content: object) -> None:
        """Keep an answer under its name."""

    def add_picture(self, picture: Picture, *, small: bool) -> str:
        """Keep a picture; gives its address."""


def export_copy(
    session: Session, place: Path, on_progress: Progress = lambda done, total: None
) -> int:
    """Write a copy of what a session shows; gives the number of records.

    Args:
        session: what is copied.
        place: a name that ends in `.html` for one file, else a folder that is new or empty.
        on_progress: told records done and records in all.

    Raises:
        SettingsError: too many records for one file, a folder that holds something.
        RunError: it cannot be written.
    """
    if place.suffix.lower() in {".html", ".htm"}:
        return _export_file(session, place, on_progress)
    return _export_folder(session, place, on_progress)


def _export_file(session: Session, file: Path, on_progress: Progress) -> int:
    count = session.view.index.size
    if count > MOST_IN_FILE:
        raise SettingsError(
            f"--export {file}: one file holds up to {MOST_IN_FILE} records, here are {count:,}; "
            "name a folder instead"
        )
    keeper = _InMemory()
    _write_answers(session, keeper, on_progress)
    data = json.dumps(keeper.parts, separators=(",", ":")).replace("<", "\\u003c")
    with open_atomic(file) as target:
        target.write(_make_page(data))
    return count


def _make_page(data: str) -> str:
    """The page with styles, scripts and data inside; the policy lets nothing else run."""
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    sheets = re.findall(r'<link rel="stylesheet" href="static/(.+?)">\n', page)
    style = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in sheets)
    script = bundle_modules(STATIC / "js" / "main.js", {STATIC / _SOURCE: _COPIED})
    page = re.sub(r'<link rel="stylesheet".+\n|<script type="module".+\n', "", page)
    policy = _POLICY.format(_digest(script), _digest(style), "data:")
    head = f"{_make_meta(policy)}<style>{style}</style>\n</head>"
    # After the body, so that the data is there when the script runs.
    foot = (
        f'<script type="application/json" id="copy">{data}</script>\n'
        f'<script type="module">{script}</script>\n</body>'
    )
    return page.replace("</head>", head, 1).replace("</body>", foot, 1)


def _make_meta(policy: str) -> str:
    return f'<meta http-equiv="Content-Security-Policy" content="{html.escape(policy)}">\n'


def _digest(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _export_folder(session: Session, folder: Path, on_progress: Progress) -> int:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise SettingsError(f"--export {folder}: is not empty; name a new folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        _write_answers(session, _InFolder(folder, session), on_progress)
        shutil.copytree(STATIC, folder / "static", ignore=shutil.ignore_patterns("index.html"))
        shutil.copyfile(_COPIED, folder / "static" / _SOURCE)
        page = (STATIC / "index.html").read_text(encoding="utf-8")
        policy = _POLICY.format("'self'", "'self'", "'self' data:") + "; connect-src 'self'"
        # Last, so that a copy that was stopped half way opens nowhere.
        (folder / "index.html").write_text(
            page.replace("</head>", f"{_make_meta(policy)}</head>", 1), encoding="utf-8"
        )
    except OSError as exc:
        raise RunError(folder, f"cannot be written: {exc.strerror}") from exc
    return session.view.index.size


def _write_answers(session: Session, keeper: _Keeper, on_progress: Progress) -> None:
    total = session.view.index.size
    keeper.write("about", _describe(session, total))
    keeper.write("overview", session.describe_overview())
    if session.reviews is not None:
        keeper.write("agreement", session.describe_agreement())
    rows: list[dict[str, Any]] = []
    for done, row in enumerate(_iterate_rows(session)):
        detail = session.describe_record(row["key"])
        thumb, picture = _copy_pictures(session, keeper, row["key"])
        keeper.write(f"records/{row['key']}", {**detail, "picture": picture})
        rows.append({**row, "thumb": thumb, **_list_searched(detail)})
        if len(rows) == ROWS:
            keeper.write(f"rows/{done // ROWS}", rows)
            rows = []
        on_progress(done + 1, total)
    if rows:
        keeper.write(f"rows/{total // ROWS}", rows)


def _describe(session: Session, total: int) -> dict[str, Any]:
    about = session.describe()
    nobody = {"can_review": False, "reviewer": "", "samples": []}
    fixed = {"is_live": False, "examined": None, "records": total}
    return {**about, **nobody, **fixed, "has_agreement": session.reviews is not None}


def _list_searched(detail: dict[str, Any]) -> dict[str, Any]:
    """What the page of a copy filters and searches by itself."""
    texts = [turn["text"].replace(IMAGE_TOKEN, "").strip() for turn in detail["turns"]]
    return {
        "objects": sorted({box["category"] for box in detail["boxes"]}),
        "findings": sorted({finding["code"] for finding in detail["findings"]}),
        "text": "\n".join(texts) or str(detail.get("raw") or ""),
    }


def _iterate_rows(session: Session) -> Iterator[dict[str, Any]]:
    cursor: str | None = ""
    while cursor is not None:
        asked = [("limit", str(MOST_ROWS))] + ([("after", cursor)] if cursor else [])
        page = session.view.list_records(Query.parse(asked))
        yield from page["rows"]
        cursor = page["next"]


def _copy_pictures(session: Session, keeper: _Keeper, key: int) -> tuple[str | None, str | None]:
    """Addresses of thumbnail and picture; None where the record has none that may be shown."""
    try:
        picture = session.find_picture(key)
        check_size(picture)
        return keeper.add_picture(picture, small=True), keeper.add_picture(picture, small=False)
    except DatagenError:
        return None, None


class _InMemory:
    """Parts of a copy in one file; a picture of several records is held once, in one size."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, Any]] = {"files": {}, "pictures": {}}

    def write(self, name: str, content: object) -> None:
        self.parts["files"][name] = content

    def add_picture(self, picture: Picture, *, small: bool) -> str:
        pictures = self.parts["pictures"]
        if picture.etag not in pictures:
            pictures[picture.etag] = _encode(picture)
        return picture.etag


def _encode(picture: Picture) -> str:
    file = io.BytesIO()
    try:
        with open_picture(picture.path) as image:
            image.draft("RGB", (_SIDE, _SIDE))
            image.thumbnail((_SIDE, _SIDE))
            flatten(image).save(file, "JPEG", quality=82)
    except PictureError as exc:
        raise RunError(picture.path, "cannot be read") from exc
    return f"data:image/jpeg;base64,{base64.b64encode(file.getvalue()).decode()}"


class _InFolder:
    """Parts of a copy as files of a folder; pictures are copied as they are."""

    def __init__(self, folder: Path, session: Session) -> None:
        self._folder = folder
        self._thumbnails = session.thumbnails

    def write(self, name: str, content: object) -> None:
        path = self._folder / "data" / f"{name}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")

    def add_picture(self, picture: Picture, *, small: bool) -> str:
        ending = "jpg" if small else picture.kind.rpartition("/")[2]
        name = f"{'thumbs' if small else 'pictures'}/{picture.etag}.{ending}"
        path = self._folder / name
        if not path.is_file():
            path.parent.mkdir(exist_ok=True)
            if small:
                path.write_bytes(self._thumbnails.get(picture))
            else:
                shutil.copyfile(picture.path, path)
        return name
