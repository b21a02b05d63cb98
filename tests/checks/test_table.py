"""Every reason has an example that shows it, and REASONS.md is what would be written."""

import codecs
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from PIL import Image

from datagen import pipeline
from datagen.checks import (
    PARTS,
    REASON_TABLE,
    REASONS,
    ExampleIndex,
    SeenRecords,
    check_image_file,
    check_record,
)
from datagen.checks.checker import CODES, Checker, CheckRules
from datagen.checks.images import SeenPictures, look_at_image
from datagen.checks.near import NearRepeats
from datagen.checks.table import (
    TABLE_FILE,
    Example,
    format_reason_table,
    load_contexts,
    load_examples,
    write_reason_table,
)
from datagen.records import Finding
from tests.sources.making import make_image_set

EXAMPLES = load_examples()
CHECKER = Checker(CheckRules())


def list_codes(*stages: str) -> list[str]:
    return [
        code
        for code, example in EXAMPLES.items()
        if not example.told and REASON_TABLE[code].stage in stages
    ]


OF_RECORDS = list_codes(*PARTS)
OF_PICTURES = list_codes("grounding")
OF_SETS = list_codes("duplicates")
TOLD = [code for code, example in EXAMPLES.items() if example.told]


def find_codes(example: Example) -> list[str]:
    if example.context is not None:
        verdict = CHECKER.check(example.record, example.context)
        return [finding.code for finding in verdict.findings]
    settings = dict(example.settings)
    if "examples" in settings:
        settings["examples"] = ExampleIndex(settings["examples"])
    return [finding.code for finding in check_record(example.record, **settings)]


@pytest.mark.parametrize("code", OF_RECORDS + OF_PICTURES)
def test_an_example_has_the_reason_that_it_shows(code: str) -> None:
    assert code in find_codes(EXAMPLES[code])


@pytest.mark.parametrize("code", OF_RECORDS + OF_PICTURES)
def test_an_example_has_hardly_any_other_reason(code: str) -> None:
    assert len(set(find_codes(EXAMPLES[code]))) <= 2


@pytest.mark.parametrize("code", OF_PICTURES)
def test_an_example_of_grounding_needs_its_picture(code: str) -> None:
    assert CHECKER.check(EXAMPLES[code].record).findings == []


def test_an_example_of_every_contradiction_has_that_reason_alone() -> None:
    for code in CODES.values():
        assert set(find_codes(EXAMPLES[code])) <= {code, "low-score"}


@pytest.mark.parametrize("code", OF_SETS)
def test_an_example_of_a_set_needs_the_record_before_it(code: str) -> None:
    records, texts = SeenRecords(), NearRepeats()
    for record in EXAMPLES[code].earlier:
        assert records.check(record) + texts.check(record) == []
    same = records.check(EXAMPLES[code].record)
    # Whatever is the same is near too; only what is neither is asked of the texts.
    found = same or texts.check(EXAMPLES[code].record)
    assert [finding.code for finding in found] == [code]


# --- examples told in words -------------------------------------------------------------------


def read_file(folder: Path, content: bytes) -> list[Finding]:
    path = folder / "set.jsonl"
    path.write_bytes(content)
    checked, *_ = pipeline.check_file(
        path, CheckRules(), images=pipeline.ImageIndex(make_image_set())
    )
    return checked.verdict.findings


def write_picture(path: Path) -> Path:
    Image.effect_noise((64, 48), 80).resize((640, 480)).convert("RGB").save(path)
    return path


def break_json(folder: Path) -> list[Finding]:
    return read_file(folder, b"{'id': 7}\n")


def put_mark_before(folder: Path) -> list[Finding]:
    return read_file(folder, codecs.BOM_UTF8 + b"[{}]")


def save_as_latin_1(folder: Path) -> list[Finding]:
    return read_file(folder, '{"id": "café"}\n'.encode("latin-1"))


def leave_context_out(folder: Path) -> list[Finding]:
    return read_file(folder, json.dumps(EXAMPLES["absent-object"].record).encode())


def mix_keys(_: Path) -> list[Finding]:
    record = EXAMPLES["user-label-in-text"].record
    assert isinstance(record, dict)
    return check_record({**record, 7: "no JSON"})


def name_no_file(folder: Path) -> list[Finding]:
    finding = check_image_file(folder / "7.jpg")
    return [finding] if finding else []


def cut_file(folder: Path) -> list[Finding]:
    path = write_picture(folder / "7.jpg")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    return name_no_file(folder)


def save_again(folder: Path) -> list[Finding]:
    path = write_picture(folder / "7.jpg")
    other = folder / "8.png"
    Image.open(path).save(other)
    pictures = SeenPictures()
    assert pictures.add(path.name, look_at_image(path)) == []
    return pictures.add(other.name, look_at_image(other))


MAKERS: Mapping[str, Callable[[Path], list[Finding]]] = {
    "byte-order-mark": put_mark_before,
    "wrong-encoding": save_as_latin_1,
    "not-json": break_json,
    "malformed": mix_keys,
    "image-missing": name_no_file,
    "image-corrupt": cut_file,
    "no-context": leave_context_out,
    "same-picture": save_again,
}


@pytest.mark.parametrize("code", TOLD)
def test_an_example_told_in_words_has_its_reason(code: str, tmp_path: Path) -> None:
    assert code in [finding.code for finding in MAKERS[code](tmp_path)]


# --- the file ---------------------------------------------------------------------------------


def test_every_reason_has_an_example_and_every_example_a_reason() -> None:
    assert EXAMPLES.keys() == REASONS.keys()


def test_every_example_is_tried() -> None:
    assert {*OF_RECORDS, *OF_PICTURES, *OF_SETS, *TOLD} == EXAMPLES.keys()


def test_the_table_on_disk_is_current() -> None:
    assert TABLE_FILE.read_text(encoding="utf-8") == format_reason_table(), (
        "run `python -m datagen.checks.table`"
    )


def test_the_table_names_every_reason_once() -> None:
    text = format_reason_table().partition("## Rules of grounding")[0]
    for code, sentence in REASONS.items():
        assert text.count(f"| `{code}` |") == 1
        assert sentence.replace("|", "\\|") in text


def test_every_row_has_four_cells_and_none_is_empty() -> None:
    rows = [line for line in format_reason_table().splitlines() if line.startswith("| `")]
    for row in rows:
        cells = row.replace("\\|", "").split("|")
        assert len(cells) == 6
        assert all(cell.strip() for cell in cells[1:-1])


def test_an_example_about_a_picture_names_one_that_the_table_describes() -> None:
    text = format_reason_table()
    for code in OF_PICTURES:
        context = EXAMPLES[code].context
        assert context is not None
        assert load_contexts()[context.id] == context
        assert f"| *{context.id}* | {context.captions[0]}" in text


def test_the_table_can_be_written_elsewhere(tmp_path: Path) -> None:
    write_reason_table(tmp_path / "table.md")
    assert (tmp_path / "table.md").read_text(encoding="utf-8") == format_reason_table()
