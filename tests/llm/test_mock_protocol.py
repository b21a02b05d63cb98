import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.llm.completions import read_reply
from datagen.llm.mock_protocol import (
    ChatRequest,
    RefusedError,
    compose,
    count_prompt,
    estimate_tokens,
    read_request,
    render,
)
from datagen.records import Message, Reply, Usage

USER = {"role": "user", "content": "a cook"}


def echo(messages: Sequence[Message], schema: Mapping[str, Any] | None, seed: int) -> str:
    return f"{messages[-1].content} {sorted(schema or {})} {seed}"


def request(**fields: Any) -> ChatRequest:  # noqa: ANN401 - any JSON
    return read_request(json.dumps({"model": "m", "messages": [USER]} | fields).encode())


def answer(asked: ChatRequest, fault: str = "") -> Reply:
    return read_reply(render(compose(asked, echo, fault=fault), asked, "1"))


def test_a_request_is_answered_by_the_writer() -> None:
    reply = answer(request(seed=3))
    assert reply == Reply("a cook [] 3", "m", "stop", Usage(6, 3, 0))


def test_the_writer_is_given_the_schema() -> None:
    wanted = {"name": "reply", "strict": True, "schema": {"type": "object"}}
    asked = request(response_format={"type": "json_schema", "json_schema": wanted})
    assert answer(asked).text == "a cook ['type'] 0"


def test_candidates_are_written_with_seeds_of_their_own() -> None:
    completion = compose(request(n=3, seed=5), echo)
    assert completion.texts == ("a cook [] 5", "a cook [] 6", "a cook [] 7")
    assert completion.usage.completion_tokens == 9


def test_parts_are_joined_and_pictures_left_out() -> None:
    parts = [
        {"type": "text", "text": "one"},
        {"type": "image_url", "image_url": {"url": "data:"}},
        {"type": "text", "text": "two"},
    ]
    asked = request(messages=[{"role": "developer", "content": parts}])
    assert asked.get_messages() == [Message("system", "one\ntwo")]


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_reply_ends_at_the_token_limit(name: str) -> None:
    reply = answer(request(**{name: 2}))
    assert (reply.text, reply.finish_reason) == ("a cook ", "length")
    assert reply.usage.completion_tokens == 2
    assert answer(request(**{name: 3})).finish_reason == "stop"


@pytest.mark.parametrize(
    ("fault", "text", "reason"),
    [
        ("empty", "", "stop"),
        ("empty-length", "", "length"),
        ("length", "a coo", "length"),
        ("refusal", "I am sorry, but I cannot help with this request.", "stop"),
    ],
)
def test_a_fault_spoils_the_reply(fault: str, text: str, reason: str) -> None:
    reply = answer(request(), fault)
    assert (reply.text, reply.finish_reason) == (text, reason)


def test_a_refusal_has_its_own_field_where_json_was_asked_for() -> None:
    wanted = {"name": "reply", "schema": {"type": "object"}}
    asked = request(response_format={"type": "json_schema", "json_schema": wanted})
    message = json.loads(render(compose(asked, echo, fault="refusal"), asked, "1"))["choices"][0][
        "message"
    ]
    assert message["content"] is None
    assert message["refusal"].startswith("I am sorry")


def test_the_same_request_gets_the_same_bytes() -> None:
    asked = request(n=2)
    assert render(compose(asked, echo), asked, "1") == render(compose(asked, echo), asked, "1")


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"", None),
        (b"{", None),
        (b"\xff", None),
        (b"[" * 100_000, None),
        (b"[]", None),
        (b'{"model": "m"}', None),
        (b'{"model": "m", "messages": []}', "messages"),
        (b'{"model": "m", "messages": [{"role": "cook", "content": "x"}]}', "messages[0].role"),
        (b'{"model": 5, "messages": []}', "model"),
    ],
    ids=lambda value: repr(value[:70]) if isinstance(value, bytes) else "",
)
def test_a_body_that_is_no_request_is_refused(body: bytes, param: str | None) -> None:
    with pytest.raises(RefusedError) as caught:
        read_request(body)
    error = json.loads(caught.value.body)["error"]
    assert (caught.value.status, error["param"]) == (400, param)
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"stream": True}, "stream"),
        ({"n": 0}, "n"),
        ({"n": 17}, "n"),
        ({"temperature": 3}, "temperature"),
        ({"top_p": -0.5}, "top_p"),
        ({"max_tokens": 0}, "max_tokens"),
        ({"response_format": {"type": "json_object"}}, "response_format.type"),
        ({"response_format": {"type": "json_schema"}}, "response_format.json_schema"),
    ],
    ids=str,
)
def test_a_field_out_of_bounds_is_refused_by_name(fields: dict[str, Any], param: str) -> None:
    with pytest.raises(RefusedError) as caught:
        request(**fields)
    assert json.loads(caught.value.body)["error"]["param"] == param


def test_what_is_asked_for_in_vain_is_passed_over() -> None:
    assert answer(request(temperature=0.7, top_k=5, stream=False, user="x")).text == "a cook [] 0"


def test_a_message_costs_four_tokens_beside_its_text() -> None:
    assert count_prompt([Message("system", "12345678"), Message("user", "1")]) == (11, 0)


def test_all_messages_but_the_last_are_cached_in_steps_of_128_from_1024_tokens() -> None:
    shared = Message("system", "x" * 4 * 900)
    assert count_prompt([shared, Message("user", "x" * 4 * 115)]) == (1023, 0)
    assert count_prompt([shared, Message("user", "x" * 4 * 116)]) == (1024, 896)


def test_another_tokenizer_can_be_plugged_in() -> None:
    assert count_prompt([Message("user", "a b c")], lambda text: len(text.split())) == (7, 0)


@given(st.text())
def test_tokens_are_a_fourth_of_the_characters_rounded_up(text: str) -> None:
    assert 0 <= estimate_tokens(text) * 4 - len(text) < 4


@given(st.binary(max_size=80))
def test_any_body_whatever_is_read_or_refused(body: bytes) -> None:
    with suppress(RefusedError):
        assert read_request(body).messages


def test_the_first_words_probability_is_told_where_it_is_asked_for() -> None:
    def tell(text: str, **fields: Any) -> Any:  # noqa: ANN401 - any JSON
        asked = request(**fields)
        completion = compose(asked, lambda *_prompt: text)
        return json.loads(render(completion, asked, "1"))["choices"][0]["logprobs"]

    assert tell("Yes, it is.") is None
    [first] = tell("Yes, it is.", logprobs=True, top_logprobs=5)["content"]
    likely = {each["token"]: round(math.exp(each["logprob"]), 3) for each in first["top_logprobs"]}
    assert (first["token"], likely) == ("Yes", {"Yes": 0.9, "No": 0.1})
    assert tell("", logprobs=True)["content"][0]["top_logprobs"] == []
