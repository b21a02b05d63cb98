"""Spot-check, what sees: LLaVA checkpoints through transformers.

A picture goes through the vision tower once; its embeddings are then set into the text at the
place of the picture, for scoring and answering alike. The whole of a dialogue takes one pass.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from datagen.errors import SettingsError
from datagen.spotcheck.models import AnswerScore, OwnAnswer, Unseen
from datagen.spotcheck.models import checkpoints as files
from datagen.spotcheck.models.features import Features, Pixels
from datagen.spotcheck.models.pictures import load_ahead, make_blank, read_picture
from datagen.spotcheck.models.tokens import Prompt, PromptWriter, find_tokens
from datagen.spotcheck.subjects import Dialogue

DEFAULT_LLAVA = "llava-hf/llava-1.5-7b-hf"

ARCHITECTURES = ("LlavaForConditionalGeneration", "LlavaNextForConditionalGeneration")

_WINDOW = 1024  # dialogues that are sorted by length together
_ROWS = 256  # positions whose probabilities over the vocabulary are held at once
_LEAST = -100.0  # logarithm of a probability

_Result = TypeVar("_Result")


def load_llava(
    name_or_folder: str = DEFAULT_LLAVA,
    *,
    device: str = "auto",
    dtype: str = "auto",
    quantize: int | None = None,
    batch_size: int = 8,
) -> "Llava":
    """Load a LLaVA-1.5 or LLaVA-NeXT checkpoint.

    Args:
        name_or_folder: a folder, or a name on the hub; the hub is asked once, if at all.
        device: `auto`, `cpu`, `cuda`, `mps`.
        dtype: `auto`, `float32`, `float16`, `bfloat16`.
        quantize: 8 or 4 for weights of so many bits (by bitsandbytes, on cuda).
        batch_size: dialogues in one pass; halved where memory does not suffice.

    Raises:
        SettingsError: packages, files or devices are missing or do not fit, in one sentence.
    """
    _, transformers = files.import_torch()
    place = files.choose_device(device)
    checkpoint = files.find_checkpoint(name_or_folder)
    if checkpoint.architecture not in ARCHITECTURES:
        raise SettingsError(
            f"{name_or_folder} is a {checkpoint.architecture or 'checkpoint of unknown kind'};"
            f" the spot-check takes {' and '.join(ARCHITECTURES)}"
        )
    numbers = files.choose_dtype(dtype, place, checkpoint)
    options: dict[str, Any] = {"dtype": numbers}
    if (quantization := files.make_quantization(quantize, place, numbers)) is not None:
        options |= {"quantization_config": quantization, "device_map": {"": place}}
    tokenizer = files.load_part(transformers.AutoTokenizer, checkpoint, "tokenizer")
    processor = files.load_part(
        transformers.AutoImageProcessor, checkpoint, "image processor", backend="pil"
    )
    model_class = getattr(transformers, checkpoint.architecture)
    model = files.load_weights(model_class, checkpoint, place, **options)
    said = [f"{name_or_folder}@{checkpoint.revision}", str(numbers).removeprefix("torch.")]
    if quantize is not None:
        said.append(f"{quantize} bits")
    template = files.find_chat_template(checkpoint, tokenizer)
    return Llava(", ".join(said), model, tokenizer, processor, template, batch_size=batch_size)


class Llava:
    """A `VisionModel`: a loaded LLaVA with its tokenizer and image processor."""

    can_score = True

    def __init__(
        self,
        name: str,
        model: Any,  # noqa: ANN401 - transformers' own
        tokenizer: Any,  # noqa: ANN401 - transformers' own
        processor: Any,  # noqa: ANN401 - transformers' own
        template: str | None,
        *,
        batch_size: int = 8,
    ) -> None:
        """Take what `load_llava` has loaded."""
        self.name = name
        self._torch, self._transformers = files.import_torch()
        self._model = model
        self._tokenizer = tokenizer
        self._processor = processor
        self._batch_size = max(1, batch_size)
        text_config = model.config.text_config
        self._longest = getattr(text_config, "max_position_embeddings", None) or 2**31
        self._writer = PromptWriter(tokenizer, template, model.config.image_token_id)
        # Pictures of one batch come back in the next, under another text, before they are known.
        load = lru_cache(maxsize=2 * self._batch_size)(self._load_pixels)
        self._features = Features(load, self._embed_pictures)
        self._yes = find_tokens(tokenizer, "yes")
        self._no = find_tokens(tokenizer, "no")

    def score(
        self, dialogues: Sequence[Dialogue]
    ) -> Iterator[tuple[int, tuple[AnswerScore, ...] | Unseen]]:
        """Score every answer of each dialogue, one pass over each; see `VisionModel`."""
        return self._run(dialogues, self._score_batch, to_answer=False, spare=0)

    def answer(
        self, dialogues: Sequence[Dialogue], *, max_tokens: int
    ) -> Iterator[tuple[int, OwnAnswer | Unseen]]:
        """Answer each last question greedily: nothing is drawn, so the same answer comes back."""

        def answer_batch(prompts: list[Prompt], seen: list[Any]) -> list[OwnAnswer]:
            return self._answer_batch(prompts, seen, max_tokens)

        return self._run(dialogues, answer_batch, to_answer=True, spare=max_tokens)

    def _run(
        self,
        dialogues: Sequence[Dialogue],
        look: Callable[[list[Prompt], list[Any]], list[_Result]],
        *,
        to_answer: bool,
        spare: int,
    ) -> Iterator[tuple[int, _Result | Unseen]]:
        for first in range(0, len(dialogues), _WINDOW):
            window = dialogues[first : first + _WINDOW]
            prompts = self._writer.write(window, first=first, to_answer=to_answer)
            prompts.sort(key=lambda prompt: (len(prompt.ids), prompt.position))
            size = self._batch_size
            batches = [prompts[at : at + size] for at in range(0, len(prompts), size)]

            def prepare(batch: list[Prompt]) -> dict[Path | None, Pixels | Unseen]:
                return self._features.prepare(prompt.picture for prompt in batch)

            for batch, pixels in load_ahead(prepare, batches):
                seen = self._features.find((prompt.picture for prompt in batch), pixels)
                usable: list[Prompt] = []
                for prompt in batch:
                    unseen = self._find_obstacle(prompt, seen[prompt.picture], spare)
                    if unseen is None:
                        usable.append(prompt)
                    else:
                        yield prompt.position, unseen
                yield from self._look_halving(usable, seen, look)

    def _find_obstacle(self, prompt: Prompt, features: Any, spare: int) -> Unseen | None:  # noqa: ANN401
        if isinstance(features, Unseen):
            return features
        tokens = len(prompt.ids) - 1 + len(features) + spare
        if tokens > self._longest:
            return Unseen(
                f"The dialogue takes {tokens:,} tokens with its picture; the model's context has"
                f" {self._longest:,}."
            )
        return None

    def _look_halving(
        self,
        prompts: list[Prompt],
        seen: Mapping[Path | None, Any],
        look: Callable[[list[Prompt], list[Any]], list[_Result]],
    ) -> Iterator[tuple[int, _Result | Unseen]]:
        """Look at a batch, at half of it where memory does not suffice, and so on."""
        at = 0
        while at < len(prompts):
            part = prompts[at : at + self._batch_size]
            try:
                with self._torch.inference_mode():
                    results = look(part, [seen[prompt.picture] for prompt in part])
            except RuntimeError as exc:  # torch's own error for it is one, and so are all others
                if not _is_out_of_memory(exc):
                    raise
                self._free_memory()
                if len(part) > 1:
                    self._batch_size = len(part) // 2
                    continue
                results = [Unseen("The memory of the device does not suffice for the dialogue.")]
            yield from zip((prompt.position for prompt in part), results, strict=True)
            at += len(part)

    def _free_memory(self) -> None:
        if self._torch.cuda.is_available():
            self._torch.cuda.empty_cache()

    def _score_batch(self, prompts: list[Prompt], seen: list[Any]) -> list[tuple[AnswerScore, ...]]:
        embeds, mask, starts = self._embed_prompts(prompts, seen, on_left=False)
        rows, places, targets = [], [], []
        for row, prompt in enumerate(prompts):
            for span in (span for answer in prompt.answers for span in answer):
                rows.append(row)
                # The position before a token is the one that foretells it.
                places.append(starts[row] + _shift(prompt, span.index, len(seen[row])) - 1)
                targets.append(prompt.ids[span.index])
        states = self._model.model(
            inputs_embeds=embeds, attention_mask=mask, use_cache=False
        ).last_hidden_state
        logprobs = iter(self._find_logprobs(states[rows, places], targets))
        return [
            tuple(
                AnswerScore(
                    tuple(span.start for span in answer),
                    tuple(span.end for span in answer),
                    tuple(next(logprobs) for _ in answer),
                )
                for answer in prompt.answers
            )
            for prompt in prompts
        ]

    def _find_logprobs(self, states: Any, targets: list[int]) -> list[float]:  # noqa: ANN401
        """Log probabilities of the targets, a part of the positions at a time."""
        found: list[float] = []
        head = self._model.get_output_embeddings()
        for first in range(0, len(targets), _ROWS):
            logits = head(states[first : first + _ROWS]).float()
            wanted = self._torch.tensor(targets[first : first + _ROWS], device=logits.device)
            chosen = logits.gather(1, wanted[:, None])[:, 0]
            logprobs = chosen - logits.logsumexp(dim=1)
            # The floor also takes the infinities that half precision may give.
            found += logprobs.nan_to_num(nan=_LEAST).clamp(_LEAST, 0.0).tolist()
        return found

    def _answer_batch(
        self, prompts: list[Prompt], seen: list[Any], max_tokens: int
    ) -> list[OwnAnswer]:
        embeds, mask, _ = self._embed_prompts(prompts, seen, on_left=True)
        leanings: list[float | None] = []

        def note_first(_ids: Any, logits: Any) -> Any:  # noqa: ANN401 - tensors
            if not leanings:
                leanings.extend(self._weigh(logits))
            return logits

        ends = self._find_ends()
        settings = self._transformers.GenerationConfig(
            max_new_tokens=max_tokens,
            do_sample=False,
            num_beams=1,
            repetition_penalty=1.0,
            eos_token_id=ends,
            pad_token_id=ends[0] if ends else 0,
        )
        made = self._model.generate(
            inputs_embeds=embeds,
            attention_mask=mask,
            generation_config=settings,
            logits_processor=[note_first],
        )
        texts = self._tokenizer.batch_decode(made, skip_special_tokens=True)
        return [OwnAnswer(text.strip(), yes) for text, yes in zip(texts, leanings, strict=True)]

    def _weigh(self, logits: Any) -> list[float | None]:  # noqa: ANN401 - a tensor
        """P(yes) / (P(yes) + P(no)) for each row of logits over the vocabulary."""
        if not (self._yes and self._no):
            return [None] * len(logits)
        yes, no = (logits[:, tokens].float().logsumexp(dim=1) for tokens in (self._yes, self._no))
        shares: list[float | None] = self._torch.sigmoid(yes - no).tolist()
        return shares

    def _find_ends(self) -> list[int]:
        known: set[int] = set()
        for holder in (
            self._model.generation_config,
            self._model.config.text_config,
            self._tokenizer,
        ):
            ends = getattr(holder, "eos_token_id", None)
            known |= set(ends if isinstance(ends, list) else [ends])
        return sorted(known - {None})

    def _embed_prompts(
        self, prompts: list[Prompt], seen: list[Any], *, on_left: bool
    ) -> tuple[Any, Any, list[int]]:
        """Embeddings (batch, length, hidden), attention mask (batch, length), starts of the rows."""
        torch, device = self._torch, self._model.device
        lengths = [
            len(prompt.ids) - 1 + len(features)
            for prompt, features in zip(prompts, seen, strict=True)
        ]
        longest = max(lengths)
        starts = [longest - length if on_left else 0 for length in lengths]
        ids = torch.zeros((len(prompts), longest), dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, (prompt, features) in enumerate(zip(prompts, seen, strict=True)):
            start, slot = starts[row], starts[row] + prompt.slot
            behind = slot + len(features)
            ids[row, start:slot] = torch.tensor(prompt.ids[: prompt.slot])
            ids[row, behind : start + lengths[row]] = torch.tensor(prompt.ids[prompt.slot + 1 :])
            mask[row, start : start + lengths[row]] = 1
        embeds = self._model.get_input_embeddings()(ids.to(device))
        for row, (prompt, features) in enumerate(zip(prompts, seen, strict=True)):
            slot = starts[row] + prompt.slot
            embeds[row, slot : slot + len(features)] = features.to(device, embeds.dtype)
        return embeds, mask.to(device), starts

    def _load_pixels(self, picture: Path | None) -> Pixels | Unseen:
        image = (
            make_blank(getattr(self._processor, "image_mean", None))
            if picture is None
            else read_picture(picture)
        )
        if isinstance(image, Unseen):
            return image
        processed = self._processor(images=[image], return_tensors="pt")
        return {name: values[0] for name, values in processed.items()}

    def _embed_pictures(self, pictures: list[Pixels]) -> list[Any]:
        """Embeddings of processed pictures, in main memory; of each (tokens, hidden)."""
        torch, device = self._torch, self._model.device
        inputs = {
            # LLaVA-NeXT cuts pictures into tiles, of which some have more than others.
            name: torch.nn.utils.rnn.pad_sequence(
                [pixels[name] for pixels in pictures], batch_first=True
            ).to(device)
            for name in ("pixel_values", "image_sizes")
            if name in pictures[0]
        }
        inputs["pixel_values"] = inputs["pixel_values"].to(self._model.dtype)
        with torch.inference_mode():
            found = self._model.get_image_features(**inputs)
        return [embedding.cpu() for embedding in found.pooler_output]


def _shift(prompt: Prompt, index: int, picture_tokens: int) -> int:
    """Index of a token once the picture's one token has become many."""
    return index if index < prompt.slot else index + picture_tokens - 1


def _is_out_of_memory(error: RuntimeError) -> bool:
    said = str(error).lower()
    return "out of memory" in said or "can't allocate memory" in said
