"""What the offline writer makes of messages: the layout and the context."""

import pytest

from datagen.layouts import reply_schema
from datagen.llm.offline.reading import read_context, read_request
from datagen.records import Message, ReplyLayout

PAIR = "Question:\nWho?\n===\nAnswer:\nA cook."
SEVERAL = f"{PAIR}\n===\n{PAIR}"
CONTEXT = (
    "A dog on a couch.\nA brown dog.\n\ndog: [0.1, 0.2, 0.5, 0.9]\ncouch: [0.0, 0.1, 1.0, 1.0]"
)


def prompt(*answers: str, query: str = CONTEXT, system: str = "") -> list[Message]:
    examples = [
        message
        for answer in answers
        for message in (
            Message("user", "A cup.\n\ncup: [0, 0, 1, 1]"),
            Message("assistant", answer),
        )
    ]
    return [Message("system", system), *examples, Message("user", query)]


@pytest.mark.parametrize(
    ("answers", "layout"),
    [
        ([SEVERAL, SEVERAL], "pairs"),
        ([PAIR], "pair"),
        (["A long description of a room."], "text"),
        (['{"turns": [{"question": "Q", "answer": "A"}]}'], "pairs"),
        (['{"question": "Q", "answer": "A"}'], "pair"),
    ],
)
def test_the_layout_is_that_of_the_examples(answers: list[str], layout: ReplyLayout) -> None:
    assert read_request(prompt(*answers), None).layout == layout


@pytest.mark.parametrize("layout", ["pairs", "pair", "text"])
def test_a_schema_decides_over_the_examples(layout: ReplyLayout) -> None:
    request = read_request(prompt(PAIR), reply_schema(layout))
    assert (request.layout, request.as_json) == (layout, True)


@pytest.mark.parametrize(
    ("system", "layout"),
    [
        ("Write a conversation: several pairs, each with `Question:` and `Answer:`.", "pairs"),
        ("Write one question behind `Question:` and its answer.", "pair"),
        ("Describe the picture.", "text"),
    ],
)
def test_without_examples_the_system_message_decides(system: str, layout: ReplyLayout) -> None:
    assert read_request(prompt(system=system), None).layout == layout


def test_captions_and_boxes_are_told_apart() -> None:
    context = read_context(CONTEXT)
    assert context.captions == ("A dog on a couch.", "A brown dog.")
    assert [box.category for box in context.boxes] == ["dog", "couch"]
    assert context.boxes[0].corners == (0.1, 0.2, 0.5, 0.9)


def test_a_context_in_other_wording_is_read_all_the_same() -> None:
    text = "# Picture\nCaptions:\n- A dog.\n- Two cats.\n\nObjects:\n* cell phone: (0.1, 0.2, 0.3, 0.4)\n\nWrite the reply now."
    context = read_context(text)
    assert context.captions == ("A dog.", "Two cats.")
    assert [box.category for box in context.boxes] == ["cell phone"]


@pytest.mark.parametrize("suffix", [" (crowd)", " (a crowd of them)", " (group)"])
def test_a_marked_crowd_is_known(suffix: str) -> None:
    (box,) = read_context(f"person{suffix}: [0.1, 0.2, 0.3, 0.4]").boxes
    assert (box.category, box.crowd) == ("person", True)


def test_corners_are_put_in_order() -> None:
    (box,) = read_context("dog: [0.5, 0.9, 0.1, 0.2]").boxes
    assert box.corners == (0.1, 0.2, 0.5, 0.9)


def test_pixels_do_not_pass_for_shares() -> None:
    assert not read_context("dog: [10, 20, 300, 400]").measured
    assert read_context("dog: [0, 0, 1, 1]").measured


def test_feedback_on_a_reply_is_not_the_context() -> None:
    messages = [
        *prompt(PAIR),
        Message("assistant", "The caption says it is a dog."),
        Message("user", "Your reply names its source. Write it again without that."),
    ]
    assert read_request(messages, None).context.captions == ("A dog on a couch.", "A brown dog.")


@pytest.mark.parametrize(
    "caption",
    [
        "A girl writes the answer on a board.",
        "the Answer:",
        "A man waits for that last reply.",
        "A sign with this response on it.",
    ],
)
def test_a_caption_about_an_answer_is_still_the_context(caption: str) -> None:
    request = read_request(prompt(SEVERAL, query=caption), None)
    assert request.layout == "pairs"
    assert "A cup." not in request.context.captions


def test_the_layout_is_known_even_where_feedback_is_all_that_is_left() -> None:
    messages = prompt(SEVERAL, query="Your answer is empty. Try again.")
    assert read_request(messages, None).layout == "pairs"


def test_objects_are_known_where_only_the_examples_have_boxes() -> None:
    messages = prompt(PAIR, query="A quiet lake.")
    assert read_request(messages, None).context.boxes_known
    assert not read_request([Message("user", "A quiet lake.")], None).context.boxes_known


@pytest.mark.parametrize("messages", [[], [Message("system", "Hello.")], [Message("user", "")]])
def test_messages_without_a_context_give_an_empty_one(messages: list[Message]) -> None:
    context = read_request(messages, None).context
    assert context.boxes == ()
    assert all("Hello" in caption for caption in context.captions)
