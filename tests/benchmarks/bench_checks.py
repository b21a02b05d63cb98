"""How fast the checks are: records a second and core, and a whole large file.

The records are the audit's clean ones of the samples (hand-written) and the offline writer's. A
large file is made of copies of the offline writer's, each about pictures of its own.
"""

import json
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from datagen.checks.checker import Checker, CheckRules, Layer
from datagen.records import AnnotatedImage
from datagen.sources.contexts import read_contexts
from tests.benchmarks.processes import ROOT, run_measured
from tests.benchmarks.table import Row

RATES: dict[Layer, float] = {"lexicon": 2000.0, "spacy": 150.0}  # records a second and core
SECONDS = 180.0
PEAK = 1024.0  # MB
FULL, QUICK = 158_000, 2_000

_AUDIT = ROOT / "tests" / "data" / "audit" / "clean_samples.jsonl"
_OFFLINE = ROOT / "samples" / "output" / "dataset.jsonl"
_CONTEXTS = ROOT / "samples" / "output" / "contexts.jsonl"
_LEAST_SECONDS = 3.0  # of CPU, for one rate


def measure(folder: Path, *, quick: bool) -> Iterator[Row]:
    """Measure both layers, then a large file."""
    images = {image.file_name: image for image in read_contexts(_CONTEXTS).images}
    records = _read(_AUDIT) + _read(_OFFLINE)
    pairs = [(record, images[record["image"]]) for record in records]
    for layer, wanted in RATES.items():
        # In a process of its own: what this one holds would count for those it starts.
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
            least = 0.1 if quick else _LEAST_SECONDS
            rate = pool.submit(measure_rate, layer, pairs, least=least).result()
        words = sum(len(m["value"].split()) for r in records for m in r["conversations"])
        yield Row(
            f"checks, {layer}, {words / len(records):.0f} words a record",
            f"at least {wanted:,.0f} a second and core",
            f"{rate:,.0f}",
            None if quick else rate >= wanted,
        )
    yield from measure_file(folder, QUICK if quick else FULL, is_judged=not quick)


def measure_rate(
    layer: Layer, pairs: Sequence[tuple[dict[str, Any], AnnotatedImage]], *, least: float
) -> float:
    """Records that all checks together take a second of CPU, once everything is loaded."""
    checker = Checker(CheckRules(layer=layer))
    records = [record for record, _ in pairs]
    rounds, start = 0, time.process_time()
    while rounds < 2 or time.process_time() - start < least:
        if rounds == 1:
            start = time.process_time()
        if layer == "spacy":
            checker = Checker(CheckRules(layer=layer))  # forgets what it has parsed
        checker.prepare(records)
        for record, image in pairs:
            checker.check(record, image)
        rounds += 1
    return (rounds - 1) * len(pairs) / (time.process_time() - start)


def measure_file(folder: Path, count: int, *, is_judged: bool) -> Iterator[Row]:
    """`datagen check` on a file of so many records, from the start of the command to its end."""
    file, contexts = folder / "large.jsonl", folder / "contexts.jsonl"
    write_large(file, contexts, count)
    command = [sys.executable, "-m", "datagen", "check", str(file), "--contexts", str(contexts)]
    done = run_measured(command, folder)
    yield Row(
        f"datagen check, {count:,} records: time",
        f"at most {SECONDS:.0f} s",
        f"{done.wall:.0f} s",
        done.wall <= SECONDS if is_judged else None,
    )
    yield Row(
        f"datagen check, {count:,} records: peak memory of the largest process",
        f"at most {PEAK:,.0f} MB",
        f"{done.peak:,.0f} MB",
        done.peak <= PEAK if is_judged else None,
    )


def write_large(file: Path, contexts: Path, count: int) -> None:
    """Copies of the offline writer's records, each set of them about pictures of its own."""
    records, known = _read(_OFFLINE), _read(_CONTEXTS)
    with (
        file.open("w", encoding="utf-8") as record_file,
        contexts.open("w", encoding="utf-8") as context_file,
    ):
        for copy in range(-(-count // len(records))):
            for context in known:
                context_file.write(json.dumps(_rename(context, copy)) + "\n")
            for record in records[: count - copy * len(records)]:
                record_file.write(json.dumps(_rename(record, copy)) + "\n")


def _rename(record: dict[str, Any], copy: int) -> dict[str, Any]:
    """A record or context of one copy: ids and file name get its number."""
    name = f"{copy:06}-{record['image']}"
    return {**record, "id": f"{copy:06}-{record['id']}", "image": name}


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
