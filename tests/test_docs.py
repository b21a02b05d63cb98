"""The README names every room and every command, and nothing that is gone."""

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from datagen import cli
from tests.benchmarks.__main__ import CASES
from tests.benchmarks.simulation import Scenario

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "datagen" / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROOMS = {
    path.stem
    for path in (ROOT / "datagen").iterdir()
    if path.name[0] not in "_." and (path.is_dir() or path.suffix == ".py")
}
SCALE = (ROOT / "datagen" / "SCALE.md").read_text(encoding="utf-8")
DOCUMENTS = {
    "README.md": README,
    "datagen/ARCHITECTURE.md": ARCHITECTURE,
    "datagen/SCALE.md": SCALE,
}


def test_the_tree_in_the_readme_names_the_rooms_of_the_package() -> None:
    tree = README.split("<!-- tree -->")[1]
    assert set(re.findall(r"^    (\w+)(?:\.py|/)", tree, flags=re.MULTILINE)) == ROOMS


def test_the_architecture_names_the_rooms_of_the_package() -> None:
    named = set(re.findall(r"^\| `(\w+)(?:\.py|/)`", ARCHITECTURE, flags=re.MULTILINE))
    assert named == ROOMS


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_command_is_in_the_readme(command: str) -> None:
    assert f"`datagen {command}`" in README


def test_the_readme_names_no_command_that_is_gone() -> None:
    assert set(re.findall(r"`datagen ([a-z-]+)`", README)) == set(cli.COMMANDS)


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_every_flag_in_the_readme_is_a_flag_of_its_command(command: str) -> None:
    shell = README.replace("\\\n", " ")
    used = {
        flag
        for line in re.findall(rf"^datagen {command} .*$", shell, flags=re.MULTILINE)
        for flag in re.findall(r"--[a-z-]+", line)
    }
    arguments = [sys.executable, "-m", "datagen", command, "--help"]
    done = subprocess.run(arguments, capture_output=True, text=True, check=True)
    assert {flag for flag in used if flag not in done.stdout} == set()
    assert f"datagen {command}" in done.stdout.split("Example:")[1]


@pytest.mark.parametrize(("name", "text"), DOCUMENTS.items())
def test_every_linked_file_is_there(name: str, text: str) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#]+)", text)
    folder = (ROOT / name).parent
    assert [link for link in links if not (folder / link).exists()] == []


def test_the_make_targets_of_the_readme_are_in_the_makefile() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"\bmake ([a-z]+)", README)) - {"sure"}
    assert targets
    assert [name for name in targets if f"\n{name}:" not in makefile] == []


def test_the_measurements_that_scale_names_can_be_made() -> None:
    named = set(re.findall(r"python -m tests\.benchmarks (\w+)", SCALE))
    assert named
    assert named <= CASES.keys()
    flags = set(re.findall(r"`(--[a-z- 0-9.]+)`", SCALE))
    simulated = {f"--{each.name.replace('_', '-')}" for each in fields(Scenario)}
    cluster = {"--shard-size", "--max-cost", "--requests-per-minute"}
    used = {word for text in flags for word in text.split() if word.startswith("--")}
    assert used - simulated - cluster <= {"--model", "--via", "--out", "--shared"}
