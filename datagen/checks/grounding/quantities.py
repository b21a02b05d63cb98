"""Grounding, reading: number words -> `Quantity`.

A table of our own: the number parsers on the market read "one", "second" and ages as counts.
"One", "another" and ordinals are no counts of the scene: "the second cow" says that there are at
least two.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from datagen.checks.grounding.readings import Quantity

_UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
NUMBERS = (
    {word: value for value, word in enumerate(_UNITS)}
    | {word: 10 * (2 + value) for value, word in enumerate(_TENS)}
    | {
        f"{ten}-{unit}": 10 * (2 + value) + _UNITS.index(unit)
        for value, ten in enumerate(_TENS)
        for unit in _UNITS[1:10]
    }
    | {"hundred": 100, "dozen": 12, "half-dozen": 6, "both": 2, "single": 1}
)
ORDINALS = {
    word: value
    for value, word in enumerate(
        [
            "first",
            "second",
            "third",
            "fourth",
            "fifth",
            "sixth",
            "seventh",
            "eighth",
            "ninth",
            "tenth",
        ],
        1,
    )
}
VAGUE = {
    "several": 3, "few": 2, "many": 4, "numerous": 4, "multiple": 2, "various": 2, "countless": 10,
    "dozens": 24, "hundreds": 100, "thousands": 100, "scores": 40,
}  # fmt: skip
"""Words for some number, and the least that they mean."""

PARTITIVES: dict[str, Quantity | None] = {
    "couple": Quantity(2, 3, exact=False),
    "pair": Quantity(2, 2),
    "pairs": Quantity(4, None, exact=False),
    "duo": Quantity(2, 2),
    "trio": Quantity(3, 3),
    "quartet": Quantity(4, 4),
    "quintet": Quantity(5, 5),
    "handful": Quantity(3, None, exact=False),
    "dozen": Quantity(12, 12),
    "half-dozen": Quantity(6, 6),
    "number": Quantity(2, None, exact=False),
    "lot": Quantity(4, None, exact=False),
    "lots": Quantity(4, None, exact=False),
    "plenty": Quantity(3, None, exact=False),
    "total": None,
} | {word: Quantity(least, None, exact=False) for word, least in VAGUE.items()} | dict.fromkeys(
    ["group", "groups", "crowd", "crowds", "herd", "herds", "flock", "flocks", "bunch", "bunches", "pile", "piles", "stack", "stacks", "row", "rows", "line", "lines", "set", "sets", "collection", "variety", "assortment", "array", "team", "pack", "fleet", "line", "mix", "series", "cluster", "clusters", "selection", "range", "family", "swarm", "mass", "sea", "half", "part", "majority", "piece", "pieces", "slice", "slices", "bit", "kind", "kinds", "type", "types", "sort", "sorts", "style", "breed", "mixture", "combination", "serving", "portion", "batch", "basket", "bowl", "plate", "tray", "box", "heap", "abundance", "multitude", "presence", "party", "gathering", "crew", "band", "bundle", "clump", "quarter", "rest", "loaf", "chunk", "chunks", "bits", "halves", "wedges"]
)  # fmt: skip
"""Nouns before "of" that count or gather what follows; None where they say no number."""

_AT_LEAST = {"least", "over", "minimum"}
_ABOUT = {"about", "around", "approximately", "roughly", "nearly", "almost", "maybe", "perhaps",
          "probably", "some", "possibly", "circa", "or"}  # fmt: skip
_TOTAL = {"only", "exactly", "just", "precisely", "all"}


def read_number(word: str) -> int | None:
    """The number that one word says, None for none.

    >>> read_number("twelve"), read_number("30"), read_number("several")
    (12, 30, None)
    """
    if word.isdecimal():
        return int(word) if len(word) < 5 else None
    return NUMBERS.get(word)


def is_counter(word: str) -> bool:
    """Whether a word can stand in the number's place of a noun phrase."""
    return word in NUMBERS or word in VAGUE or word in ORDINALS or word.isdecimal()


def read_quantity(words: Sequence[str], at: int) -> Quantity | None:
    """The quantity said by the counter at `at`, with what stands before it.

    >>> read_quantity(["at", "least", "two"], 2)
    Quantity(low=2, high=None, exact=False, total=False)
    >>> read_quantity(["the", "second"], 1)
    Quantity(low=2, high=None, exact=False, total=False)
    """
    word = words[at]
    before = words[at - 1] if at else ""
    second = words[at - 2] if at > 1 else ""
    number = read_number(word)
    if number is None:
        least = ORDINALS.get(word) or VAGUE.get(word)
        return Quantity(least, None, exact=False) if least else None
    if word == "dozen":
        number = _read_dozens(before, second)
    if before in {"or", "to", "-"} and second and (low := read_number(second)):
        return Quantity(min(low, number), max(low, number), exact=False)
    return _qualify(number, before, second, denied=at > 2 and words[at - 3] == "no")


def _read_dozens(before: str, second: str) -> int:
    if before == "a" and second == "half":
        return 6
    return 12 * (read_number(before) or 1)


def _qualify(number: int, before: str, second: str, *, denied: bool) -> Quantity:
    """Apply the two words before a number; `denied` is "no fewer than"."""
    if before in _AT_LEAST or (before == "than" and (second == "more" or denied)):
        return Quantity(number + (second == "more"), None, exact=False)
    if before == "to" and second == "up":
        return Quantity(1, number, exact=False)
    if before == "than" and second in {"fewer", "less"} and not denied:
        return Quantity(1, max(number - 1, 1), exact=False)
    if before in _ABOUT:
        return Quantity(max(number - 1 - number // 5, 1), number + 1 + number // 5, exact=False)
    total = before in _TOTAL or (before == "of" and second == "total")
    # "One man" picks somebody out; only "only one man" counts.
    return Quantity(number, number, exact=number != 1 or total, total=total)


def mark_total(quantity: Quantity) -> Quantity:
    """The same quantity, said to be all there is ("there are two", "two in total").

    >>> mark_total(Quantity(2, 2)).total
    True
    """
    vague = quantity.high is None or quantity.low != quantity.high
    return replace(quantity, total=True, exact=not vague)
