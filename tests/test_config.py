"""Settings are validated once, with errors that name the flag, and survive the run file."""

from pathlib import Path
from typing import Any

import pytest

from datagen.config import (
    compare_settings,
    dump_settings,
    fingerprint_files,
    load_settings,
    make_settings,
    parse_pairs,
    shipped_folder,
)
from datagen.errors import SettingsError

BASE: dict[str, Any] = {"captions": Path("/data/captions.json"), "offline": True}


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({}, "nothing to read"),
        ({**BASE, "contexts": Path("c.jsonl")}, "one or the other"),
        ({**BASE, "records": 3, "per_image": True}, "give one"),
        ({**BASE, "model": "gpt-4.1-mini"}, "--offline asks no model"),
        ({**BASE, "mix": {"conversation": 0}}, "share above 0"),
        ({**BASE, "mix": {"conversation": -1, "x": 2}}, "below 0"),
        ({**BASE, "concurrency": 0}, "--concurrency"),
        ({**BASE, "min_area": 2}, "--min-area"),
        ({**BASE, "crowds": "hide"}, "--crowds"),
        ({**BASE, "concurency": 4}, "did you mean 'concurrency'"),
        ({**BASE, "zzz": 4}, "unknown setting 'zzz'"),
    ],
)
def test_a_wrong_setting_is_refused_with_its_name(values: dict[str, Any], problem: str) -> None:
    with pytest.raises(SettingsError, match=problem):
        make_settings(values)


def test_flags_override_the_file_and_none_overrides_nothing() -> None:
    settings = make_settings({"seed": 2, "language": None}, base={**BASE, "seed": 1})
    assert (settings.seed, settings.language) == (2, "English")


@pytest.mark.parametrize("text", ["conversation", "conversation=", "=", "", "=1", "a=1,,b=2"])
def test_a_list_of_pairs_that_is_none_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(SettingsError, match=r"--mix: .* is not NAME=VALUE; write e\.g\. a=1"):
        parse_pairs("--mix", text, "a=1")


def test_a_share_that_is_no_number_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"--mix\.conversation"):
        make_settings({**BASE, "mix": {"conversation": "many"}})


def test_settings_come_back_from_the_run_file(tmp_path: Path) -> None:
    settings = make_settings({**BASE, "mix": {"conversation": 1.0}, "records": 4})
    path = tmp_path / "run.toml"
    path.write_text(dump_settings(settings, {"captions": "abc"}), encoding="utf-8")
    values, prints = load_settings(path)
    assert make_settings(values) == settings
    assert prints == {"captions": "abc"}


def test_relative_paths_of_a_settings_file_start_at_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "my.toml"
    path.write_text('captions = "c.json"\noffline = true\n', encoding="utf-8")
    assert load_settings(path)[0]["captions"] == tmp_path / "c.json"


@pytest.mark.parametrize("text", ["captions = ", "\x00"])
def test_a_settings_file_that_is_no_toml_is_an_error(tmp_path: Path, text: str) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"my\.toml"):
        load_settings(path)
    with pytest.raises(SettingsError, match="cannot be read"):
        load_settings(tmp_path / "missing.toml")


def test_a_setting_that_changes_answers_is_named() -> None:
    old, new = make_settings(BASE), make_settings({**BASE, "temperature": 0.5, "concurrency": 99})
    assert compare_settings(old, new, {}, {}) == ["--temperature was None and is now 0.5"]


def test_a_moved_file_is_no_change_but_another_content_is() -> None:
    old, new = make_settings(BASE), make_settings({**BASE, "captions": Path("/moved.json")})
    assert compare_settings(old, new, {"captions": "a"}, {"captions": "a"}) == []
    assert compare_settings(old, new, {"captions": "a"}, {"captions": "b"}) == [
        "the content of --captions has changed"
    ]


def test_fingerprints_follow_the_bytes(tmp_path: Path) -> None:
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(b"1")
    second.write_bytes(b"1")
    assert fingerprint_files([first]) == fingerprint_files([second])
    second.write_bytes(b"2")
    assert fingerprint_files([first]) != fingerprint_files([second])
    with pytest.raises(SettingsError, match="cannot be read"):
        fingerprint_files([tmp_path / "none"])


def test_the_shipped_folders_are_there() -> None:
    assert shipped_folder("prompts").is_dir()
