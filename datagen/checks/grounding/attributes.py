"""Validate stage, grounding: posture, states and weather, held against the captions by antonyms.

The table `data/antonyms.toml` says which words accuse each other. Only captions speak of these
things, and only where all that do agree and can mean no other thing (see `traits`).
"""

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.evidence import Evidence, Passage, find_boxes, knows
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.tokens import measure_span
from datagen.checks.grounding.traits import (
    collect_stated,
    is_asserted_at,
    is_judged,
    is_open,
    read_traits,
)
from datagen.checks.grounding.zones import PICTURE_WORDS

_ANCHORS = PICTURE_WORDS | {
    "this", "sky", "skies", "weather", "taken", "shows", "depicts", "today", "here",
}  # fmt: skip
Clash = frozenset[frozenset[str]]


@dataclass(frozen=True, slots=True)
class Scale:
    """One row of the table.

    Attributes:
        name: what it is of: `posture`, `weather`.
        classes: categories it is asked of; None for any.
        values: each word or phrase -> the value that it names.
        clash: pairs of values that cannot both be true.
        directly: its words may stand right behind their noun ("a boy sitting").
        phrases: the same as `values` by first word, phrases split into words.
    """

    name: str
    classes: frozenset[str] | None
    values: Mapping[str, str]
    clash: Clash
    directly: bool = False
    phrases: Mapping[str, Sequence[tuple[tuple[str, ...], str]]] = field(default_factory=dict)

    def compare(self, said: Collection[str], stated: Collection[str]) -> Verdict:
        """Hold values of an answer against those of the captions."""
        if not stated:
            return "unverifiable"
        if not set(said).isdisjoint(stated):
            return "supported"
        clashing = all(frozenset({one, other}) in self.clash for one in said for other in stated)
        return "contradicted" if clashing else "unverifiable"


@dataclass(frozen=True, slots=True)
class Antonyms:
    """The table, with all its single words together for a quick look."""

    traits: tuple[Scale, ...]
    scenes: tuple[Scale, ...]
    trait_words: frozenset[str]
    scene_words: frozenset[str]


@cache
def load_antonyms() -> Antonyms:
    """Read the table once."""
    file = resources.files("datagen.checks.grounding") / "data" / "antonyms.toml"
    table = tomllib.loads(file.read_text(encoding="utf-8"))
    traits = tuple(_make_scale(row) for row in table["traits"])
    scenes = tuple(_make_scale(row) for row in table["scenes"])
    return Antonyms(
        traits,
        scenes,
        frozenset(word for scale in traits for word in scale.values),
        frozenset(phrase.split()[-1] for scale in scenes for phrase in scale.values),
    )


def _make_scale(row: Mapping[str, Any]) -> Scale:
    classes = row.get("of", ["any"])
    phrases: dict[str, list[tuple[tuple[str, ...], str]]] = {}
    for value, spellings in row["words"].items():
        for phrase in spellings:
            parts = tuple(phrase.split())
            phrases.setdefault(parts[0], []).append((parts, value))
    return Scale(
        name=row["name"],
        classes=None if classes == ["any"] else frozenset(classes),
        values={word: value for value, words in row["words"].items() for word in words},
        clash=frozenset(frozenset(pair) for pair in row["clash"]),
        directly=row.get("verbs", False),
        phrases=phrases,
    )


def judge_attributes(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Judge what one sentence says of how things are, and of weather and light."""
    words = sentence.words
    antonyms = load_antonyms()
    if is_open(sentence):
        return
    said = antonyms.trait_words.intersection(words) if sentence.mentions else ()
    if said:
        scales = [each for each in antonyms.traits if not each.values.keys().isdisjoint(said)]
        for mention in sentence.mentions:
            if is_judged(mention) and knows(passage.evidence, mention.term.classes):
                yield from _judge_traits(mention, scales, sentence, passage)
    if not antonyms.scene_words.isdisjoint(words) and not sentence.is_question:
        yield from _judge_scenes(words, sentence, passage)


def _judge_traits(
    mention: Mention, scales: Sequence[Scale], sentence: Sentence, passage: Passage
) -> Iterator[Claim]:
    classes, words = mention.term.classes, sentence.words
    for scale in scales:
        if scale.classes is not None and scale.classes.isdisjoint(classes):
            continue
        found = read_traits(words, mention, scale.values, directly=scale.directly)
        if not found:
            continue
        stated = collect_stated(passage.evidence, mention, scale.values)
        verdict = scale.compare(
            {scale.values[words[at]] for at in found},
            {scale.values[word] for word in stated.words},
        )
        start, end = measure_span(
            sentence, min(mention.first, found[0]), max(mention.last, found[-1])
        )
        yield Claim(
            family="attribute",
            verdict=verdict,
            rule="trait-by-captions",
            turn=passage.turn,
            start=start,
            end=end,
            subject=mention.term.name,
            classes=classes,
            anchor=f"{scale.name} {' '.join(words[at] for at in found)}",
            boxes=find_boxes(passage.evidence, classes),
            captions=stated.captions,
            detail=_tell(stated.words) if verdict == "contradicted" else "",
        )


def _tell(stated: Collection[str]) -> str:
    return f"captions: {', '.join(sorted(stated))}"


def _judge_scenes(words: Sequence[str], sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    for scale in load_antonyms().scenes:
        for first, last, value in _find_phrases(words, scale):
            if not is_asserted_at(sentence, first) or not _is_anchored(words):
                continue
            stated, captions = _read_captions(passage.evidence, scale)
            verdict = scale.compare({value}, stated)
            start, end = measure_span(sentence, first, last)
            yield Claim(
                family="attribute",
                verdict=verdict,
                rule="scene-by-captions",
                turn=passage.turn,
                start=start,
                end=end,
                subject=scale.name,
                anchor=value,
                captions=captions,
                detail=_tell(stated) if verdict == "contradicted" else "",
            )


def _is_anchored(words: Sequence[str]) -> bool:
    """Whether a sentence speaks of this picture, and not of what rain or night is like."""
    if not _ANCHORS.isdisjoint(words):
        return True
    return any(
        words[at] in {"it", "that"} and words[at + 1] in {"is", "was", "'s", "looks", "seems"}
        for at in range(len(words) - 1)
    )


def _find_phrases(words: Sequence[str], scale: Scale) -> Iterator[tuple[int, int, str]]:
    """Where a phrase of the scale stands: first and last token, and its value."""
    phrases = scale.phrases
    for first in [place for place, word in enumerate(words) if word in phrases]:
        for parts, value in phrases[words[first]]:
            if tuple(words[first : first + len(parts)]) == parts:
                yield first, first + len(parts) - 1, value


def _read_captions(evidence: Evidence, scale: Scale) -> tuple[frozenset[str], tuple[int, ...]]:
    """The values that captions state, and which captions do."""
    if scale.phrases.keys().isdisjoint(evidence.words):
        return frozenset(), ()
    found = [
        (index, value)
        for index, sentences in enumerate(evidence.sentences)
        for sentence in sentences
        for _, _, value in _find_phrases(sentence.words, scale)
    ]
    return frozenset(value for _, value in found), tuple(sorted({index for index, _ in found}))
