"""How fast the checks are: records a second and core, and a whole large file.

The records are the audit's clean ones of the samples (hand-written) and the offline writer's. What
comes again in them would flatter whatever remembers: for the rate all texts and captions are spelled
anew in each round, and in a large file each copy of the offline writer's records is about pictures of
its own and has so many words of its own that no text is near another.
"""

import json
import random
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from datagen.checks.checker import Checker, CheckRules, Layer
from datagen.records import IMAGE_TOKEN, AnnotatedImage
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
_BITS = 16  # letters by which the spellings of a text differ
_OWN = 5  # words, of which one is a copy's own
_SYLLABLES = ("ba", "do", "ki", "lu", "mer", "nok", "pit", "ras", "sol", "tum", "vig", "wen")


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
    rounds, spent = 0, 0.0
    while rounds < 2 or spent < least:
        fresh = spell_anew(pairs, rounds)
        start = time.process_time()
        checker.prepare(record for record, _ in fresh)
        for record, image in fresh:
            checker.check(record, image)
        if rounds:  # the first one loads the tables
            spent += time.process_time() - start
        rounds += 1
    return (rounds - 1) * len(pairs) / spent


def spell_anew(
    pairs: Sequence[tuple[dict[str, Any], AnnotatedImage]], number: int
) -> list[tuple[dict[str, Any], AnnotatedImage]]:
    """The same records and images with the capital letters of another number in every text."""
    images = {
        image.id: replace(
            image, captions=tuple(_capitalize(each, number) for each in image.captions)
        )
        for _, image in pairs
    }
    return [
        (_change_texts(record, partial(_capitalize, number=number)), images[image.id])
        for record, image in pairs
    ]


def _capitalize(text: str, number: int) -> str:
    """Swap the case of those of the first letters whose bit the number has.

    >>> _capitalize("A dog barks.", 0b101)
    'a dOg barks.'
    """
    signs = list(text)
    letters = [place for place, sign in enumerate(signs) if sign.isalpha()]
    for bit, place in enumerate(letters[:_BITS]):
        if number >> bit & 1:
            signs[place] = signs[place].swapcase()
    return "".join(signs)


def _change_texts(record: dict[str, Any], change: Callable[[str], str]) -> dict[str, Any]:
    """The record with its messages changed, the placeholder of the picture left as it is."""
    messages = [
        {**message, "value": IMAGE_TOKEN.join(map(change, message["value"].split(IMAGE_TOKEN)))}
        for message in record["conversations"]
    ]
    return {**record, "conversations": messages}


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
    """Copies of the offline writer's records, each of them with words and pictures of its own."""
    records, known = _read(_OFFLINE), _read(_CONTEXTS)
    rng = random.Random(0)
    with (
        file.open("w", encoding="utf-8") as record_file,
        contexts.open("w", encoding="utf-8") as context_file,
    ):
        for copy in range(-(-count // len(records))):
            for context in known:
                context_file.write(json.dumps(_rename(context, copy)) + "\n")
            for record in records[: count - copy * len(records)]:
                reworded = _change_texts(record, partial(_reword, rng=rng))
                record_file.write(json.dumps(_rename(reworded, copy)) + "\n")


def _reword(text: str, rng: random.Random) -> str:
    """Put a made-up word in the place of every fifth: then 60% of the word pairs are left."""
    words = text.split(" ")
    for place in range(rng.randrange(_OWN), len(words), _OWN):
        if words[place].isalpha():
            words[place] = "".join(rng.choices(_SYLLABLES, k=3))
    return " ".join(words)


def _rename(record: dict[str, Any], copy: int) -> dict[str, Any]:
    """A record or context of one copy: ids and file name get its number."""
    name = f"{copy:06}-{record['image']}"
    return {**record, "id": f"{copy:06}-{record['id']}", "image": name}


def _read(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
