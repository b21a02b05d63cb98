import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import AskError
from datagen.layouts import reply_schema
from datagen.llm.completions import read_reply, write_body
from datagen.records import Message, Prompt, Reply, Usage

PROMPT = Prompt((Message("system", "Be brief."), Message("user", "Größe?")))


def answer(**fields: Any) -> bytes:  # noqa: ANN401 - any JSON, wrong types too
    body = {
        "id": "x",
        "model": "tiny-1",
        "choices": [{"message": {"role": "assistant", "content": "A cook."}}],
    }
    return json.dumps(body | fields).encode()


def test_a_body_holds_model_messages_and_options_only() -> None:
    assert json.loads(write_body("tiny", PROMPT, {"temperature": 0.2})) == {
        "model": "tiny",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Größe?"},
        ],
        "temperature": 0.2,
    }


def test_a_schema_is_asked_for_strictly_under_the_name_reply() -> None:
    schema = reply_schema("pair")
    body = json.loads(write_body("tiny", Prompt(PROMPT.messages, schema), {}))
    assert body["response_format"] == {
        "type": "json_schema",
        "json_schema": {"name": "reply", "strict": True, "schema": schema},
    }


def test_openai_gets_the_schema_without_bounds_on_string_lengths() -> None:
    schema = reply_schema("pairs")
    assert "minLength" in json.dumps(schema)
    body = write_body("tiny", Prompt(PROMPT.messages, schema), {}, is_openai=True)
    sent = json.loads(body)["response_format"]["json_schema"]["schema"]
    assert "minLength" not in json.dumps(sent)
    assert sent["properties"].keys() == schema["properties"].keys()
    assert sent["additionalProperties"] is False


def test_half_a_surrogate_pair_rejects_the_item() -> None:
    with pytest.raises(AskError, match="no UTF-8") as caught:
        write_body("tiny", Prompt((Message("user", "\ud83d"),)), {})
    assert caught.value.code == "bad-request"


def test_a_whole_answer_is_read() -> None:
    body = answer(
        choices=[{"message": {"content": "A cook."}, "finish_reason": "stop"}],
        usage={
            "prompt_tokens": 20,
            "completion_tokens": 5,
            "total_tokens": 25,
            "prompt_tokens_details": {"cached_tokens": 16, "audio_tokens": 0},
        },
    )
    assert read_reply(body) == Reply("A cook.", "tiny-1", "stop", Usage(20, 5, 16))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": ""}, ""),
        ({"content": None}, ""),
        ({}, ""),
        ({"content": None, "refusal": "I will not."}, "I will not."),
        ({"content": "Yes.", "refusal": None}, "Yes."),
        (
            {"content": [{"type": "text", "text": "A "}, {"type": "text", "text": "cook."}]},
            "A cook.",
        ),
        ({"content": [{"type": "thinking"}, {"type": "text", "text": "Yes."}]}, "Yes."),
    ],
)
def test_the_text_is_found(message: dict[str, Any], text: str) -> None:
    assert read_reply(answer(choices=[{"message": message}])).text == text


@pytest.mark.parametrize("reason", ["length", "content_filter", "eos"])
def test_an_empty_reply_keeps_its_finish_reason(reason: str) -> None:
    reply = read_reply(answer(choices=[{"message": {"content": ""}, "finish_reason": reason}]))
    assert (reply.text, reply.finish_reason) == ("", reason)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"usage": None},
        {"usage": {}},
        {"usage": {"prompt_tokens": None, "prompt_tokens_details": None}},
        {"usage": {"prompt_tokens": "many"}},
        {"usage": [1, 2]},
    ],
    ids=str,
)
def test_missing_or_odd_usage_counts_as_zero(fields: dict[str, Any]) -> None:
    assert read_reply(answer(**fields)).usage == Usage()


def test_a_missing_model_and_reason_do_not_matter() -> None:
    reply = read_reply(answer(model=None))
    assert (reply.model, reply.finish_reason) == ("", "stop")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"null",
        b"[]",
        b'{"choices": [{"message": {"content": "A co',
        b"\xff",
        b'{"choices": "\xff"}',
        b'{"a": ' + b"[" * 100_000,
        answer(choices=[]),
        answer(choices=None),
        answer(choices=[{"message": None}]),
        answer(choices=[{"message": {"content": 5}}]),
        b'{"error": {"message": "overloaded"}}',
    ],
    ids=lambda body: repr(body[-30:]),
)
def test_what_is_no_completion_raises_one_kind_of_error(body: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_reply(body)


@given(st.text())
def test_any_text_arrives_as_it_was_sent(text: str) -> None:
    body = answer(choices=[{"message": {"content": text}}])
    assert read_reply(body).text == text


def test_a_picture_goes_along_with_its_message_and_the_others_stay_text() -> None:
    messages = (Message("system", "S"), Message("user", "Q"), Message("user", "again"))
    prompt = Prompt(messages, image=Path("a.jpg"), image_at=1)
    body = json.loads(write_body("m", prompt, {}, picture_url="data:image/jpeg;base64,AA=="))
    assert [each["content"] for each in body["messages"]] == [
        "S",
        [
            {"type": "text", "text": "Q"},
            {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,AA=="}},
        ],
        "again",
    ]


def test_the_picture_stands_before_its_text_where_the_prompt_says_so() -> None:
    prompt = Prompt((Message("user", "Q"),), image=Path("a.jpg"), image_first=True)
    body = json.loads(write_body("m", prompt, {}, picture_url="data:,"))
    assert [part["type"] for part in body["messages"][0]["content"]] == ["image_url", "text"]


def test_the_likeliest_first_tokens_are_read_where_an_endpoint_tells_them() -> None:
    likely = [{"token": "Yes", "logprob": -0.1, "bytes": None}, {"token": "No", "logprob": -2.4}]
    told = {"content": [{**likely[0], "top_logprobs": likely}, {"token": ",", "logprob": -0.1}]}
    choice = {"message": {"content": "Yes, it is."}, "logprobs": told}
    assert read_reply(answer(choices=[choice])).first_tokens == (("Yes", -0.1), ("No", -2.4))
    alone = {"content": [{"token": "Yes", "logprob": -0.1}]}
    choice = {"message": {"content": "Yes."}, "logprobs": alone}
    assert read_reply(answer(choices=[choice])).first_tokens == (("Yes", -0.1),)


@pytest.mark.parametrize(
    "told", [None, {}, {"content": None}, {"content": []}, "odd", {"content": 5}]
)
def test_odd_probabilities_do_not_cost_the_reply(told: object) -> None:
    reply = read_reply(answer(choices=[{"message": {"content": "Yes."}, "logprobs": told}]))
    assert (reply.text, reply.first_tokens) == ("Yes.", ())
