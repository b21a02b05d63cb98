"""Spot-check, page: numbers and findings -> plain English.

A number that was not measured, or that is no number, is a dash; nothing here gives `nan`.
"""

import math

from datagen.spotcheck.results import Mean, Reliability, Results, Share, TypeResult
from datagen.spotcheck.subjects import Control

NONE = "–"
ALL = "all"
"""Name under which `Results.types` holds the whole set."""

CONTROL_NAMES: dict[Control, str] = {
    "right": "right picture",
    "shuffled": "another's picture",
    "blank": "blank picture",
}

PROBE_NAMES = {
    "boxed": "things that have a box; “yes” is right",
    "random": "absent things, drawn at random; “no” is right",
    "popular": "absent things that are common in the set; “no” is right",
    "co-occurring": "absent things that often go with what is there; “no” is right",
    "count": "how many of a thing there are",
}

OPEN_PROBES = frozenset(["count"])
"""Kinds that are not answered by yes or no, so that a coin is nothing to compare with."""


def is_known(value: Share | Mean | None) -> bool:
    """Whether there is an estimate with an interval, out of at least one value."""
    if value is None or value.n < 1:
        return False
    return all(math.isfinite(number) for number in (value.estimate, value.low, value.high))


def format_count(number: float, noun: str = "") -> str:
    """A whole number with its noun.

    >>> format_count(12000, "record"), format_count(1, "record")
    ('12,000 records', '1 record')
    """
    if not math.isfinite(number):
        return NONE
    digits = f"{number:,.0f}"
    return f"{digits} {noun}{'' if digits == '1' else 's'}" if noun else digits


def format_number(number: float | None) -> str:
    """About three significant digits, no exponent.

    >>> format_number(-0.12345), format_number(0.04), format_number(31.4159), format_number(1234.5)
    ('−0.123', '0.04', '31.4', '1,234')
    """
    if number is None or not math.isfinite(number):
        return NONE
    size = math.floor(math.log10(abs(number))) if number else 0
    text = _write(number, min(max(2 - size, 0), 4))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _write(number: float, digits: int) -> str:
    text = f"{number:,.{digits}f}"
    is_zero = not text.strip("-0.,")
    return text.removeprefix("-") if is_zero else text.replace("-", "−")


def format_percent(share: float) -> str:
    """A share known exactly, such as a rate of sampling.

    >>> format_percent(0.2), format_percent(0.05), format_percent(0.0031), format_percent(0.00001)
    ('20%', '5.0%', '0.31%', '<0.01%')
    """
    percent = 100 * share
    if not math.isfinite(percent):
        return NONE
    if 0 < percent < 0.01:
        return "<0.01%"
    digits = 0 if percent >= 10 or not percent else 1 if percent >= 1 else 2
    return f"{percent:.{digits}f}%"


def split_share(share: Share | None) -> tuple[str, str]:
    """Estimate and interval in percent, with no more digits than the interval's width bears.

    >>> split_share(Share(0.0612, 0.0301, 0.0917, 400))
    ('6%', '3–9%')
    >>> split_share(Share(0.012, 0.004, 0.031, 400))
    ('1.2%', '0.4–3.1%')
    """
    if share is None or not is_known(share):
        return NONE, ""
    width = share.high - share.low
    digits = 0 if width >= 0.04 or not width else 1 if width >= 0.004 else 2
    estimate, low, high = (
        f"{100 * value + 0.0:.{digits}f}" for value in (share.estimate, share.low, share.high)
    )
    return f"{estimate}%", f"{low}–{high}%"


def format_share(share: Share | None) -> str:
    """Estimate with its interval in brackets.

    >>> format_share(Share(0.06, 0.03, 0.09, 400))
    '6% (3–9%)'
    """
    estimate, interval = split_share(share)
    return f"{estimate} ({interval})" if interval else estimate


def split_mean(mean: Mean | None) -> tuple[str, str]:
    """Estimate and interval, as `split_share`; `to`, since a dash reads as a minus.

    >>> split_mean(Mean(-0.0213, -0.0344, -0.0082, 400))
    ('−0.021', '−0.034 to −0.008')
    """
    if mean is None or not is_known(mean):
        return NONE, ""
    width = mean.high - mean.low
    digits = min(max(math.ceil(-math.log10(width / 4)), 0), 4) if width > 0 else 3
    estimate, low, high = (
        _write(number, digits) for number in (mean.estimate, mean.low, mean.high)
    )
    return estimate, f"{low} to {high}"


def name_type(response_type: str) -> str:
    """A response type in words.

    >>> name_type("complex_reasoning"), name_type("all")
    ('complex reasoning', 'all records')
    """
    return "all records" if response_type == ALL else response_type.replace("_", " ")


def is_tried(reliability: Reliability | None) -> bool:
    """Whether the flags were tried on both, records known to be false and to be true."""
    if reliability is None:
        return False
    return is_known(reliability.sensitivity) and is_known(reliability.specificity)


def find_whole(results: Results) -> TypeResult | None:
    """What holds for the whole set."""
    return next((each for each in results.types if each.response_type == ALL), None)


def write_headline(results: Results) -> str:
    """The one sentence to take away; a share is stated only where the model earned it."""
    if results.sampled < 1:
        return "No record was looked at, so nothing can be said of this set."
    whole = find_whole(results)
    reliability = results.reliability
    if reliability is None or not is_tried(reliability):
        return "How far the model can be trusted is not known, so no share of faults is stated."
    if not reliability.usable:
        return "The model cannot tell false records from true ones; its flags are not used."
    if whole is None or not is_known(whole.defects):
        return "The sample is too small to say what share of the records has a fault."
    estimate, interval = split_share(whole.defects)
    records = format_count(results.records, "record")
    verb = "has" if results.records == 1 else "have"
    return f"Of {records}, an estimated {estimate} ({interval}) {verb} a fault the model can see."


def explain_headline(results: Results) -> tuple[str, ...]:
    """Sentences that say how the headline came about and what it leaves out."""
    whole = find_whole(results)
    if results.sampled < 1 or whole is None:
        return ()
    sentences = [f"The model flags {format_share(whole.flagged)} of the records."]
    if not is_known(whole.flagged):
        sentences = []
    reliability = results.reliability
    if reliability is None or not is_tried(reliability):
        return *sentences, "It was not tried on records whose truth is known."
    if not reliability.usable:
        return *sentences, "The figures behind this are below."
    defects = whole.defects
    if defects is None or not is_known(defects):
        return tuple(sentences)
    about, low, high = (
        format_count(_round(value * results.records))
        for value in (defects.estimate, defects.low, defects.high)
    )
    return (
        *sentences,
        "The estimate corrects this for how often it errs on records whose truth is known: "
        f"about {about} records have a fault, and {low} to {high} are likely.",
        "A fault that the model cannot see is not counted.",
    )


def _round(number: float) -> float:
    """Two significant digits: more would claim what no sample gives."""
    if number < 1:
        return round(number)
    scale = 10.0 ** (math.floor(math.log10(number)) - 1)
    return round(number / max(scale, 1)) * max(scale, 1)
