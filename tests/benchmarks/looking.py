"""A process of the benchmarks: a small LLaVA looks at invented records under three pictures.

    python -m tests.benchmarks.looking FOLDER RECORDS

Prints two lines of JSON: seconds one dialogue at a time and in batches; then what a whole
spot-check of so many records took.

The model is as deep as it is narrow, so that what a call costs as such outweighs the arithmetic, as
it does for a large model on a GPU; it runs on one thread either way.
"""

import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from PIL import Image

from datagen.records import Turn
from datagen.spotcheck.models.llava import Llava, load_llava
from datagen.spotcheck.subjects import Dialogue
from tests.spotcheck.checkpoints import SENTENCES, save_llava

BATCH = 32
LAYERS = 16
ROUNDS = 3
_PICTURES = 250
_TIMED = 200  # dialogues


def main(folder: Path, records: int) -> None:
    """Measure, and print what was measured."""
    checkpoint = str(save_llava(folder / "llava", layers=LAYERS))
    pictures = draw_pictures(folder, min(records, _PICTURES))
    dialogues = compose_dialogues(pictures, records)
    single, batched = (load_llava(checkpoint, device="cpu", batch_size=size) for size in (1, BATCH))
    # Taken in turn, best of some rounds: whatever else the machine does meets both alike. All
    # pictures are known by then; to decode them takes the same time either way.
    few = dialogues[: min(_TIMED, len(dialogues))]
    times = [(time_looks(single, few), time_looks(batched, few)) for _ in range(1 + ROUNDS)][1:]
    seconds = {
        name: min(each)
        for name, each in zip(("single", "batched"), zip(*times, strict=True), strict=True)
    }
    _print({**seconds, "dialogues": len(few)})
    _print({"seconds": time_looks(batched, dialogues), "dialogues": len(dialogues)})


def draw_pictures(folder: Path, count: int) -> list[Path]:
    """JPEG files of the commonest size in COCO, each different."""
    paths = []
    for number in range(count):
        path = folder / f"{number}.jpg"
        Image.effect_noise((640, 480), 20 + number % 100).convert("RGB").save(path)
        paths.append(path)
    return paths


def compose_dialogues(pictures: Sequence[Path], records: int) -> list[Dialogue]:
    """Of each record three: with its picture, that of another, and the blank one."""
    words = " ".join(SENTENCES).split()
    rng = random.Random(7)
    found = []
    for number in range(records):
        question, answer = (" ".join(rng.choices(words, k=rng.randint(5, 12))) for _ in range(2))
        turns = (Turn(question, answer),)
        shown = (pictures[number % len(pictures)], pictures[(number + 7) % len(pictures)], None)
        found += [Dialogue(turns, picture) for picture in shown]
    return found


def time_looks(model: Llava, dialogues: Sequence[Dialogue]) -> float:
    """Seconds until all dialogues are scored."""
    start = time.perf_counter()
    scored = sum(isinstance(result, tuple) for _, result in model.score(dialogues))
    if scored != len(dialogues):
        raise RuntimeError(f"only {scored} of {len(dialogues)} dialogues were scored")
    return time.perf_counter() - start


def _print(figures: dict[str, float]) -> None:
    sys.stdout.write(f"{json.dumps(figures)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
