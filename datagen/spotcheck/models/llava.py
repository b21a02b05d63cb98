"""Spot-check, what sees: LLaVA checkpoints through transformers.

A picture goes through the vision tower once; its embeddings are then set into the text at the
place of the picture, for scoring and answering alike. The whole of a dialogue takes one pass.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

from datagen.errors import SettingsError
from datagen.spotcheck.models import AnswerScore, OwnAnswer, Unseen, loading
from datagen.spotcheck.models.batches import Batches, load_ahead
from datagen.spotcheck.models.checkpoints import find_checkpoint
from datagen.spotcheck.models.features import Features, Pixels
from datagen.spotcheck.models.pictures import make_blank, read_picture
from datagen.spotcheck.models.stacking import count_tokens, stack_prompts
from datagen.spotcheck.models.tokens import Prompt, PromptWriter, find_tokens
from datagen.spotcheck.subjects import Dialogue

DEFAULT_LLAVA = "llava-hf/llava-1.5-7b-hf"

ARCHITECTURES = ("LlavaForConditionalGeneration", "LlavaNextForConditionalGeneration")

_WINDOW = 1024  # dialogues that are sorted by length together
_ROWS = 256  # positions whose probabilities over the vocabulary are held at once
_LEAST = -100.0  # logarithm of a probability

_Result = TypeVar("_Result")
_See = Callable[[list[Prompt], list[Any]], list[_Result]]  # prompts, embeddings of their pictures


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
    _, transformers = loading.import_torch()
    place = loading.choose_device(device)
    checkpoint = find_checkpoint(name_or_folder)
    if checkpoint.architecture not in ARCHITECTURES:
        raise SettingsError(
            f"{name_or_folder} is a {checkpoint.architecture or 'checkpoint of unknown kind'};"
            f" the spot-check takes {' and '.join(ARCHITECTURES)}"
        )
    numbers = loading.choose_dtype(dtype, place, checkpoint)
    options: dict[str, Any] = {"dtype": numbers}
    if (quantization := loading.make_quantization(quantize, place, numbers)) is not None:
        options |= {"quantization_config": quantization, "device_map": {"": place}}
    tokenizer = loading.load_part(transformers.AutoTokenizer, checkpoint, "tokenizer")
    processor = loading.load_part(
        transformers.AutoImageProcessor, checkpoint, "image processor", backend="pil"
    )
    model_class = getattr(transformers, checkpoint.architecture)
    model = loading.load_weights(model_class, checkpoint, place, **options)
    said = [f"{name_or_folder}@{checkpoint.revision}", str(numbers).removeprefix("torch.")]
    if quantize is not None:
        said.append(f"{quantize} bits")
    template = loading.find_chat_template(checkpoint, tokenizer)
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
        self._torch, self._transformers = loading.import_torch()
        self._model = model
        self._tokenizer = tokenizer
        self._processor = processor
        self._batches = Batches(batch_size, partial(loading.free_memory, model.device.type))
        text_config = model.config.text_config
        self._longest = getattr(text_config, "max_position_embeddings", None) or 2**31
        self._writer = PromptWriter(tokenizer, template, model.config.image_token_id)
        # Pictures of one batch come back in the next, under another text, before they are known.
        load = lru_cache(maxsize=2 * batch_size)(self._load_pixels)
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
        see: _See[_Result],
        *,
        to_answer: bool,
        spare: int,
    ) -> Iterator[tuple[int, _Result | Unseen]]:
        for first in range(0, len(dialogues), _WINDOW):
            window = dialogues[first : first + _WINDOW]
            prompts = self._writer.write(window, first=first, to_answer=to_answer)
            prompts.sort(key=lambda prompt: (len(prompt.ids), prompt.position))
            for batch, pixels in load_ahead(self._prepare, self._batches.cut(prompts)):
                look = partial(self._look, pixels=pixels, see=see, spare=spare)
                for prompt, result in self._batches.run(batch, look):
                    yield prompt.position, result

    def _prepare(self, batch: Sequence[Prompt]) -> Mapping[Path | None, Pixels | Unseen]:
        return self._features.prepare(prompt.picture for prompt in batch)

    def _look(
        self,
        part: Sequence[Prompt],
        *,
        pixels: Mapping[Path | None, Pixels | Unseen],
        see: _See[_Result],
        spare: int,
    ) -> list[_Result | Unseen]:
        """Results for some prompts; `spare` tokens of the context are left for answers."""
        with self._torch.inference_mode():
            found = self._features.find((prompt.picture for prompt in part), pixels)
            seen = [found[prompt.picture] for prompt in part]
            results: list[_Result | Unseen | None] = [
                self._find_obstacle(prompt, features, spare)
                for prompt, features in zip(part, seen, strict=True)
            ]
            usable = [at for at, obstacle in enumerate(results) if obstacle is None]
            if usable:
                made = see([part[at] for at in usable], [seen[at] for at in usable])
                for at, result in zip(usable, made, strict=True):
                    results[at] = result
        return [result for result in results if result is not None]

    def _find_obstacle(self, prompt: Prompt, features: Any, spare: int) -> Unseen | None:  # noqa: ANN401 - tensor or Unseen
        if isinstance(features, Unseen):
            return features
        tokens = count_tokens(prompt, features)
        if tokens + spare <= self._longest:
            return None
        with_answer = f" and {spare:,} for the answer" if spare else ""
        return Unseen(
            f"The dialogue takes {tokens:,} tokens with its picture{with_answer}; the model's"
            f" context has {self._longest:,}."
        )

    def _score_batch(self, prompts: list[Prompt], seen: list[Any]) -> list[tuple[AnswerScore, ...]]:
        stack = stack_prompts(prompts, seen, self._embed_ids, on_left=False)
        rows, places, targets = stack.list_answers()
        # Rows are filled up on the right, and no position sees what comes after it: without a mask
        # attention takes its fast way, at the same result.
        states = self._model.model(
            inputs_embeds=stack.embeddings, use_cache=False
        ).last_hidden_state
        index = tuple(
            self._torch.tensor([rows, places], dtype=self._torch.long, device=states.device)
        )
        logprobs = iter(self._find_logprobs(states[index], targets))
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
            self._demand_numbers(logprobs)
            found += logprobs.clamp(_LEAST, 0.0).tolist()
        return found

    def _answer_batch(
        self, prompts: list[Prompt], seen: list[Any], max_tokens: int
    ) -> list[OwnAnswer]:
        stack = stack_prompts(prompts, seen, self._embed_ids, on_left=True)
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
            inputs_embeds=stack.embeddings,
            attention_mask=stack.mask,
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
        self._demand_numbers(yes - no)
        shares: list[float | None] = self._torch.sigmoid(yes - no).tolist()
        return shares

    def _demand_numbers(self, values: Any) -> None:  # noqa: ANN401 - a tensor
        if values.isnan().any():
            raise SettingsError(
                f"{self.name} computes no numbers here, its values grow too large:"
                " use --dtype bfloat16 or float32"
            )

    def _find_ends(self) -> list[int]:
        """All tokens that end an answer, by whoever knows one."""
        model = self._model
        ends: set[int] = set()
        for holder in (model.generation_config, model.config.text_config, self._tokenizer):
            known = getattr(holder, "eos_token_id", None)
            if known is not None:
                ends |= set(known) if isinstance(known, list) else {known}
        return sorted(ends)

    def _embed_ids(self, ids: Any) -> Any:  # noqa: ANN401 - tensors
        return self._model.get_input_embeddings()(ids.to(self._model.device))

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
        found = self._model.get_image_features(**inputs)
        # Copied: a part of a batch would keep the whole batch in memory.
        return [embedding.to("cpu", copy=True) for embedding in found.pooler_output]
