"""Where a parse cuts a sentence, on parses made by hand."""

from datagen.checks.grounding.clauses import find_cuts, read_pieces
from datagen.checks.grounding.parses import Parse

RAINY = Parse(
    ["it", "may", "rain", ",", "and", "one", "notices", "a", "bird", "."],
    ["PRP", "MD", "VB", ",", "CC", "PRP", "VBZ", "DT", "NN", "."],
    ["nsubj", "aux", "ROOT", "punct", "cc", "nsubj", "conj", "det", "dobj", "punct"],
    [2, 2, 2, 2, 2, 6, 2, 8, 6, 6],
)


def test_a_clause_joined_by_a_comma_and_a_word_is_cut_off() -> None:
    assert find_cuts(RAINY) == [5]


def test_without_a_subject_nothing_is_cut() -> None:
    deps = [*RAINY.deps]
    deps[5] = "advmod"
    assert find_cuts(Parse(RAINY.words, RAINY.tags, deps, RAINY.heads)) == []


def test_without_a_comma_nothing_is_cut() -> None:
    words = [*RAINY.words]
    words[3] = "soon"
    assert find_cuts(Parse(words, RAINY.tags, RAINY.deps, RAINY.heads)) == []


def test_the_main_clause_after_a_condition_is_not_cut_off() -> None:
    parse = Parse(
        ["if", "it", "rains", ",", "one", "opens", "an", "umbrella"],
        ["IN", "PRP", "VBZ", ",", "PRP", "VBZ", "DT", "NN"],
        ["mark", "nsubj", "advcl", "punct", "nsubj", "ROOT", "det", "dobj"],
        [2, 2, 5, 5, 5, 5, 7, 5],
    )
    assert find_cuts(parse) == []


def test_the_pieces_of_a_sentence_are_read_each_for_itself() -> None:
    scope = read_pieces(RAINY.words, [5])
    assert scope.starts[-1] == 5
    assert scope.moods[scope.find_clause(2)] > 0
    assert scope.moods[scope.find_clause(8)] == 0
    assert scope.find_part(8) == 5
