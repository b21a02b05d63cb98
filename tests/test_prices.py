from collections.abc import Iterable
from dataclasses import fields
from datetime import UTC, datetime

import genai_prices
import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.errors import SettingsError
from datagen.prices import Budget, Price, PriceSettings, cost, find_price
from datagen.records import Usage

DAY = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)
OPENAI = "https://api.openai.com/v1"
OPENROUTER = "https://openrouter.ai/api/v1"

amounts = st.integers(0, 10_000_000).map(lambda micro: micro / 1_000_000)  # USD, six decimals
usages = st.builds(
    Usage, st.integers(0, 200_000), st.integers(0, 20_000), cached_tokens=st.integers(0, 200_000)
)
prices = st.builds(Price, amounts, st.none() | amounts, amounts, st.just("made up"))


def find(model: str, base_url: str | None = OPENAI, *, batch: bool = False) -> Price:
    price = find_price(model, base_url, batch=batch, at=DAY)
    assert price is not None
    return price


def add(usages: Iterable[Usage]) -> Usage:
    listed = list(usages)
    return Usage(*(sum(getattr(usage, field.name) for usage in listed) for field in fields(Usage)))


# cost


def test_cached_tokens_are_part_of_the_prompt_and_have_their_own_price() -> None:
    price = Price(2.5, 1.25, 10.0, "made up")
    assert cost(Usage(1000, 100, cached_tokens=600), price) == (400 * 2.5 + 750 + 1000) / 1e6


def test_cached_tokens_cost_as_much_as_others_where_there_is_no_discount() -> None:
    price = Price(2.5, None, 10.0, "made up")
    assert cost(Usage(1000, 100, cached_tokens=600), price) == cost(Usage(1000, 100), price)


def test_more_cached_tokens_than_prompt_tokens_cost_no_more_than_the_prompt() -> None:
    price = Price(2.5, 1.25, 10.0, "made up")
    assert cost(Usage(100, 0, cached_tokens=900), price) == 100 * 1.25 / 1e6


@given(st.lists(usages.filter(lambda usage: usage.cached_tokens <= usage.prompt_tokens)), prices)
def test_the_costs_of_many_replies_add_up_to_the_cost_of_their_tokens(
    replies: list[Usage], price: Price
) -> None:
    budget = Budget()
    for usage in replies:
        budget.start()
        budget.finish(0.0, cost(usage, price))
    assert budget.spent == cost(add(replies), price)


def test_a_run_of_158_000_replies_costs_exactly_158_000_times_as_much() -> None:
    price = Price(0.15, 0.075, 0.6, "made up")
    usage = Usage(2421, 151, cached_tokens=2048)
    budget = Budget()
    for _ in range(158_000):
        budget.start()
        budget.finish(0.0, cost(usage, price))
    assert budget.spent == 158_000 * (373 * 150 + 2048 * 75 + 151 * 600) / 1e9


# given prices


def test_given_prices_win_over_known_ones() -> None:
    given_prices = PriceSettings(price_input=1.0, price_output=2.0)
    price = find_price("gpt-4o-mini", OPENAI, given_prices, at=DAY)
    assert price == Price(1.0, None, 2.0, "settings")


def test_given_prices_are_taken_as_they_are_for_batches_too() -> None:
    given_prices = PriceSettings(1.0, 0.5, 2.0)
    price = find_price("gpt-4o-mini", OPENAI, given_prices, batch=True, at=DAY)
    assert price == Price(1.0, 0.5, 2.0, "settings")


def test_a_price_of_zero_is_a_price() -> None:
    price = find_price("llama", "http://localhost:8000/v1", PriceSettings(0.0, None, 0.0), at=DAY)
    assert price == Price(0.0, None, 0.0, "settings")


@pytest.mark.parametrize(
    "partial",
    [
        PriceSettings(price_input=1.0),
        PriceSettings(price_output=1.0),
        PriceSettings(price_cached_input=1.0),
        PriceSettings(price_input=1.0, price_cached_input=1.0),
    ],
)
def test_a_partial_price_is_refused(partial: PriceSettings) -> None:
    with pytest.raises(SettingsError, match="both --price-input and --price-output"):
        find_price("gpt-4o-mini", OPENAI, partial, at=DAY)


@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_what_is_no_amount_of_money_is_refused_by_its_flag(value: float) -> None:
    with pytest.raises(SettingsError, match=r"--price-cached-input: .* is no price"):
        find_price("gpt-4o-mini", OPENAI, PriceSettings(1.0, value, 1.0), at=DAY)


def test_empty_price_settings_are_as_good_as_none() -> None:
    assert find_price("gpt-4o-mini", OPENAI, PriceSettings(), at=DAY) == find("gpt-4o-mini")


# known prices; figures are those of models that no longer change


def test_the_price_of_an_openai_model_is_known() -> None:
    price = find("gpt-4o-mini", None)
    assert (price.input, price.cached_input, price.output) == (0.15, 0.075, 0.6)
    assert price.source.startswith("genai-prices ")
    assert price.source.endswith(", openai gpt-4o-mini")


def test_a_dated_model_has_the_price_of_its_family() -> None:
    assert find("gpt-4o-mini-2024-07-18") == find("gpt-4o-mini")


@pytest.mark.parametrize("address", ["https://API.OpenAI.com/v1/", f" {OPENAI}", OPENAI])
def test_an_address_may_be_written_in_several_ways(address: str) -> None:
    assert find("gpt-4o-mini", address) == find("gpt-4o-mini", None)


@pytest.mark.parametrize(
    "address",
    ["http://localhost:8000/v1", "http://127.0.0.1:11434/v1", "https://llm.example.org/v1", "x"],
)
def test_what_another_server_costs_is_not_known_even_for_a_known_model(address: str) -> None:
    assert find_price("gpt-4o-mini", address, at=DAY) is None


@pytest.mark.parametrize("model", ["no-such-model", "", "gpt-4o-mini-of-mine", "whisper-1"])
def test_an_unknown_model_has_no_price(model: str) -> None:
    assert find_price(model, OPENAI, at=DAY) is None


def test_a_model_that_is_not_paid_by_token_alone_has_no_price() -> None:
    assert find_price("sonar", "https://api.perplexity.ai", at=DAY) is None


def test_the_dearest_hour_of_the_day_counts() -> None:
    def ask(hour: int) -> float:
        price = genai_prices.calc_price(
            genai_prices.Usage(output_tokens=1_000_000),
            "deepseek-chat",
            provider_api_url="https://api.deepseek.com",
            genai_request_timestamp=DAY.replace(hour=hour),
        )
        return float(price.output_price)

    by_hour = {ask(hour) for hour in range(24)}
    assert len(by_hour) == 2
    assert find("deepseek-chat", "https://api.deepseek.com/v1").output == max(by_hour)


def test_a_model_that_charges_for_its_cache_has_the_price_of_a_written_prompt() -> None:
    price = find("gpt-5.6-terra")
    assert (price.input, price.cached_input, price.output) == (2.5, 0.2, 12.0)
    assert price.source.endswith("input at its cache-write price")


@pytest.mark.parametrize(
    ("model", "address"),
    [
        ("gpt-4o", OPENAI),
        ("gpt-4.1-mini", OPENAI),
        ("gpt-5", OPENAI),
        ("gpt-5.4", OPENAI),
        ("claude-haiku-4-5", "https://api.anthropic.com/v1/"),
        ("gemini-2.5-flash", "https://generativelanguage.googleapis.com/v1beta/openai/"),
        ("llama-3.3-70b-versatile", "https://api.groq.com/openai/v1"),
        ("qwen/qwen3-14b", OPENROUTER),
    ],
)
def test_a_reply_costs_what_the_list_itself_makes_of_it(model: str, address: str) -> None:
    expected = genai_prices.calc_price(
        genai_prices.Usage(input_tokens=2421, output_tokens=151, cache_read_tokens=2048),
        model,
        provider_api_url=address,
        genai_request_timestamp=DAY,
    )
    price = find(model, address)
    assert cost(Usage(2421, 151, cached_tokens=2048), price) == float(expected.total_price)


# batches


def test_a_published_batch_price_is_taken() -> None:
    price = find("gpt-4o-mini", batch=True)
    # OpenAI publishes no batch price for cached tokens of this model: they cost as otherwise.
    assert (price.input, price.cached_input, price.output) == (0.075, 0.075, 0.3)
    assert price.source.endswith("for batches")


def test_an_openai_batch_is_half_price_where_no_price_is_published() -> None:
    azure = "https://mine.openai.azure.com/openai/v1"
    assert find("gpt-4o", azure, batch=True) == find("gpt-4o", azure).for_batch()


def test_elsewhere_a_batch_costs_as_much_as_other_requests() -> None:
    assert find("qwen/qwen3-14b", OPENROUTER, batch=True) == find("qwen/qwen3-14b", OPENROUTER)


def test_half_a_price_keeps_a_missing_discount_missing() -> None:
    assert Price(1.0, None, 3.0, "x").for_batch() == Price(0.5, None, 1.5, "x, halved for batches")


# budget


def test_a_budget_without_limits_lets_everything_start() -> None:
    budget = Budget()
    for _ in range(100):
        assert budget.may_start(1e6)
        budget.start(1e6)
    assert budget.in_flight == budget.requests == 100


def test_what_is_in_flight_is_reserved() -> None:
    budget = Budget(max_cost=1.0)
    budget.start(0.6)
    assert not budget.may_start(0.6)
    assert budget.name_limit(0.6) == "max_cost"
    assert (budget.spent, budget.reserved) == (0.0, 0.6)
    budget.finish(0.6, 0.1)
    assert budget.may_start(0.6)
    assert (budget.spent, budget.reserved) == (0.1, 0.0)


def test_a_budget_may_be_spent_to_the_last_cent() -> None:
    budget = Budget(max_cost=0.3)
    for _ in range(3):  # three floats of 0.1 make more than 0.3
        budget.start(0.1)
        budget.finish(0.1, 0.1)
    assert budget.spent == 0.3
    assert not budget.may_start(0.000_001)


def test_a_failed_request_frees_its_money_but_not_its_place() -> None:
    budget = Budget(max_cost=1.0, max_requests=2)
    budget.start(1.0)
    budget.finish(1.0, 0.0)
    assert budget.may_start(1.0)
    budget.start(1.0)
    budget.finish(1.0, 0.0)
    assert budget.name_limit(1.0) == "max_requests"


def test_no_request_is_allowed_by_a_limit_of_zero() -> None:
    assert not Budget(max_requests=0).may_start()
    assert not Budget(max_cost=0.0).may_start(0.01)


def test_free_requests_start_although_nothing_may_be_spent() -> None:
    assert Budget(max_cost=0.0).may_start(0.0)


def test_what_was_spent_before_counts() -> None:
    assert not Budget(max_cost=1.0, spent=0.95).may_start(0.1)


def test_starting_past_a_limit_is_refused() -> None:
    budget = Budget(max_requests=1)
    budget.start()
    with pytest.raises(ValueError, match="max_requests"):
        budget.start()
    assert budget.requests == 1


steps = st.lists(st.tuples(st.booleans(), amounts, amounts), max_size=60)


def run(budget: Budget, moves: list[tuple[bool, float, float]]) -> float:
    """Start and finish as the moves say; the excess of those in flight at the last start."""
    flying: list[tuple[float, float]] = []
    excess = 0.0
    for starts, estimated, actual in moves:
        if starts and budget.may_start(estimated):
            budget.start(estimated)
            flying.append((estimated, actual))
            excess = sum(max(0.0, real - guess) for guess, real in flying)
        elif flying:
            budget.finish(*flying.pop(0))
    for guess, real in flying:
        budget.finish(guess, real)
    return excess


@given(amounts, steps)
def test_the_limit_is_passed_by_no_more_than_what_was_in_flight_cost_above_its_estimate(
    max_cost: float, moves: list[tuple[bool, float, float]]
) -> None:
    budget = Budget(max_cost=max_cost)
    excess = run(budget, moves)
    assert budget.spent <= max_cost + excess + 1e-9
    assert (budget.reserved, budget.in_flight) == (0.0, 0)


@given(amounts, steps, st.integers(0, 10))
def test_the_limits_hold_exactly_while_estimates_hold(
    max_cost: float, moves: list[tuple[bool, float, float]], max_requests: int
) -> None:
    budget = Budget(max_cost=max_cost, max_requests=max_requests)
    run(budget, [(starts, max(pair), min(pair)) for starts, *pair in moves])
    assert budget.spent <= max_cost
    assert budget.requests <= max_requests
