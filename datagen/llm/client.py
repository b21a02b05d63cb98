"""Ask stage, the seam: Prompt -> Reply, and what an endpoint's refusal means.

Whoever asks a model over HTTP reads the refusal with `read_complaint` and raises what `judge`
makes of it, so that one and the same answer of an endpoint always has the same end.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from datagen.errors import AskError, EndpointError
from datagen.llm.retry import RETRIED_STATUSES, TransientError
from datagen.records import Prompt, Reply

_LONGEST_READ = 8_000  # characters of a complaint that are looked at
_LONGEST_SHOWN = 300  # characters of a complaint that are repeated to the user

_SECRET = re.compile(
    r"\bbearer\s+[^\s\"',;]+"  # an Authorization header
    r"|\bsk-[\w*.\-]{3,}"  # the usual shape of a key
    r"|\S{0,40}\*{3,}\S{0,40}",  # a key that the endpoint has masked itself, in part
    re.IGNORECASE,
)


class Client(Protocol):
    """One model, asked one prompt at a time; many `ask`s may run side by side."""

    async def ask(self, prompt: Prompt) -> Reply:
        """Ask until there is a reply.

        An empty, cut or refusing reply is a reply: the parse stage judges it.

        Raises:
            AskError: this request failed for good; the others may not.
            EndpointError: no request can succeed before the user has done something.
        """
        ...

    async def close(self) -> None:
        """Let go of all connections; the client cannot be used after it."""
        ...


def scrub(text: str, key: str = "") -> str:
    """Take every secret out of text that comes from elsewhere: the key, and what looks like one.

    >>> scrub("Incorrect key: mine-123456. Sent: Bearer abc", key="mine-123456")
    'Incorrect key: [key]. Sent: [key]'
    """
    if key:
        # A short key such as "EMPTY" is hidden as a word only, lest other words be torn.
        exact = re.escape(key) if len(key) >= 8 else rf"(?<!\w){re.escape(key)}(?!\w)"
        text = re.sub(exact, "[key]", text)
    return _SECRET.sub("[key]", text)


@dataclass(frozen=True, slots=True)
class Complaint:
    """What an endpoint says is wrong, with every secret taken out.

    Attributes:
        status: the HTTP status; 200 for a body that is no chat completion.
        message: one line of text, empty where the endpoint gave none.
        code, kind, param: the fields `code`, `type` and `param` of an OpenAI error.
    """

    status: int
    message: str = ""
    code: str = ""
    kind: str = ""
    param: str = ""

    def __str__(self) -> str:
        """Show the status and a bounded part of the message.

        >>> str(Complaint(503, "overloaded"))
        '503: overloaded'
        """
        message = self.message
        if len(message) > _LONGEST_SHOWN:
            message = message[:_LONGEST_SHOWN].rstrip() + " …"
        return f"{self.status}: {message}" if message else str(self.status)


def read_complaint(status: int, body: bytes, key: str = "") -> Complaint:
    """Read the body of a refusal, whatever server wrote it.

    Known shapes: `{"error": {...}}`, `{"error": "…"}`, `{"message": …}`, `{"detail": …}`, any of
    them in a list, plain text, an HTML page.

    >>> read_complaint(404, b'{"error": {"message": "no such model", "code": "model_not_found"}}')
    Complaint(status=404, message='no such model', code='model_not_found', kind='', param='')
    """
    try:
        said = msgspec.json.decode(body)
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or nested without end
        return Complaint(status, _tidy(_describe_page(body), key))
    if isinstance(said, list) and said:
        said = said[0]
    if isinstance(said, dict) and said.get("error"):
        said = said["error"]
    if not isinstance(said, dict):
        return Complaint(status, _tidy(_flatten(said), key))
    message = next((said[name] for name in ("message", "detail", "msg") if said.get(name)), None)
    fields = (_tidy(_flatten(said.get(name)), key) for name in ("code", "type", "param"))
    return Complaint(status, _tidy(_flatten(message), key), *fields)


def _describe_page(body: bytes) -> str:
    text = body[:_LONGEST_READ].decode("utf-8", errors="replace").strip()
    return "an HTML page" if text.startswith("<") else text


def _flatten(said: Any) -> str:  # noqa: ANN401 - whatever JSON a server wrote
    if said is None:
        return ""
    return said if isinstance(said, str) else msgspec.json.encode(said).decode()


def _tidy(text: str, key: str) -> str:
    # One line of printable characters: an endpoint shall not steer the user's terminal.
    line = " ".join(scrub(text[:_LONGEST_READ], key).split())
    return "".join(char for char in line if char.isprintable())


@dataclass(frozen=True, slots=True)
class _Rule:
    """What a complaint means: with a code one item is rejected, without one nothing can go on."""

    statuses: frozenset[int]
    marks: re.Pattern[str] | None
    code: str = ""
    advice: str = ""

    def fits(self, complaint: Complaint) -> bool:
        if complaint.status not in self.statuses:
            return False
        said = f"{complaint.code} {complaint.kind} {complaint.message}"
        return self.marks is None or self.marks.search(said) is not None


def _rule(statuses: set[int], marks: str = "", code: str = "", advice: str = "") -> _Rule:
    pattern = re.compile(marks, re.IGNORECASE) if marks else None
    return _Rule(frozenset(statuses), pattern, code, advice)


_BAD_REQUEST = {400, 413, 422}

# The first rule that fits decides. Quota is told by its code alone: some endpoints write "quota"
# in the message of an ordinary rate limit.
_RULES = (
    _rule({402}, advice="pay the bill or choose another endpoint, then resume"),
    _rule(
        {400, 403, 429},
        "insufficient_quota|insufficient_balance|billing_hard_limit_reached|billing_not_active",
        advice="raise the account's quota, then resume",
    ),
    _rule({401, 407}, advice="check the API key (OPENAI_API_KEY)"),
    _rule(
        {400, 403, 422, 451},
        "content_filter|content[_ ]policy|content management policy|usage policy|moderation"
        "|flagged|data_inspection_failed",
        code="content-policy",
    ),
    _rule(
        {400, 403, 422},
        "model_not_found|model[^.]{0,80}(does not exist|not found)|invalid model",
        advice="check the name of the model",
    ),
    # A local server says 500 for it; it would be asked again in vain.
    _rule(
        {400, 404, 422, 500, 501},
        r"(images?|vision|multimodal)( inputs?)? (is|are) (not supported|unsupported)"
        r"|(does not|doesn't) support (image|vision|multimodal)|mmproj|not a multimodal model"
        r"|at most 0 image",
        advice="choose a model that takes pictures",
    ),
    _rule({403}, advice="check what the API key is allowed to do"),
    _rule(
        {404, 405, 410, *range(300, 400)},
        advice="check the name of the model and the base URL, which mostly ends in /v1",
    ),
    _rule(
        _BAD_REQUEST,
        "context_length_exceeded|exceed_context_size|string_above_max_length"
        "|maximum context length|context (length|size|window)|prompt is too long"
        "|too many tokens|reduce the length|max_new_tokens",
        code="context-too-long",
    ),
    _rule({413}, code="context-too-long"),
    _rule({429}, "request too large", code="context-too-long"),
)

_REFUSED = re.compile(
    r"unsupported|not supported|unknown|unrecogni[sz]ed|unexpected|extra|not permitted"
    r"|not allowed",
    re.IGNORECASE,
)


def find_refused_option(complaint: Complaint, options: Collection[str]) -> str:
    """The option of the request body that a 400 or 422 refuses as such; empty for none.

    In the message an option must stand in quotes or hold an underscore: `seed` and `stop` are
    words that a message may repeat from a prompt.

    >>> find_refused_option(Complaint(400, "Unknown field: top_k"), ["top_p", "top_k"])
    'top_k'
    """
    if complaint.status not in _BAD_REQUEST:
        return ""
    if complaint.param in options:
        return complaint.param
    if not _REFUSED.search(complaint.message):
        return ""
    return next((name for name in options if _names(complaint.message, name)), "")


def _names(message: str, option: str) -> bool:
    quote = "" if "_" in option else "['\"`]"
    return re.search(rf"{quote}\b{re.escape(option)}\b{quote}", message) is not None


def judge(
    complaint: Complaint,
    *,
    endpoint: str,
    options: Collection[str] = (),
    retry_after: float | None = None,
) -> TransientError | AskError | EndpointError:
    """Decide what a refusal means: try again, reject this item, or stop.

    Args:
        complaint: what the endpoint said.
        endpoint: its address, for the message.
        options: names in the request body that are the same in every request of a run; where one
            of them is refused, all requests are.
        retry_after: seconds that the response asks to wait.
    """
    said = f"{endpoint} answered {complaint}"
    rule = next((rule for rule in _RULES if rule.fits(complaint)), None)
    if rule is not None and rule.code:
        return AskError(rule.code, said)
    if rule is not None:
        return EndpointError(f"{said}; {rule.advice}")
    if complaint.status in RETRIED_STATUSES:
        return TransientError(said, retry_after=retry_after)
    if option := find_refused_option(complaint, options):
        return EndpointError(f"{said}; change or leave out the option `{option}`")
    return AskError("bad-request", said)
