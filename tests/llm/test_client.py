import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from datagen.errors import AskError, EndpointError
from datagen.llm.client import Complaint, find_refused_option, judge, read_complaint, scrub
from datagen.llm.retry import TransientError

KEY = "proj-4f9a8b7c6d5e"


@pytest.mark.parametrize(
    "text",
    [
        f"Incorrect API key provided: {KEY}. Find yours at …",
        f"headers: {{'Authorization': 'Bearer {KEY}'}}",
        f"{KEY}",
        f"x{KEY}y",
    ],
)
def test_the_key_is_scrubbed_wherever_it_stands(text: str) -> None:
    assert KEY not in scrub(text, KEY)
    assert "[key]" in scrub(text, KEY)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("Incorrect key: sk-proj-abc_DEF-123.", "Incorrect key: [key]"),
        ("Incorrect key: sk-abcd****wxyz", "Incorrect key: [key]"),
        ("Incorrect key: proj-4f*****5e", "Incorrect key: [key]"),
        ("sent Bearer eyJhbGciOi.x.y, refused", "sent [key], refused"),
        ('"authorization": "bearer abc"', '"authorization": "[key]"'),
        ("task-force, risk-free, a ** b", "task-force, risk-free, a ** b"),
    ],
)
def test_what_looks_like_a_key_is_scrubbed_too(text: str, clean: str) -> None:
    assert scrub(text) == clean


def test_a_short_key_is_scrubbed_as_a_word_only() -> None:
    assert scrub("EMPTY is wrong, not EMPTYING", "EMPTY") == "[key] is wrong, not EMPTYING"


@given(before=st.text(), after=st.text(), key=st.from_regex(r"[A-Za-z0-9_-]{8,60}", fullmatch=True))
def test_no_context_saves_a_key_from_scrubbing(before: str, after: str, key: str) -> None:
    # Only what the scrubber itself writes could spell the key again.
    assert key in "[key]" or key not in scrub(before + key + after, key)


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        (
            {"error": {"message": "no", "type": "t", "param": "p", "code": "c"}},
            Complaint(400, "no", "c", "t", "p"),
        ),
        ({"error": "no"}, Complaint(400, "no")),
        ({"error": {"message": "no", "code": 400}}, Complaint(400, "no", "400")),
        ({"object": "error", "message": "no", "type": "t"}, Complaint(400, "no", "", "t")),
        ({"detail": "no"}, Complaint(400, "no")),
        ({"detail": [{"loc": ["body"]}]}, Complaint(400, '[{"loc":["body"]}]')),
        ([{"error": {"message": "no", "status": "X"}}], Complaint(400, "no")),
        ({"error": {}}, Complaint(400)),
        ([], Complaint(400, "[]")),
        (None, Complaint(400)),
        ("no", Complaint(400, "no")),
    ],
)
def test_an_error_is_read_in_every_usual_shape(body: object, complaint: Complaint) -> None:
    assert read_complaint(400, json.dumps(body).encode()) == complaint


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"upstream gone", "upstream gone"),
        (b" <!DOCTYPE html><html>", "an HTML page"),
        (b"", ""),
        (b"\xff\xfe", "\ufffd\ufffd"),
        (b"[" * 100_000, "[" * 8_000),
        (b'{"error": "a\\u001b[31m\\n\\tb\\u0000"}', "a[31m b"),
    ],
)
def test_a_body_that_is_no_error_object_is_described(body: bytes, message: str) -> None:
    assert read_complaint(502, body) == Complaint(502, message)


def test_a_complaint_is_shown_shortened_and_without_the_key() -> None:
    body = json.dumps({"error": {"message": f"key {KEY} " + "x" * 5000, "code": KEY}}).encode()
    complaint = read_complaint(401, body, KEY)
    assert str(complaint) == "401: key [key] " + "x" * 290 + " …"
    assert complaint.code == "[key]"


def test_a_key_at_the_edge_of_what_is_shown_is_not_left_in_half() -> None:
    body = b"y" * 295 + b" " + KEY.encode()
    assert KEY[:4] not in str(read_complaint(401, body, KEY))


@given(st.binary())
def test_any_body_whatever_is_read(body: bytes) -> None:
    assert str(read_complaint(500, body, KEY)).startswith("500")


ENDPOINT = "http://localhost:8000/v1"


@pytest.mark.parametrize(
    "complaint",
    [
        Complaint(402, "Insufficient Balance"),
        Complaint(429, "You exceeded your quota", "insufficient_quota", "insufficient_quota"),
        Complaint(400, "limit reached", "billing_hard_limit_reached"),
        Complaint(401, "Incorrect API key"),
        Complaint(403, "Country not supported", "unsupported_country"),
        Complaint(404, "The model `x` does not exist", "model_not_found"),
        Complaint(404, "404 page not found"),
        Complaint(405),
        Complaint(302),
        Complaint(400, "invalid model ID"),
        Complaint(500, "image input is not supported - hint: you may need to provide the mmproj"),
        Complaint(400, "m is not a multimodal model"),
        Complaint(400, "At most 0 image(s) may be provided in one prompt."),
        Complaint(400, "The model x does not exist."),
        Complaint(400, "must be below 2", "decimal_above_max_value", "", "temperature"),
        Complaint(400, "top_k: Extra inputs are not permitted"),
    ],
    ids=str,
)
def test_what_meets_every_request_stops_the_run(complaint: Complaint) -> None:
    error = judge(complaint, endpoint=ENDPOINT, options=["temperature", "top_k"])
    assert isinstance(error, EndpointError)
    said, _, advice = str(error).partition("; ")
    assert said == f"{ENDPOINT} answered {complaint}"
    assert advice


@pytest.mark.parametrize(
    ("complaint", "code"),
    [
        (Complaint(400, "maximum context length is 4096 tokens"), "context-too-long"),
        (Complaint(400, "too long", "context_length_exceeded"), "context-too-long"),
        (Complaint(400, "too big", "", "exceed_context_size_error"), "context-too-long"),
        (Complaint(413), "context-too-long"),
        (Complaint(429, "Request too large for m: Limit 10, Requested 12"), "context-too-long"),
        (Complaint(400, "filtered", "content_filter"), "content-policy"),
        (Complaint(400, "your prompt was flagged", "invalid_prompt"), "content-policy"),
        (Complaint(403, "the input was flagged by moderation"), "content-policy"),
        (Complaint(400, "messages[0] is wrong", "", "", "messages"), "bad-request"),
        (Complaint(422, "no"), "bad-request"),
        (Complaint(418), "bad-request"),
    ],
    ids=str,
)
def test_what_meets_one_request_rejects_its_item(complaint: Complaint, code: str) -> None:
    error = judge(complaint, endpoint=ENDPOINT, options=["temperature"])
    assert isinstance(error, AskError)
    assert error.code == code
    assert str(error) == f"{ENDPOINT} answered {complaint}"


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 504, 529])
def test_what_may_pass_is_tried_again_after_the_named_wait(status: int) -> None:
    error = judge(Complaint(status, "busy"), endpoint=ENDPOINT, retry_after=3.5)
    assert isinstance(error, TransientError)
    assert (error.retry_after, error.unreachable) == (3.5, False)


def test_the_word_quota_alone_does_not_stop_the_run() -> None:
    complaint = Complaint(429, "You exceeded your current quota per minute", "429")
    assert isinstance(judge(complaint, endpoint=ENDPOINT), TransientError)


@pytest.mark.parametrize(
    ("complaint", "option"),
    [
        (Complaint(400, "Unsupported parameter: 'max_tokens'"), "max_tokens"),
        (Complaint(400, "x", "", "", "max_tokens"), "max_tokens"),
        (Complaint(422, "('body', 'seed'): Extra inputs are not permitted"), "seed"),
        (Complaint(400, "Unsupported value: 'seed'"), "seed"),
        (Complaint(400, "unexpected text: a seed in a bowl"), ""),
        (Complaint(400, "max_tokens is too large"), ""),
        (Complaint(400, "unknown field: max_tokens_x"), ""),
        (Complaint(500, "unknown field: seed"), ""),
    ],
    ids=str,
)
def test_a_refused_option_is_found(complaint: Complaint, option: str) -> None:
    assert find_refused_option(complaint, ["max_tokens", "seed"]) == option


@given(
    status=st.integers(100, 599),
    message=st.text(max_size=50),
    code=st.sampled_from(["", "model_not_found", "insufficient_quota", "content_filter"]),
)
@example(status=200, message="", code="")
def test_every_complaint_has_an_end(status: int, message: str, code: str) -> None:
    error = judge(Complaint(status, message, code), endpoint=ENDPOINT)
    assert isinstance(error, TransientError | AskError | EndpointError)
