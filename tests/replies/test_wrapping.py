import pytest

from datagen.replies.notes import Notes
from datagen.replies.wrapping import clean_reply, is_refusal, split_postamble, split_preamble


def clean(text: str) -> tuple[str, list[str]]:
    notes = Notes()
    return clean_reply(text, notes), [finding.code for finding in notes.list_findings()]


@pytest.mark.parametrize(
    ("text", "cleaned", "codes"),
    [
        ("  A bus.\n", "A bus.", []),
        ("\u00a0A bus.\u3000", "A bus.", []),
        ("\ufeffA bus.", "A bus.", ["invisible-characters"]),
        ("\u200b \u2060A bus. \u200b", "A bus.", ["invisible-characters"]),
        ("A\u200db.", "A\u200db.", []),
        ("A\r\nB\rC", "A\nB\nC", ["line-endings"]),
        ("A \ud800 B", "A \ufffd B", ["broken-characters"]),
        ("<think>Let me see.</think>\n\nA bus.", "A bus.", ["thinking-removed"]),
        ("Let me see.\n</think>\nA bus.", "A bus.", ["thinking-removed"]),
        ("<think>Never an end", "", ["thinking-removed"]),
        ("The sign says <think> and </think>.", "The sign says <think> and </think>.", []),
        ("A bus.</s>", "A bus.", ["end-token"]),
        ("A bus. <|eot_id|>\n</s>", "A bus.", ["end-token"]),
        ("</s>", "", ["end-token"]),
        ("The tag </s> ends it.", "The tag </s> ends it.", []),
    ],
)
def test_cleaning_leaves_the_reply_and_notes_what_it_took(
    text: str, cleaned: str, codes: list[str]
) -> None:
    assert clean(text) == (cleaned, codes)


@pytest.mark.parametrize(
    "line",
    [
        "Sure!",
        "Certainly, here are the questions.",
        "Here's the conversation:",
        "Below is a detailed description of the scene:",
        "**Of course! I'll describe it.**",
        "好的，以下是对话：",  # noqa: RUF001 - Chinese punctuation
        "Natürlich! Hier ist die Beschreibung:",
    ],
)
def test_a_line_that_only_announces_is_a_preamble(line: str) -> None:
    assert split_preamble(f"{line}\n\nA bus.") == (line, "A bus.")


@pytest.mark.parametrize(
    "line",
    ["Here is a bus.", "Sure-footed goats climb.", "This is a kitchen:", "Great waves break here."],
)
def test_a_line_that_says_something_is_none(line: str) -> None:
    assert split_preamble(f"{line}\nA bus.") == ("", f"{line}\nA bus.")


def test_a_farewell_needs_a_paragraph_of_its_own() -> None:
    assert split_postamble("A bus.\n\nI hope this helps!") == ("A bus.", "I hope this helps!")
    assert split_postamble("A bus.\nI hope this helps!") == ("A bus.\nI hope this helps!", "")
    assert split_postamble("I hope this helps!") == ("I hope this helps!", "")


def test_a_long_text_that_begins_with_regret_has_something_to_say() -> None:
    text = "I'm sorry, I can't see it, but it may show this. " + "A red bus waits. " * 50
    assert not is_refusal(text)


def test_regret_without_inability_is_no_refusal() -> None:
    assert not is_refusal("Unfortunately the bus has left.")
