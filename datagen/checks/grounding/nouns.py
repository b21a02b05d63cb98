"""Validate stage, grounding: concrete nouns outside the lexicon, and whether they have ground.

A candle or a tractor that neither a caption nor a box nor the question knows is no contradiction:
captions leave most things out. It is a doubt (`unsupported`), of a weight that the rule tells: what
every place has is often true, a thing that is brought in is less so.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from datagen.checks.grounding.breeds import judge_breeds
from datagen.checks.grounding.claims import Claim, Verdict
from datagen.checks.grounding.evidence import Evidence, Passage
from datagen.checks.grounding.ground import Ground, is_of_scene, is_part
from datagen.checks.grounding.noun_phrases import DEFINITE, find_phrases, is_listed
from datagen.checks.grounding.readings import Sentence
from datagen.checks.grounding.tokens import measure_span
from datagen.checks.grounding.vocabulary import Noun, list_above, list_singulars, load_vocabulary

_DOUBTS: Mapping[str, str] = {
    "animal": "noun-thing",
    "artifact": "noun-thing",
    "food": "noun-thing",
    "clothes": "noun-worn",
    "furniture": "noun-thing",
    "object": "noun-setting",
    "plant": "noun-setting",
    "structure": "noun-setting",
}
"""Rule of a claim without ground by the kind of its noun."""


def judge_nouns(sentence: Sentence, passage: Passage) -> Iterator[Claim]:
    """Claims of concrete nouns outside the lexicon in one sentence.

    A question claims only what it takes for granted ("the candle"), and only what is in doubt is
    said of it; what it names may be spoken of in its answer without ground.
    """
    if sentence.is_question and not passage.is_question:
        return
    yield from judge_breeds(sentence, passage)
    phrases = list(find_phrases(sentence))
    if not phrases:
        return
    known = _list_known(sentence, passage.evidence)
    ground = passage.evidence.ground
    for phrase in phrases:
        if phrase.last in known:
            continue
        verdict, rule = _weigh(phrase.noun, ground, passage.question)
        if passage.is_question:
            if rule != "noun-thing" or phrase.determiner not in DEFINITE:
                continue
            rule = "noun-presumed"
        elif rule == "noun-thing" and is_listed(sentence, phrase):
            rule = "noun-listed"
        start, end = measure_span(sentence, phrase.first, phrase.last)
        yield Claim(
            family="noun",
            verdict=verdict,
            rule=rule,
            turn=passage.turn,
            start=start,
            end=end,
            subject=phrase.noun.word,
        )


def _list_known(sentence: Sentence, evidence: Evidence) -> Collection[int]:
    """Last tokens of soft mentions whose category the context has: the lexicon's affair."""
    return {
        mention.last
        for mention in sentence.mentions
        if mention.term.kind == "soft"
        and any(
            name in evidence.boxes or name in evidence.mentions or name in evidence.hinted
            for name in mention.term.classes
        )
    }


def _weigh(noun: Noun, ground: Ground, question: Sequence[Sentence]) -> tuple[Verdict, str]:
    if noun.word in ground.words or not noun.rows.isdisjoint(ground.rows):
        return "supported", "noun-named"
    if not (noun.rows - load_vocabulary().wide).isdisjoint(ground.above):
        return "supported", "noun-wider"
    if not list_above(noun.word).isdisjoint(ground.rows):
        return "unverifiable", "noun-narrower"
    if is_part(noun.word, ground):
        return "unverifiable", "noun-part"
    if is_of_scene(noun.word, ground):
        return "unverifiable", "noun-of-scene"
    if _is_asked(noun, question):
        return "unverifiable", "noun-asked"
    if " " in noun.word and _is_head_known(noun.word.split()[-1], ground):
        return "unverifiable", "noun-narrower"
    return "unsupported", _DOUBTS[noun.kind]


def _is_head_known(head: str, ground: Ground) -> bool:
    return head in ground.words or is_part(head, ground) or is_of_scene(head, ground)


def _is_asked(noun: Noun, question: Iterable[Sentence]) -> bool:
    return any(
        noun.word in list_singulars(word) for sentence in question for word in sentence.words
    )
