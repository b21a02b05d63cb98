"""Validate stage, grounding: how many an answer says there are, and whether its own sums agree.

Above the boxes a number is contradicted unless a caption goes as high. Below them it may speak of
some, so it is contradicted only where the words mean all of them, no caption has that number, and
(for a plain "there are") a caption counts as many as the boxes. Existence first: nothing is
counted of what is not there.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from datagen.checks.grounding.absence import ANYBODY
from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.denials import narrows_after
from datagen.checks.grounding.evidence import Evidence, Passage, find_boxes
from datagen.checks.grounding.people import limit_group
from datagen.checks.grounding.quantities import ORDINALS, read_number
from datagen.checks.grounding.readings import Mention, Sentence, Term
from datagen.checks.grounding.tallies import Tally, find_runs, tally_classes
from datagen.checks.grounding.tokens import measure_span

Reach = Literal["some", "weak", "all"]
"""Whether a number speaks of some of them, of all by a plain "there are", or of all outright."""

_SEVERAL = 3
"""The least that "several" and "many" mean."""

_COUNTED_KINDS = frozenset({"class", "kind", "person", "union"})
_OUTRIGHT = frozenset({"only", "exactly", "just", "total", "precisely", "altogether"})
_SHOWING = frozenset({
    "shows", "features", "depicts", "contains", "includes", "captures", "displays", "presents",
})  # fmt: skip
_PREDICATING = frozenset({"are", "were", "have", "seem", "appear", "look", "stand", "sit"})
_REST = frozenset({
    "other", "others", "another", "third", "fourth", "rest", "remaining", "more", "both", "closest",
    "three", "four", "five", "six", "several", "second",
})  # fmt: skip
"""Words of a message that may tell of more than those that it counts."""

_PICTURE = frozenset({"image", "picture", "photo", "photograph", "scene", "snapshot", "shot"})


def judge_counts(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge every number of a COCO category, lists of them, and totals against their parts."""
    if passage.is_question or sentence.is_question or not sentence.mentions:
        return
    for mention in sentence.mentions:
        if mention.quantity is not None and is_counted(mention):
            yield _judge_mention(mention, sentence, passage)
    runs = find_runs(sentence.mentions, sentence) if len(sentence.mentions) > 1 else ()
    for run in runs:
        yield from _judge_run(run, sentence, passage)


def _judge_mention(mention: Mention, sentence: Sentence, passage: Passage) -> Claim:
    after = sentence.words[mention.last + 1 : mention.last + 3]
    number = read_number(after[1]) if len(after) == 2 and after[0] == ":" else None
    if number is None or not _precedes_number(mention, sentence):
        reach = find_reach(sentence, mention)
        if reach == "some" and _speaks_of_all(mention, sentence, passage):
            reach = "weak"
        return judge_number(mention, sentence, passage, reach=reach)
    return judge_number(mention, sentence, passage, reach="all", number=(number, number))


def _precedes_number(mention: Mention, sentence: Sentence) -> bool:
    """Whether the noun phrase is "number of dogs", which its number follows."""
    words = set(sentence.words[mention.head : mention.first])
    return "number" in words


def is_counted(mention: Mention) -> bool:
    """Whether the mention gives a number of something in the picture."""
    return (
        mention.mood == "asserted"
        and not mention.negated
        and not mention.dropped
        and mention.term.kind in _COUNTED_KINDS
    )


def is_numbered(mention: Mention, sentence: Sentence) -> bool:
    """Whether a number word or digits stand in the noun phrase, not "several" or a bare "some"."""
    quantity = mention.quantity
    if quantity is None:
        return False
    words = sentence.words[mention.head : mention.first]
    return quantity.exact or any(read_number(word) or word in ORDINALS for word in words)


def find_reach(sentence: Sentence, mention: Mention) -> Reach:
    """Whether the number is said of all that there are."""
    quantity = mention.quantity
    if quantity is None or not quantity.exact:
        return "some"
    start, end = _find_clause(sentence, mention)
    before = set(sentence.words[start : mention.first])
    if before & _SHOWING and before & _PICTURE:
        return "weak"
    if not quantity.total or narrows_after(sentence, mention, end):
        return "some"
    return "all" if before & _OUTRIGHT else "weak"


def _speaks_of_all(mention: Mention, sentence: Sentence, passage: Passage) -> bool:
    """Whether it is "the two men are …" and the message tells of no more."""
    quantity = mention.quantity
    after = sentence.words[mention.last + 1 : mention.last + 2]
    return (
        quantity is not None
        and quantity.exact
        and mention.determiner == "the"
        and len(mention.words) <= 1
        and not _PREDICATING.isdisjoint(after)
        and _REST.isdisjoint(passage.text.lower().split())
    )


def _find_clause(sentence: Sentence, mention: Mention) -> tuple[int, int]:
    if mention.clause < len(sentence.clauses):
        return sentence.clauses[mention.clause]
    return 0, len(sentence.words)


def judge_number(
    mention: Mention,
    sentence: Sentence,
    passage: Passage,
    *,
    reach: Reach = "some",
    number: tuple[int, int | None] | None = None,
    span: tuple[int, int] | None = None,
) -> Claim:
    """The claim that there are so many of the mention's category.

    Args:
        mention: what is counted, in an answer or in the question before it.
        sentence: the sentence of the mention.
        passage: the message that makes the claim.
        reach: whether it speaks of all of them.
        number: the number where another place than the mention gives it ("Three.").
        span: character offsets of that place.
    """
    vague = number is None and not is_numbered(mention, sentence)
    if number is None:
        quantity = mention.quantity
        number = (quantity.low, quantity.high) if quantity else (1, None)
    weighed = weigh_number(mention.term, number, passage.evidence, reach, vague=vague)
    verdict, rule, detail = weighed
    start, end = span or measure_span(sentence, mention.head, mention.last)
    classes = mention.term.classes
    return Claim(
        family="count",
        verdict=verdict,
        rule=rule,
        turn=passage.turn,
        start=start,
        end=end,
        subject=classes[0] if len(classes) == 1 else mention.term.name,
        classes=classes,
        number=number,
        boxes=find_boxes(passage.evidence, classes),
        detail=detail,
    )


def weigh_number(
    term: Term,
    number: tuple[int, int | None],
    evidence: Evidence,
    reach: Reach,
    *,
    vague: bool = False,
) -> tuple[Verdict, str, str]:
    """Verdict, rule and detail for a number of a term.

    A vague word ("several") is wrong of one only, and a mere plural not even of one.
    """
    tally = tally_classes(evidence, term.classes)
    low, high = number
    if not tally.boxed:
        return "unverifiable", "count-not-boxed", ""
    if tally.limit is not None and low > tally.limit and not (vague and _may_pass(low, tally)):
        return "contradicted", "too-many", f"{tally.boxed} boxes of {' or '.join(term.classes)}"
    most = limit_group(term, evidence)
    if most is not None and low > most:
        return "contradicted", "too-many-of-group", f"captions have {most} {term.group}"
    if high is not None and high < tally.boxed and _is_too_few(term, high, tally, reach, evidence):
        return "contradicted", "too-few", f"{tally.boxed} boxes of {' or '.join(term.classes)}"
    if low in tally.numbers or (low <= tally.boxed and (high is None or high >= tally.boxed)):
        return "supported", "counted", ""
    return "unverifiable", "subset", ""


def _may_pass(low: int, tally: Tally) -> bool:
    """Whether a vague word may be true above the limit; of one that captions count, it is not."""
    return low < _SEVERAL or tally.boxed > 1 or tally.totals != {1}


def _are_all(term: Term, boxed: int, evidence: Evidence) -> bool:
    """Whether captions make everybody one of the group: three men, and three people boxed."""
    return (limit_group(term, evidence) or 0) >= boxed


def _is_too_few(term: Term, high: int, tally: Tally, reach: Reach, evidence: Evidence) -> bool:
    if reach == "some" or tally.limit is None:
        return False
    if not _is_class_word(term) and not (term.group and _are_all(term, tally.boxed, evidence)):
        return False
    return high not in tally.totals and (reach == "all" or tally.boxed in tally.totals)


def _is_class_word(term: Term) -> bool:
    return term.kind == "class" or term.name in ANYBODY


def _judge_run(run: Sequence[Mention], sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """A list of parts of one category ("a man and two women"): their sum, against a total too."""
    classes = run[0].term.classes
    if not all(is_counted(one) and one.term.classes == classes for one in run):
        return
    parts = [part_number(one) for one in run]
    if len({one.term.name for one in run}) < len(run) or None in parts:
        return
    if _is_apposition(run, parts, sentence):
        run, parts = run[1:], parts[1:]
    total = sum(part for part in parts if part is not None)
    span = measure_span(sentence, run[0].head, run[-1].last)
    tally = tally_classes(passage.evidence, classes)
    if tally.boxed and tally.limit is not None and total > tally.limit:
        yield _make_sum(run, passage, total, span, "too-many", f"{tally.boxed} boxes")
    yield from _judge_breakdown(run, sentence, passage, total)


def _is_apposition(run: Sequence[Mention], parts: Sequence[int | None], sentence: Sentence) -> bool:
    """Whether the rest of a list says who the first are: "two kids, a boy and a girl"."""
    between = sentence.words[run[0].last + 1 : run[1].head]
    return between == [","] and parts[0] == sum(part or 0 for part in parts[1:])


def part_number(mention: Mention) -> int | None:
    """The exact number that a part of a list gives; None where it is open."""
    if mention.quantity is not None:
        return mention.quantity.low if mention.quantity.exact else None
    return 1 if mention.determiner in {"a", "an", "one"} and not mention.plural else None


def _judge_breakdown(
    run: Sequence[Mention], sentence: Sentence, passage: Passage, total: int
) -> Iterator[Claim]:
    """Find totals that do not add up: "Five people: two men and a woman"."""
    for mention in sentence.mentions:
        if mention.first >= run[0].first:
            return
        between = sentence.words[mention.last + 1 : run[0].head]
        quantity = mention.quantity
        if between == [":"] and quantity is not None and quantity.exact:
            if (
                ends_sentence(run, sentence)
                and mention.term.classes == run[0].term.classes
                and quantity.low != total
            ):
                yield make_mismatch(run, sentence, passage, quantity.low, total)
            return


def ends_sentence(run: Sequence[Mention], sentence: Sentence) -> bool:
    """Whether a list is complete: nothing but a mark follows it."""
    return len(sentence.words) - run[-1].last <= 2


def make_mismatch(
    run: Sequence[Mention], sentence: Sentence, passage: Passage, said: int, total: int
) -> Claim:
    """The claim that contradicts itself: a total and a list of its parts that differ."""
    span = measure_span(sentence, run[0].head, run[-1].last)
    return _make_sum(run, passage, total, span, "breakdown", f"{said} said, {total} listed")


def _make_sum(
    run: Sequence[Mention],
    passage: Passage,
    total: int,
    span: tuple[int, int],
    rule: str,
    detail: str,
) -> Claim:
    classes = run[0].term.classes
    return Claim(
        family="consistency" if rule == "breakdown" else "count",
        verdict="contradicted",
        rule=rule,
        turn=passage.turn,
        start=span[0],
        end=span[1],
        subject=classes[0],
        classes=classes,
        number=(total, total),
        boxes=find_boxes(passage.evidence, classes),
        detail=detail,
    )
