"""Money, beside the flow: Usage -> USD, and a limit on what a run may spend.

Prices come from the settings or from the list that the genai-prices package carries; there is none
in this code, and nothing is fetched. Sums are kept in whole pico-dollars (1e-12 USD): a price with
up to six decimals per million tokens is a whole number of them per token, so adding up any number of
replies loses nothing; and a float carries up to 2,000 USD to that precision.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from datagen.errors import SettingsError
from datagen.records import Usage

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, TieredPrices

_PICO = 10**12  # pico-dollars in a dollar
_MILLION = 10**6
_OPENAI_URL = "https://api.openai.com/v1"

# OpenAI's Batch API is half price ("50% cost discount", its guide says), on Azure too.
_HALF_PRICE_HOSTS = ("api.openai.com", ".openai.azure.com")

# Charges that cannot be told from the token counts of a reply.
_OTHER_CHARGES = ("requests_kcount", "output_reasoning_mtok", "output_citation_mtok")


@dataclass(frozen=True, slots=True)
class PriceSettings:
    """Prices as the user gives them, in USD per million tokens; None where not given."""

    price_input: float | None = None
    price_cached_input: float | None = None
    price_output: float | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """What a model charges, in USD per million tokens.

    Attributes:
        input: for prompt tokens that did not come from a cache.
        cached_input: for those that did; None where the endpoint gives no discount.
        output: for completion tokens.
        source: where the figures are from, for the user.
    """

    input: float
    cached_input: float | None
    output: float
    source: str

    def for_batch(self) -> "Price":
        """Half of everything, which is what OpenAI's Batch API charges.

        >>> Price(0.5, 0.125, 1.5, "the price page").for_batch()
        Price(input=0.25, cached_input=0.0625, output=0.75, source='the price page, halved for batches')
        """
        cached = None if self.cached_input is None else self.cached_input / 2
        return Price(self.input / 2, cached, self.output / 2, f"{self.source}, halved for batches")


def cost(usage: Usage, price: Price) -> float:
    """USD for one reply, or for many at once: the cost of summed usage is the sum of the costs.

    >>> cost(Usage(prompt_tokens=3000, completion_tokens=200, cached_tokens=2000),
    ...      Price(0.15, 0.075, 0.6, "the price page"))
    0.00042
    """
    cached_price = price.input if price.cached_input is None else price.cached_input
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    pico = (
        (usage.prompt_tokens - cached) * _per_token(price.input)
        + cached * _per_token(cached_price)
        + usage.completion_tokens * _per_token(price.output)
    )
    return pico / _PICO


def _per_token(price: float) -> int:
    return round(price * (_PICO // _MILLION))


def find_price(
    model: str,
    base_url: str | None = None,
    given: PriceSettings | None = None,
    *,
    batch: bool = False,
    at: datetime | None = None,
) -> Price | None:
    """The price of a model at an endpoint; None where it is not known.

    Given prices win and are taken as they are. Else the endpoint has to be one that genai-prices
    knows by its address: what a local server costs nobody knows. Of prices that change with the
    hour the dearest of the day is taken; of those that grow with the prompt the lowest, as they
    grow from 32,000 tokens on. Where each prompt is written to a cache at a price, that is the price
    of input.

    Args:
        model: as the endpoint calls it.
        base_url: None for OpenAI's own.
        given: prices from the settings.
        batch: the price for requests sent through a Batch API.
        at: day of the run; None for today.

    Raises:
        SettingsError: the given prices are not complete, or not amounts of money.
    """
    if given is not None and (price := _read_given(given)) is not None:
        return price
    return _look_up(model, base_url or _OPENAI_URL, batch, at or datetime.now(UTC))


def _read_given(given: PriceSettings) -> Price | None:
    values = {field.name: getattr(given, field.name) for field in fields(given)}
    for name, value in values.items():
        if value is not None and not (math.isfinite(value) and value >= 0):
            flag = f"--{name.replace('_', '-')}"
            raise SettingsError(f"{flag}: {value} is no price; give USD per million tokens")
    if given.price_input is not None and given.price_output is not None:
        return Price(given.price_input, given.price_cached_input, given.price_output, "settings")
    if any(value is not None for value in values.values()):
        raise SettingsError(
            "a price needs both --price-input and --price-output, in USD per million tokens"
        )
    return None


def _look_up(model: str, base_url: str, batch: bool, at: datetime) -> Price | None:
    ordinary = _read_list(model, base_url, at)
    if ordinary is None or not batch:
        return ordinary
    listed = _read_list(model, base_url, at, {"processing": "batch"})
    if listed is not None and listed != ordinary:
        return replace(listed, source=f"{listed.source}, for batches")
    host = urlsplit(base_url).hostname or ""
    return ordinary.for_batch() if host.endswith(_HALF_PRICE_HOSTS) else ordinary


def _read_list(
    model: str, base_url: str, at: datetime, context: Mapping[str, str] | None = None
) -> Price | None:
    """The dearest price of the day of `at`."""
    import genai_prices  # 0.1 s, needed only where a run costs something

    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        found = [
            genai_prices.calc_price(
                genai_prices.Usage(),
                model.strip(),
                provider_api_url=base_url.strip().lower(),
                genai_request_timestamp=day + timedelta(hours=hour),
                price_context=context,
            )
            for hour in range(24)
        ]
    except LookupError:  # unknown address, or unknown model there
        return None
    source = f"genai-prices {genai_prices.__version__}, {found[0].provider.id} {found[0].model.id}"
    prices = [_read_entry(entry.model_price, entry.model.id, source) for entry in found]
    known = [price for price in prices if price is not None]
    return max(known, key=lambda price: (price.output, price.input), default=None)


def _read_entry(listed: "ModelPrice", model: str, source: str) -> Price | None:
    if any(getattr(listed, charge, None) is not None for charge in _OTHER_CHARGES):
        return None
    full, output = _read_amount(listed.input_mtok), _read_amount(listed.output_mtok)
    if full is None or output is None:
        return None
    # From GPT-5.6 on OpenAI writes every prompt to its cache unasked, and charges for that more
    # than for plain input. Elsewhere writing has to be asked for, which datagen does not.
    written = (_read_amount(listed.cache_write_mtok) or 0.0) if "gpt-" in model else 0.0
    if written > full:
        full, source = written, f"{source}, input at its cache-write price"
    return Price(full, _read_amount(listed.cache_read_mtok), output, source)


def _read_amount(amount: "Decimal | TieredPrices | None") -> float | None:
    if amount is None:
        return None
    return float(amount if isinstance(amount, Decimal) else amount.base)


class Budget:
    """Keeps a run within a number of dollars and of requests.

    What is in flight is reserved at its estimated cost, and nothing starts that would not fit. So
    the limit holds exactly while no request costs more than estimated; else it is passed by no more
    than the sum of what the requests in flight at the end cost above their estimates. A request is
    a prompt that is asked; asking it again after a failure is not counted anew.
    """

    def __init__(
        self, max_cost: float | None = None, max_requests: int | None = None, *, spent: float = 0.0
    ) -> None:
        """Start with nothing in flight.

        Args:
            max_cost: USD, None for no limit.
            max_requests: None for no limit.
            spent: USD that count towards the limit already.
        """
        self.set_limits(max_cost, max_requests)
        self._spent = _to_pico(spent)
        self._reserved = 0
        self.requests = 0
        self.in_flight = 0

    def set_limits(self, max_cost: float | None, max_requests: int | None) -> None:
        """Change the limits; what was started within the old ones stays."""
        self._max_cost = None if max_cost is None else _to_pico(max_cost)
        self._max_requests = max_requests

    @property
    def spent(self) -> float:
        """USD of all that has finished."""
        return self._spent / _PICO

    @property
    def reserved(self) -> float:
        """USD put aside for what is in flight."""
        return self._reserved / _PICO

    def name_limit(self, estimated: float = 0.0) -> Literal["", "max_cost", "max_requests"]:
        """Which limit stands against one more request of that estimated cost; "" if none does.

        Against `max_cost` it may help to wait for what is in flight, if it comes cheaper.
        """
        if self._max_requests is not None and self.requests >= self._max_requests:
            return "max_requests"
        planned = self._spent + self._reserved + _to_pico(estimated)
        if self._max_cost is not None and planned > self._max_cost:
            return "max_cost"
        return ""

    def may_start(self, estimated: float = 0.0) -> bool:
        """Whether one more request of that estimated cost, in USD, fits."""
        return not self.name_limit(estimated)

    def start(self, estimated: float = 0.0) -> None:
        """Reserve for a request that begins now.

        Raises:
            ValueError: it does not fit; ask `may_start` first.
        """
        if limit := self.name_limit(estimated):
            raise ValueError(f"one more request would pass {limit}")
        self.requests += 1
        self.in_flight += 1
        self._reserved += _to_pico(estimated)

    def finish(self, estimated: float, actual: float) -> None:
        """Put what a request has cost in the place of what was reserved for it.

        Args:
            estimated: the same USD as were given to `start`.
            actual: USD; 0 for a request that failed.
        """
        self.in_flight -= 1
        self._reserved -= _to_pico(estimated)
        self._spent += _to_pico(actual)


def _to_pico(dollars: float) -> int:
    return round(dollars * _PICO)
