"""A small CLIP and a small LLaVA from nothing: tokenizer, processors, models with random weights.

The shapes are those of the real ones, only small: a CLIP whose vision tower LLaVA takes over, a
projector, a Llama, and LLaVA-1.5's way to write a dialogue.
"""

from collections.abc import Iterable
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
from transformers import (
    CLIPConfig,
    CLIPImageProcessorPil,
    CLIPModel,
    CLIPProcessor,
    CLIPVisionConfig,
    CLIPVisionModel,
    LlamaConfig,
    LlavaConfig,
    LlavaForConditionalGeneration,
    LlavaProcessor,
    PreTrainedTokenizerFast,
)

from tests.benchmarks.small_llava.scenes import SIDE

PATCH = 32  # a cell of the grid: a thing is seen by one patch, which is learned in minutes
VOCABULARY = 1200  # enough for every word of the small world, so that a word is one token
FEATURE_LAYER = -2  # of the vision tower, as in LLaVA-1.5
CAPTION_TOKENS = 48
_BOS, _EOS, _PAD, _IMAGE = "<s>", "</s>", "<pad>", "<image>"

_VISION = {
    "hidden_size": 192,
    "intermediate_size": 576,
    "num_attention_heads": 4,
    "num_hidden_layers": 4,
    "image_size": SIDE,
    "patch_size": PATCH,
}

# As LLaVA-1.5 was trained: the picture first, an end after every answer.
CHAT_TEMPLATE = """\
{% for message in messages %}\
{% if message.role == 'user' %}USER: {% else %} ASSISTANT: {% endif %}\
{% for part in message.content if part.type == 'image' %}<image>
{% endfor %}\
{% for part in message.content if part.type == 'text' %}{{ part.text }}{% endfor %}\
{% if message.role == 'assistant' %}</s>{% endif %}\
{% endfor %}\
{% if add_generation_prompt %} ASSISTANT:{% endif %}"""


def train_tokenizer(texts: Iterable[str]) -> Tokenizer:
    """Byte pairs learned from the texts; nothing is unknown to it."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY,
        # CLIP takes an end of text with id 2 for a sign of its first release.
        special_tokens=[_PAD, _BOS, _IMAGE, _EOS],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    return tokenizer


def _wrap(tokenizer: Tokenizer, single: str) -> PreTrainedTokenizerFast:
    """The tokenizer of a model; `single` says where start and end go, `$A` is the text."""
    own = Tokenizer.from_str(tokenizer.to_str())
    ids = [(sign, own.token_to_id(sign)) for sign in (_BOS, _EOS)]
    own.post_processor = processors.TemplateProcessing(single=single, special_tokens=ids)
    return PreTrainedTokenizerFast(
        tokenizer_object=own,
        bos_token=_BOS,
        eos_token=_EOS,
        pad_token=_PAD,
        additional_special_tokens=[_IMAGE],
        padding_side="left",
        clean_up_tokenization_spaces=False,
    )


def make_image_processor() -> CLIPImageProcessorPil:
    """Pictures as both models take them: whole, for they have the right size."""
    return CLIPImageProcessorPil(
        size={"shortest_edge": SIDE}, crop_size={"height": SIDE, "width": SIDE}
    )


def make_tower(*, seed: int) -> CLIPVisionModel:
    """A vision tower, as both models have it."""
    torch.manual_seed(seed)
    return CLIPVisionModel(CLIPVisionConfig(**_VISION))


def make_clip(tokenizer: Tokenizer, *, seed: int) -> tuple[CLIPModel, CLIPProcessor]:
    """A CLIP of some 2.5 million weights."""
    torch.manual_seed(seed)
    wrapped = _wrap(tokenizer, f"{_BOS} $A {_EOS}")
    wrapped.padding_side = "right"
    wrapped.model_max_length = CAPTION_TOKENS
    signs = {
        "bos_token_id": wrapped.bos_token_id,
        "eos_token_id": wrapped.eos_token_id,
        "pad_token_id": wrapped.pad_token_id,
    }
    config = CLIPConfig(
        text_config={
            **signs,
            "hidden_size": 128,
            "intermediate_size": 384,
            "num_attention_heads": 4,
            "num_hidden_layers": 2,
            "vocab_size": len(wrapped),
            "max_position_embeddings": CAPTION_TOKENS,
        },
        vision_config=_VISION,
        projection_dim=64,
    )
    processor = CLIPProcessor(make_image_processor(), wrapped)
    return CLIPModel(config), processor


def make_llava(
    tokenizer: Tokenizer, *, seed: int
) -> tuple[LlavaForConditionalGeneration, LlavaProcessor]:
    """A LLaVA of some 3 million weights."""
    torch.manual_seed(seed)
    wrapped = _wrap(tokenizer, f"{_BOS} $A")
    text = LlamaConfig(
        vocab_size=len(wrapped),
        hidden_size=128,
        intermediate_size=384,
        num_hidden_layers=4,
        num_attention_heads=4,
        tie_word_embeddings=True,
        max_position_embeddings=1024,
        bos_token_id=wrapped.bos_token_id,
        eos_token_id=wrapped.eos_token_id,
        pad_token_id=wrapped.pad_token_id,
    )
    config = LlavaConfig(
        vision_config=CLIPVisionConfig(**_VISION),
        text_config=text,
        image_token_index=wrapped.convert_tokens_to_ids(_IMAGE),
        image_seq_length=(SIDE // PATCH) ** 2,
        vision_feature_layer=FEATURE_LAYER,
        tie_word_embeddings=True,
    )
    model = LlavaForConditionalGeneration(config)
    processor = LlavaProcessor(
        make_image_processor(),
        wrapped,
        patch_size=PATCH,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,
        chat_template=CHAT_TEMPLATE,
    )
    return model, processor


def save(model: torch.nn.Module, processor: CLIPProcessor | LlavaProcessor, folder: Path) -> None:
    """Write what `from_pretrained(folder)` reads."""
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
