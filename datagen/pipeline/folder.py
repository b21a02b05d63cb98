"""Pipeline, the run folder: one process at a time, one set of settings."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from datagen.cache import identify, recall_text
from datagen.config import (
    RUN_FILE,
    RunSettings,
    compare_settings,
    dump_settings,
    fingerprint_files,
    load_settings,
    make_settings,
)
from datagen.errors import RunError
from datagen.formats.files import open_atomic
from datagen.pipeline.job import Job
from datagen.report import describe_source
from datagen.store import RunLock, RunStore


@contextmanager
def open_run(folder: Path, job: Job, *, extend: bool = False) -> Iterator[None]:
    """Hold the run folder for this job: make it or go on in it, with its settings on file.

    Raises:
        RunError: another process works on it, it holds something else, or a setting that changes
            answers differs from the run's.
    """
    prints = _fingerprint(job)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise RunError(folder, f"cannot be made a run folder: {exc.strerror}") from exc
    with RunLock(folder):
        for part in folder.glob(".*.part"):  # of a start that was killed
            part.unlink()
        path = folder / RUN_FILE
        if path.is_file():
            _refuse_changes(path, job.settings, prints, extend=extend)
        with RunStore(folder, write=True) as store:
            store.set_meta("planned", json.dumps(job.count_types()))
            source = describe_source(
                images=job.count_images(), excluded=job.excluded, troubles=job.source.troubles
            )
            store.set_meta("source", json.dumps(source))
        with open_atomic(path) as file:
            file.write(dump_settings(job.settings, prints))
        yield


def _refuse_changes(
    path: Path, settings: RunSettings, prints: Mapping[str, str], *, extend: bool
) -> None:
    values, old_prints = load_settings(path)
    old = make_settings(values, origin=str(path))
    changed = compare_settings(old, settings, old_prints, prints, extend=extend)
    if changed:
        raise RunError(
            path.parent,
            "this run was started with other settings, and going on would mix answers: "
            f"{'; '.join(changed)}. Take them back, or choose another --out",
        )


def _fingerprint(job: Job) -> dict[str, str]:
    """Digests of what the settings point at, by the name of the setting."""
    settings = job.settings
    named = ("captions", "instances", "contexts", "exclude")
    paths = {name: getattr(settings, name) for name in named}
    prints = {name: _fingerprint_file(path) for name, path in paths.items() if path is not None}
    used = "".join(job.types[name].fingerprint for name in job.count_types())
    return prints | {"prompts": sha256(used.encode()).hexdigest()}


def _fingerprint_file(path: Path) -> str:
    """Digest of a file; that of a large one is kept as long as the file has not changed."""
    key = identify([path])
    name = None if key is None else f"{key}.sha256"
    return recall_text(name, lambda: fingerprint_files([path]))
