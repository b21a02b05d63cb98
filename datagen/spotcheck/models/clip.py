"""Spot-check, what sees: CLIP checkpoints through transformers; pictures and texts -> vectors."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from datagen.errors import SettingsError
from datagen.spotcheck.models import Crop, Unseen, loading
from datagen.spotcheck.models.batches import Batches, load_ahead
from datagen.spotcheck.models.checkpoints import find_checkpoint
from datagen.spotcheck.models.pictures import read_pictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFAULT_CLIP = "openai/clip-vit-base-patch32"

ARCHITECTURE = "CLIPModel"

_Numbered = Sequence[tuple[int, Path | Crop]]


def load_clip(
    name_or_folder: str = DEFAULT_CLIP,
    *,
    device: str = "auto",
    dtype: str = "auto",
    batch_size: int = 32,
) -> "Clip":
    """Load a CLIP checkpoint.

    Args:
        name_or_folder: a folder, or a name on the hub; the hub is asked once, if at all.
        device: `auto`, `cpu`, `cuda`, `mps`.
        dtype: `auto`, `float32`, `float16`, `bfloat16`.
        batch_size: pictures or texts in one pass; halved where memory does not suffice.

    Raises:
        SettingsError: packages, files or devices are missing or do not fit, in one sentence.
    """
    _, transformers = loading.import_torch()
    place = loading.choose_device(device)
    checkpoint = find_checkpoint(name_or_folder)
    if checkpoint.architecture != ARCHITECTURE:
        raise SettingsError(
            f"{name_or_folder} is a {checkpoint.architecture or 'checkpoint of unknown kind'};"
            f" likeness of pictures and texts takes a {ARCHITECTURE}"
        )
    numbers = loading.choose_dtype(dtype, place, checkpoint)
    tokenizer = loading.load_part(transformers.AutoTokenizer, checkpoint, "tokenizer")
    processor = loading.load_part(
        transformers.AutoImageProcessor, checkpoint, "image processor", backend="pil"
    )
    model = loading.load_weights(transformers.CLIPModel, checkpoint, place, dtype=numbers)
    name = f"{name_or_folder}@{checkpoint.revision}, {str(numbers).removeprefix('torch.')}"
    return Clip(name, model, tokenizer, processor, batch_size=batch_size)


class Clip:
    """An `ImageTextModel`: a loaded CLIP with its tokenizer and image processor."""

    def __init__(
        self,
        name: str,
        model: Any,  # noqa: ANN401 - transformers' own
        tokenizer: Any,  # noqa: ANN401 - transformers' own
        processor: Any,  # noqa: ANN401 - transformers' own
        *,
        batch_size: int = 32,
    ) -> None:
        """Take what `load_clip` has loaded."""
        self.name = name
        self._torch, _ = loading.import_torch()
        self._model = model
        self._tokenizer = tokenizer
        self._processor = processor
        self._longest = model.config.text_config.max_position_embeddings
        self._batches = Batches(batch_size, partial(loading.free_memory, model.device.type))

    def embed_pictures(
        self, pictures: Sequence[Path | Crop]
    ) -> Iterator[tuple[int, "NDArray[np.float32] | Unseen"]]:
        """A vector of length 1 for each picture or part of one; see `ImageTextModel`."""
        batches = self._batches.cut(list(enumerate(pictures)))
        for _, loaded in load_ahead(self._load, batches):
            seen = [(at, pixels) for at, pixels in loaded if not isinstance(pixels, Unseen)]
            yield from ((at, pixels) for at, pixels in loaded if isinstance(pixels, Unseen))
            for (at, _), vector in self._batches.run(seen, self._embed_pixels):
                yield at, vector

    def embed_texts(self, texts: Sequence[str]) -> "NDArray[np.float32]":
        """Vectors of length 1, shape (texts, dimensions); text beyond the model's length is cut."""
        import numpy as np

        found = np.zeros((len(texts), self._model.config.projection_dim), np.float32)
        # Texts of one length together: a short one is not filled up to the longest of all.
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for batch in self._batches.cut(order):
            for at, vector in self._batches.run(batch, partial(self._embed_words, texts)):
                if isinstance(vector, Unseen):
                    raise SettingsError(f"the text cannot be embedded: {vector.problem}")
                found[at] = vector
        return found

    def _load(self, batch: _Numbered) -> list[tuple[int, Any]]:
        images = read_pictures([picture for _, picture in batch])
        return [
            (at, image if isinstance(image, Unseen) else self._process(image))
            for (at, _), image in zip(batch, images, strict=True)
        ]

    def _process(self, image: Any) -> Any:  # noqa: ANN401 - tensors
        return self._processor(images=[image], return_tensors="pt")["pixel_values"][0]

    def _embed_pixels(self, numbered: Sequence[tuple[int, Any]]) -> "list[NDArray[np.float32]]":
        pixels = self._torch.stack([pixels for _, pixels in numbered])
        with self._torch.inference_mode():
            found = self._model.get_image_features(
                pixel_values=pixels.to(self._model.device, self._model.dtype)
            )
        return self._normalize(found.pooler_output)

    def _embed_words(
        self, texts: Sequence[str], batch: Sequence[int]
    ) -> "list[NDArray[np.float32]]":
        coded = self._tokenizer(
            [_drop_surrogates(texts[at]) for at in batch],
            padding=True,
            truncation=True,
            max_length=self._longest,
            return_tensors="pt",
        )
        with self._torch.inference_mode():
            found = self._model.get_text_features(
                input_ids=coded["input_ids"].to(self._model.device),
                attention_mask=coded["attention_mask"].to(self._model.device),
            )
        return self._normalize(found.pooler_output)

    def _normalize(self, vectors: Any) -> "list[NDArray[np.float32]]":  # noqa: ANN401 - a tensor
        unit = self._torch.nn.functional.normalize(vectors.float(), dim=-1)
        return list(unit.cpu().numpy())


def _drop_surrogates(text: str) -> str:
    """Text without half surrogate pairs, which no tokenizer takes."""
    return text.encode("utf-8", "replace").decode("utf-8")
