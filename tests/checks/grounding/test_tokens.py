from datagen.checks.grounding.tokens import split_sentences, split_words


def split(text: str) -> list[str]:
    return [" ".join(tokens.words) for tokens in split_sentences(text)]


def test_contractions_keep_their_not_and_give_up_the_rest() -> None:
    assert split_words("It isn't there's") == ["it", "isn't", "there", "'s"]


def test_a_hyphenated_word_and_a_decimal_are_one_token() -> None:
    assert split_words("two-seat 2.5 m") == ["two-seat", "2.5", "m"]


def test_sentences_end_at_stops_with_their_closing_quotes() -> None:
    assert split('He says "stop." Then? Gone!') == ['he says " stop . "', "then ?", "gone !"]


def test_an_abbreviation_ends_nothing() -> None:
    assert split("Dr. Who and J. Doe, e.g. here.") == ["dr . who and j . doe , e . g . here ."]


def test_markers_of_a_list_belong_to_no_line() -> None:
    assert split("1. Two cows\n2) A horse\n- a cat\n\u2022 a dog") == [
        "two cows",
        "a horse",
        "a cat",
        "a dog",
    ]


def test_a_number_in_a_line_is_no_marker() -> None:
    assert split("There are\n2 cows") == ["there are", "2 cows"]


def test_a_wrapped_line_goes_on() -> None:
    assert split("A dog and\na cat. Next\nOne.") == ["a dog and a cat .", "next", "one ."]


def test_markup_and_the_placeholder_vanish_but_offsets_hold() -> None:
    text = "<image>\n**Dogs**"
    (tokens,) = split_sentences(text)
    assert tokens == (["dogs"], [text.index("Dogs")])
