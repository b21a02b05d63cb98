from datagen.checks.memo import Memo


def test_each_word_is_asked_about_once_until_too_much_is_known() -> None:
    asked: list[str] = []

    def ask(word: str) -> str:
        asked.append(word)
        return word.upper()

    memo = Memo(ask, most=2)
    assert [memo[word] for word in ("a", "b", "a", "c", "a")] == ["A", "B", "A", "C", "A"]
    assert asked == ["a", "b", "c", "a"]
