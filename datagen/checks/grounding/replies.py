"""Validate stage, grounding: short answers, which take their subject from the question.

"Is there a dog?" "No." denies a dog, "Yes." claims one; "How many?" "Three." counts. The place of
such a claim is the word that answers.
"""

from collections.abc import Iterator, Sequence

from datagen.checks.grounding.absence import judge_absence
from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.counts import ends_sentence, judge_number, make_mismatch, part_number
from datagen.checks.grounding.denials import narrows_after
from datagen.checks.grounding.evidence import Passage
from datagen.checks.grounding.objects import judge_presence
from datagen.checks.grounding.questions import (
    find_asked,
    find_confirmed,
    find_counted,
    find_setting_asked,
)
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.settings import is_told_there
from datagen.checks.grounding.tallies import find_runs
from datagen.checks.grounding.tokens import measure_span

_YES = frozenset({"yes", "yeah", "yep", "yup", "indeed"})
_NO = frozenset({"no", "nope", "none"})
_BEFORE_NUMBER = frozenset({
    "just", "only", "exactly", "i", "we", "see", "count", "can", "there", "are", "is", "'s", "appear",
    "to", "be", "a", "total", "of", "in", "it", "looks", "like", ",", "all", "altogether", "well",
})  # fmt: skip
_NUMBERS = {
    "zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8,
    "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14, "fifteen": 15,
    "sixteen": 16, "seventeen": 17, "eighteen": 18, "nineteen": 19, "twenty": 20,
}  # fmt: skip
_LATEST_NONE = 4
"""Words up to "none" in "I see none", "there are none"."""

_THERE_IS_NOT = {("there", "isn't"), ("there", "aren't")}
_AFTER_NOT = frozenset({"any", "one", "a", "single", "at", "all", ".", "!"})
_AFTER_NO = frozenset({",", ".", "!", ";", ":", "that", "of", "in", "at"})
_DASHES = frozenset({"-", "\u2013", "\u2014"})


def judge_reply(
    question: Sequence[Sentence], answer: Sequence[Sentence], passage: Passage
) -> Iterator[Claim]:
    """Judge what the beginning of an answer says by way of the last question."""
    asking = next((one for one in reversed(question) if one.is_question), None)
    if asking is None or not asking.mentions or not answer or not answer[0].words:
        return
    counted = find_counted(asking)
    if counted is not None:
        yield from _judge_how_many(counted, asking, answer[0], passage)
        return
    asked = find_asked(asking)
    if asked:
        yield from _judge_yes_no(asked, asking, answer[0], passage)
    elif answer[0].words[0] in _YES:
        for mention in find_confirmed(asking):
            yield judge_presence(mention, asking, passage, span=measure_span(answer[0], 0, 0))


def _judge_how_many(
    counted: Mention, asking: Sentence, reply: Sentence, passage: Passage
) -> Iterator[Claim]:
    place = _find_number(reply)
    if place is None:
        return
    index, number = place
    span = measure_span(reply, index, index)
    narrowed = bool(counted.words) or _narrows(asking, counted, passage)
    if number == 0:
        yield judge_absence(counted, asking, passage, whole=not narrowed, span=span)
        return
    yield judge_number(
        counted,
        asking,
        passage,
        reach="some" if narrowed else "all",
        number=(number, number),
        span=span,
    )
    yield from _judge_parts(counted, reply, index, number, passage)


def _narrows(asking: Sentence, last: Mention, passage: Passage) -> bool:
    """Whether the question asks about a part of the picture only."""
    place = find_setting_asked(asking)
    if place and not is_told_there(last.term.classes, place, passage.evidence):
        return True
    return narrows_after(asking, last, len(asking.words), passage=passage)


def _find_number(reply: Sentence) -> tuple[int, int] | None:
    """Place and value of the number that the reply begins with; "none" is 0."""
    for index, word in enumerate(reply.words[:8]):
        if word in {"none", "nobody"} and index < _LATEST_NONE:
            return index, 0
        if word in _NUMBERS:
            return index, _NUMBERS[word]
        if word.isdecimal() and len(word) < 4:
            return index, int(word)
        if word not in _BEFORE_NUMBER:
            return None
    return None


def _judge_parts(
    counted: Mention, reply: Sentence, index: int, number: int, passage: Passage
) -> Iterator[Claim]:
    """Find totals that do not add up: "Four: two men and a woman"."""
    if index + 1 >= len(reply.words) or reply.words[index + 1] not in {":", *_DASHES}:
        return
    for run in find_runs(reply.mentions, reply):
        parts = [part_number(one) for one in run]
        same = all(one.term.classes == counted.term.classes for one in run)
        if run[0].head == index + 2 and same and None not in parts and ends_sentence(run, reply):
            total = sum(part for part in parts if part is not None)
            if total != number:
                yield make_mismatch(run, reply, passage, number, total)


def _judge_yes_no(
    asked: Sequence[Mention], asking: Sentence, reply: Sentence, passage: Passage
) -> Iterator[Claim]:
    span = measure_span(reply, 0, 0)
    if reply.words[0] in _YES and len(asked) == 1:
        yield judge_presence(asked[0], asking, passage, span=span)
        yield from _judge_confirmed_number(asked[0], asking, passage, span)
    if _is_no(reply):
        for mention in asked:
            narrowed = bool(mention.words) or _narrows(asking, asked[-1], passage)
            yield judge_absence(mention, asking, passage, whole=not narrowed, span=span)


def _judge_confirmed_number(
    asked: Mention, asking: Sentence, passage: Passage, span: tuple[int, int]
) -> Iterator[Claim]:
    """Judge the number of a question that is confirmed: "Are there two dogs?" "Yes."."""
    quantity = asked.quantity
    if quantity is None or not quantity.exact or quantity.high is None:
        return
    yield judge_number(
        asked, asking, passage, reach="some", number=(quantity.low, quantity.high), span=span
    )


def _is_no(reply: Sentence) -> bool:
    """Whether it denies: "No.", "There aren't any."; not "No idea", "No tub and no shower"."""
    words = reply.words
    if words[0] in _NO:
        return len(words) == 1 or words[1] in _AFTER_NO | _DASHES
    return tuple(words[:2]) in _THERE_IS_NOT and _AFTER_NOT.issuperset(words[2:])
