"""Ask stage, the mock endpoint's protocol: body of a chat request -> body of the completion.

Pure: no HTTP here. What a completion says comes from a writer, a function of the messages, the
schema and the seed; so the same request always gets the same bytes.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec

from datagen.records import Message, Role, Usage

Writer = Callable[[Sequence[Message], Mapping[str, Any] | None, int], str]
"""Writes a reply from the messages, the JSON schema (None for plain text) and a seed."""

CREATED = 1_767_225_600
"""The fixed `created` of everything the mock endpoint makes: 2026-01-01, in seconds."""

_MESSAGE_TOKENS = 4  # what a message costs beside its text
_CACHED_FROM = 1024  # shorter prompts are not cached
_CACHED_STEP = 128  # the cached part is a multiple of it
_REFUSAL = "I am sorry, but I cannot help with this request."

_ROLES: Mapping[str, Role] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "assistant": "assistant",
}


class RefusedError(Exception):
    """Ends a request with an error.

    Attributes:
        status: the HTTP status.
        body: the error as OpenAI writes it.
        headers: further headers of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        *,
        kind: str = "invalid_request_error",
        code: str | None = None,
        param: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Compose the body; `kind` is its field `type`."""
        super().__init__(message)
        error = {"message": message, "type": kind, "param": param, "code": code}
        self.status = status
        self.body = msgspec.json.encode({"error": error})
        self.headers = headers or {}


class _Part(msgspec.Struct):
    type: str
    text: str = ""


class _Message(msgspec.Struct):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part]

    def to_record(self) -> Message:
        """The message as text: parts are joined by line breaks, pictures are left out."""
        if isinstance(self.content, str):
            return Message(_ROLES[self.role], self.content)
        texts = [part.text for part in self.content if part.type == "text"]
        return Message(_ROLES[self.role], "\n".join(texts))


class _SchemaFormat(msgspec.Struct):
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    schema: dict[str, Any]


class _Format(msgspec.Struct):
    type: Literal["text", "json_schema"]
    json_schema: _SchemaFormat | None = None


_Limit = Annotated[int, msgspec.Meta(ge=1)] | None


class ChatRequest(msgspec.Struct):
    """The body of `POST /v1/chat/completions`; fields that change nothing here are passed over."""

    model: str
    messages: Annotated[list[_Message], msgspec.Meta(min_length=1)]
    n: Annotated[int, msgspec.Meta(ge=1, le=16)] | None = None
    seed: int | None = None
    stream: bool | None = None
    response_format: _Format | None = None
    temperature: Annotated[float, msgspec.Meta(ge=0, le=2)] | None = None
    top_p: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    max_tokens: _Limit = None
    max_completion_tokens: _Limit = None
    logprobs: bool | None = None
    top_logprobs: Annotated[int, msgspec.Meta(ge=0, le=20)] | None = None

    def get_messages(self) -> list[Message]:
        """The messages as text."""
        return [message.to_record() for message in self.messages]

    def get_schema(self) -> Mapping[str, Any] | None:
        """The JSON schema that the reply shall follow, None for plain text."""
        wanted = self.response_format.json_schema if self.response_format else None
        return wanted.schema if wanted else None

    def get_limit(self) -> int | None:
        """The longest reply in tokens, under either of its names."""
        return self.max_completion_tokens or self.max_tokens


_requests = msgspec.json.Decoder(ChatRequest)


def read_request(body: bytes) -> ChatRequest:
    """Read and check the body of a request.

    Raises:
        RefusedError: it is not JSON, or not a request that can be served.
    """
    try:
        request = _requests.decode(body)
    except msgspec.ValidationError as exc:
        param = _find_param(str(exc))
        raise RefusedError(400, f"Invalid request: {exc}.", param=param) from exc
    except (ValueError, RecursionError) as exc:
        raise RefusedError(400, "The body of the request is not valid JSON.") from exc
    if request.stream:
        code = "unsupported_value"
        raise RefusedError(400, "This endpoint does not stream.", param="stream", code=code)
    wanted = request.response_format
    if wanted is not None and wanted.type == "json_schema" and wanted.json_schema is None:
        param = "response_format.json_schema"
        raise RefusedError(400, f"Missing: {param}.", param=param)
    return request


def _find_param(problem: str) -> str | None:
    # msgspec ends its message with the place: … - at `$.messages[0].role`
    _, found, place = problem.partition("`$.")
    return place.rstrip("`") if found else None


def estimate_tokens(text: str) -> int:
    """A token for every four characters begun.

    >>> estimate_tokens("a cook")
    2
    """
    return (len(text) + 3) // 4


@dataclass(frozen=True, slots=True)
class Completion:
    """What is answered: one text per candidate, and the usage of all together."""

    texts: tuple[str, ...]
    finish_reason: str
    usage: Usage
    is_refusal: bool = False


def count_prompt(
    messages: Sequence[Message], count_tokens: Callable[[str], int] = estimate_tokens
) -> tuple[int, int]:
    """Tokens of a prompt, and how many of them count as cached.

    A message costs four tokens beside its text. Cached is what requests of one kind share: all
    messages but the last, in steps of 128 tokens, where the prompt has 1024 or more.
    """
    costs = [count_tokens(message.content) + _MESSAGE_TOKENS for message in messages]
    total = sum(costs)
    shared = total - costs[-1]
    return total, shared - shared % _CACHED_STEP if total >= _CACHED_FROM else 0


def compose(
    request: ChatRequest,
    writer: Writer,
    count_tokens: Callable[[str], int] = estimate_tokens,
    fault: str = "",
) -> Completion:
    """Write the completion; `fault` is one of those that spoil a reply, else it is whole."""
    messages = request.get_messages()
    schema, seed = request.get_schema(), request.seed or 0
    if fault == "refusal":
        texts, reason = [_REFUSAL], "stop"
    else:
        texts = [writer(messages, schema, seed + index) for index in range(request.n or 1)]
        texts, reason = _spoil(texts, fault)
    limit = request.get_limit()
    counts = [count_tokens(text) for text in texts]
    if limit is not None and max(counts) > limit:
        texts = [_cut(text, limit, count) for text, count in zip(texts, counts, strict=True)]
        counts, reason = [min(count, limit) for count in counts], "length"
    prompt, cached = count_prompt(messages, count_tokens)
    return Completion(tuple(texts), reason, Usage(prompt, sum(counts), cached), fault == "refusal")


def _spoil(texts: list[str], fault: str) -> tuple[list[str], str]:
    if fault in {"empty", "empty-length"}:
        return ["" for _ in texts], "stop" if fault == "empty" else "length"
    if fault == "length":
        return [text[: len(text) // 2] for text in texts], "length"
    return texts, "stop"


def _cut(text: str, limit: int, count: int) -> str:
    return text if count <= limit else text[: len(text) * limit // count]


def render(completion: Completion, request: ChatRequest, request_id: str) -> bytes:
    """The body of the answer; a refusal has its own field where a schema was asked for."""
    in_field = completion.is_refusal and request.get_schema() is not None
    choices = [
        {
            "index": index,
            "message": {
                "role": "assistant",
                "content": None if in_field else text,
                "refusal": text if in_field else None,
            },
            "logprobs": _tell_first_token(text, request) if request.logprobs else None,
            "finish_reason": completion.finish_reason,
        }
        for index, text in enumerate(completion.texts)
    ]
    usage = completion.usage
    return msgspec.json.encode(
        {
            "id": f"chatcmpl-{request_id}",
            "object": "chat.completion",
            "created": CREATED,
            "model": request.model,
            "choices": choices,
            "usage": {
                "prompt_tokens": usage.prompt_tokens,
                "completion_tokens": usage.completion_tokens,
                "total_tokens": usage.prompt_tokens + usage.completion_tokens,
                "prompt_tokens_details": {"cached_tokens": usage.cached_tokens},
            },
        }
    )


def _tell_first_token(text: str, request: ChatRequest) -> dict[str, Any]:
    """Log probabilities of the first word only: nine of ten for it, the tenth for its contrary."""
    word = (text.split() or [""])[0].strip(",.!")
    contrary = {"yes": "No", "no": "Yes"}.get(word.lower(), "")
    likely = [
        {"token": token, "logprob": round(math.log(share), 6), "bytes": list(token.encode())}
        for token, share in ((word, 0.9), (contrary, 0.1))
    ]
    return {"content": [{**likely[0], "top_logprobs": likely[: request.top_logprobs or 0]}]}
