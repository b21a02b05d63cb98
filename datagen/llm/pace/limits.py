"""Ask stage, pace, what an endpoint tells of its limits: response headers -> `ToldLimit`.

Pure. Three dialects are known: OpenAI's `x-ratelimit-remaining-requests` (and `-tokens`),
Anthropic's `anthropic-ratelimit-requests-remaining`, and the bare `x-ratelimit-remaining`, which
counts requests. Each comes with a `limit` and a `reset` beside it.
"""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

Unit = Literal["requests", "tokens"]

_DIALECTS: tuple[tuple[Unit, str], ...] = (
    ("requests", "x-ratelimit-{}-requests"),
    ("tokens", "x-ratelimit-{}-tokens"),
    ("requests", "anthropic-ratelimit-requests-{}"),
    ("tokens", "anthropic-ratelimit-tokens-{}"),
    ("requests", "x-ratelimit-{}"),
)

# What a limit is counted over, in seconds, likeliest first: OpenAI counts minutes, Groq counts
# tokens by the minute and requests by the day.
_PERIODS = (60.0, 86_400.0, 3_600.0)

_SLOW = 5.0  # seconds

_SPAN = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>ms|[dhms])")
_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0}
_NUMBER = re.compile(r"\d+(\.\d+)?")
_EPOCH = 1e9  # a larger number is a date, in seconds; 1000 times larger, in milliseconds


@dataclass(frozen=True, slots=True)
class ToldLimit:
    """One limit as a response tells it.

    Attributes:
        limit: most requests or tokens in one period.
        remaining: what is left of it.
        period: seconds that the limit is counted over, where the allowance flows back evenly (a
            token bucket); None where it comes back all at once (a fixed window).
        reset: seconds until it is whole again; NaN where that is not told.
    """

    unit: Unit
    limit: float
    remaining: float
    period: float | None = 60.0
    reset: float = math.nan

    @property
    def is_slow(self) -> bool:
        """It is counted over minutes or more: slowly enough to be followed from old answers."""
        return self.period is not None or self.reset >= _SLOW


def read_limits(headers: Mapping[str, str], epoch: float) -> list[ToldLimit]:
    """Every limit that a response tells, at most one for each unit.

    Args:
        headers: with lower-case names, or a mapping that ignores case.
        epoch: now, in seconds since 1970, for resets that are told as a date.

    >>> read_limits({"x-ratelimit-limit-requests": "600", "x-ratelimit-remaining-requests": "570",
    ...              "x-ratelimit-reset-requests": "3s"}, epoch=0.0)
    [ToldLimit(unit='requests', limit=600.0, remaining=570.0, period=60.0, reset=3.0)]
    """
    found: dict[Unit, ToldLimit] = {}
    for told in _read_dialects(headers, epoch):
        found.setdefault(told.unit, told)
    return list(found.values())


def _read_dialects(headers: Mapping[str, str], epoch: float) -> Iterator[ToldLimit]:
    for unit, name in _DIALECTS:
        remaining = _read_number(headers.get(name.format("remaining")))
        limit = _read_number(headers.get(name.format("limit")))
        if remaining <= limit and limit > 0:  # NaN, where one is not told, compares as false
            reset = read_reset(headers.get(name.format("reset")) or "", epoch)
            period = _find_period(limit, remaining, reset)
            yield ToldLimit(unit, limit, remaining, period, reset)


def _find_period(limit: float, remaining: float, reset: float) -> float | None:
    """The period after which so much would be whole again after `reset` seconds; None for none.

    `remaining` is a whole number, and often `reset` too, so that both may be one off.
    """
    if math.isnan(reset):
        return _PERIODS[0]
    if remaining == limit:
        return None  # any would do
    for period in _PERIODS:
        expected = (limit - remaining) * period / limit
        if abs(reset - expected) <= 1.0 + min(period / limit, 2.0) + 0.1 * expected:
            return period
    return None


def read_reset(text: str, epoch: float) -> float:
    """Seconds until a reset; NaN where the text tells none.

    Read are a span, plain seconds, a date in seconds or milliseconds since 1970, and an ISO date.

    >>> read_reset("6m0s", epoch=0.0), read_reset("20ms", epoch=0.0), read_reset("1.5", epoch=0.0)
    (360.0, 0.02, 1.5)
    >>> read_reset("2026-01-01T00:00:30Z", epoch=1_767_225_600.0)
    30.0
    """
    text = text.strip().lower()
    number = _read_number(text)
    if math.isnan(number):
        return (
            _read_span(text) if _SPAN.match(text) and "-" not in text else _read_date(text, epoch)
        )
    if number > _EPOCH * 1000:
        number /= 1000
    return max(0.0, number - epoch) if number > _EPOCH else number


def _read_span(text: str) -> float:
    parts = list(_SPAN.finditer(text))
    if "".join(part.group() for part in parts) != text:
        return math.nan
    return sum(float(part["number"]) * _SECONDS[part["unit"]] for part in parts)


def _read_date(text: str, epoch: float) -> float:
    try:
        date = datetime.fromisoformat(text.upper())
        if date.tzinfo is None:
            date = date.replace(tzinfo=UTC)
        return max(0.0, date.timestamp() - epoch)
    except (ValueError, OverflowError):
        return math.nan


def _read_number(text: str | None) -> float:
    text = (text or "").strip()
    return float(text) if _NUMBER.fullmatch(text) else math.nan
