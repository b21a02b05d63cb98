"""Ask stage, offline: the words known, and how they are bent and joined.

The tables are `lexicon.toml` beside this module; everything here is plain look-up.
"""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

_VOWELS = frozenset("aeiou")
# Spelt with a vowel but spoken with a consonant.
_CONSONANT_SOUND = ("uni", "use", "usu", "ukulele", "one", "once", "eu")


def load_table(name: str) -> dict[str, Any]:
    """Read one of the TOML tables that lie beside this module."""
    return tomllib.loads(files(__package__).joinpath(name).read_text(encoding="utf-8"))


@cache
def load_lexicon() -> Mapping[str, Any]:
    """The word lists of `lexicon.toml`, read once."""
    return load_table("lexicon.toml")


@cache
def list_words(section: str, key: str) -> frozenset[str]:
    """One list of the lexicon as a set; `next_to` comes back as `next to`."""
    return frozenset(word.replace("_", " ") for word in load_lexicon()[section][key].split())


@cache
def load_plurals() -> Mapping[str, str]:
    """Irregular plural -> singular."""
    pairs = load_lexicon()["words"]["irregular_plurals"].split()
    return dict(pair.split("=") for pair in pairs)


def is_plural(noun: str) -> bool:
    """Whether a lower-case noun looks like a plural ("sheep" counts as one: see `is_uninflected`).

    >>> is_plural("benches"), is_plural("bus"), is_plural("men")
    (True, False, True)
    """
    if noun in load_plurals():
        return not is_uninflected(noun)
    if noun in list_words("words", "singular_in_s"):
        return False
    return len(noun) > 2 and noun.endswith("s") and not noun.endswith(("ss", "us", "'s"))


def is_mass(noun: str) -> bool:
    """Whether a noun stands without an article in the singular ("furniture", "gear")."""
    return noun in list_words("words", "mass") or noun in list_words("nouns", "bare")


def is_uninflected(noun: str) -> bool:
    """Whether one and many are called the same ("sheep")."""
    return load_plurals().get(noun) == noun


@lru_cache(maxsize=8192)
def find_singular(noun: str) -> str:
    """The singular of a lower-case noun, or the noun itself.

    >>> [find_singular(noun) for noun in ("knives", "ponies", "boxes", "dogs", "bus")]
    ['knife', 'pony', 'box', 'dog', 'bus']
    """
    if noun in load_plurals():
        return load_plurals()[noun]
    if not is_plural(noun):
        return noun
    if noun.endswith("ies") and len(noun) > 4:
        return noun[:-3] + "y"
    if noun.endswith(("ches", "shes", "xes", "sses")):
        return noun[:-2]
    return noun[:-1]


def make_plural(noun: str) -> str:
    """The regular plural of a noun or of the last word of a name.

    >>> make_plural("bus"), make_plural("wine glass"), make_plural("puppy")
    ('buses', 'wine glasses', 'puppies')
    """
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2:-1] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + "s"


def add_article(name: str) -> str:
    """Put "a" or "an" before a name.

    >>> add_article("umbrella"), add_article("unicycle"), add_article("red car")
    ('an umbrella', 'a unicycle', 'a red car')
    """
    lower = name.lower()
    is_vowel = lower[:1] in _VOWELS and not lower.startswith(_CONSONANT_SOUND)
    return f"{'an' if is_vowel else 'a'} {name}"


def spell_number(number: int) -> str:
    """A number as a word up to twelve, else in digits."""
    words = load_lexicon()["numbers"]["words"].split()
    return words[number - 1] if 0 < number <= len(words) else str(number)


def read_number(word: str) -> int | None:
    """The value of a number word or of digits, None for any other word."""
    if word.isascii() and word.isdigit():
        return int(word[:6])
    words = load_lexicon()["numbers"]["words"].split()
    return words.index(word) + 1 if word in words else None


def join_list(parts: Sequence[str]) -> str:
    """Join with commas and a last "and".

    >>> join_list(["a cup", "a fork", "two knives"])
    'a cup, a fork, and two knives'
    """
    if len(parts) < 3:
        return " and ".join(parts)
    return f"{', '.join(parts[:-1])}, and {parts[-1]}"


def lift_first(text: str) -> str:
    """Make the first letter a capital and leave the rest."""
    return text[:1].upper() + text[1:]


@cache
def load_verb_forms() -> Mapping[str, Mapping[str, str]]:
    """Verb form -> base, by kind: `s` (sits), `g` (sitting), `e` (seated), `b` (sit).

    Verbs of the list `participles` have the kinds `g` and `e`; their third person, mostly a noun
    ("parks"), is of kind `p`.
    """
    table: dict[str, dict[str, str]] = {"s": {}, "g": {}, "e": {}, "b": {}, "p": {}}
    verbs = load_lexicon()["verbs"]
    for base in verbs["full"].split():
        for kind, form in zip("sge", _bend_verb(base), strict=True):
            table[kind].setdefault(form, base)
        table["b"][base] = base
    for base in verbs["participles"].split():
        for kind, form in zip("pge", _bend_verb(base), strict=True):
            table[kind].setdefault(form, base)
    return table


@cache
def find_ing(base: str) -> str:
    """The -ing form of a base form.

    >>> find_ing("ride"), find_ing("sit"), find_ing("graze")
    ('riding', 'sitting', 'grazing')
    """
    return _bend_verb(base)[1]


def _bend_verb(base: str) -> list[str]:
    irregular = load_lexicon()["verbs"]["irregular"]
    if base in irregular:
        return list(irregular[base].split())
    if base.endswith("e"):
        stem = base if base.endswith("ee") else base[:-1]
        return [base + "s", stem + "ing", base + "d"]
    if base.endswith("y") and base[-2] not in _VOWELS:
        return [base[:-1] + "ies", base + "ing", base[:-1] + "ied"]
    third = base + ("es" if base.endswith(("s", "x", "ch", "sh")) else "s")
    return [third, base + "ing", base + "ed"]
