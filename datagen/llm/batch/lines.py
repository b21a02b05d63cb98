"""Ask stage, batch files: request -> its line; line of the results -> what became of a request.

Pure: no disk, no network.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from datagen.errors import AskError, EndpointError
from datagen.llm.client import Complaint, read_complaint
from datagen.llm.completions import read_reply
from datagen.llm.retry import TransientError
from datagen.records import Prompt, Reply

URL: Literal["/v1/chat/completions"] = "/v1/chat/completions"
"""Whom the lines of a batch go to, in the endpoint's own terms; no part of any base URL."""

_LOST = 500  # status of a failure without an HTTP answer: it may be gone at the next attempt

Verdict = Reply | TransientError | AskError | EndpointError
"""What became of one request: a reply, ask again, rejected, or nothing can go on."""


@dataclass(frozen=True, slots=True)
class Ask:
    """One request to be asked in a batch.

    Attributes:
        key: digest of all that can change the answer.
        tag: any short text, kept with the request and handed back with its result.
        candidate: which of several replies to the same request, from 0.
        round: 0 for the first asking; another round of the same request is another request.
    """

    key: bytes
    prompt: Prompt
    tag: str = ""
    candidate: int = 0
    round: int = 0


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What came of one request.

    Attributes:
        key, tag, candidate, round: as in the `Ask`.
        reply: the reply, its `attempts` being the batches it took; of a failure, the message.
        failure: reason code where there is no reply, else empty.
    """

    key: bytes
    tag: str
    candidate: int
    round: int
    reply: Reply
    failure: str = ""


def write_custom_id(key: bytes, candidate: int = 0, round_: int = 0) -> str:
    """The name of a request in a batch file.

    >>> write_custom_id(b"abc"), write_custom_id(b"abc", 1, 2)
    ('616263', '616263-1-2')
    """
    return f"{key.hex()}-{candidate}-{round_}" if candidate or round_ else key.hex()


def read_custom_id(custom_id: str) -> tuple[bytes, int, int]:
    """Key, candidate and round of a name that `write_custom_id` made.

    >>> read_custom_id("616263-1-2")
    (b'abc', 1, 2)
    """
    key, *numbers = custom_id.split("-")
    candidate, round_ = map(int, numbers or (0, 0))
    return bytes.fromhex(key), candidate, round_


def write_line(custom_id: str, body: bytes) -> bytes:
    r"""The line of one request; `body` is JSON.

    >>> write_line("616263", b'{"model":"tiny"}')
    b'{"custom_id":"616263","method":"POST","url":"/v1/chat/completions","body":{"model":"tiny"}}\n'
    """
    line = {"custom_id": custom_id, "method": "POST", "url": URL, "body": msgspec.Raw(body)}
    return msgspec.json.encode(line) + b"\n"


class _Named(msgspec.Struct):
    custom_id: str


_named = msgspec.json.Decoder(_Named)


def find_custom_id(line: bytes) -> str:
    """The custom_id of a line of requests or results; empty where there is none."""
    try:
        return _named.decode(line).custom_id
    except (ValueError, RecursionError):
        return ""


class _Response(msgspec.Struct):
    status_code: int
    body: msgspec.Raw = msgspec.Raw(b"null")


class _Failure(msgspec.Struct):
    code: str | None = None
    message: str | None = None


class _Result(msgspec.Struct):
    custom_id: str
    response: _Response | None = None
    error: _Failure | None = None


_results = msgspec.json.Decoder(_Result)


def read_result(
    line: bytes, refuse: Callable[[Complaint], TransientError | AskError | EndpointError], key: str
) -> tuple[str, Verdict]:
    """Read one line of an output or error file: the custom_id, and what became of the request.

    Args:
        line: as it stands in the file.
        refuse: decides what a refusal means.
        key: the API key, to be kept out of every message.

    Raises:
        ValueError: the line is cut or no result.
    """
    try:
        result = _results.decode(line)  # its own errors are ValueErrors
    except RecursionError as exc:
        raise ValueError("JSON nested too deeply") from exc
    response, failure = result.response, result.error
    if response is None:
        failure = failure or _Failure(message="there is neither a response nor an error")
        body = msgspec.json.encode(failure)
        return result.custom_id, refuse(read_complaint(_LOST, body, key))
    body = bytes(response.body)
    if response.status_code != 200:
        return result.custom_id, refuse(read_complaint(response.status_code, body, key))
    try:
        return result.custom_id, read_reply(body)
    except ValueError:
        said = read_complaint(200, body, key)
        return result.custom_id, TransientError(f"no chat completion came but {said}")


def write_refusal(custom_id: str, complaint: Complaint) -> bytes:
    """A result's line that refuses a request.

    What validation says of a line is kept this way, as if it stood in the error file.
    """
    error = {"message": complaint.message, "code": complaint.code, "param": complaint.param}
    response = {"status_code": complaint.status, "body": {"error": error}}
    return msgspec.json.encode({"custom_id": custom_id, "response": response}) + b"\n"
