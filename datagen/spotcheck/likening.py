"""Spot-check, CLIP: how well texts fit their pictures, against what other pictures give.

A cosine by itself says little: some texts are close to every picture. So a text counts by its
margin: the cosine with the picture less the mean cosine with distractors, the pictures of other
records. Long answers are taken sentence by sentence, for CLIP reads no more than 77 tokens.
"""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from datagen.spotcheck.models import Crop, ImageTextModel, Unseen
from datagen.spotcheck.probes import is_plain
from datagen.spotcheck.showing import Stage
from datagen.spotcheck.subjects import Control, Subject

if TYPE_CHECKING:
    from numpy.typing import NDArray

DISTRACTORS = 64
"""Other pictures whose mean cosine a text's is held against, at most."""

_BREAK = re.compile(r"(?<=[.!?])\s+|\n+")
_FEW = 3  # words; a shorter sentence ("Yes.") fits any picture


def split_sentences(text: str) -> list[str]:
    """Sentences of three words and more; the whole text where none is that long.

    >>> split_sentences("Yes. A dog runs on grass! It is brown.")
    ['A dog runs on grass!', 'It is brown.']
    """
    parts = [part.strip() for part in _BREAK.split(text)]
    return [part for part in parts if len(part.split()) >= _FEW] or [text.strip()]


def measure_margins(
    stage: Stage, model: ImageTextModel
) -> dict[str, dict[Control, tuple[float, float]]]:
    """Mean and lowest margin over the sentences of each subject, under its own and the shuffled picture.

    The blank picture is left out: nothing is drawn on it that a text could be held against.
    """
    import numpy as np

    files = list(dict.fromkeys(subject.picture for subject in stage.subjects))
    pictures: dict[Path, NDArray[np.float32]] = {}
    for place, vector in model.embed_pictures(files):
        if not isinstance(vector, Unseen):
            pictures[files[place]] = vector
    texts = {subject.id: _list_texts(subject) for subject in stage.subjects}
    unique = list(dict.fromkeys(text for parts in texts.values() for text in parts))
    if not pictures or not unique:
        return {}
    rows = dict(zip(unique, model.embed_texts(unique), strict=True))
    ring = [file for file in files if file in pictures]
    places = {file: n for n, file in enumerate(ring)}
    margins: dict[str, dict[Control, tuple[float, float]]] = {}
    for subject in stage.subjects:
        own, partner = subject.picture, stage.shuffled.get(subject.id)
        start = places.get(own, -1) + 1
        others = _pick_distractors(ring, start, {own, partner})
        if not others:
            continue
        sentences = np.stack([rows[text] for text in texts[subject.id]])
        base = (sentences @ np.stack([pictures[file] for file in others]).T).mean(axis=1)
        shown: tuple[tuple[Control, Path | None], ...] = (("right", own), ("shuffled", partner))
        for control, file in shown:
            if file is not None and file in pictures:
                margin = sentences @ pictures[file] - base
                found = (float(margin.mean()), float(margin.min()))
                margins.setdefault(subject.id, {})[control] = found
    return margins


def classify_crops(
    stage: Stage, model: ImageTextModel, categories: Sequence[str]
) -> list[tuple[Control, bool]]:
    """Whether each box's crop is closest to its own category, by control.

    "a photo of a {category}" stands for a category (CLIP's zero-shot classification, Radford et
    al., ICML 2021). The control takes the same corners out of the shuffled picture.

    Args:
        stage: subjects with annotations give their boxes, each picture once.
        model: embeds crops and categories.
        categories: of the whole source; a crop is held against all of them.
    """
    import numpy as np

    names = sorted(categories)
    if len(names) < 2:
        return []
    texts = np.asarray(model.embed_texts([f"a photo of {_name(category)}" for category in names]))
    crops: list[tuple[Control, str, Crop]] = []
    seen: set[Path] = set()
    for subject in stage.subjects:
        if subject.annotated is None or subject.picture in seen:
            continue
        seen.add(subject.picture)
        partner = stage.shuffled.get(subject.id)
        for box in subject.annotated.boxes:
            if is_plain(box) and box.category in names:
                crops.append(("right", box.category, Crop(subject.picture, box.corners)))
                if partner is not None:
                    crops.append(("shuffled", box.category, Crop(partner, box.corners)))
    results = []
    for place, vector in model.embed_pictures([crop for _, _, crop in crops]):
        if not isinstance(vector, Unseen):
            control, category, _ = crops[place]
            results.append((control, names[int(np.argmax(texts @ vector))] == category))
    return results


def _list_texts(subject: Subject) -> list[str]:
    return [part for turn in subject.turns for part in split_sentences(turn.answer)]


def _pick_distractors(ring: Sequence[Path], start: int, shown: set[Path | None]) -> list[Path]:
    """The next pictures from a place in the sample's ring on, without those that are shown."""
    length = len(ring)
    turned = (ring[(start + n) % length] for n in range(min(length, DISTRACTORS + len(shown))))
    return [file for file in turned if file not in shown][:DISTRACTORS]


def _name(category: str) -> str:
    return f"an {category}" if category[0] in "aeiou" else f"a {category}"
