import pytest

from datagen.records import Turn
from datagen.replies import parse_reply

TEXT = "A red bus waits at a stop.\n\nA woman stands beside it."
ASKED = "Describe it."

AS_TEXT = {
    "a preamble": ("preamble", f"Sure, here is a detailed description:\n\n{TEXT}"),
    "a short preamble": ("preamble", f"Certainly!\n\n{TEXT}"),
    "two lines of preamble": ("preamble", f"Of course!\nHere is the description:\n{TEXT}"),
    "an announcement": ("preamble", f"**Here\u2019s the answer:**\n\n{TEXT}"),
    "a Korean preamble": ("preamble", f"물론입니다! 설명은 다음과 같습니다:\n\n{TEXT}"),
    "an answer label": ("label-stripped", f"Answer:\n{TEXT}"),
    "an inline label": ("label-stripped", f"**Answer:** {TEXT}"),
    "a title": ("label-stripped", f"### Detailed Description\n\n{TEXT}"),
    "an inline title": ("label-stripped", f"Description: {TEXT}"),
    "a fence": ("code-fence", f"```\n{TEXT}\n```"),
    "a named fence": ("code-fence", f"```text\n{TEXT}\n```"),
    "a farewell": ("postamble", f"{TEXT}\n\nLet me know if you need anything else."),
    "a separator at the end": ("extra-separator", f"{TEXT}\n==="),
    "question and answer": ("question-dropped", f"Question:\nWhat is there?\n===\nAnswer:\n{TEXT}"),
    "JSON": (
        "json-unasked",
        '{"answer": "A red bus waits at a stop.\\n\\nA woman stands beside it."}',
    ),
    "fenced JSON": (
        "json-unasked",
        'Here is the JSON:\n```json\n{"answer": "A red bus waits at a stop.\\n\\nA woman stands beside it."}\n```',
    ),
}


@pytest.mark.parametrize("variant", AS_TEXT)
def test_the_text_is_read_and_the_liberty_is_noted(variant: str) -> None:
    code, reply = AS_TEXT[variant]
    parsed = parse_reply(reply, "text", question=ASKED)
    assert parsed.turns == (Turn(ASKED, TEXT),)
    assert code in [finding.code for finding in parsed.findings]


@pytest.mark.parametrize(
    "text",
    [
        "Here is a small kitchen with three things on the table:\n- a bowl\n- a spoon\n- a jar",
        "This is a street in the rain. Cars wait.",
        "Okay signs hang over the door of a shop.",
        "Description fails here: too much is going on.",
        "Answering the phone, a man sits at a desk.",
        "[Left] A man sits.\n[Right] A dog lies.",
        "The board shows\n```\nx = 1\n```\nand a smile.",
        "A man waits.\n\nHope is written on the wall.",
        "A bench\n---\nand a tree.",
    ],
)
def test_prose_that_only_looks_like_a_courtesy_stays_whole(text: str) -> None:
    parsed = parse_reply(text, "text", question=ASKED)
    assert parsed.turns == (Turn(ASKED, text),)
    assert parsed.findings == ()


def test_a_dialogue_where_one_text_was_asked_for_is_rejected() -> None:
    pair = "Question:\nWho?\n===\nAnswer:\nA cook."
    parsed = parse_reply(f"{pair}\n===\n{pair}", "text")
    assert parsed.turns == ()
    assert parsed.findings[0].code == "layout-not-found"
    assert "4 parts" in parsed.findings[0].message


def test_parts_without_labels_are_rejected_rather_than_joined() -> None:
    parsed = parse_reply("What is there?\n===\nA red bus.", "text")
    assert [each.code for each in parsed.findings] == ["layout-not-found"]


@pytest.mark.parametrize(
    "reply", ['{"answer": "A red', '{"a": 1, "b": 2}', '```json\n{"x": [}\n```']
)
def test_json_without_a_readable_answer_is_not_taken_for_prose(reply: str) -> None:
    parsed = parse_reply(reply, "text")
    assert [each.code for each in parsed.findings] == ["layout-not-found"]


def test_a_preamble_with_nothing_behind_it_is_rejected() -> None:
    parsed = parse_reply("Sure, here is a detailed description:", "text")
    assert parsed.turns == ()
    assert parsed.findings[0].severity == "reject"
