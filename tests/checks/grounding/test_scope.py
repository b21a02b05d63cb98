from datagen.checks.grounding.scope import MOODS, read_scope


def moods(text: str) -> list[tuple[str, str]]:
    words = text.split()
    scope = read_scope(words)
    ends = [*scope.starts[1:], len(words)]
    return [
        (MOODS[mood], " ".join(words[start:end]))
        for mood, start, end in zip(scope.moods, scope.starts, ends, strict=True)
    ]


def test_a_sentence_without_cues_is_one_asserted_clause() -> None:
    assert moods("a dog sleeps .") == [("asserted", "a dog sleeps .")]


def test_a_cue_rules_from_its_place_on() -> None:
    assert moods("she sits there to catch a bus .") == [
        ("asserted", "she sits there"),
        ("none", "to catch a bus ."),
    ]


def test_a_relative_clause_keeps_its_doubt_to_itself() -> None:
    assert moods("the fence , which may be old , has a cat on it .") == [
        ("asserted", "the fence ,"),
        ("asserted", "which"),
        ("hedged", "may be old ,"),
        ("asserted", "has a cat on it ."),
    ]


def test_a_list_does_not_end_a_doubt() -> None:
    assert moods("it may hold a cup , a fork , and a spoon .")[-1] == (
        "hedged",
        "may hold a cup , a fork , and a spoon .",
    )


def test_a_comparison_silences_one_noun_phrase_only() -> None:
    assert moods("he is like a big bear in a cage .") == [
        ("asserted", "he is"),
        ("none", "like a big bear"),
        ("asserted", "in a cage ."),
    ]


def test_joined_subjects_are_one_clause_and_joined_sentences_are_two() -> None:
    assert len(read_scope(["the", "hand", "and", "the", "wheel", "are", "wet", "."]).parts) == 1
    assert (
        len(read_scope(["the", "hand", "is", "wet", "and", "the", "wheel", "is", "dry", "."]).parts)
        == 2
    )


def test_a_token_finds_its_clause_and_its_part() -> None:
    scope = read_scope(["he", "may", "sing", ",", "but", "she", "is", "quiet", "."])
    assert (scope.find_clause(0), scope.find_clause(2), scope.find_clause(6)) == (0, 1, 2)
    assert (scope.find_part(2), scope.find_part(6)) == (0, 4)
