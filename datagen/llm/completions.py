"""Ask stage, the wire: Prompt -> body of a chat completion request; body of the answer -> Reply.

Written and read with typed, compiled code: the general models of the openai package cost half as
much CPU again per request. Also what a batch file holds, one body a line.
"""

from collections.abc import Mapping
from typing import Any

import msgspec

from datagen.errors import AskError
from datagen.records import Message, Prompt, Reply, Usage

# Keywords that OpenAI's strict mode refuses; the parse stage checks them in any case.
_NOT_STRICT = frozenset({"minLength", "maxLength"})


class _Part(msgspec.Struct):
    text: str = ""


class _Said(msgspec.Struct):
    content: str | list[_Part] | None = None
    refusal: str | None = None

    def join_text(self) -> str:
        """The text; in structured output a refusal has a field of its own."""
        if isinstance(self.content, list):
            return "".join(part.text for part in self.content)
        return self.content or self.refusal or ""


class _Likely(msgspec.Struct):
    token: str
    logprob: float


class _Token(_Likely):
    top_logprobs: list[_Likely] | None = None


class _Logprobs(msgspec.Struct):
    content: list[_Token] | None = None


class _Choice(msgspec.Struct):
    message: _Said
    finish_reason: str | None = None
    logprobs: msgspec.Raw = msgspec.Raw(b"null")  # read apart, as `usage`


class _Completion(msgspec.Struct):
    choices: list[_Choice]
    model: str | None = None
    usage: msgspec.Raw = msgspec.Raw(b"null")  # read apart: odd counts shall not cost the reply


class _Details(msgspec.Struct):
    cached_tokens: int | None = None


class _Counts(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    prompt_tokens_details: _Details | None = None


_completions = msgspec.json.Decoder(_Completion)
_counts = msgspec.json.Decoder(_Counts)
_logprobs = msgspec.json.Decoder(_Logprobs | None)


def write_body(
    model: str,
    prompt: Prompt,
    options: Mapping[str, Any],
    *,
    is_openai: bool = False,
    picture_url: str | None = None,
) -> bytes:
    r"""Write the body of one request; the same arguments give the same bytes.

    Args:
        model: as the endpoint calls it.
        prompt: the messages, and the JSON schema that the reply shall follow.
        options: further fields, `temperature` and the like.
        is_openai: leave out of the schema what OpenAI's own strict mode refuses.
        picture_url: data URL of the prompt's picture.

    Raises:
        AskError: `bad-request`, the prompt cannot be written as UTF-8.

    >>> from datagen.records import Message
    >>> write_body("tiny", Prompt((Message("user", "Hi"),)), {"seed": 1})
    b'{"model":"tiny","messages":[{"role":"user","content":"Hi"}],"seed":1}'
    """
    messages: list[Any] = list(prompt.messages)
    if picture_url is not None:
        at = prompt.image_at
        messages[at] = _add_picture(prompt.messages[at], picture_url, prompt.image_first)
    body = {"model": model, "messages": messages, **options}
    if prompt.seed:
        body["seed"] = prompt.seed
    if prompt.json_schema is not None:
        schema = _loosen(prompt.json_schema) if is_openai else prompt.json_schema
        wanted = {"name": "reply", "strict": True, "schema": schema}
        body["response_format"] = {"type": "json_schema", "json_schema": wanted}
    try:
        return msgspec.json.encode(body)
    except UnicodeEncodeError as exc:
        raise AskError("bad-request", "the prompt holds a character that has no UTF-8") from exc


def _add_picture(message: Message, url: str, is_first: bool) -> dict[str, Any]:
    text = {"type": "text", "text": message.content}
    picture = {"type": "image_url", "image_url": {"url": url}}
    return {"role": message.role, "content": [picture, text] if is_first else [text, picture]}


def _loosen(schema: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(schema, Mapping):
        return {key: _loosen(value) for key, value in schema.items() if key not in _NOT_STRICT}
    return [_loosen(value) for value in schema] if isinstance(schema, list) else schema


def read_reply(body: bytes) -> Reply:
    """Read the first choice of an answer; an empty or cut one is a reply too.

    Missing or odd token counts become zeros, a missing model name an empty one; latency and
    attempts are the caller's to add.

    Raises:
        ValueError: the body is no chat completion, or holds no choice.
    """
    try:
        completion = _completions.decode(body)  # its own errors are ValueErrors
    except RecursionError as exc:
        raise ValueError("JSON nested too deeply") from exc
    if not completion.choices:
        raise ValueError("a chat completion without a choice")
    choice = completion.choices[0]
    return Reply(
        text=choice.message.join_text(),
        model=completion.model or "",
        finish_reason=choice.finish_reason or "stop",
        usage=_read_usage(completion.usage),
        first_tokens=_read_first_tokens(choice.logprobs),
    )


def _read_first_tokens(raw: msgspec.Raw) -> tuple[tuple[str, float], ...]:
    try:
        found = _logprobs.decode(raw)
    except ValueError:
        return ()
    if found is None or not found.content:
        return ()
    first = found.content[0]
    return tuple((likely.token, likely.logprob) for likely in first.top_logprobs or [first])


def _read_usage(raw: msgspec.Raw) -> Usage:
    try:
        counts = _counts.decode(raw)
    except ValueError:
        return Usage()
    details = counts.prompt_tokens_details or _Details()
    return Usage(
        prompt_tokens=counts.prompt_tokens or 0,
        completion_tokens=counts.completion_tokens or 0,
        cached_tokens=details.cached_tokens or 0,
    )
