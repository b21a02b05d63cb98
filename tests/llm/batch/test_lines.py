import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import AskError, EndpointError
from datagen.llm.batch.lines import (
    Verdict,
    find_custom_id,
    read_custom_id,
    read_result,
    write_custom_id,
    write_line,
    write_refusal,
)
from datagen.llm.client import Complaint, judge
from datagen.llm.retry import TransientError
from datagen.records import Reply, Usage

COMPLETION = {
    "model": "tiny-1",
    "choices": [{"message": {"content": "A cook."}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 9, "completion_tokens": 3},
}


def refuse(complaint: Complaint) -> TransientError | AskError | EndpointError:
    return judge(complaint, endpoint="http://here/v1")


def read(**fields: object) -> tuple[str, Verdict]:
    return read_result(json.dumps(fields).encode(), refuse, "key-1234")


def respond(status: int, body: object) -> dict[str, object]:
    return {"status_code": status, "request_id": "x", "body": body}


@given(st.binary(min_size=1, max_size=40), st.integers(0, 99), st.integers(0, 99))
def test_a_custom_id_names_key_candidate_and_round(key: bytes, candidate: int, round_: int) -> None:
    custom_id = write_custom_id(key, candidate, round_)
    assert read_custom_id(custom_id) == (key, candidate, round_)


@given(st.tuples(st.binary(min_size=1), st.integers(0, 99), st.integers(0, 99)))
def test_a_line_is_one_line_and_holds_the_body_unchanged(named: tuple[bytes, int, int]) -> None:
    custom_id = write_custom_id(*named)
    line = write_line(custom_id, b'{"model":"m","note":"a\\nb"}')
    assert line.count(b"\n") == 1
    assert line.endswith(b"\n")
    assert json.loads(line)["body"] == {"model": "m", "note": "a\nb"}
    assert find_custom_id(line) == custom_id


@pytest.mark.parametrize("line", [b"", b"{", b"[]", b'{"custom_id": 7}', b"[" * 100_000, b"\xff"])
def test_a_broken_line_names_nobody(line: bytes) -> None:
    assert find_custom_id(line) == ""
    with pytest.raises(ValueError, match=r"."):
        read_result(line, refuse, "")


def test_a_reply_is_read_as_online() -> None:
    custom_id, reply = read(custom_id="616263", response=respond(200, COMPLETION), error=None)
    assert custom_id == "616263"
    assert reply == Reply("A cook.", "tiny-1", usage=Usage(9, 3))


@pytest.mark.parametrize(
    ("status", "error", "kind"),
    [
        (429, {"message": "slow down", "code": "rate_limit_exceeded"}, TransientError),
        (500, {"message": "oops"}, TransientError),
        (400, {"message": "no"}, AskError),
        (400, {"message": "too long", "code": "context_length_exceeded"}, AskError),
        (429, {"message": "pay", "code": "insufficient_quota"}, EndpointError),
        (401, {"message": "who"}, EndpointError),
    ],
)
def test_a_refusal_means_what_it_means_online(
    status: int, error: dict[str, str], kind: type[Exception]
) -> None:
    _, verdict = read(custom_id="61", response=respond(status, {"error": error}), error=None)
    assert type(verdict) is kind
    assert error["message"] in str(verdict)


@pytest.mark.parametrize(
    "fields",
    [
        {"response": None, "error": {"code": "batch_expired", "message": "no time"}},
        {"error": {"code": None, "message": None}},
        {},
        {"response": respond(200, None)},
        {"response": respond(200, {"choices": []})},
        {"response": respond(200, "no completion")},
    ],
)
def test_whatever_is_neither_a_reply_nor_a_refusal_is_asked_again(
    fields: dict[str, object],
) -> None:
    custom_id, verdict = read(custom_id="61", **fields)
    assert custom_id == "61"
    assert isinstance(verdict, TransientError)


def test_no_message_repeats_the_key() -> None:
    body = {"error": {"message": "bad key key-1234"}}
    _, verdict = read(custom_id="61", response=respond(500, body))
    assert "key-1234" not in str(verdict)


def test_a_refusal_that_was_written_down_is_read_again() -> None:
    complaint = Complaint(400, "too long", "context_length_exceeded", param="messages")
    custom_id, verdict = read_result(write_refusal("61", complaint), refuse, "")
    assert custom_id == "61"
    assert isinstance(verdict, AskError)
    assert verdict.code == "context-too-long"
