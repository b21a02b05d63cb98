"""Spot-check, what sees: a dialogue -> the text a LLaVA checkpoint reads, and where its answers are.

The checkpoint's chat template is rendered once for each number of turns, with marks in the place of
the texts; a dialogue's own texts are put in afterwards. So the place of the picture and of every
answer is known to the character, whatever the texts say and however often they say it.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import jinja2

from datagen.errors import SettingsError
from datagen.spotcheck.subjects import Dialogue

Render = Callable[[list[dict[str, Any]], bool], str]
"""Renders chat messages; True adds the opening of the assistant's next answer."""

_QUESTION, _ANSWER, _END = "\ue000", "\ue001", "\ue002"  # private characters: no template has them
_MARK = re.compile(f"([{_QUESTION}{_ANSWER}])(\\d+){_END}")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Script:
    """What a checkpoint reads.

    Attributes:
        text: with the picture's token once.
        picture: where that token starts.
        answers: `(start, end)` of every answer that is in the text; characters, end excluded.
    """

    text: str
    picture: int
    answers: tuple[tuple[int, int], ...]


class ChatScripts:
    """Writes dialogues as one checkpoint reads them."""

    def __init__(self, render: Render | None, picture_token: str, special: Sequence[str]) -> None:
        """Set up.

        Args:
            render: by the checkpoint's chat template; None for LLaVA-1.5's own layout.
            picture_token: what stands for the picture in the text.
            special: all texts that the tokenizer takes for more than text; the first is the end
                of an answer, empty where there is none.
        """
        plain = _make_plain_render(picture_token, special[0] if special else "")
        self._render = render or plain
        self._picture = picture_token
        words = sorted({picture_token, *special} - {""}, key=len, reverse=True)
        self._special = re.compile("|".join(map(re.escape, words)))
        self._find_skeleton = cache(self._make_skeleton)

    def write(self, dialogue: Dialogue, *, to_answer: bool = False) -> Script:
        """The text of a dialogue; `to_answer` ends it where the last answer would start.

        Raises:
            SettingsError: the chat template does not show the picture and every text.
        """
        turns = dialogue.turns
        pieces = self._find_skeleton(len(turns), dialogue.image_first, to_answer)
        text, picture, answers = "", 0, []
        for kind, said in pieces:
            if kind == _QUESTION:
                said = disarm(turns[int(said)].question, self._special)
            elif kind == _ANSWER:
                said = disarm(turns[int(said)].answer, self._special)
                answers.append((len(text), len(text) + len(said)))
            elif kind == self._picture:
                picture = len(text)
            text += said
        return Script(text, picture, tuple(answers))

    def _make_skeleton(
        self, turns: int, image_first: bool, to_answer: bool
    ) -> tuple[tuple[str, str], ...]:
        problem = "it does not show the picture and every text in order"
        for as_parts in (True, False):
            messages = self._make_messages(turns, image_first, as_parts=as_parts)
            try:
                text = self._render(messages[:-1] if to_answer else messages, to_answer)
            except (jinja2.TemplateError, TypeError, AttributeError, KeyError) as exc:
                problem = str(exc) or type(exc).__name__
                continue
            pieces = _split(text, self._picture)
            kinds = [(kind, said) for kind, said in pieces if kind]
            pictures = [said for kind, said in kinds if kind == self._picture]
            marks = [(kind, said) for kind, said in kinds if kind != self._picture]
            if len(pictures) == 1 and marks == _list_marks(turns, to_answer=to_answer):
                return pieces
        raise SettingsError(f"the chat template of the checkpoint cannot be used: {problem}")

    def _make_messages(
        self, turns: int, image_first: bool, *, as_parts: bool
    ) -> list[dict[str, Any]]:
        messages: list[dict[str, Any]] = []
        for turn in range(turns):
            question = f"{_QUESTION}{turn}{_END}"
            answer = f"{_ANSWER}{turn}{_END}"
            parts = [{"type": "text", "text": question}]
            if turn == 0 and image_first and as_parts:
                parts.insert(0, {"type": "image"})
            elif turn == 0:
                # LLaVA's templates move pictures to the front; inside the text it stays behind.
                pair = (self._picture, question) if image_first else (question, self._picture)
                question = "\n".join(pair)
                parts[0]["text"] = question
            messages += [
                {"role": "user", "content": parts if as_parts else question},
                {
                    "role": "assistant",
                    "content": [{"type": "text", "text": answer}] if as_parts else answer,
                },
            ]
        return messages


def disarm(text: str, special: re.Pattern[str]) -> str:
    """Text that is text only, at the same length, so that places in it stay valid.

    What a tokenizer would take for more than text gets its first letter in the other case; half
    surrogate pairs become U+FFFD.

    >>> disarm("The word <image>.", re.compile("<image>"))
    'The word <Image>.'
    """
    text = _LONE_SURROGATE.sub("\ufffd", text)
    return special.sub(lambda found: _flip_case(found[0]), text)


def _flip_case(token: str) -> str:
    """The token with its first letter in the other case: `<image>` -> `<Image>`."""
    at = next((place for place, char in enumerate(token) if char.isalpha()), len(token))
    return token[:at] + token[at : at + 1].swapcase() + token[at + 1 :]


def _split(text: str, picture: str) -> tuple[tuple[str, str], ...]:
    """Pieces of a rendered skeleton: `("", text)`, `(picture, picture)`, `(mark, turn)`."""
    pieces: list[tuple[str, str]] = []
    for at, plain in enumerate(text.split(picture)):
        if at:
            pieces.append((picture, picture))
        last = 0
        for mark in _MARK.finditer(plain):
            pieces += [("", plain[last : mark.start()]), (mark[1], mark[2])]
            last = mark.end()
        pieces.append(("", plain[last:]))
    return tuple(pieces)


def _list_marks(turns: int, *, to_answer: bool) -> list[tuple[str, str]]:
    marks = [(kind, str(turn)) for turn in range(turns) for kind in (_QUESTION, _ANSWER)]
    return marks[:-1] if to_answer else marks


def _make_plain_render(picture_token: str, end: str) -> Render:
    r"""LLaVA-1.5's layout for checkpoints without a chat template.

    `USER: <image>\nquestion ASSISTANT: answer</s>USER: …`, as on the model card of
    llava-hf/llava-1.5-7b-hf.
    """

    def render(messages: list[dict[str, Any]], to_answer: bool) -> str:
        text = ""
        for message in messages:
            said = "".join(
                part["text"] if part["type"] == "text" else f"{picture_token}\n"
                for part in message["content"]
            )
            text += f"USER: {said} " if message["role"] == "user" else f"ASSISTANT: {said}{end}"
        return text + "ASSISTANT:" if to_answer else text

    return render
