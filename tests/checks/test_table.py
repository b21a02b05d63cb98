"""Every reason has an example that shows it, and REASONS.md is what would be written."""

from pathlib import Path

import pytest

from datagen.checks import (
    PARTS,
    REASON_TABLE,
    REASONS,
    ExampleIndex,
    SeenRecords,
    check_record,
)
from datagen.checks.table import (
    TABLE_FILE,
    Example,
    format_reason_table,
    load_examples,
    write_reason_table,
)

EXAMPLES = load_examples()
OF_RECORDS = [
    code
    for code, example in EXAMPLES.items()
    if not example.told and REASON_TABLE[code].stage in PARTS
]


def find_codes(example: Example) -> list[str]:
    settings = dict(example.settings)
    if "examples" in settings:
        settings["examples"] = ExampleIndex(settings["examples"])
    return [finding.code for finding in check_record(example.record, **settings)]


@pytest.mark.parametrize("code", OF_RECORDS)
def test_an_example_has_the_reason_that_it_shows(code: str) -> None:
    assert code in find_codes(EXAMPLES[code])


@pytest.mark.parametrize("code", OF_RECORDS)
def test_an_example_has_hardly_any_other_reason(code: str) -> None:
    assert len(set(find_codes(EXAMPLES[code]))) <= 2


@pytest.mark.parametrize("code", ["same-record", "same-id"])
def test_an_example_of_a_set_needs_the_record_before_it(code: str) -> None:
    seen = SeenRecords()
    for record in EXAMPLES[code].earlier:
        assert seen.check(record) == []
    assert [finding.code for finding in seen.check(EXAMPLES[code].record)] == [code]


def test_every_reason_of_a_part_has_an_example_and_every_example_a_reason() -> None:
    of_parts = {code for code, reason in REASON_TABLE.items() if reason.stage in PARTS}
    assert of_parts <= EXAMPLES.keys() <= REASONS.keys()


def test_the_table_on_disk_is_current() -> None:
    assert TABLE_FILE.read_text(encoding="utf-8") == format_reason_table(), (
        "run `python -m datagen.checks.table`"
    )


def test_the_table_names_every_reason_once() -> None:
    text = format_reason_table()
    for code, sentence in REASONS.items():
        assert text.count(f"| `{code}` |") == 1
        assert sentence.replace("|", "\\|") in text


def test_every_row_has_four_cells() -> None:
    rows = [line for line in format_reason_table().splitlines() if line.startswith("| `")]
    for row in rows:
        assert row.replace("\\|", "").count("|") == 5


def test_the_table_can_be_written_elsewhere(tmp_path: Path) -> None:
    write_reason_table(tmp_path / "table.md")
    assert (tmp_path / "table.md").read_text(encoding="utf-8") == format_reason_table()
