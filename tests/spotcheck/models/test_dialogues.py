import re
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import SettingsError
from datagen.records import Turn
from datagen.spotcheck.models.dialogues import ChatScripts
from datagen.spotcheck.subjects import Dialogue
from tests.spotcheck.checkpoints import CHAT_TEMPLATE

SPECIAL = ("</s>", "<s>", "<pad>")
TURNS = (Turn("Is there a dog?", "No."), Turn("Why?", "No."))


def make_scripts(template: str | None = None) -> ChatScripts:
    if template is None:
        return ChatScripts(None, "<image>", SPECIAL)

    def render(messages: list[dict[str, Any]], to_answer: bool) -> str:
        values = {"messages": messages, "add_generation_prompt": to_answer}
        return jinja2.Environment(autoescape=False).from_string(template).render(values)

    return ChatScripts(render, "<image>", SPECIAL)


def test_a_dialogue_without_chat_template_is_in_llavas_layout() -> None:
    script = make_scripts().write(Dialogue(TURNS))
    assert script.text == (
        "USER: <image>\nIs there a dog? ASSISTANT: No.</s>USER: Why? ASSISTANT: No.</s>"
    )


def test_the_picture_stands_behind_the_first_question_where_it_is_said_to() -> None:
    script = make_scripts().write(Dialogue(TURNS[:1], image_first=False))
    assert script.text == "USER: Is there a dog?\n<image> ASSISTANT: No.</s>"
    templated = make_scripts(CHAT_TEMPLATE).write(Dialogue(TURNS[:1], image_first=False))
    assert templated.text == "USER: Is there a dog?\n<image> ASSISTANT: No. "


def test_to_be_answered_a_dialogue_ends_where_the_answer_would_start() -> None:
    dialogue = Dialogue((TURNS[0], Turn("Why?", "")))
    assert make_scripts().write(dialogue, to_answer=True).text == (
        "USER: <image>\nIs there a dog? ASSISTANT: No.</s>USER: Why? ASSISTANT:"
    )
    assert make_scripts(CHAT_TEMPLATE).write(dialogue, to_answer=True).text == (
        "USER: <image>\nIs there a dog? ASSISTANT: No. USER: Why? ASSISTANT:"
    )


def test_a_template_that_takes_text_only_gets_text_only() -> None:
    template = (
        "{% for message in messages %}{{ '[INST] ' if message['role'] == 'user' else '' }}"
        "{{ message['content'] + '' }}{{ ' [/INST] ' if message['role'] == 'user' else '</s>' }}"
        "{% endfor %}"
    )
    script = make_scripts(template).write(Dialogue(TURNS[:1]))
    assert script.text == "[INST] <image>\nIs there a dog? [/INST] No.</s>"


@pytest.mark.parametrize(
    "template",
    [
        "{% for message in messages %}{{ message['role'] }}{% endfor %}",  # no text
        CHAT_TEMPLATE + CHAT_TEMPLATE,  # everything twice
        "{{ raise_exception('no') }}",
        "{{ messages[0]['content'][0]['nothing']['at all'] }}",
    ],
)
def test_a_template_that_does_not_show_all_is_an_error(template: str) -> None:
    with pytest.raises(SettingsError, match="chat template of the checkpoint cannot be used"):
        make_scripts(template).write(Dialogue(TURNS))


texts = st.text(max_size=30) | st.sampled_from(
    ["<image>", "a <image></s><pad> b", "ASSISTANT: No.", "\ue0000\ue002", "\ud800", "{{ x }}"]
)


@given(
    turns=st.lists(st.builds(Turn, texts, texts), min_size=1, max_size=3).map(tuple),
    first=st.booleans(),
    templated=st.booleans(),
)
def test_places_hold_whatever_the_texts_are(
    turns: tuple[Turn, ...], first: bool, templated: bool
) -> None:
    scripts = make_scripts(CHAT_TEMPLATE if templated else None)
    script = scripts.write(Dialogue(turns, image_first=first))
    assert script.text.count("<image>") == 1
    assert script.text.startswith("<image>", script.picture)
    for turn, (start, end) in zip(turns, script.answers, strict=True):
        written = script.text[start:end]
        assert len(written) == len(turn.answer)
        same = re.sub("[\ud800-\udfff]", "\ufffd", turn.answer)
        assert written.casefold() == same.casefold() or len(written) != len(written.casefold())
