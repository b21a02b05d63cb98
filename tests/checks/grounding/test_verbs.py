from datagen.checks.grounding.verbs import is_participle, is_verb, opens_clause


def test_a_verb_is_known_or_told_by_its_ending_and_what_follows() -> None:
    assert is_verb(["naps", "on"], 0)
    assert is_verb(["has"], 0)
    assert not is_verb(["cups", "and"], 0)
    assert not is_verb(["glass", "on"], 0)
    assert not is_verb(["naps"], 0)
    assert not is_verb([], 0)


def test_a_participle_may_stand_behind_an_adverb() -> None:
    assert is_participle(["waiting"], 0)
    assert is_participle(["probably", "waiting"], 0)
    assert not is_participle(["quickly"], 0)


def test_a_clause_opens_with_subject_and_verb() -> None:
    assert opens_clause(["and", "the", "old", "man", "is", "asleep"], 0)
    assert opens_clause(["she", "runs"], 0)
    assert opens_clause(["this", "is", "it"], 0)
    assert not opens_clause(["this", "cup"], 0)
    assert not opens_clause(["a", "cup", ",", "a", "fork", "is"], 0)
    assert not opens_clause(["is", "it"], 0)
    assert not opens_clause(["and"], 0)
