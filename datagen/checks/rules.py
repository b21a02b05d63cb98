"""Validate stage: the phrase files -> compiled rules.

The notation is explained at the top of `phrases/en.toml`. It is a thin layer over `re`: a blank
matches a run of blanks, `{name}` a list of words, and nothing may repeat without bound, so that a
search takes time linear in the text.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from datagen.checks.memo import Memo
from datagen.checks.reasons import REASON_TABLE

_NAME = re.compile(r"\{([a-z_]+)\}")
_GAP = r"\s{1,8}"
_MAX_NESTING = 6

# Triggers of so many letters begin a word ("here" is not in "there"); those of two are one.
_WORD_TRIGGER = 4


@dataclass(frozen=True, slots=True)
class PhraseRule:
    """One rule of a phrase file.

    Attributes:
        code: a reason code.
        triggers: the pattern can only match a text that holds one of these (lower case); those of
            up to four letters at the start of a word, those of two as a word.
        also: and one of these, where there are any.
        content: words that make a match innocent when the image's captions hold them.
        unless: words that make every match innocent, in the captions or anywhere in the record.
        source: the regular expression of `pattern`.
        at_start: the pattern can match at the start of a text only.
        answers: a question may say so.
    """

    code: str
    triggers: tuple[str, ...]
    also: tuple[str, ...]
    content: tuple[str, ...]
    unless: frozenset[str]
    source: str
    at_start: bool = False
    answers: bool = False

    @property
    def stage(self) -> str:
        """The part of the check that the code belongs to."""
        return REASON_TABLE[self.code].stage

    @property
    def pattern(self) -> re.Pattern[str]:
        """To be searched in a text made plain (see `texts`); compiled when first wanted.

        All of them together take a quarter of a second, and a run mostly wants a few.
        """
        return _compile_pattern(self.source)

    def find(self, plain: str) -> Iterator[re.Match[str]]:
        """Every match in a plain text."""
        if not self.at_start:
            return self.pattern.finditer(plain)
        match = self.pattern.match(plain)
        return iter((match,) if match else ())


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


def select_rules(hits: set[str], stage: str) -> list[tuple[PhraseRule, tuple[str, ...]]]:
    """The rules of a stage that may match a text with these triggers, in their order.

    Args:
        hits: what `find_triggers` found in the text.
        stage: whose rules.

    Returns:
        Each rule with those of its `triggers` that were hit.
    """
    rules, places = _list_rules(stage)
    chosen = sorted({place for hit in hits for place in places.get(hit, ())})
    return [
        (rule, tuple(hits.intersection(rule.triggers)))
        for rule in map(rules.__getitem__, chosen)
        if not (rule.also and hits.isdisjoint(rule.also))
    ]


@cache
def _list_rules(stage: str) -> tuple[tuple[PhraseRule, ...], Mapping[str, list[int]]]:
    """The rules of a stage, and in which of them each trigger is."""
    rules = tuple(rule for rule in load_rules() if rule.stage == stage)
    places: dict[str, list[int]] = {}
    for place, rule in enumerate(rules):
        for trigger in rule.triggers:
            places.setdefault(trigger, []).append(place)
    return rules, places


def find_triggers(lowered: str) -> set[str]:
    """The triggers of all rules that a text in lower case holds.

    Looked up word by word, which takes a dictionary's time: texts use few different words.
    """
    found = filter(None, map(_IN_TOKEN.__getitem__, set(lowered.split())))
    return {hit for hits in found for hit in hits if " " not in hit or hit in lowered}


def _find_in_token(token: str) -> tuple[str, ...]:
    """The triggers of which the longest part between blanks stands in a token."""
    starts = _list_starts()
    found: list[str] = []
    for start in range(len(token)):
        # Few tokens get further than this: most pairs of letters begin no trigger.
        for part, trigger in (
            *starts.get(token[start], ()),
            *starts.get(token[start : start + 2], ()),
        ):
            end = start + len(part)
            if token.startswith(part, start) and _stands_well(
                trigger, token[start - 1 : start], token[end : end + 1]
            ):
                found.append(trigger)
    return tuple(dict.fromkeys(found))


_IN_TOKEN = Memo(_find_in_token)


@cache
def _list_starts() -> Mapping[str, list[tuple[str, str]]]:
    """First two letters -> the triggers with them, each behind its longest part between blanks.

    The longest, for "the" and "i" stand in every text. A part of one letter stands under that letter.
    """
    starts: dict[str, list[tuple[str, str]]] = {}
    triggers = (trigger for rule in load_rules() for trigger in (*rule.triggers, *rule.also))
    for trigger in dict.fromkeys(triggers):
        part = max(trigger.split(), key=len)
        starts.setdefault(part[:2], []).append((part, trigger))
    return starts


def _stands_well(trigger: str, before: str, after: str) -> bool:
    """Whether a trigger of few letters stands as a word; inside others it would be everywhere."""
    if len(trigger) > _WORD_TRIGGER or not (trigger.isascii() and trigger.isalpha()):
        return True
    if before.isascii() and before.isalpha():
        return False
    return len(trigger) > 2 or not (after.isascii() and after.isalpha())


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
        also=tuple(rule.get("also", ())),
        content=tuple(rule.get("content", ())),
        unless=frozenset(each for word in rule.get("unless", ()) for each in (word, f"{word}s")),
        source=pattern,
        at_start=rule.get("at_start", False),
        answers=rule.get("answers", False),
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
