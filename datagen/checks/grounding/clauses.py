"""Grounding, reading: the clauses of a sentence where a parse says that they begin.

A hedge reaches to the end of its clause. The first reader knows a new clause by the verbs that it
knows; the parse knows any verb with its subject. So a sentence is cut where a clause of its own
begins, and each piece is read by the first reader's rules.
"""

from collections.abc import Sequence
from itertools import pairwise

from datagen.checks.grounding.parses import VERB_TAGS, Parse
from datagen.checks.grounding.scope import Scope, read_scope
from datagen.checks.grounding.word_classes import split_set

_OUTSIDE = split_set("advcl ccomp parataxis conj cc punct mark")
_CUTS = split_set(", ; : ( -")
_JOINTS = split_set("and but so yet")
_CONDITIONS = split_set("if when unless until whenever once lest provided should had were in")
_FACTS = split_set("as while whereas although though because since")
_OPEN = split_set("ROOT conj advcl parataxis")
_SIDE_BY_SIDE = split_set("conj parataxis")
_MARKS = frozenset({"mark"})
_AUXILIARY_TAGS = VERB_TAGS | {"MD"}


def find_cuts(parse: Parse) -> list[int]:
    """The first tokens of the clauses that stand for themselves, but for the first, ascending."""
    starts = {
        parse.find_start(verb, _OUTSIDE)
        for verb, dep in enumerate(parse.deps)
        if dep in _OPEN and is_finite(parse, verb) and _is_free(parse, verb)
    }
    return sorted(start for start in starts if start and _is_cut(parse.words, start))


def read_pieces(words: Sequence[str], cuts: Sequence[int]) -> Scope:
    """Moods and clauses of a sentence whose pieces are read each for itself."""
    whole = Scope(starts=[], moods=[], backwards=[], parts=[])
    for start, end in pairwise([0, *cuts, len(words)]):
        piece = read_scope(words[start:end])
        whole.starts += [start + each for each in piece.starts]
        whole.moods += piece.moods
        whole.parts += [start + each for each in piece.parts]
        whole.backwards += [(start + a, start + b, mood) for a, b, mood in piece.backwards]
    return whole


def is_finite(parse: Parse, verb: int) -> bool:
    """Whether a verb has a subject of its own and a tense."""
    if not parse.has_subject(verb):
        return False
    if parse.tags[verb] in {"VBZ", "VBP", "VBD"}:
        return True
    return any(
        parse.deps[child] in {"aux", "auxpass", "cop"} and parse.tags[child] in _AUXILIARY_TAGS
        for child in parse.children[verb]
    )


def _is_free(parse: Parse, verb: int) -> bool:
    """Whether nothing governs a clause, and no condition stands before it."""
    while parse.deps[verb] in _SIDE_BY_SIDE or _is_fact(parse, verb):
        verb = parse.heads[verb]
    if parse.deps[verb] != "ROOT":
        return False
    return not any(
        parse.deps[child] in {"advcl", "prep"} and _is_condition(parse, child)
        for child in parse.children[verb]
        if child < verb
    )


def _is_fact(parse: Parse, verb: int) -> bool:
    """As in "…, as a closer look shows"."""
    if parse.deps[verb] != "advcl":
        return False
    mark = parse.find_child(verb, _MARKS)
    return mark > 0 and parse.words[mark] in _FACTS and parse.words[mark - 1] == ","


def _is_condition(parse: Parse, child: int) -> bool:
    return parse.words[parse.find_start(child)] in _CONDITIONS


def _is_cut(words: Sequence[str], start: int) -> bool:
    """Whether a comma, a bracket or a "but" stands before a clause, perhaps with a joint."""
    at = start - 1
    if words[at] in _JOINTS or words[at] in _FACTS:
        at -= 1
    return at >= 0 and (words[at] in _CUTS or words[start - 1] == "but")
