"""The page itself: small, self-contained, and written so that no text can become markup."""

import hashlib
import re
from pathlib import Path

import pytest

from datagen.viewer.app import STATIC

BROWSER = Path(__file__).parent / "browser"
MODULES = [*sorted((STATIC / "js").glob("*.js")), STATIC.parent / "copied" / "source.js"]


def test_the_front_end_is_under_150_kilobytes() -> None:
    sizes = [
        path.stat().st_size for path in STATIC.rglob("*") if path.suffix in {".js", ".css", ".html"}
    ]
    assert sum(sizes) < 150_000


@pytest.mark.parametrize("folder", [STATIC / "vendor", BROWSER / "vendor"])
def test_what_is_vendored_is_what_was_published(folder: Path) -> None:
    lines = (folder / "SHA256SUMS").read_text(encoding="utf-8").splitlines()
    named = {name: digest for digest, name in (line.split("  ") for line in lines)}
    files = {path.name: path for path in folder.iterdir() if path.suffix not in {".md", ""}}
    assert files.keys() <= named.keys()
    for name, digest in named.items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == digest, name


def test_what_is_vendored_has_its_licence_beside_it() -> None:
    assert "Permission is hereby granted" in (STATIC / "vendor/preact.LICENSE").read_text("utf-8")
    assert "Apache License" in (STATIC / "vendor/htm.LICENSE").read_text("utf-8")
    assert "Mozilla Public License" in (BROWSER / "vendor/LICENSE").read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_module_makes_markup_of_text(module: Path) -> None:
    text = module.read_text(encoding="utf-8")
    assert not re.search(
        r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|\bstyle=",
        text,
    )


@pytest.mark.parametrize("module", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_a_module_opens_with_its_place_and_stays_small(module: Path) -> None:
    lines = module.read_text(encoding="utf-8").splitlines()
    assert re.match(r"// [A-Z].+", lines[0])
    assert len(lines) <= 300


def test_the_page_loads_nothing_from_elsewhere() -> None:
    page = (STATIC / "index.html").read_text(encoding="utf-8")
    addresses = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert addresses
    assert all(each.startswith("static/") or each == "data:," for each in addresses)
    for path in [*MODULES, *(STATIC / "css").glob("*.css")]:
        assert not re.search(r"https?://|url\(|@import", path.read_text(encoding="utf-8")), (
            path.name
        )
