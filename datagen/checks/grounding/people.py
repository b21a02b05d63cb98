"""Validate stage, grounding: who the people of a picture are, as far as captions tell.

Any person word licenses any other, for captions call the same child a boy, a kid and a person. Only
where captions account for every boxed person by group ("a man and two women", three boxes) is a
group that none of them has, or more of it than they have, a contradiction.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

from datagen.checks.grounding.evidence import Evidence, count_boxes
from datagen.checks.grounding.readings import Mention, Sentence, Term

_COMPATIBLE: Mapping[str, frozenset[str]] = {
    "man": frozenset({"man", "boy"}),
    "woman": frozenset({"woman", "girl"}),
    "boy": frozenset({"boy", "child"}),
    "girl": frozenset({"girl", "child", "woman"}),
    "child": frozenset({"boy", "girl", "child"}),
}
"""For each group those that a caption may rightly call so; young women are called girls."""

_MANY = 100
"""Stands for an open number."""

_YOUTH = frozenset({"young", "younger", "teen", "teenage", "teenager", "youth", "youngster", "kid"})


def is_other_group(term: Term, evidence: Evidence) -> bool:
    """Whether captions account for everybody, and nobody is of the term's group."""
    limit = limit_group(term, evidence)
    return limit == 0


def limit_group(term: Term, evidence: Evidence) -> int | None:
    """The highest number of a term's group that captions allow; None where they do not tell."""
    compatible = _COMPATIBLE.get(term.group)
    people = count_boxes(evidence, ("person",))
    if compatible is None or not people or "person" in evidence.crowds:
        return None
    if term.group in {"boy", "girl", "child"} and not _YOUTH.isdisjoint(evidence.words):
        return None
    counts = [_count_groups(sentences) for sentences in evidence.sentences]
    complete = sum(groups.total() == people and not groups[""] for groups in counts)
    if complete < (1 if people > 2 else 2):
        return None
    return max(sum(groups[group] for group in compatible) for groups in counts)


def _count_groups(sentences: Sequence[Sentence]) -> Counter[str]:
    """How many of each group a caption has; an empty key for words without group."""
    groups: Counter[str] = Counter()
    for sentence in sentences:
        for mention in sentence.mentions:
            if mention.term.kind == "person" and not mention.negated and not mention.dropped:
                groups[mention.term.group] += _count_mention(mention)
    return groups


def _count_mention(mention: Mention) -> int:
    if mention.quantity is not None and mention.quantity.high is not None:
        return mention.quantity.high
    return _MANY if mention.plural or mention.quantity is not None else 1
