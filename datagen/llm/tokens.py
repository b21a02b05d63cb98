"""Ask stage, counting: messages -> tokens, before anything is asked and without a network.

Where a model's encoding is known and the extra `tokens` is installed, the count of a text is exact;
else it is an estimate, and the counter says so. What is counted is what `Usage.prompt_tokens` and
`Usage.completion_tokens` will say. A JSON schema is not counted: what an endpoint makes of one is
not published.
"""

import importlib
import re
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial

from datagen.records import Message

ESTIMATE = "estimate"
"""Stands for the encoding where tokens are estimated."""

UNKNOWN_REPLY = 200.0
"""Tokens taken for a reply when a response type shows no example: a paragraph or two."""

# OpenAI's published rule ("How to count tokens with tiktoken", openai-cookbook): three tokens frame
# a message, its role is one more, and three begin the reply.
_MESSAGE_TOKENS = 3 + 1
_REPLY_TOKENS = 3

_CACHED_FROM, _CACHED_STEP = 1024, 128
_PIECE = 50_000  # characters counted at once; bpe-openai refuses texts that are very long

# As in tiktoken 0.14; gpt-oss shares the vocabulary of o200k_base.
_ENCODINGS = (
    (
        "o200k_base",
        re.compile(r"(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-5(\.\d+)?|gpt-oss|o[134])(-.*)?"),
    ),
    ("cl100k_base", re.compile(r"(gpt-4|gpt-3\.5|gpt-35)(-.*)?")),
)
# Families that make each digit a token of its own; the others take up to three together.
_SPLITS_DIGITS = re.compile(r"gemini|gemma|llama-?2|qwen|qwq|smollm|stral|vicuna|xtral")


@dataclass(frozen=True, slots=True)
class TokenCounter:
    """Counts as one model does; may be shared between threads.

    Attributes:
        model: as the endpoint calls it.
        encoding: `o200k_base` or `cl100k_base`, or `estimate`.
        counts: tokens of a text.
        hint: a sentence on how to get an exact count, empty where there is nothing to do.
    """

    model: str
    encoding: str
    counts: Callable[[str], int]
    hint: str = ""

    @property
    def exact(self) -> bool:
        """Whether `count_text` gives the very number; the frame of a message is as published."""
        return self.encoding != ESTIMATE

    def describe(self) -> str:
        """Say to the user how tokens are counted and how far to trust it.

        >>> TokenCounter("gpt-4o-mini", "o200k_base", len).describe()
        'Tokens are counted with o200k_base, the encoding of gpt-4o-mini.'
        """
        if self.exact:
            return f"Tokens are counted with {self.encoding}, the encoding of {self.model}."
        said = f"Tokens are estimated for {self.model}: closely for English, roughly for others."
        return f"{said} {self.hint}".rstrip()

    def count_text(self, text: str) -> int:
        """Tokens of a text alone."""
        return self.counts(text)

    def count_message(self, message: Message) -> int:
        """Tokens that one message adds to a prompt."""
        return _MESSAGE_TOKENS + self.counts(message.content)

    def count_messages(self, messages: Sequence[Message]) -> int:
        """Tokens of a prompt.

        Messages add up: `count_messages([*prefix, query])` is
        `count_messages(prefix) + count_message(query)`, so what a response type says to every
        image needs to be counted only once.
        """
        return _REPLY_TOKENS + sum(map(self.count_message, messages))

    def count_cacheable(self, prefix: Sequence[Message]) -> int:
        """Tokens of a prompt's unchanging start that an endpoint may serve from its cache.

        OpenAI's rule for models before GPT-5.6: from 1024 tokens on, in steps of 128.
        """
        tokens = sum(map(self.count_message, prefix))
        return tokens - tokens % _CACHED_STEP if tokens >= _CACHED_FROM else 0

    def estimate_completion(self, messages: Sequence[Message]) -> float:
        """Tokens to expect of a reply: the mean over the example replies among the messages.

        What a reasoning model thinks before it replies is billed too and comes on top.
        """
        replies = [self.counts(m.content) for m in messages if m.role == "assistant"]
        return sum(replies) / len(replies) if replies else UNKNOWN_REPLY


def load_counter(model: str) -> TokenCounter:
    """The best counter for a model that can be had on this machine.

    The first exact one takes half a second and 140 MB; after that they are shared.

    >>> load_counter("llama3.3:70b").encoding
    'estimate'
    """
    encoding = find_encoding(model)
    if encoding is None:
        digits = 1 if _SPLITS_DIGITS.search(model.lower()) else 3
        return TokenCounter(model, ESTIMATE, partial(estimate_tokens, digits=digits))
    try:
        return TokenCounter(model, encoding, _load_encoding(encoding))
    except ImportError:
        hint = "Install datagen[tokens] for the exact count."
        return TokenCounter(model, ESTIMATE, estimate_tokens, hint)


def find_encoding(model: str) -> str | None:
    """The encoding of a model by its name; None where it is not known.

    A provider before the name, a tag behind it and `ft:` of a fine-tuned model are passed over.

    >>> find_encoding("openai/gpt-4o-mini"), find_encoding("ft:gpt-4-0613:us::1")
    ('o200k_base', 'cl100k_base')
    """
    name = model.strip().lower().rpartition("/")[2].removeprefix("ft:").partition(":")[0]
    return next((encoding for encoding, names in _ENCODINGS if names.fullmatch(name)), None)


@lru_cache
def _load_encoding(name: str) -> Callable[[str], int]:
    """Count with an encoding of bpe-openai, which ships them; ImportError where it is missing."""
    with warnings.catch_warnings():
        # It reads its own files in a way that Python 3.11 and 3.12 call deprecated.
        warnings.simplefilter("ignore", DeprecationWarning)
        package = importlib.import_module("bpe_openai")
    encode = package.get_encoding(name).encode_ordinary

    def count(text: str) -> int:
        return sum(len(encode(text[at : at + _PIECE])) for at in range(0, len(text), _PIECE))

    return count


_LATIN, _HANGUL = "A-Za-z\u00c0-\u024f", "\uac00-\ud7a3"
_KANA, _HAN = "\u3040-\u30ff", "\u3400-\u9fff\uf900-\ufaff"
_OTHER = rf"[^\W\d_{_LATIN}{_HANGUL}{_KANA}{_HAN}]"


def _compile(*rates: tuple[str, float]) -> tuple[tuple[re.Pattern[str], float], ...]:
    return tuple((re.compile(pattern), tokens) for pattern, tokens in rates)


# What in a text makes how many tokens. An encoding first cuts a text into words, numbers, signs and
# line breaks, of which most are one token: these cuts are the rules at 1.0. The others were fitted
# to o200k_base on the shipped prompts and on invented texts. No rule may look back further than a
# fixed width: the time must stay linear in a text of any kind.
_RATES = _compile(
    (f"[{_LATIN}]+", 1.0),
    (f"(?<=[{_LATIN}]{{5}})[{_LATIN}]", 0.03),  # long words are now and then cut
    (f"(?<=[{_LATIN}]{{11}})[{_LATIN}]", 0.3),
    (f"(?<![ {_LATIN}])[{_LATIN}]{{4}}", 0.3),  # so are words without a blank before them
    (r" (?=\d)", 1.0),  # only words and signs take the blank before them along
    (r"(?:[^\s\w]|_)+", 1.0),  # takes the line break behind it along
    (r"(?<![^\s\w])(?<!\n)\n+", 1.0),
)
_RATES_BEYOND_ASCII = _compile(
    ("[\u00c0-\u024f]", 0.5),
    (f"[{_HANGUL}]+", 1.0),
    (f"(?<=[{_HANGUL}])[{_HANGUL}]", 0.66),
    (f"[{_HAN}]", 0.82),
    (f"[{_KANA}]", 0.65),
    (f"{_OTHER}+", 1.0),
    (f"(?<={_OTHER}{{3}}){_OTHER}", 0.3),
)
_NUMBERS = {1: re.compile(r"\d"), 3: re.compile(r"\d{1,3}")}


def estimate_tokens(text: str, *, digits: int = 3) -> int:
    """Tokens of a text, estimated; `digits` is how many make one token, 1 or 3.

    Against o200k_base, measured: whole prompts of the shipped types within 1.5%, Korean text
    within 10% (1% over all of it), German, Spanish, French, Chinese, Japanese within 20%.

    >>> estimate_tokens("person: [0.402, 0.271, 0.528, 0.836]")
    22
    """
    rates = _RATES if text.isascii() else _RATES + _RATES_BEYOND_ASCII
    fitted = sum(len(pattern.findall(text)) * tokens for pattern, tokens in rates)
    return round(fitted + len(_NUMBERS[digits].findall(text)))
