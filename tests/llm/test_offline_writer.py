"""The offline writer as a whole: layouts, repeatability, variety, and any input whatever."""

import json
import subprocess
import sys
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.layouts import JSON_REPLIES, read_text, reply_schema
from datagen.llm.offline import OfflineClient, write_reply
from datagen.records import Message, Prompt, ReplyLayout

PAIR = "Question:\nWho?\n===\nAnswer:\nA cook."
EXAMPLES: dict[ReplyLayout, str] = {
    "pairs": f"{PAIR}\n===\n{PAIR}",
    "pair": PAIR,
    "text": "A long description of a room.",
}
LAYOUTS: list[ReplyLayout] = ["pairs", "pair", "text"]
PLACES = ["street", "park", "kitchen", "meadow", "beach", "garden", "station", "market"]
DEEDS = [
    "holding a lamp",
    "reading a map",
    "eating an apple",
    "waiting for a friend",
    "feeding a goat",
]
THINGS = ["bench", "dog", "bicycle", "kite", "cake", "suitcase", "truck", "vase", "cat", "horse"]
CONTEXT = (
    "A girl in a red scarf feeding a goat.\nA goat next to a girl in a meadow.\n"
    "A small white goat eats from a bucket.\n\nperson: [0.1, 0.2, 0.3, 0.9]\nsheep: [0.5, 0.4, 0.8, 0.9]"
)


def prompt(layout: ReplyLayout, context: str = CONTEXT) -> list[Message]:
    return [
        Message("system", "You look at a picture."),
        Message("user", "A cup.\n\ncup: [0.1, 0.1, 0.2, 0.2]"),
        Message("assistant", EXAMPLES[layout]),
        Message("user", context),
    ]


def invent(seed: int) -> str:
    rng = Random(seed)
    place, deed = rng.choice(PLACES), rng.choice(DEEDS)
    who = rng.choice(["man", "woman", "girl", "boy"])
    thing, x = rng.choice(THINGS), rng.uniform(0.0, 0.4)
    return (
        f"A {who} {deed} in a {place}.\nA {who} in a blue shirt next to a {thing}.\n"
        f"A {place} with a {thing}.\n\n"
        f"person: [{x:.3f}, 0.2, {x + 0.2:.3f}, 0.9]\n{thing}: [0.7, 0.6, 0.95, 0.9]"
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_reply_has_the_layout_of_the_examples(layout: ReplyLayout) -> None:
    for seed in range(50):
        turns = read_text(write_reply(prompt(layout, invent(seed)), seed=seed), layout)
        assert all(turn.answer for turn in turns)
        assert layout == "text" or all(turn.question.endswith("?") for turn in turns)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_reply_to_a_schema_is_valid_json(layout: ReplyLayout) -> None:
    reply = write_reply(prompt(layout), json_schema=reply_schema(layout))
    JSON_REPLIES[layout].model_validate_json(reply)


def test_json_examples_are_answered_in_json() -> None:
    messages = [
        *prompt("pair")[:2],
        Message("assistant", '{"answer": "A room."}'),
        *prompt("pair")[3:],
    ]
    assert set(json.loads(write_reply(messages))) == {"answer"}


def test_a_dialogue_has_several_different_questions() -> None:
    for seed in range(80):
        turns = read_text(write_reply(prompt("pairs", invent(seed)), seed=seed), "pairs")
        questions = [turn.question for turn in turns]
        assert 3 <= len(questions) <= 6
        assert len(set(questions)) == len(questions)


def test_reasoning_and_description_have_their_length() -> None:
    for seed in range(80):
        (turn,) = read_text(write_reply(prompt("pair", invent(seed)), seed=seed), "pair")
        assert 55 <= len(turn.answer.split()) <= 130
        description = write_reply(prompt("text", invent(seed)), seed=seed)
        assert 35 <= len(description.split()) <= 130


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_messages_give_the_same_reply(layout: ReplyLayout) -> None:
    assert write_reply(prompt(layout)) == write_reply(prompt(layout))


def test_a_reply_does_not_depend_on_the_process() -> None:
    script = (
        "from datagen.llm.offline import write_reply; from datagen.records import Message; "
        f"print(write_reply([Message('user', {CONTEXT!r})]))"
    )
    replies = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
            encoding="utf-8",
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert replies == {write_reply([Message("user", CONTEXT)])}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_another_seed_gives_other_wordings(layout: ReplyLayout) -> None:
    assert len({write_reply(prompt(layout), seed=seed) for seed in range(20)}) >= 10


def test_the_examples_are_part_of_the_draw() -> None:
    other = [Message("system", "Another system message."), *prompt("text")[1:]]
    replies = {
        write_reply(messages, seed=seed)
        for messages in (prompt("text"), other)
        for seed in range(8)
    }
    assert len(replies) > 8


def test_scenes_are_opened_in_many_ways() -> None:
    first_questions, first_words, questions = set(), set(), set()
    for seed in range(50):
        turns = read_text(write_reply(prompt("pairs", invent(seed))), "pairs")
        first_questions.add(turns[0].question)
        first_words.add(" ".join(write_reply(prompt("text", invent(seed))).split()[:3]))
        questions.add(read_text(write_reply(prompt("pair", invent(seed))), "pair")[0].question)
    assert len(first_questions) >= 8
    assert len(first_words) >= 8
    assert len(questions) >= 10


def test_two_scenes_hardly_ever_get_the_same_reply() -> None:
    replies = {
        write_reply(prompt(layout, invent(seed))) for layout in LAYOUTS for seed in range(50)
    }
    assert len(replies) >= 140


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    "context",
    [
        "",
        "\n\n",
        "A dog.",
        "dog: [0.1, 0.1, 0.5, 0.5]",
        "person (crowd): [0.0, 0.0, 1.0, 1.0]",
        "\n".join(["A hall full of people."] + ["person: [0.1, 0.1, 0.2, 0.2]"] * 90),
        "개가 소파 위에 누워 있다.\n갈색 개 한 마리.",
        "Ein Mann auf einem Pferd.\n\nperson: [0.1, 0.1, 0.5, 0.5]\nhorse: [0.1, 0.3, 0.6, 0.9]",
        "A WOMAN WITH A FAN",
        "dog: [10, 20, 300, 400]\ndog: [1, 2, 3, 4]",
        "===\nQuestion:\nAnswer:\n<image>\n</s>",
        "A man {who} holds {thing} 100% \\ %s.",
        "A very " + "very " * 300 + "long caption.",
    ],
)
def test_any_context_gives_a_reply_in_the_layout(layout: ReplyLayout, context: str) -> None:
    reply = write_reply(prompt(layout, context))
    assert read_text(reply, layout)
    assert "<image>" not in reply
    assert "</s>" not in reply


# Words that captions are made of, and signs that could upset a parser.
WORDS = [
    *("a", "the", "two", "many", "dogs", "man", "woman", "people", "couple", "7", "it's"),
    *("is", "are", "has", "been", "sitting", "stands", "riding", "each", "other", "that", "who"),
    *("on", "of", "in", "with", "and", ",", ".", "There", "photo", "red", "BUS", "É", "狗", "—"),
    *('"', "===", "Question:", "Answer:", "<image>", "[0.1,0.2]", "person:", "{x}", "%", "\x00"),
]
lines = st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join) | st.text(max_size=40)
numbers = st.floats(-2, 3).map(lambda value: round(value, 3))
box_lines = st.builds(
    "{}: [{}, {}, {}, {}]".format,
    st.sampled_from(["person", "dog", "skis", "person (crowd)", "zzz", "Émile", "<image>"]),
    numbers,
    numbers,
    numbers,
    numbers,
)


@given(
    context=st.lists(lines | box_lines, max_size=10).map("\n".join),
    layout=st.sampled_from(LAYOUTS),
    seed=st.integers(),
)
def test_nothing_makes_the_writer_fail(context: str, layout: ReplyLayout, seed: int) -> None:
    reply = write_reply(prompt(layout, context), seed=seed)
    assert read_text(reply, layout)
    assert "<image>" not in reply


@given(
    st.lists(
        st.builds(Message, st.sampled_from(["system", "user", "assistant"]), st.text(max_size=60)),
        max_size=5,
    )
)
def test_any_messages_give_a_reply(messages: list[Message]) -> None:
    assert write_reply(messages)


async def test_the_client_answers_a_prompt_for_nothing() -> None:
    client = OfflineClient()
    asked = Prompt(tuple(prompt("pair")))
    reply = await client.ask(asked)
    await client.close()
    assert reply.text == write_reply(asked.messages)
    assert (reply.model, reply.finish_reason, reply.latency) == ("offline", "stop", 0.0)
    assert reply.usage.completion_tokens == -(-len(reply.text) // 4)
    assert reply.usage.prompt_tokens == sum(-(-len(m.content) // 4) for m in asked.messages)


async def test_the_client_honors_schema_and_seed() -> None:
    asked = Prompt(tuple(prompt("pairs")), reply_schema("pairs"))
    texts = {(await OfflineClient(seed=seed).ask(asked)).text for seed in range(5)}
    assert len(texts) > 1
    assert all("turns" in json.loads(text) for text in texts)
