"""Validate stage: a Hugging Face `tokenizer.json` -> a function that counts tokens.

For budgets that must be exact (see `length`). The package `tokenizers` is wanted only here and
only when a tokenizer is given.
"""

from importlib import import_module
from pathlib import Path

from datagen.checks.length import TokenCounter
from datagen.errors import FileError, SettingsError

_FILE_NAME = "tokenizer.json"


def load_token_counter(path: Path | str) -> TokenCounter:
    """Load a tokenizer and return what counts with it; special tokens are not added.

    Args:
        path: a `tokenizer.json`, or the folder of a model that holds one.

    Raises:
        SettingsError: the package `tokenizers` is not installed.
        FileError: there is no such file, or it is no tokenizer.
    """
    file = Path(path)
    if file.is_dir():
        file = file / _FILE_NAME
    if not file.is_file():
        hint = f"give a {_FILE_NAME} or a folder that holds one"
        raise FileError(file, f"there is no such tokenizer; {hint}")
    try:
        package = import_module("tokenizers")
    except ImportError as exc:
        problem = "exact token counts need the package `tokenizers`: pip install tokenizers"
        raise SettingsError(f"{problem}; without a tokenizer an upper estimate is used") from exc
    try:
        tokenizer = package.Tokenizer.from_file(str(file))
    except Exception as exc:  # the package raises bare Exception on a bad file
        raise FileError(file, f"this is no tokenizer that the package can read ({exc})") from exc

    def count_tokens(text: str) -> int:
        return len(tokenizer.encode(text, add_special_tokens=False).ids)

    return count_tokens
