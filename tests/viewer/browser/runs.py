"""A run of the samples in which some replies were made wrong on purpose, as a model might.

What the page does with bad records can be tried on it: a thing that is not there, a picture that
the annotations contradict, markup, characters that cannot be seen, a name that leads elsewhere.
"""

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path

from datagen.config import make_settings, shipped_folder
from datagen.pipeline import build_dataset
from datagen.store import STORE_FILE

FALSE = "000000001003_detail_description_0"
"""Says that no person is there, where three are boxed."""

INVENTED = "000000001004_detail_description_0"
"""Names elephants."""

HOSTILE = "000000001005_detail_description_0"
"""Holds markup, an address, a bidi override and a control character."""

TWO_REPLIES = "000000001001_conversation_0"
"""Has two candidates."""

SCRIPT = "<script>document.title = 'taken over'</script><img src=x onerror=\"document.title='taken over'\">"

_SPOILED: dict[str, Callable[[str], str]] = {
    FALSE: lambda text: f"{text.rstrip()} There is no person to be seen.",
    INVENTED: lambda text: f"{text.rstrip()} Three elephants stand on the left.",
    HOSTILE: lambda text: (
        f"{text.rstrip()} {SCRIPT} https://example.com/a \u202etxet\u202c \x07end."
    ),
}


def make_run(folder: Path) -> Path:
    """Make the run; gives its folder."""
    from datagen.cli.engine import Start, start_run

    samples = shipped_folder("samples")
    settings = make_settings(
        {
            "captions": samples / "captions.json",
            "instances": samples / "instances.json",
            "images": samples / "images",
            "per_image": True,
            "offline": True,
        }
    )
    start_run(settings, folder, Start())
    spoil(folder)
    build_dataset(folder, settings)
    return folder


def spoil(folder: Path) -> None:
    """Write into the store what a worse model would have answered."""
    connection = sqlite3.connect(folder / STORE_FILE)
    with connection:
        for record, change in _SPOILED.items():
            row, text = _find(connection, record)
            connection.execute("UPDATE answers SET text = ? WHERE request = ?", (change(text), row))
        row, text = _find(connection, TWO_REPLIES)
        columns = [name for _, name, *_ in connection.execute("PRAGMA table_info(answers)")]
        kept = ", ".join(name for name in columns if name not in {"candidate", "text", "model"})
        connection.execute(
            f"INSERT INTO answers (candidate, text, model, {kept}) SELECT 1, ?, 'another', {kept}"
            " FROM answers WHERE request = ? AND candidate = 0",
            (text.replace("kitchen", "large kitchen"), row),
        )
    connection.close()


def _find(connection: sqlite3.Connection, record: str) -> tuple[int, str]:
    image, _, rest = record.partition("_")
    type_, _, index = rest.rpartition("_")
    found: tuple[int, str] = connection.execute(
        "SELECT id, text FROM requests JOIN answers ON request = id"
        " WHERE image_id = ? AND response_type = ? AND idx = ? AND candidate = 0",
        (image, type_, int(index)),
    ).fetchone()
    return found


def make_hostile_file(folder: Path, pictures: Path) -> Path:
    """A file that another program might have made, to do harm: names that lead out, a huge text."""
    image = next(pictures.glob("*.jpg")).name
    asked = {"from": "human", "value": "<image>\nWhat is this?"}
    records = [
        {"id": "out", "image": "../../etc/passwd", "conversations": [asked, _answer("A file.")]},
        {"id": "root", "image": "/etc/passwd", "conversations": [asked, _answer("A file.")]},
        {"id": "long", "image": image, "conversations": [asked, _answer("A dog runs. " * 430_000)]},
        {"id": SCRIPT, "image": image, "conversations": [asked, _answer(SCRIPT)]},
        {"id": "other", "image": image, "conversations": [asked, _answer("A street.")]},
    ]
    file = folder / "hostile.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return file


def _answer(text: str) -> dict[str, str]:
    return {"from": "gpt", "value": text}
