"""Validate stage, grounding: what boxes and captions say about a number.

A caption's numbers are those of its noun phrases and their sums. A number of all is a sum only: of
"two skiers and a snowboarder" three is the number of people, two is not.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import msgspec

from datagen.checks.grounding.absence import ANYBODY
from datagen.checks.grounding.evidence import CaptionMention, Evidence, find_boxes
from datagen.checks.grounding.readings import Mention, Sentence

_OPEN_FROM = 13
"""Annotators stop at about a dozen instances; from here on a higher number may be true."""

_COLLECTIVES = frozenset({
    "people", "crowd", "audience", "couple", "folk", "folks", "gentlefolk", "cattle", "livestock",
    "wildlife", "furniture", "cutlery", "silverware", "flatware", "broccoli", "poultry", "waterfowl",
})  # fmt: skip
"""Words that stand for more than one without a plural."""

_HERDS = frozenset({
    "herd", "group", "flock", "family", "pack", "bunch", "row", "line", "fleet", "lots", "number",
    "variety", "assortment", "swarm", "couple",
})  # fmt: skip
"""Words for an open number, behind which hasty captions leave the noun in the singular."""

_JOINTS = frozenset({",", "and", "&", "plus"})


class Tally(msgspec.Struct, frozen=True, gc=False):
    """What the context says about the number of some categories.

    Attributes:
        boxed: how many boxes.
        numbers: every number that a caption gives, its sums of parts included.
        totals: those that may be the number of all.
        limit: the highest number that boxes or captions allow; None for no limit.
    """

    boxed: int
    numbers: frozenset[int]
    totals: frozenset[int]
    limit: int | None


def tally_classes(evidence: Evidence, classes: Sequence[str]) -> Tally:
    """Count boxes and read the numbers of captions for some categories together."""
    boxed = len(find_boxes(evidence, classes))
    numbers: set[int] = set()
    totals: set[int] = set()
    least = 0
    for group in _group_by_caption(evidence, classes):
        counts = [_count_mention(one.mention) for one in group]
        least = max([least, *(low for low, is_closed in counts if not is_closed)])
        exact = [low for low, is_closed in counts if is_closed]
        numbers.update(exact)
        if len(exact) == len(counts) and _is_summable(group):
            numbers.add(sum(exact))
            totals.add(sum(exact))
    is_open = boxed >= _OPEN_FROM or least > boxed or not evidence.crowds.isdisjoint(classes)
    limit = None if is_open else max(boxed, *numbers, 0)
    return Tally(boxed, frozenset(numbers), frozenset(totals), limit)


def _group_by_caption(evidence: Evidence, classes: Sequence[str]) -> list[list[CaptionMention]]:
    """The mentions of a caption that count these categories and no others."""
    groups: dict[int, dict[tuple[int, int], CaptionMention]] = {}
    for category in classes:
        for one in evidence.mentions.get(category, ()):
            mention = one.mention
            is_foreign = mention.term.kind in {"union", "soft"} and not (
                set(mention.term.classes) <= set(classes)
            )
            if not is_foreign and not mention.negated and mention.dropped in {"", "part"}:
                place = (one.sentence.starts[0], mention.first)
                groups.setdefault(one.caption, {})[place] = one
    return [[found[place] for place in sorted(found)] for found in groups.values()]


def _is_whole(mention: Mention) -> bool:
    """Whether the word means the category, not a part of it ("people", not "skiers")."""
    term = mention.term
    return term.kind == "class" or term.name in ANYBODY


def _is_summable(group: Sequence[CaptionMention]) -> bool:
    """Whether the mentions add up: a list, or words of one sort ("four boats, one a rowboat" not)."""
    if len(group) == 1:
        return _is_whole(group[0].mention) or bool(group[0].mention.term.group)
    mentions = [one.mention for one in group]
    sentence = group[0].sentence
    is_list = all(is_joined(*pair, sentence) for pair in pairwise(mentions))
    return is_list or len({_is_whole(mention) for mention in mentions}) == 1


def _count_mention(mention: Mention) -> tuple[int, bool]:
    """The number that a caption's mention gives, and whether it is closed at the top."""
    if mention.quantity is not None:
        quantity = mention.quantity
        return quantity.low, quantity.high == quantity.low
    if mention.plural or mention.term.name in _COLLECTIVES or not _HERDS.isdisjoint(mention.words):
        return 2, False
    return 1, True


def find_runs(mentions: Sequence[Mention], sentence: Sentence) -> Iterator[list[Mention]]:
    """Lists of two or more mentions joined by commas and "and" only."""
    run: list[Mention] = []
    for mention in mentions:
        if run and not is_joined(run[-1], mention, sentence):
            if len(run) > 1:
                yield run
            run = []
        run.append(mention)
    if len(run) > 1:
        yield run


def is_joined(one: Mention, other: Mention, sentence: Sentence) -> bool:
    """Whether only commas and "and" stand between two mentions."""
    between = sentence.words[one.last + 1 : other.head]
    return bool(between) and _JOINTS.issuperset(between)
