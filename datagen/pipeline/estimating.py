"""Pipeline, before the money is spent: prompts -> tokens and cost to expect."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from datagen.config import RunSettings
from datagen.llm.pictures import estimate_picture_tokens, fit_size
from datagen.llm.tokens import TokenCounter, load_counter
from datagen.pipeline.job import Job, RequestMaker
from datagen.prices import Price, PriceSettings, cost, find_price
from datagen.prompts import ResponseType
from datagen.records import Prompt, Usage
from datagen.store import RunStore

_RESERVE = 2.0  # a reply is reserved at this many times its expected length


@dataclass(frozen=True, slots=True)
class Expected:
    """What all prompts of one response type share: its prefix and its usual reply, in tokens."""

    prefix: int
    cacheable: int
    completion: float


@dataclass(frozen=True, slots=True)
class Estimator:
    """Tokens and cost of a request before it is made; without a counter all is taken as 0.

    Attributes:
        price: None where no price is known.
        max_tokens: the longest reply that the endpoint is told to write.
        picture: tokens of a picture that goes along, for one of COCO's usual 640 x 480 pixels.
    """

    counter: TokenCounter | None = None
    price: Price | None = None
    max_tokens: int | None = None
    picture: int = 0
    types: Mapping[str, Expected] = field(default_factory=dict)

    def count_prompt(self, response_type: str, prompt: Prompt, prefix_messages: int) -> int:
        """Tokens of a prompt whose first messages are those of its response type."""
        if self.counter is None:
            return 0
        rest = prompt.messages[prefix_messages:]
        shared = self.types[response_type].prefix + self.picture
        return shared + sum(map(self.counter.count_message, rest))

    def cost_of(self, response_type: str, prompt: Prompt, prefix_messages: int) -> float:
        """USD to reserve for a request: nothing cached, a reply of twice the usual length."""
        if self.price is None or self.counter is None:
            return 0.0
        completion = self.max_tokens or round(_RESERVE * self.types[response_type].completion)
        tokens = self.count_prompt(response_type, prompt, prefix_messages)
        return cost(Usage(tokens, completion), self.price)


def find_run_price(settings: RunSettings) -> Price | None:
    """The price that applies to a run; None where it is not known, or nothing is asked."""
    if settings.model is None:
        return None
    given = PriceSettings(settings.price_input, settings.price_cached_input, settings.price_output)
    is_batch = settings.via == "batch"
    return find_price(settings.model, settings.base_url, given, batch=is_batch)


def make_estimator(settings: RunSettings, types: Mapping[str, ResponseType]) -> Estimator:
    """Count what the response types share; the counter is loaded here, which takes half a second."""
    counter = load_counter(settings.model or "gpt-4o")
    expected = {
        name: Expected(
            counter.count_messages(type_.messages),
            counter.count_cacheable(type_.messages),
            counter.estimate_completion(type_.messages),
        )
        for name, type_ in types.items()
    }
    picture = 0
    if settings.with_image:
        size = fit_size(640, 480, settings.image_side)
        picture = estimate_picture_tokens(*size, settings.model or "gpt-4o")
    return Estimator(counter, find_run_price(settings), settings.max_tokens, picture, expected)


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the planned requests of one response type will take.

    Attributes:
        prompt_tokens: of all its requests; cached_tokens of them can come from a cache, once the
            first request has filled it.
        completion_tokens: as the examples of the type suggest.
        cost: USD, None where no price is known.
    """

    response_type: str
    requests: int
    images: int
    prompt_tokens: int
    cached_tokens: int
    completion_tokens: int
    cost: float | None


def forecast(job: Job, estimator: Estimator) -> list[Forecast]:
    """A forecast a response type, in the order of their names."""
    maker = RequestMaker(job)
    candidates = job.settings.candidates
    tokens: dict[str, int] = {}
    images: dict[str, set[str]] = {}
    for item in job.items:
        name = item.response_type
        prefix = len(job.types[name].messages)
        count = estimator.count_prompt(name, maker.make(item)[1], prefix)
        tokens[name] = tokens.get(name, 0) + count * candidates
        images.setdefault(name, set()).add(item.image_id)
    rows = []
    for name, count in job.count_types().items():
        requests, expected = count * candidates, estimator.types[name]
        usage = Usage(
            tokens[name],
            round(requests * expected.completion),
            max(0, requests - 1) * expected.cacheable,
        )
        price = estimator.price
        total = cost(usage, price) if price is not None else None
        rows.append(
            Forecast(
                name,
                requests,
                len(images[name]),
                usage.prompt_tokens,
                usage.cached_tokens,
                usage.completion_tokens,
                total,
            )
        )
    return rows


def add_up(rows: Sequence[Forecast]) -> Forecast:
    """The sum of forecasts; an image is counted once a type, so images are the largest count."""
    costs = [row.cost for row in rows]
    return Forecast(
        "all",
        sum(row.requests for row in rows),
        max((row.images for row in rows), default=0),
        sum(row.prompt_tokens for row in rows),
        sum(row.cached_tokens for row in rows),
        sum(row.completion_tokens for row in rows),
        None if None in costs else sum(cost for cost in costs if cost is not None),
    )


def sum_cost(folder: Path, price: Price | None) -> float:
    """USD that the replies in a run's store have cost; 0 where no price is known."""
    if price is None:
        return 0.0
    with RunStore(folder) as store:
        return cost(store.sum_usage(), price)
