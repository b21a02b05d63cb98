"""Validate stage: the phrase files -> compiled rules.

The notation is explained at the top of `phrases/en.toml`. It is a thin layer over `re`: a blank
matches a run of blanks, `{name}` a list of words, and nothing may repeat without bound, so that a
search takes time linear in the text.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from datagen.checks.reasons import REASON_TABLE

_NAME = re.compile(r"\{([a-z_]+)\}")
_GAP = r"\s{1,8}"
_MAX_NESTING = 6


@dataclass(frozen=True, slots=True)
class PhraseRule:
    """One compiled rule.

    Attributes:
        code: a reason code.
        triggers: the pattern can only match a text that holds one of these (lower case); those of
            two letters as a word.
        content: words that make a match innocent when the image's captions hold them.
        source: the regular expression of `pattern`.
    """

    code: str
    triggers: tuple[str, ...]
    content: tuple[str, ...]
    source: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """To be searched in a text made plain (see `language`); compiled when first wanted.

        All of them together take a quarter of a second, and a run mostly wants a few.
        """
        return _compile_pattern(self.source)


@cache
def _compile_pattern(source: str) -> re.Pattern[str]:
    return re.compile(source, re.IGNORECASE)


@cache
def load_rules() -> tuple[PhraseRule, ...]:
    """Every rule of every language, files in name order; read once."""
    folder = resources.files("datagen.checks") / "phrases"
    files = sorted(
        (file for file in folder.iterdir() if file.name.endswith(".toml")),
        key=lambda file: file.name,
    )
    return tuple(rule for file in files for rule in parse_rules(file.read_text(encoding="utf-8")))


def select_rules(lowered: str) -> list[tuple[PhraseRule, tuple[str, ...]]]:
    """The rules that may match a text in lower case, in their order, each with its triggers in it."""
    hits = find_triggers(lowered)
    return [
        (rule, tuple(hits.intersection(rule.triggers)))
        for rule in load_rules()
        if not hits.isdisjoint(rule.triggers)
    ]


def find_triggers(lowered: str) -> set[str]:
    """The triggers of all rules that a text in lower case holds.

    Looked up word by word, which takes a dictionary's time: texts use few different words. A
    trigger of two letters must be a word by itself; inside others it would be everywhere.
    """
    hits: set[str] = set()
    for token in set(lowered.split()):
        hits.update(_find_in_token(token))
    return {hit for hit in hits if " " not in hit or hit in lowered}


@lru_cache(maxsize=1 << 13)
def _find_in_token(token: str) -> tuple[str, ...]:
    """The triggers of which the first part between blanks stands in a token."""
    return tuple(trigger for trigger, pattern in _list_triggers() if pattern.search(token))


@cache
def _list_triggers() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """Every trigger once, with what a token must match to hold its first part."""
    triggers = dict.fromkeys(trigger for rule in load_rules() for trigger in rule.triggers)
    return tuple((trigger, re.compile(_make_token_pattern(trigger))) for trigger in triggers)


def _make_token_pattern(trigger: str) -> str:
    part = re.escape(trigger.split()[0])
    alone = len(trigger) == 2 and trigger.isascii() and trigger.isalpha()
    return rf"(?<![a-z]){part}(?![a-z])" if alone else part


def parse_rules(text: str) -> Iterator[PhraseRule]:
    """Read one phrase file.

    Raises:
        ValueError: an unknown code, an unknown {name} or a bad expression; says which.
    """
    table = tomllib.loads(text)
    for rule in table["rules"]:
        yield _compile_rule(rule, table.get("words", {}))


def _compile_rule(rule: Mapping[str, Any], words: Mapping[str, str]) -> PhraseRule:
    if rule["code"] not in REASON_TABLE:
        raise ValueError(f"reason code {rule['code']!r} is not in the table of reasons")
    lines = [line.strip() for line in rule["phrases"].splitlines()]
    phrases = [_expand(line, words) for line in lines if line and not line.startswith("#")]
    pattern = "|".join(phrases)
    if rule.get("whole_words", True):
        pattern = rf"(?<!\w)(?:{pattern})(?!\w)"
    return PhraseRule(
        code=rule["code"],
        triggers=tuple(rule["any"]),
        content=tuple(rule.get("content", ())),
        source=pattern,
    )


def _expand(phrase: str, words: Mapping[str, str]) -> str:
    """Put the words in, then turn each blank into a gap."""
    for _ in range(_MAX_NESTING):
        try:
            phrase = _NAME.sub(lambda match: words[match[1]], phrase)
        except KeyError as exc:
            raise ValueError(f"unknown word list {exc} in the phrase {phrase!r}") from exc
    return _widen_gaps(phrase)


def _widen_gaps(phrase: str) -> str:
    r"""`a b` -> `a\s{1,8}b`, `a ?b` -> `a\s{0,8}b`; a blank in a character class stays."""
    parts = re.split(r"(\[(?:\\.|[^\]\\])+\])", phrase)
    return "".join(
        part if index % 2 else part.replace(" ?", r"\s{0,8}").replace(" ", _GAP)
        for index, part in enumerate(parts)
    )
