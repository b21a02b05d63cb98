"""The README names every room and every command, and nothing that is gone."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from datagen import cli

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "datagen" / "ARCHITECTURE.md").read_text(encoding="utf-8")
ROOMS = {
    path.stem
    for path in (ROOT / "datagen").iterdir()
    if path.name[0] not in "_." and (path.is_dir() or path.suffix == ".py")
}
DOCUMENTS = {"README.md": README, "datagen/ARCHITECTURE.md": ARCHITECTURE}


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
