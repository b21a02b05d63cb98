"""Viewer: what is looked at, a run folder or a file, and where its index goes."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from datagen import pipeline
from datagen.cache import find_cache
from datagen.config import RUN_FILE, RunSettings
from datagen.errors import RunError
from datagen.store import LOOKS_FILE, STORE_FILE, LookStore
from datagen.viewer.facts import RunFacts
from datagen.viewer.file_rows import FileRows
from datagen.viewer.filling import VERSION, RowSource
from datagen.viewer.rows import RunRows

INDEX_FILE = "view.sqlite"
RESULTS_FILE = "spotcheck.json"
_ENDS = 1 << 16  # bytes at either end of a file that stand for its content


class _Flagged(msgspec.Struct):
    id: str
    values: dict[str, float | None]


class _Results(msgspec.Struct):
    flagged: list[_Flagged]


_decode_looks = msgspec.json.Decoder(_Results).decode


@dataclass(frozen=True, slots=True)
class Target:
    """A run folder or a data set file, with its settings.

    Attributes:
        images: folder of the pictures, None where it is not known or not there.
    """

    path: Path
    settings: RunSettings
    images: Path | None

    @property
    def is_run(self) -> bool:
        """Whether it is a run folder."""
        return self.path.is_dir()

    @property
    def name(self) -> str:
        """What the page calls it."""
        return self.path.resolve().name

    def list_files(self) -> list[Path]:
        """The files that rows are read from; bodies are found by their place in this list."""
        if self.is_run:
            return [self.path / name for name in RunRows.FILES]
        return [self.path]

    def describe(self) -> str:
        """All that the index depends on, to tell whether it is up to date."""
        files = [*self.list_files()]
        if self.is_run:
            files.append(self.path / LOOKS_FILE)
        else:
            named = (self.settings.captions, self.settings.instances, self.settings.contexts)
            files += [path for path in named if path is not None]
        return json.dumps([VERSION, *map(_describe_file, files)])

    @contextmanager
    def open_rows(self) -> Iterator[RowSource]:
        """The rows, for the block.

        Raises:
            DatagenError: a file cannot be read.
        """
        if self.is_run:
            with RunFacts(self.path, self.settings) as facts:
                yield RunRows(self.path, facts.get, self._read_flags())
            return
        types = pipeline.list_known_types(self.settings)
        if self.settings.captions is None and self.settings.contexts is None:
            yield FileRows(self.path, types)
            return
        images = pipeline.read_source(self.settings).images
        yield FileRows(self.path, types, pipeline.ImageIndex(images, types=types).find)

    def read_flags(self) -> dict[str, list[tuple[str, str]]]:
        """What a spot-check said of records, codes and sentences; nothing where there was none."""
        with suppress(RunError), LookStore(self.path) as looks:
            return looks.read_flags()
        return {}

    def read_looks(self, record: str) -> dict[str, float | None]:
        """What a spot-check measured of a record, by measure; it keeps that of the worst ones."""
        with suppress(OSError, msgspec.DecodeError):
            told = _decode_looks((self.path / RESULTS_FILE).read_bytes())
            return next((each.values for each in told.flagged if each.id == record), {})
        return {}

    def _read_flags(self) -> dict[str, list[str]]:
        return {name: [code for code, _ in said] for name, said in self.read_flags().items()}


def open_target(path: Path, settings: RunSettings) -> Target:
    """Look what is there.

    Raises:
        RunError: nothing, or a folder that is no run.
    """
    if path.is_dir():
        for name in (RUN_FILE, STORE_FILE):
            if not (path / name).is_file():
                raise RunError(path, f"is no run folder: it holds no {name}")
    elif not path.is_file():
        raise RunError(path, "there is no such run folder or file")
    images = settings.images if settings.images is not None and settings.images.is_dir() else None
    return Target(path, settings, images)


def place_index(target: Path, name: str = INDEX_FILE) -> Path:
    """Where a file beside the target goes: into the run folder, beside a file, else into a cache.

    Args:
        target: run folder or file.
        name: of the file; beside a file its name comes first.
    """
    place = target / name if target.is_dir() else target.with_name(f"{target.name}.{name}")
    if os.access(place.parent, os.W_OK):
        return place
    digest = hashlib.sha256(str(target.resolve()).encode()).hexdigest()[:16]
    folder = find_cache() / digest
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise RunError(folder, f"cannot be made: {exc.strerror}") from exc
    return folder / name


def _describe_file(path: Path) -> list[object]:
    """A file's name, size, time and a digest of its two ends."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            digest = hashlib.sha256(file.read(_ENDS))
            file.seek(max(0, status.st_size - _ENDS))
            digest.update(file.read(_ENDS))
    except OSError:
        return [path.name]
    return [path.name, status.st_size, status.st_mtime_ns, digest.hexdigest()]
