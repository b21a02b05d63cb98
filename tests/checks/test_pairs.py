"""Which texts are near, and that all of them are found again."""

import random

from datagen.checks.pairs import (
    NearTexts,
    Told,
    compare_pairs,
    digest_pairs,
    join_pairs,
    split_words,
)


def tell(words: list[str], number: int) -> Told:
    return Told(digest_pairs(words), number, str(number).encode(), 0)


def test_signs_of_chinese_are_words() -> None:
    assert split_words("两只狗, ok") == ["两", "只", "狗", "ok"]


def test_pairs_of_several_texts_are_joined_each_once() -> None:
    texts = [["a", "red", "bus"], ["red", "bus"], ["bus"]]
    joined = join_pairs(map(digest_pairs, texts))
    assert len(joined) == 4 * 3
    assert joined == join_pairs(map(digest_pairs, reversed(texts)))


def test_texts_without_words_are_near_nothing() -> None:
    assert list(compare_pairs(b"", [(b"", 1), (digest_pairs(["a"]), 2)])) == []


def test_of_equally_near_texts_the_first_is_found() -> None:
    words = [f"word{number}" for number in range(21)]
    texts = NearTexts()
    for number, end in enumerate(("abcdef", "uvwxyz"), 1):  # too much for them to be near
        assert texts.find(tell([*words, *end], number)) is None
    found = texts.find(tell(words, 3))
    assert found is not None
    assert found.number == 1


def test_every_exact_repeat_among_thousands_is_found() -> None:
    rng = random.Random(5)
    texts = NearTexts()
    known = [[f"w{rng.randrange(5000)}" for _ in range(20)] for _ in range(2000)]
    assert not any(texts.find(tell(words, number)) for number, words in enumerate(known))
    for number, words in enumerate(known):
        found = texts.find(tell(words, 9999))
        assert found is not None
        assert found.number == number
