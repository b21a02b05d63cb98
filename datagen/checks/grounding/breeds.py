"""Validate stage, grounding: breeds and species of one animal that exclude each other.

The captions' husky that an answer calls a greyhound is no contradiction, for people name animals
as they can; it is a heavy doubt.
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.evidence import Passage, count_boxes
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.tokens import measure_span


def judge_breeds(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """A doubt for each animal that the captions know by another breed than the sentence says.

    Only where there can be one animal of its category, else another one may be meant.
    """
    if passage.is_question:
        return
    for mention in sentence.mentions:
        breed = find_breed(mention)
        if breed and _is_told(mention) and _is_other(mention, breed, passage):
            start, end = measure_span(sentence, mention.first, mention.last)
            yield Claim(
                family="noun",
                verdict="unsupported",
                rule="noun-rival",
                turn=passage.turn,
                start=start,
                end=end,
                subject=mention.term.name,
                classes=mention.term.classes,
            )


def find_breed(mention: Mention) -> str:
    """The first name of the breed that a mention names; empty for none."""
    if mention.term.kind != "kind":
        return ""
    breeds = load_breeds().get(mention.term.classes[0], {})
    name = mention.term.name
    if name in breeds:
        return breeds[name]
    return next((breed for ending, breed in breeds.items() if name.endswith(ending)), "")


@cache
def load_breeds() -> Mapping[str, Mapping[str, str]]:
    """For each category its breeds: every name -> the first name of its entry."""
    file = resources.files("datagen.checks.grounding") / "data" / "breeds.toml"
    return {
        category: {name: entry.split("/")[0] for entry in entries for name in entry.split("/")}
        for category, entries in tomllib.loads(file.read_text(encoding="utf-8")).items()
    }


def _is_told(mention: Mention) -> bool:
    return mention.mood == "asserted" and not (
        mention.negated or mention.dropped or mention.plural or mention.generic
    )


def _is_other(mention: Mention, breed: str, passage: Passage) -> bool:
    evidence = passage.evidence
    if count_boxes(evidence, mention.term.classes) > 1:
        return False
    named = [
        one.mention for name in mention.term.classes for one in evidence.mentions.get(name, ())
    ]
    if any(other.plural or other.quantity for other in named):
        return False
    breeds = {found for other in named if (found := find_breed(other))}
    return bool(breeds) and breed not in breeds
