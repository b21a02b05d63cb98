"""The vision tower learns to see: pictures with their boxes -> what stands in each patch.

LLaVA starts from a tower that has seen hundreds of millions of pictures. From random weights words
alone would take far longer to teach a tower what a dog looks like than this proof may take, so it
is told patch by patch: which kind of thing, which colour and which place in the picture, read from
the layer that LLaVA takes.
"""

from collections.abc import Iterator, Mapping, Sequence
from random import Random

import torch
from torch import nn
from transformers import CLIPVisionModel

from datagen.context import render_context
from datagen.records import AnnotatedImage
from tests.benchmarks.small_llava.building import FEATURE_LAYER, PATCH, make_image_processor
from tests.benchmarks.small_llava.icons import COLORS, ICONS
from tests.benchmarks.small_llava.quiz import read_facts
from tests.benchmarks.small_llava.scenes import SIDE
from tests.benchmarks.small_llava.training import normalize

_COLUMNS = SIDE // PATCH
_KINDS, _PAINTS = ["", *sorted(ICONS)], ["", *COLORS]


class Seer(nn.Module):  # type: ignore[misc]  # torch's types are skipped
    """A vision tower with a linear reading of every patch."""

    def __init__(self, tower: CLIPVisionModel) -> None:
        super().__init__()
        self.tower = tower
        self.kinds = nn.Linear(tower.config.hidden_size, len(_KINDS))
        self.paints = nn.Linear(tower.config.hidden_size, len(_PAINTS))
        self.places = nn.Linear(tower.config.hidden_size, _COLUMNS**2)

    def forward(
        self, pixel_values: torch.Tensor, kinds: torch.Tensor, paints: torch.Tensor
    ) -> "Reading":
        """What is read, and how far it is from what is there."""
        states = self.tower(pixel_values, output_hidden_states=True).hidden_states
        patches = states[FEATURE_LAYER][:, 1:]
        read = self.kinds(patches), self.paints(patches), self.places(patches)
        wanted = (kinds, paints, torch.arange(_COLUMNS**2).expand_as(kinds))
        losses = [
            nn.functional.cross_entropy(logits.flatten(0, 1).float(), there.flatten())
            for logits, there in zip(read, wanted, strict=True)
        ]
        right = (read[0].argmax(-1) == kinds) & (read[1].argmax(-1) == paints)
        return Reading(sum(losses, torch.zeros(())), right)


class Reading:
    """A loss, and for each patch whether kind and colour were read rightly."""

    def __init__(self, loss: torch.Tensor, right: torch.Tensor) -> None:
        self.loss, self.right = loss, right


def label_patches(image: AnnotatedImage) -> tuple[list[int], list[int]]:
    """Kind and colour of what has its centre in each patch, row by row; 0 for nothing."""
    kinds, paints = [0] * _COLUMNS**2, [0] * _COLUMNS**2
    for fact in read_facts(render_context(image, "captions+boxes")):
        for x1, y1, x2, y2 in fact.corners:
            column, row = (int((a + b) / 2 * _COLUMNS) for a, b in ((x1, x2), (y1, y2)))
            place = row * _COLUMNS + column
            kinds[place], paints[place] = _KINDS.index(fact.category), _PAINTS.index(fact.color)
    return kinds, paints


def batch_patches(
    images: Sequence[AnnotatedImage],
    pictures: Mapping[str, torch.Tensor],
    *,
    batch: int,
    seed: int = 0,
) -> Iterator[dict[str, torch.Tensor]]:
    """Endless batches in a new order every round."""
    processor = make_image_processor()
    labels = {image.file_name: label_patches(image) for image in images}
    names = sorted(labels)
    rng = Random(seed)
    while True:
        rng.shuffle(names)
        for start in range(0, len(names) - batch + 1, batch):
            part = names[start : start + batch]
            yield {
                "pixel_values": normalize([pictures[name] for name in part], processor),
                "kinds": torch.tensor([labels[name][0] for name in part]),
                "paints": torch.tensor([labels[name][1] for name in part]),
            }
