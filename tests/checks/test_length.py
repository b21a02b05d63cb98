import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.checks.length import check_length, estimate_tokens

# Counted with the Llama 2 vocabulary: the whole prompt in template v1, without an image.
COUNTED = [
    (["hello", "hi"], 42),
    (["(hello, world) 12345", "Well... don't!"], 57),
]


@pytest.mark.parametrize(("texts", "tokens"), COUNTED)
def test_the_bounds_enclose_a_counted_prompt(texts: list[str], tokens: int) -> None:
    lower, upper = estimate_tokens(texts, with_image=False)
    assert lower <= tokens <= upper


def test_an_image_costs_576_tokens_and_its_placeholder_nothing() -> None:
    with_image = estimate_tokens(["<image>Who?", "A cook."], with_image=True)
    without = estimate_tokens(["Who?", "A cook."], with_image=False)
    assert [a - b for a, b in zip(with_image, without, strict=True)] == [576, 576]


def test_an_ordinary_description_is_surely_within_the_budget() -> None:
    assert list(check_length(["Describe it.", "The cook is busy. " * 70], with_image=True)) == []


def test_what_only_might_be_cut_is_a_note() -> None:
    (finding,) = check_length(["Describe it.", "The cook is busy. " * 150], with_image=True)
    assert (finding.code, finding.severity) == ("over-budget", "note")


def test_more_words_than_tokens_is_a_rejection() -> None:
    (finding,) = check_length(["Describe it.", "The cook is busy. " * 400], with_image=True)
    assert (finding.code, finding.severity) == ("too-long", "reject")
    assert "at least 2215 tokens" in finding.message


@given(st.lists(st.text(), max_size=4))
def test_the_lower_bound_is_never_above_the_upper(texts: list[str]) -> None:
    lower, upper = estimate_tokens(texts, with_image=False)
    assert lower <= upper


@given(st.text(), st.text())
def test_more_text_never_makes_the_upper_bound_smaller(text: str, more: str) -> None:
    shorter = estimate_tokens([text], with_image=False)[1]
    longer = estimate_tokens([f"{text}\n{more}"], with_image=False)[1]
    assert longer >= shorter


@pytest.mark.parametrize("text", ["사진 속의 개", "狗在沙滩上", "\ud800", "🐕 " * 20])
def test_other_scripts_are_bounded_by_their_bytes(text: str) -> None:
    upper = estimate_tokens([text], with_image=False)[1]
    assert upper >= len(text.encode("utf-8", "surrogatepass"))
