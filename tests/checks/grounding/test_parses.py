from datagen.checks.grounding.parses import Parse

PARSE = Parse(
    ["the", "dog", "on", "grass", "barks"],
    ["DT", "NN", "IN", "NN", "VBZ"],
    ["det", "nsubj", "prep", "pobj", "ROOT"],
    [1, 4, 1, 2, 4],
)


def test_children_stand_from_left_to_right() -> None:
    assert PARSE.children == [[], [0, 2], [3], [], [1]]
    assert PARSE.find_child(1, frozenset({"prep"})) == 2
    assert PARSE.find_child(4, frozenset({"prep"})) == -1


def test_a_climb_ends_at_the_root() -> None:
    assert list(PARSE.climb(3)) == [3, 2, 1, 4]


def test_a_climb_through_a_ring_ends_too() -> None:
    ring = Parse(["a", "b"], ["", ""], ["dep", "dep"], [1, 0])
    assert len(list(ring.climb(0))) < 100


def test_a_phrase_begins_with_its_leftmost_word() -> None:
    assert PARSE.find_start(4) == 0
    assert PARSE.find_start(4, frozenset({"nsubj"})) == 4
    assert PARSE.has_subject(4)
