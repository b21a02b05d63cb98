"""Tiny checkpoints of random weights, saved as the real ones are.

They see next to nothing, but they are read, run and fail like their large relatives.
"""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datagen.spotcheck.models.loading import import_torch

SIDE = 32
"""Pixels of a side of the pictures that the vision towers take; patches have a side of 8."""

SENTENCES = (
    "What is the man doing? The man is riding a wave on a surfboard in the sea.",
    "Is there a dog in the picture? Yes, a brown dog sleeps on the sofa.",
    "Is there a cat? No, there is no cat. What color is the bus? The bus is red and white.",
    "USER: ASSISTANT: Describe the image in detail. A woman holds an umbrella near the street.",
    "yes no How many people are there? There are two people at a table with pizza and wine.",
)

CHAT_TEMPLATE = (
    "{% for message in messages %}{{ message['role'].upper() + ': ' }}"
    "{% for content in message['content'] if content['type'] == 'image' %}<image>\n{% endfor %}"
    "{% for content in message['content'] if content['type'] == 'text' %}"
    "{{ content['text'] + ' ' }}{% endfor %}{% endfor %}"
    "{% if add_generation_prompt %}ASSISTANT:{% endif %}"
)
"""Written as those of the LLaVA-1.5 checkpoints are: pictures first, a blank behind each text."""


def make_tokenizer(
    sentences: Sequence[str] = SENTENCES, *, pieces: int = 400, closes: bool = False
) -> Any:  # noqa: ANN401 - transformers' own
    """A byte-pair tokenizer trained on some sentences, with LLaVA's special tokens.

    Args:
        sentences: their words become tokens where `pieces` allows.
        pieces: size of the vocabulary.
        closes: end every text with `</s>`, as CLIP's tokenizers do.
    """
    import tokenizers
    from tokenizers import decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = ["<pad>", "<unk>", "<s>", "</s>", "<image>"]
    core = tokenizers.Tokenizer(models.BPE(unk_token="<unk>"))
    core.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    core.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=pieces,
        special_tokens=special,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    core.train_from_iterator(sentences, trainer)
    core.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>" if closes else "<s> $A",
        special_tokens=[(token, core.token_to_id(token)) for token in ("<s>", "</s>")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<pad>",
        additional_special_tokens=["<image>"],
    )


def save_llava(
    folder: Path,
    *,
    template: str | None = CHAT_TEMPLATE,
    next_tiles: Sequence[tuple[int, int]] = (),
    hidden: int = 32,
    layers: int = 2,
    context: int = 512,
    sentences: Sequence[str] = SENTENCES,
    seed: int = 0,
) -> Path:
    """Save a LLaVA-1.5 checkpoint, or LLaVA-NeXT where there are tiles.

    Args:
        folder: new or empty.
        template: the chat template; None to leave it out.
        next_tiles: resolutions `(height, width)` that LLaVA-NeXT may fit a picture into,
            multiples of `SIDE`.
        hidden: width of both towers.
        layers: of both towers.
        context: tokens that the language model takes.
        sentences: to train the tokenizer on.
        seed: of the weights.
    """
    torch, transformers = _import_torch()
    tokenizer = make_tokenizer(sentences)
    config: dict[str, Any] = {
        "vision_config": _shape_tower(
            hidden, layers, model_type="clip_vision_model", image_size=SIDE, patch_size=8
        ),
        "text_config": {
            **_shape_tower(hidden, layers, model_type="llama", vocab_size=len(tokenizer)),
            "num_key_value_heads": 2,
            "max_position_embeddings": context,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id,
        },
        "image_token_id": tokenizer.convert_tokens_to_ids("<image>"),
        "vision_feature_layer": -1,
    }
    sizes = {"size": {"shortest_edge": SIDE}, "crop_size": {"height": SIDE, "width": SIDE}}
    parts: dict[str, Any] = {
        "tokenizer": tokenizer,
        "patch_size": 8,
        "vision_feature_select_strategy": "default",
        "num_additional_image_tokens": 1,
        "chat_template": template,
    }
    torch.manual_seed(seed)
    if next_tiles:
        tiles = [list(tile) for tile in next_tiles]
        model: Any = transformers.LlavaNextForConditionalGeneration(
            transformers.LlavaNextConfig(**config, image_grid_pinpoints=tiles)
        )
        images: Any = transformers.LlavaNextImageProcessorPil(**sizes, image_grid_pinpoints=tiles)
        processor: Any = transformers.LlavaNextProcessor(images, **parts)
    else:
        model = transformers.LlavaForConditionalGeneration(transformers.LlavaConfig(**config))
        images = transformers.CLIPImageProcessorPil(**sizes)
        processor = transformers.LlavaProcessor(images, **parts)
    _sharpen(model)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


def save_clip(folder: Path, *, hidden: int = 32, layers: int = 2, seed: int = 0) -> Path:
    """Save a CLIP checkpoint whose texts hold 77 tokens at most."""
    torch, transformers = _import_torch()
    tokenizer = make_tokenizer(closes=True)
    tokenizer.model_max_length = 77
    sizes = {"size": {"shortest_edge": SIDE}, "crop_size": {"height": SIDE, "width": SIDE}}
    torch.manual_seed(seed)
    config = transformers.CLIPConfig(
        text_config={
            **_shape_tower(hidden, layers, vocab_size=len(tokenizer)),
            "max_position_embeddings": 77,
            "bos_token_id": tokenizer.bos_token_id,
            "eos_token_id": tokenizer.eos_token_id,
        },
        vision_config=_shape_tower(hidden, layers, image_size=SIDE, patch_size=8),
        projection_dim=16,
    )
    model: Any = transformers.CLIPModel(config)
    _sharpen(model)
    model.save_pretrained(folder)
    images = transformers.CLIPImageProcessorPil(**sizes)
    transformers.CLIPProcessor(images, tokenizer).save_pretrained(folder)
    return folder


def use_old_layout(folder: Path) -> Path:
    """Store the image processor as older checkpoints do: in a `preprocessor_config.json` alone."""
    file = folder / "processor_config.json"
    settings = json.loads(file.read_text("utf-8"))
    images = settings["image_processor"]
    images["image_processor_type"] = images["image_processor_type"].removesuffix("Pil")
    (folder / "preprocessor_config.json").write_text(json.dumps(images), "utf-8")
    file.unlink()
    return folder


def _import_torch() -> tuple[Any, Any]:
    torch, transformers = import_torch()
    # Tiny models gain nothing by threads, and test processes that spin them slow each other down.
    torch.set_num_threads(1)
    return torch, transformers


def _shape_tower(hidden: int, layers: int, **more: Any) -> dict[str, Any]:  # noqa: ANN401
    shape = {
        "hidden_size": hidden,
        "intermediate_size": 2 * hidden,
        "num_hidden_layers": layers,
        "num_attention_heads": 2,
    }
    return {**shape, **more}


def _sharpen(model: Any) -> None:  # noqa: ANN401 - transformers' own
    """Make weights larger than they are drawn, so that every input leaves a mark on the output."""
    import torch

    with torch.no_grad():
        for name, weights in model.named_parameters():
            if weights.dim() > 1 and "position" not in name:
                weights.mul_(4.0)
