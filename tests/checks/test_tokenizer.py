import json
import sys
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace

import pytest

from datagen.checks import load_token_counter
from datagen.errors import FileError, SettingsError

WORDS = {
    "version": "1.0",
    "pre_tokenizer": {"type": "Whitespace"},
    "model": {"type": "WordLevel", "vocab": {"[UNK]": 0, "soup": 1}, "unk_token": "[UNK]"},
    "added_tokens": [],
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(WORDS), encoding="utf-8")
    return path


class FakeTokenizer:
    """Splits at blanks; stands for the package where it is not installed."""

    @classmethod
    def from_file(cls, path: str) -> "FakeTokenizer":
        if json.loads(Path(path).read_text(encoding="utf-8")) != WORDS:
            raise Exception("no tokenizer")  # so does the package
        return cls()

    def encode(self, text: str, *, add_special_tokens: bool) -> SimpleNamespace:
        return SimpleNamespace(ids=text.split() + ["<s>"] * add_special_tokens)


@pytest.fixture(params=["fake", "real"])
def package(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "fake":
        monkeypatch.setitem(sys.modules, "tokenizers", SimpleNamespace(Tokenizer=FakeTokenizer))
    elif find_spec("tokenizers") is None:
        pytest.skip("the package tokenizers is not installed")


@pytest.mark.usefixtures("package")
def test_a_file_or_its_folder_gives_a_counter(file: Path) -> None:
    for path in (file, file.parent, str(file)):
        assert load_token_counter(path)("some hot soup") == 3


@pytest.mark.usefixtures("package")
def test_a_file_that_is_no_tokenizer_is_named(file: Path) -> None:
    file.write_text("{}", encoding="utf-8")
    with pytest.raises(FileError, match=r"tokenizer\.json: this is no tokenizer"):
        load_token_counter(file)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"tokenizer\.json: there is no such tokenizer"):
        load_token_counter(tmp_path)


def test_a_missing_package_is_named(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "tokenizers", None)  # what makes an import fail
    with pytest.raises(SettingsError, match="pip install tokenizers"):
        load_token_counter(file)
