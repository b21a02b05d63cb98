import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.config import shipped_folder
from datagen.llm import tokens
from datagen.llm.tokens import (
    ESTIMATE,
    UNKNOWN_REPLY,
    TokenCounter,
    estimate_tokens,
    find_encoding,
    load_counter,
)
from datagen.prompts import load_prompts
from datagen.records import Message, Role

EXACT, ROUGH = load_counter("gpt-4o-mini"), load_counter("some-model")
needs_encodings = pytest.mark.skipif(not EXACT.exact, reason="needs the extra `tokens`")

CONTEXT = """A girl in a red coat feeds two ducks at the edge of a pond.
Two ducks swim towards a child who holds out a piece of bread.
A child with bread and a pair of ducks near a wooden footbridge

person: [0.402, 0.271, 0.528, 0.836]
bird: [0.183, 0.6, 0.262, 0.701]
bird: [0.291, 0.64, 0.377, 0.75]
bench: [0.71, 0.405, 0.994, 0.618]
sports ball: [0.05, 0.9, 0.081, 0.94]"""
KOREAN = """공원 연못가에서 빨간 외투를 입은 아이가 오리 두 마리에게 빵을 주고 있습니다. 뒤쪽에는 나무로
만든 작은 다리가 있고, 오른쪽 벤치에는 아무도 앉아 있지 않습니다. 아이가 물가에 아주 가까이 서
있으므로 미끄러지지 않도록 어른이 손을 잡아 주는 것이 좋겠습니다. 오리들은 이미 먹이를 받아먹는 데
익숙한 듯 겁내지 않고 아이 쪽으로 헤엄쳐 옵니다."""

texts = st.text(max_size=200)
messages = st.lists(
    st.builds(Message, st.sampled_from(["system", "user", "assistant"]), texts), max_size=6
)
counters = st.sampled_from([EXACT, ROUGH])


def load_prefixes() -> list[tuple[Message, ...]]:
    kinds = [
        load_prompts(shipped_folder("prompts"), language=language, reply_format=shape)
        for language in ("English", "Korean")
        for shape in ("text", "json")
    ]
    return [kind.messages for found in kinds for kind in found.values()]


# which encoding


@pytest.mark.parametrize(
    ("model", "encoding"),
    [
        ("gpt-4o", "o200k_base"),
        ("gpt-4o-mini-2024-07-18", "o200k_base"),
        ("GPT-4.1-nano", "o200k_base"),
        ("gpt-5", "o200k_base"),
        ("gpt-5.4-mini", "o200k_base"),
        ("o4-mini", "o200k_base"),
        ("gpt-oss-20b", "o200k_base"),
        ("openai/gpt-4o:batch", "o200k_base"),
        ("ft:gpt-4o-mini-2024-07-18:mine::7", "o200k_base"),
        ("gpt-4", "cl100k_base"),
        ("gpt-4-turbo", "cl100k_base"),
        ("gpt-3.5-turbo-0125", "cl100k_base"),
        ("gpt-35-turbo", "cl100k_base"),
        ("gpt-6-luna", None),  # not published
        ("llama3.3:70b", None),
        ("qwen/qwen3-14b", None),
        ("gpt-j-6b", None),
        ("gpt4all", None),
        ("", None),
    ],
)
def test_an_encoding_is_told_by_the_name_of_the_model(model: str, encoding: str | None) -> None:
    assert find_encoding(model) == encoding


@needs_encodings
def test_a_known_model_is_counted_exactly() -> None:
    assert (EXACT.encoding, EXACT.exact) == ("o200k_base", True)
    assert EXACT.describe() == "Tokens are counted with o200k_base, the encoding of gpt-4o-mini."


@needs_encodings
@pytest.mark.parametrize(
    ("model", "text", "expected"),
    [
        ("gpt-4o", "", 0),
        ("gpt-4o", CONTEXT, 156),
        ("gpt-4", CONTEXT, 156),
        ("gpt-4o", KOREAN, 120),
        ("gpt-4", KOREAN, 189),
        ("gpt-4o", "<|endoftext|>", 7),  # as text, not as the mark that it stands for
        ("gpt-4o", "\ud800", 1),  # half a character, which no file can hold but a string can
    ],
)
def test_texts_have_as_many_tokens_as_tiktoken_says(model: str, text: str, expected: int) -> None:
    assert load_counter(model).count_text(text) == expected


@needs_encodings
def test_a_text_of_a_million_characters_is_counted() -> None:
    assert EXACT.count_text("a dog " * 200_000) == pytest.approx(400_000, rel=1e-3)


def test_an_unknown_model_is_estimated_and_says_so() -> None:
    assert (ROUGH.encoding, ROUGH.exact) == (ESTIMATE, False)
    expected = "Tokens are estimated for some-model: closely for English, roughly for others."
    assert ROUGH.describe() == expected


def test_without_the_extra_a_known_model_is_estimated_and_the_user_told_how_to_mend_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "bpe_openai", None)
    tokens._load_encoding.cache_clear()
    counter = load_counter("gpt-4o-mini")
    assert counter.encoding == ESTIMATE
    assert counter.count_text(CONTEXT) == estimate_tokens(CONTEXT)
    assert counter.describe().endswith("Install datagen[tokens] for the exact count.")


@needs_encodings
def test_threads_may_share_a_counter() -> None:
    wanted = [CONTEXT * n for n in range(40)]
    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda text: load_counter("gpt-4o").count_text(text), wanted))
    assert counted == [EXACT.count_text(text) for text in wanted]


# messages


def test_a_prompt_costs_four_tokens_a_message_and_three_for_the_reply() -> None:
    counter = TokenCounter("any", "any", len)
    prompt = [Message("system", "12345"), Message("user", "123")]
    assert counter.count_messages(prompt) == (5 + 4) + (3 + 4) + 3
    assert counter.count_messages([]) == 3


@needs_encodings
@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4"])
def test_a_role_is_one_token(model: str) -> None:
    roles = ["system", "user", "assistant"]
    assert list(map(load_counter(model).count_text, roles)) == [1, 1, 1]


@given(counters, messages, messages)
def test_messages_add_up_so_that_a_prefix_needs_counting_only_once(
    counter: TokenCounter, prefix: list[Message], rest: list[Message]
) -> None:
    whole = counter.count_messages([*prefix, *rest])
    assert whole == counter.count_messages(prefix) + sum(map(counter.count_message, rest))


@pytest.mark.parametrize(("length", "cacheable"), [(1019, 0), (1020, 1024), (1200, 1152)])
def test_a_prefix_is_cached_from_1024_tokens_in_steps_of_128(length: int, cacheable: int) -> None:
    counter = TokenCounter("any", "any", len)
    assert counter.count_cacheable([Message("system", "x" * length)]) == cacheable


def test_the_start_of_every_shipped_prompt_is_long_enough_for_a_cache() -> None:
    assert all(ROUGH.count_cacheable(prefix) >= 1024 for prefix in load_prefixes())


def test_a_reply_is_expected_to_be_as_long_as_the_examples_are_on_average() -> None:
    counter = TokenCounter("any", "any", len)
    roles: list[Role] = ["system", "user", "assistant", "user", "assistant", "user"]
    lengths = [90, 50, 10, 60, 15, 70]
    prompt = [Message(role, "x" * n) for role, n in zip(roles, lengths, strict=True)]
    assert counter.estimate_completion(prompt) == 12.5


def test_a_reply_without_examples_is_expected_to_be_a_paragraph_or_two() -> None:
    assert ROUGH.estimate_completion([Message("system", "Describe.")]) == UNKNOWN_REPLY == 200


# the estimate


@needs_encodings
@pytest.mark.parametrize("prefix", load_prefixes())
def test_the_estimate_of_a_shipped_prompt_is_within_3_percent(prefix: tuple[Message, ...]) -> None:
    prompt = [*prefix, Message("user", CONTEXT)]
    assert ROUGH.count_messages(prompt) == pytest.approx(EXACT.count_messages(prompt), rel=0.03)


@needs_encodings
def test_the_estimate_of_a_context_is_within_3_percent() -> None:
    assert estimate_tokens(CONTEXT) == pytest.approx(EXACT.count_text(CONTEXT), rel=0.03)


@needs_encodings
def test_the_estimate_of_korean_is_within_10_percent() -> None:
    assert estimate_tokens(KOREAN) == pytest.approx(EXACT.count_text(KOREAN), rel=0.10)


@pytest.mark.parametrize(
    "model", ["Qwen/Qwen3-14B", "ministral-8b", "mixtral", "gemma3:27b", "llama2"]
)
def test_some_families_split_numbers_into_digits(model: str) -> None:
    box = "[0.402, 0.6, 0.51, 1.0]"
    assert load_counter(model).count_text(box) == ROUGH.count_text(box) + 3
    assert load_counter(model).count_text("two ducks") == ROUGH.count_text("two ducks")


@pytest.mark.parametrize("text", ["", " ", "\t"])
def test_blanks_are_estimated_to_be_nothing(text: str) -> None:
    assert estimate_tokens(text) == 0


@given(texts)
def test_an_estimate_is_between_nothing_and_two_tokens_a_character(text: str) -> None:
    assert 0 <= estimate_tokens(text) <= 2 * len(text)


@pytest.mark.parametrize("piece", ["a", "é", "_", "_-", "\n", " ", "7", "가", "字", "ж", " 1"])
def test_the_estimate_takes_time_in_proportion_to_the_text(piece: str) -> None:
    # A rule that looked back without bound would need hours for this.
    assert estimate_tokens(piece * 200_000) >= 0
