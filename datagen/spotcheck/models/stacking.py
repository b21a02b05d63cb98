"""Spot-check, what sees: prompts and the embeddings of their pictures -> one batch of embeddings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from datagen.spotcheck.models.tokens import Prompt


@dataclass(frozen=True, slots=True)
class Stack:
    """Prompts as a language model takes them, the picture's one token become many.

    Attributes:
        embeddings: (batch, length, hidden).
        mask: (batch, length), 1 where there is something, 0 where a row is filled up.
        starts: where each row begins.
        growth: tokens that each row's picture added.
        prompts: one a row.
    """

    embeddings: Any
    mask: Any
    starts: tuple[int, ...]
    growth: tuple[int, ...]
    prompts: tuple[Prompt, ...]

    def list_answers(self) -> tuple[list[int], list[int], list[int]]:
        """Row, foretelling position and id of every token of every answer, in order.

        The position before a token is the one whose state foretells it.
        """
        rows: list[int] = []
        places: list[int] = []
        ids: list[int] = []
        for row, prompt in enumerate(self.prompts):
            for span in (span for answer in prompt.answers for span in answer):
                grown = self.growth[row] if span.index > prompt.slot else 0
                rows.append(row)
                places.append(self.starts[row] + span.index + grown - 1)
                ids.append(prompt.ids[span.index])
        return rows, places, ids


def count_tokens(prompt: Prompt, picture: Any) -> int:  # noqa: ANN401 - a tensor
    """Tokens of a prompt with its picture."""
    return len(prompt.ids) - 1 + len(picture)


def stack_prompts(
    prompts: Sequence[Prompt],
    pictures: Sequence[Any],
    embed: Callable[[Any], Any],
    *,
    on_left: bool,
) -> Stack:
    """Bring prompts to one length and set their pictures in.

    Args:
        prompts: one or more.
        pictures: the embeddings of each prompt's picture, (tokens, hidden).
        embed: makes embeddings (batch, length, hidden) of ids (batch, length).
        on_left: fill rows up on the left, so that all end together, as answering needs it.
    """
    import torch

    lengths = [count_tokens(*pair) for pair in zip(prompts, pictures, strict=True)]
    longest = max(lengths)
    starts = tuple(longest - length if on_left else 0 for length in lengths)
    ids = torch.zeros((len(prompts), longest), dtype=torch.long)
    mask = torch.zeros_like(ids)
    slots = []
    for row, (prompt, picture) in enumerate(zip(prompts, pictures, strict=True)):
        start, end = starts[row], starts[row] + lengths[row]
        slot = slice(start + prompt.slot, start + prompt.slot + len(picture))
        ids[row, start : slot.start] = torch.tensor(prompt.ids[: prompt.slot])
        ids[row, slot.stop : end] = torch.tensor(prompt.ids[prompt.slot + 1 :])
        mask[row, start:end] = 1
        slots.append(slot)
    embeddings = embed(ids)
    for row, (slot, picture) in enumerate(zip(slots, pictures, strict=True)):
        embeddings[row, slot] = picture.to(embeddings.device, embeddings.dtype)
    growth = tuple(len(picture) - 1 for picture in pictures)
    return Stack(embeddings, mask.to(embeddings.device), starts, growth, tuple(prompts))
