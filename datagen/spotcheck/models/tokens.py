"""Spot-check, what sees: dialogues -> token ids, with the tokens of every answer known.

Which tokens an answer is made of follows from the character offsets that the tokenizer gives for
the whole text, so it does not matter whether a text stands there twice.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagen.errors import SettingsError
from datagen.spotcheck.models.dialogues import ChatScripts, Script
from datagen.spotcheck.subjects import Dialogue

_WORD_STARTS = "▁Ġ "  # how tokenizers write the blank before a word


@dataclass(frozen=True, slots=True)
class Span:
    """A token of an answer: its index among the prompt's ids, its characters in the answer."""

    index: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Prompt:
    """A dialogue as token ids.

    Attributes:
        position: of the dialogue among those given.
        picture: its file; None for the blank picture.
        ids: with the picture as one token.
        slot: index of that token.
        answers: the tokens of each answer.
    """

    position: int
    picture: Path | None
    ids: tuple[int, ...]
    slot: int
    answers: tuple[tuple[Span, ...], ...]


class PromptWriter:
    """Turns dialogues into token ids as one checkpoint reads them."""

    def __init__(
        self,
        tokenizer: Any,  # noqa: ANN401 - transformers' own
        template: str | None,
        picture_id: int,
    ) -> None:
        """Set up.

        Args:
            tokenizer: a fast one; it must know the character offsets of its tokens.
            template: the checkpoint's chat template; None for LLaVA-1.5's own layout.
            picture_id: the token that stands for a picture.

        Raises:
            SettingsError: the tokenizer does not fit.
        """
        if not tokenizer.is_fast:
            raise SettingsError(
                "the checkpoint's tokenizer knows no offsets: it has no tokenizer.json"
            )
        picture_token = tokenizer.convert_ids_to_tokens(picture_id)
        if picture_token is None:
            raise SettingsError("the checkpoint's tokenizer does not know the picture's token")
        self._tokenizer = tokenizer
        self._picture_id = picture_id
        special = [tokenizer.eos_token or "", *tokenizer.all_special_tokens]
        render = _make_render(tokenizer, template) if template else None
        self._scripts = ChatScripts(render, picture_token, special)

    def write(
        self, dialogues: Sequence[Dialogue], *, first: int = 0, to_answer: bool = False
    ) -> list[Prompt]:
        """Token ids of dialogues, the first of which has the position `first`."""
        scripts = [self._scripts.write(dialogue, to_answer=to_answer) for dialogue in dialogues]
        if not scripts:
            return []
        start = self._tokenizer.bos_token
        # Some chat templates write the token that starts a text, others leave it to the tokenizer.
        has_start = bool(start) and scripts[0].text.startswith(start)
        coded = self._tokenizer(
            [script.text for script in scripts],
            add_special_tokens=not has_start,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        rows = zip(dialogues, scripts, coded["input_ids"], coded["offset_mapping"], strict=True)
        return [
            Prompt(
                first + at,
                dialogue.picture,
                tuple(ids),
                self._find_slot(ids),
                _find_answers(script, offsets),
            )
            for at, (dialogue, script, ids, offsets) in enumerate(rows)
        ]

    def _find_slot(self, ids: list[int]) -> int:
        if ids.count(self._picture_id) != 1:
            raise SettingsError("the checkpoint's tokenizer does not keep the picture as one token")
        return ids.index(self._picture_id)


def _make_render(tokenizer: Any, template: str) -> Callable[[list[dict[str, Any]], bool], str]:  # noqa: ANN401
    def render(messages: list[dict[str, Any]], to_answer: bool) -> str:
        text = tokenizer.apply_chat_template(
            messages, chat_template=template, tokenize=False, add_generation_prompt=to_answer
        )
        return str(text)

    return render


def _find_answers(
    script: Script, offsets: Sequence[tuple[int, int]]
) -> tuple[tuple[Span, ...], ...]:
    """The tokens that share characters with an answer; what they have beyond it is cut off."""
    answers = []
    at = 0
    for start, end in script.answers:
        spans = []
        while at < len(offsets) and offsets[at][1] <= start:
            at += 1
        while at < len(offsets) and offsets[at][0] < end:
            low, high = offsets[at]
            if high > start:
                spans.append(Span(at, max(low, start) - start, min(high, end) - start))
            at += 1
        answers.append(tuple(spans))
    return tuple(answers)


def find_tokens(tokenizer: Any, word: str) -> list[int]:  # noqa: ANN401 - transformers' own
    """All tokens that are this word: in any case, with or without a blank before it."""
    return sorted(
        index
        for token, index in tokenizer.get_vocab().items()
        if token.lstrip(_WORD_STARTS).casefold() == word
    )
