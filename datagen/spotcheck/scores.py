"""Spot-check, scores: how likely answers are under each picture -> what speaks for a record.

How likely a word is under its own picture says little by itself: many true words are unlikely
because others would have done as well ("scene" for "picture"). Under another picture they are as
unlikely, so the difference, the gain, takes that out. The right picture makes true words about it
likelier, false ones less likely, and has nothing to say of the rest. Of several other pictures the
mean is that of the probabilities, not of their logarithms: one of them that is sure against a word
would else hide that the right one is against it, too.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, fsum, log

from datagen.spotcheck.models import AnswerScore
from datagen.spotcheck.subjects import Control

MARKED = 3
"""Doubtful words that are shown of a record, at most."""

DOUBTFUL = -1.0
"""A word is doubtful where its picture makes it less likely by a factor of e or more; nats."""

Span = tuple[int, int]
"""Start and end, in characters."""

# A run of letters and digits with what holds it together: "don't", "3.5", "T-shirt".
_WORD = re.compile(r"[^\W_]+(?:['\u2019.,-][^\W_]+)*")


@dataclass(frozen=True, slots=True)
class WordScore:
    """One word of an answer, `start` to `end` in characters: the sum over its tokens; nats."""

    start: int
    end: int
    value: float


@dataclass(frozen=True, slots=True)
class WordGain:
    """One word of an answer and what the picture does for it.

    Attributes:
        turn: of the answer, counted in pairs.
        start, end: of the word in the answer, in characters.
        gain: the logarithm of how many times as likely it is under one picture as, on average,
            under the others (the sum over its tokens); nats.
    """

    turn: int
    start: int
    end: int
    gain: float


def compare_scores(
    answers: Sequence[str], by_control: Mapping[Control, Sequence[AnswerScore]]
) -> dict[Control, dict[str, float]]:
    """The values of a record under each control, its own picture taken for the true one in turn.

    `gain` is the mean over tokens of the logarithm of how many times as likely they are under that
    picture as under the others; `worst` is the lowest gain of a word, summed over its tokens. Both
    in nats.

    Args:
        answers: recorded ones, in order.
        by_control: their scores under each picture that was shown; with one alone there is nothing
            to compare.
    """
    found: dict[Control, dict[str, float]] = {}
    for control in by_control if len(by_control) > 1 else ():
        gains = _list_gains(by_control, control)
        total = [gain for answer in gains for gain in answer]
        if total:
            words = [word.gain for word in weigh_words(answers, by_control, control)]
            found[control] = {
                "gain": sum(total) / len(total),
                "worst": min(words, default=min(total)),
            }
    return found


def find_least_claim(
    answers: Sequence[str], scores: Sequence[AnswerScore], claiming: Sequence[Sequence[Span]]
) -> float | None:
    """The logarithm of probability of the least likely word that says what is in the picture.

    Only such words are looked at, since how likely all others are is a matter of style. No other
    picture is compared: what is in one picture is as unlikely in most others, so they tell nothing
    of a thing that is in none of them.

    Args:
        answers: recorded ones, in order.
        scores: under one picture.
        claiming: of each answer the places of such words.

    Returns:
        Nats; None where no answer has such a word.
    """
    values = [
        word.value
        for answer, score, places in zip(answers, scores, claiming, strict=True)
        for word in add_up_words(answer, score)
        if any(start < word.end and word.start < end for start, end in places)
    ]
    return min(values, default=None)


def find_doubtful(
    answers: Sequence[str], by_control: Mapping[Control, Sequence[AnswerScore]]
) -> tuple[tuple[int, int, int], ...]:
    """Turn, start and end of the words that the right picture speaks most against, worst first."""
    if "right" not in by_control or len(by_control) < 2:
        return ()
    words = sorted(weigh_words(answers, by_control, "right"), key=lambda word: word.gain)
    return tuple(
        (word.turn, word.start, word.end) for word in words[:MARKED] if word.gain <= DOUBTFUL
    )


def weigh_words(
    answers: Sequence[str], by_control: Mapping[Control, Sequence[AnswerScore]], control: Control
) -> Iterator[WordGain]:
    """The gain of every word of the answers under one picture."""
    gains = _list_gains(by_control, control)
    for turn, (answer, score, values) in enumerate(
        zip(answers, by_control[control], gains, strict=True)
    ):
        for word in add_up_words(answer, replace(score, logprobs=tuple(values))):
            yield WordGain(turn, word.start, word.end, word.value)


def add_up_words(answer: str, score: AnswerScore) -> list[WordScore]:
    """What a model says of the tokens of an answer, summed word by word."""
    words = [match.span() for match in _WORD.finditer(answer)]
    sums = [0.0] * len(words)
    for start, end, value in zip(score.starts, score.ends, score.logprobs, strict=True):
        place = _find_word(words, start, end)
        if place is not None:
            sums[place] += value
    return [WordScore(*span, total) for span, total in zip(words, sums, strict=True)]


def _list_gains(
    by_control: Mapping[Control, Sequence[AnswerScore]], control: Control
) -> list[list[float]]:
    """By answer and token: the logarithm of how many times as likely it is as under the others."""
    others = [scores for name, scores in by_control.items() if name != control]
    return [
        [
            value - _average(tuple(other[turn].logprobs[place] for other in others))
            for place, value in enumerate(score.logprobs)
        ]
        for turn, score in enumerate(by_control[control])
    ]


def _average(logprobs: Sequence[float]) -> float:
    """The logarithm of the mean probability."""
    most = max(logprobs)
    return most + log(fsum(exp(value - most) for value in logprobs) / len(logprobs))


def _find_word(words: Sequence[tuple[int, int]], start: int, end: int) -> int | None:
    """The word that a token belongs to: the first that it touches; None for blanks and signs."""
    place = bisect_right(words, (start, start)) - 1
    if place >= 0 and words[place][1] > start:
        return place
    following = place + 1
    return following if following < len(words) and words[following][0] < end else None
