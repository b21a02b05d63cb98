"""Modules become one script in the order in which they need each other, or are refused."""

from pathlib import Path

import pytest

from datagen.errors import DatasetError
from datagen.viewer.app import STATIC
from datagen.viewer.bundling import bundle_modules


def write(folder: Path, **modules: str) -> Path:
    (folder / "js").mkdir()
    for name, text in modules.items():
        (folder / "js" / f"{name}.js").write_text(text, encoding="utf-8")
    return (folder / "js" / "main.js").resolve()


def test_what_is_needed_comes_first_and_once(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main='import { a } from "./a.js";\nimport { b as c } from "./b.js";\na(c);\n',
        a='import { b } from "./b.js";\nexport function a() {}\n',
        b="export const b = 1;\n",
    )
    text = bundle_modules(entry)
    assert text.count("const b = 1;") == 1
    assert text.index("const b = 1;") < text.index("function a()") < text.index("a(c);")
    assert 'const { b: c } = modules["js/b.js"];' in text
    assert "import" not in text
    assert "export" not in text


def test_names_that_a_list_gives_away_are_exported_under_them(tmp_path: Path) -> None:
    entry = write(
        tmp_path, main='import { h } from "./lib.js";\nh();\n', lib="var a=1;export{a as h};"
    )
    assert 'modules["js/lib.js"] = { h: a };' in bundle_modules(entry)


@pytest.mark.parametrize(
    "text",
    ['import it from "./a.js";\n', "export default 1;\n", 'export * from "./a.js";\n'],
)
def test_a_form_that_is_not_understood_is_refused(tmp_path: Path, text: str) -> None:
    entry = write(tmp_path, main=text, a="export const a = 1;\n")
    with pytest.raises(DatasetError, match="no copy can hold"):
        bundle_modules(entry)


def test_modules_that_import_each_other_are_refused(tmp_path: Path) -> None:
    entry = write(
        tmp_path,
        main='import { a } from "./a.js";\n',
        a='import { b } from "./b.js";\nexport const a = 1;\n',
        b='import { a } from "./a.js";\nexport const b = 1;\n',
    )
    with pytest.raises(DatasetError, match="imported by what it imports"):
        bundle_modules(entry)


def test_the_end_of_a_script_inside_a_script_is_refused(tmp_path: Path) -> None:
    entry = write(tmp_path, main="const text = '</script>';\n")
    with pytest.raises(DatasetError, match="mark of its end"):
        bundle_modules(entry)


def test_the_page_of_the_inspector_can_be_bundled() -> None:
    text = bundle_modules(STATIC / "js" / "main.js")
    assert 'modules["vendor/preact-htm.js"]' in text
