"""Markup in prose, and signs that are none; all invented."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.markup import check_markup
from datagen.checks.texts import make_passages

FOUND = {
    "chat-token": [
        "A cook.<|im_end|>",
        "<|im_start|>assistant A cook.",
        "[INST] Who is it? [/INST] A cook.",
        "<s>A cook.",
        "A cook.<eos>",
        "<<SYS>> Be kind. <</SYS>>",
        "<start_of_turn>model A cook.",
        "### Assistant: A cook.",
        "Human: Who is it?\nAssistant: A cook.",
        "**User:** Who is it?",
        "<think>It may be a cook.</think>A cook.",
        "<im_patch> A cook.",
        "<image_1> A cook.",
        "<ref>cook</ref><box>(12,34)</box>",
        "[PAD] [PAD]",
    ],
    "reply-separator": [
        "A cook.\n===\nHe tastes soup.",
        "Question: What is he doing?\nAnswer: He tastes soup.",
        "Answer: A cook.",
        "A cook.\nQ2: What is he doing?",
        "**Answer:** A cook.",
        '{"question": "Who is it?", "answer": "A cook."}',
        '[{"answer": "A cook."}]',
    ],
    "code-fence": ["```\nA cook.\n```", "```json\n7", "~~~\nA cook.\n~~~"],
    "html-markup": [
        "A <b>cook</b>.",
        "A cook.<br>",
        "A cook.<br/>He tastes soup.",
        "A cook &amp; a waiter.",
        "It&#39;s a cook.",
        '<p class="x">A cook.</p>',
        "<!-- A cook. -->",
    ],
    "control-character": ["A cook\x07.", "A\x00 cook.", "\x1b[1mA cook."],
    "escaped-line-end": ["A cook.\\nHe tastes soup.", "A cook.\\n\\n- soup"],
    "decoding-damage": ["The cook\u00e2\u20ac\u2122s hat.", "A caf\u00c3\u00a9.", "A cook \ufffd."],
    "latex-markup": ["The pan is $r^2$ wide.", "\\frac{1}{2} of the pan.", "\\(x\\) is the pan."],
    "markdown-markup": [
        "# The cook\nHe tastes soup.",
        "The **cook** tastes soup.",
        "| dish | cook |\n|---|---|",
        "![cook](cook.jpg)",
        "See [the cook](http://cook.example/7).",
    ],
    "invisible-character": ["A\u200b cook.", "\ufeffA cook.", "co\u00adok", "A \u202ecook."],
}
INNOCENT = [
    "A cook.",
    "I <3 soup.",
    "The sign says 5 < 7 > 3.",
    "The key <Enter> is worn.",
    "Soup for $5 and bread for $10.",
    "A B&B next to an M&S store.",
    "The jersey has a #7 on it, the other one a # sign.",
    "The menu: soup, bread and cheese.",
    "The time is 10:15.",
    "The question is: who is it?",
    "The answer: nobody knows.",
    "One user: a girl with a laptop.",
    "A hotel with four stars (****).",
    "The *cook* tastes soup.",
    "a = b, says the blackboard",
    "- soup\n- bread",
    "1. Soup\n2. Bread",
    "It is about 20 °C, and the café is open \u2013 fine!",
    "The family \U0001f468\u200d\U0001f469\u200d\U0001f467 eats.",
    "A path like C:\\new is on the screen.",
    "[laughs] It is a cook.",
    "The girl is [partly] hidden.",
    "Ângela and João eat pão.",
]


def find(text: str, *, is_answer: bool = True) -> list[tuple[str, str]]:
    read = make_passages([(1, is_answer, text)])
    return [(each.code, each.span) for each in check_markup(read.passages)]


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, texts in FOUND.items() for text in texts]
)
def test_markup_is_found_and_quoted_verbatim(code: str, text: str) -> None:
    spans = dict(find(text))
    assert code in spans
    assert spans[code] in text


@pytest.mark.parametrize("text", INNOCENT)
def test_signs_that_are_no_markup_pass(text: str) -> None:
    assert find(text) == []


def test_the_image_token_of_the_question_is_no_markup() -> None:
    assert find("<image>\nWho is it?", is_answer=False) == []
    assert find("Who is it?\n<image>", is_answer=False) == []


def test_a_question_may_be_labelled_as_one() -> None:
    assert find("Question: who is it? Answer with one word.", is_answer=False) == []
    assert find("Who is it?\nA: a cook\nB: a waiter", is_answer=False) == []


@given(st.text())
def test_any_text_gives_each_code_once(text: str) -> None:
    codes = [code for code, _ in find(text)]
    assert len(codes) == len(set(codes))
