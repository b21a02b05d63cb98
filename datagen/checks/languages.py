"""Validate stage: what the checks know of languages, read from `languages.toml`."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

SCRIPTS: Mapping[str, str] = {
    "Greek": "\u0370-\u03ff\u1f00-\u1fff",
    "Cyrillic": "\u0400-\u052f\u1c80-\u1c8f\u2de0-\u2dff\ua640-\ua69f",
    "Armenian": "\u0530-\u058f",
    "Hebrew": "\u0590-\u05ff\ufb1d-\ufb4f",
    "Arabic": "\u0600-\u06ff\u0750-\u077f\u08a0-\u08ff\ufb50-\ufdff\ufe70-\ufefc",
    "Devanagari": "\u0900-\u097f\ua8e0-\ua8ff",
    "Indic": "\u0980-\u0dff",
    "Thai": "\u0e00-\u0e7f",
    "Lao": "\u0e80-\u0eff",
    "Myanmar": "\u1000-\u109f",
    "Georgian": "\u10a0-\u10ff",
    "Hangul": "\u1100-\u11ff\u3130-\u318f\uac00-\ud7af",
    "Ethiopic": "\u1200-\u137f",
    "Khmer": "\u1780-\u17ff",
    "Kana": "\u3041-\u309f\u30a1-\u30fa\u31f0-\u31ff\uff66-\uff9f",
    "Han": "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f",
}
"""Scripts other than Latin, as the inside of a character class, by Unicode block."""


_WORD_LISTS = ("common", "open", "stranded", "lone", "articles", "adjectives", "verbs")


@dataclass(frozen=True, slots=True)
class Language:
    """One language; empty sets where nothing is known.

    Attributes:
        name: in plain English.
        scripts: in which its texts stand, Latin or keys of `SCRIPTS`; empty: unknown.
        common: words by which it is told from others.
        open: words that no sentence ends in.
        stranded: words that seldom end a sentence.
        lone: those of them that do so in short answers.
        articles, adjectives: one of the first and then one of the second do not end a sentence.
        verbs: by which a sentence is told from a caption.
    """

    name: str
    scripts: tuple[str, ...] = ()
    common: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    stranded: frozenset[str] = frozenset()
    lone: frozenset[str] = frozenset()
    articles: frozenset[str] = frozenset()
    adjectives: frozenset[str] = frozenset()
    verbs: frozenset[str] = frozenset()


@cache
def find_language(name: str) -> Language:
    """The language of a name or code ("Korean", "ko", "ko-KR"); a bare one when it is unknown."""
    wanted = name.strip().casefold()
    known = _index_languages()
    code = wanted.replace("_", "-").split("-")[0]
    return known.get(wanted) or known.get(code) or Language(name)


@cache
def list_languages() -> tuple[Language, ...]:
    """Every language of the table, in its order."""
    return tuple(
        Language(
            name=name,
            scripts=tuple(entry["letters"]),
            **{key: frozenset(entry.get(key, "").split()) for key in _WORD_LISTS},
        )
        for name, entry in _load_table().items()
    )


@cache
def _index_languages() -> Mapping[str, Language]:
    table = _load_table()
    return {
        known.casefold(): language
        for language in list_languages()
        for known in (language.name, *table[language.name]["code"])
    }


@cache
def _load_table() -> Mapping[str, Mapping[str, Any]]:
    file = resources.files("datagen.checks") / "languages.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))
