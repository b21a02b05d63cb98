"""The vision tower learns to see: pictures with their boxes -> what stands in each patch.

LLaVA starts from a tower that has seen hundreds of millions of pictures. From random weights words
alone would take far longer to teach a tower what a dog looks like than this proof may take, so it
is told patch by patch: which kind of thing, which colour, how many of the kind and which place in the
picture, read from the layer that LLaVA takes. A patch is then given the words for what it shows, so
that a LLaVA need not find out from sentences which of its words are about which part of a picture.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random

import torch
from torch import nn
from transformers import CLIPVisionModel, LlavaForConditionalGeneration
from transformers import PreTrainedTokenizerFast as Tokenizer

from datagen.context import render_context
from datagen.llm.offline.vocabulary import find_category
from datagen.llm.offline.words import spell_number
from datagen.records import AnnotatedImage
from tests.benchmarks.small_llava.building import FEATURE_LAYER, PATCH, make_image_processor
from tests.benchmarks.small_llava.icons import COLORS, ICONS
from tests.benchmarks.small_llava.quiz import MOST, read_facts
from tests.benchmarks.small_llava.scenes import SIDE
from tests.benchmarks.small_llava.training import normalize

COLUMNS = SIDE // PATCH
_KINDS, _PAINTS = ["", *sorted(ICONS)], ["", *COLORS]


@dataclass(frozen=True, slots=True)
class Shown:
    """What stands in each patch, row by row; 0 for nothing."""

    kinds: list[int]
    paints: list[int]
    numbers: list[int]


class Reading:
    """A loss, and for each patch whether all was read rightly."""

    def __init__(self, loss: torch.Tensor, right: torch.Tensor) -> None:
        self.loss, self.right = loss, right


class Seer(nn.Module):  # type: ignore[misc]  # torch's types are skipped
    """A vision tower with a linear reading of every patch."""

    def __init__(self, tower: CLIPVisionModel) -> None:
        super().__init__()
        self.tower = tower
        sizes = (len(_KINDS), len(_PAINTS), MOST + 1, COLUMNS**2)
        self.readings = nn.ModuleList(nn.Linear(tower.config.hidden_size, size) for size in sizes)

    def forward(
        self,
        pixel_values: torch.Tensor,
        kinds: torch.Tensor,
        paints: torch.Tensor,
        numbers: torch.Tensor,
    ) -> Reading:
        """What is read, and how far it is from what is there."""
        patches = see_patches(self.tower, pixel_values)
        wanted = (kinds, paints, numbers, torch.arange(COLUMNS**2).expand_as(kinds))
        read = [reading(patches) for reading in self.readings]
        losses = [
            nn.functional.cross_entropy(logits.flatten(0, 1).float(), there.flatten())
            for logits, there in zip(read, wanted, strict=True)
        ]
        right = torch.stack(
            [logits.argmax(-1) == there for logits, there in zip(read, wanted, strict=True)]
        )
        return Reading(sum(losses, torch.zeros(())), right.all(0))


class Namer(nn.Module):  # type: ignore[misc]  # torch's types are skipped
    """A LLaVA whose projected patches are read as words, one word after the other being as good."""

    def __init__(self, llava: LlavaForConditionalGeneration, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.llava = llava
        size = len(tokenizer)
        self.kinds = _mark_words(tokenizer, [_name_kind(kind) for kind in _KINDS], size)
        self.paints = _mark_words(tokenizer, [[paint] for paint in _PAINTS], size)
        numbers = [spell_number(number) if number else "" for number in range(MOST + 1)]
        self.numbers = _mark_words(tokenizer, [[number] for number in numbers], size)
        sides = [("left", "", "right")[place % COLUMNS] for place in range(COLUMNS**2)]
        self.sides = _mark_words(tokenizer, [[side] for side in sides], size)

    def forward(
        self,
        pixel_values: torch.Tensor,
        kinds: torch.Tensor,
        paints: torch.Tensor,
        numbers: torch.Tensor,
    ) -> Reading:
        """How far the words of the patches with something in them are from what they show."""
        with torch.no_grad():
            patches = see_patches(self.llava.model.vision_tower, pixel_values)
        logits = self.llava.lm_head(self.llava.model.multi_modal_projector(patches)).float()
        words = self.kinds[kinds] + self.paints[paints] + self.numbers[numbers] + self.sides
        shares = words / words.sum(-1, keepdim=True).clamp(min=1)
        losses = -(shares * logits.log_softmax(-1)).sum(-1)
        return Reading(losses[kinds > 0].mean(), words.gather(-1, logits.argmax(-1)[..., None]) > 0)


def see_patches(tower: CLIPVisionModel, pixel_values: torch.Tensor) -> torch.Tensor:
    """What LLaVA takes from a tower, shape (batch, patches, width)."""
    return tower(pixel_values, output_hidden_states=True).hidden_states[FEATURE_LAYER][:, 1:]


def _name_kind(kind: str) -> list[str]:
    return [find_category(kind).noun, find_category(kind).many] if kind else []


def _mark_words(tokenizer: Tokenizer, groups: Sequence[Sequence[str]], size: int) -> torch.Tensor:
    """For each group the tokens of its words, 1 in a row of `size`; a word is its last token."""
    marks = torch.zeros(len(groups), size)
    for row, words in zip(marks, groups, strict=True):
        for word in filter(None, words):
            row[tokenizer.encode(f" {word}", add_special_tokens=False)[-1]] = 1
    return marks


def label_patches(image: AnnotatedImage) -> Shown:
    """Kind, colour and how many there are of what has its centre in each patch."""
    shown = Shown(*([0] * COLUMNS**2 for _ in range(3)))
    for fact in read_facts(render_context(image, "captions+boxes")):
        for x1, y1, x2, y2 in fact.corners:
            column, row = (int((a + b) / 2 * COLUMNS) for a, b in ((x1, x2), (y1, y2)))
            place = row * COLUMNS + column
            shown.kinds[place] = _KINDS.index(fact.category)
            shown.paints[place] = _PAINTS.index(fact.color)
            shown.numbers[place] = fact.count
    return shown


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
                "kinds": torch.tensor([labels[name].kinds for name in part]),
                "paints": torch.tensor([labels[name].paints for name in part]),
                "numbers": torch.tensor([labels[name].numbers for name in part]),
            }
