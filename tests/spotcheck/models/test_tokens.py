from pathlib import Path
from typing import Any

import pytest

from datagen.errors import SettingsError
from datagen.records import Turn
from datagen.spotcheck.models.tokens import Prompt, PromptWriter, find_tokens
from datagen.spotcheck.subjects import Dialogue
from tests.spotcheck.checkpoints import CHAT_TEMPLATE, make_tokenizer

Tokenizer = Any  # transformers' own


def make_llama_tokenizer() -> Tokenizer:
    """As Llama's: blanks as `▁`, one before every text, unknown characters as bytes."""
    import tokenizers
    from tokenizers import decoders, models, normalizers, processors
    from transformers import PreTrainedTokenizerFast

    words = ["▁", "▁A", "▁Yes", "▁No", "Yes", "▁dog", ".", ",", "?", ":", "▁USER", "▁ASSISTANT"]
    letters = list("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\n")
    special = ["<unk>", "<s>", "</s>", "<image>"]
    tokens = [*special, *(f"<0x{byte:02X}>" for byte in range(256)), *letters, *words]
    vocabulary = {token: at for at, token in enumerate(tokens)}
    core = tokenizers.Tokenizer(
        models.BPE(vocabulary, [], unk_token="<unk>", byte_fallback=True, fuse_unk=True)
    )
    core.normalizer = normalizers.Sequence(
        [normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")]
    )
    core.decoder = decoders.Sequence(
        [
            decoders.Replace("▁", " "),
            decoders.ByteFallback(),
            decoders.Fuse(),
            decoders.Strip(" ", 1, 0),
        ]
    )
    core.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", vocabulary["<s>"])]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=core,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        additional_special_tokens=["<image>"],
    )


TOKENIZERS = {"byte-level": make_tokenizer, "llama": make_llama_tokenizer}


@pytest.fixture(params=TOKENIZERS)
def tokenizer(request: pytest.FixtureRequest) -> Tokenizer:
    return TOKENIZERS[request.param]()


def make_writer(tokenizer: Tokenizer, template: str | None = None) -> PromptWriter:
    return PromptWriter(tokenizer, template, tokenizer.convert_tokens_to_ids("<image>"))


def slice_answers(prompt: Prompt, turns: tuple[Turn, ...]) -> list[list[str]]:
    return [
        [turn.answer[span.start : span.end] for span in spans]
        for turn, spans in zip(turns, prompt.answers, strict=True)
    ]


@pytest.mark.parametrize("template", [None, CHAT_TEMPLATE])
def test_tokens_slice_back_to_the_answers(tokenizer: Tokenizer, template: str | None) -> None:
    turns = (Turn("A dog?", "Yes, dog."), Turn("Yes, dog.", "Yes, dog."), Turn("", "A 🐕 é."))
    [prompt] = make_writer(tokenizer, template).write([Dialogue(turns)])
    for turn, pieces in zip(turns, slice_answers(prompt, turns), strict=True):
        # A character of several tokens is named by each of them.
        shown = "".join(
            piece for at, piece in enumerate(pieces) if at == 0 or piece != pieces[at - 1]
        )
        assert shown.replace(" ", "") == turn.answer.replace(" ", "")


def test_an_answers_tokens_are_those_of_this_answer_not_of_its_twin(tokenizer: Tokenizer) -> None:
    turns = (Turn("Yes, dog.", "Yes, dog."), Turn("Yes, dog.", "Yes, dog."))
    [prompt] = make_writer(tokenizer).write([Dialogue(turns)])
    first, second = ([span.index for span in spans] for spans in prompt.answers)
    assert max(first) < min(second)
    assert [prompt.ids[at] for at in first] == [prompt.ids[at] for at in second]
    question = prompt.ids[max(first) + 1 : min(second)]
    assert {prompt.ids[at] for at in first[1:]} <= set(question)


def test_the_picture_is_one_token_and_never_one_of_the_text(tokenizer: Tokenizer) -> None:
    turn = Turn("<image> <image>?", "An <image>.")
    for first in (True, False):
        [prompt] = make_writer(tokenizer).write([Dialogue((turn,), image_first=first)])
        picture = tokenizer.convert_tokens_to_ids("<image>")
        assert [at for at, token in enumerate(prompt.ids) if token == picture] == [prompt.slot]


def test_positions_count_from_the_first(tokenizer: Tokenizer) -> None:
    dialogues = [Dialogue((Turn("A", "dog"),), Path(name)) for name in "ab"]
    prompts = make_writer(tokenizer).write(dialogues, first=7)
    assert [(prompt.position, prompt.picture) for prompt in prompts] == [
        (7, Path("a")),
        (8, Path("b")),
    ]
    assert make_writer(tokenizer).write([]) == []


def test_a_template_that_writes_the_start_gets_no_second_one(tokenizer: Tokenizer) -> None:
    dialogue = Dialogue((Turn("A", "dog"),))
    for template in (CHAT_TEMPLATE, "{{ bos_token }}" + CHAT_TEMPLATE):
        [prompt] = make_writer(tokenizer, template).write([dialogue])
        assert prompt.ids.count(tokenizer.bos_token_id) == 1
        assert prompt.ids[0] == tokenizer.bos_token_id


def test_yes_and_no_are_found_in_every_guise() -> None:
    llama = make_llama_tokenizer()
    assert llama.convert_ids_to_tokens(find_tokens(llama, "yes")) == ["▁Yes", "Yes"]
    assert llama.convert_ids_to_tokens(find_tokens(llama, "no")) == ["▁No"]
    assert find_tokens(llama, "maybe") == []
    level = make_tokenizer()
    assert set(level.convert_ids_to_tokens(find_tokens(level, "yes"))) == {"ĠYes", "Yes", "yes"}


def test_a_picture_token_that_the_tokenizer_does_not_know_is_an_error() -> None:
    with pytest.raises(SettingsError, match="does not know the picture's token"):
        PromptWriter(make_tokenizer(), None, 99_999)
