"""Validate stage: texts of a record -> leaks of the source, refusals, self-talk, placeholders.

A word alone proves nothing: a poster has a caption, a scene gives a context. Phrases therefore
hold a speech act ("according to the captions", "the description does not mention"), and four
things make a match innocent: it stands in quotation marks (a sign, a speech balloon), the words
are said to stand on a thing in the picture, the image's own captions use the word, or, for words
like "text", a thing that bears such words is spoken of at all.
"""

from collections.abc import Iterator, Sequence

from datagen.checks.reasons import make_finding
from datagen.checks.rules import PhraseRule, select_rules
from datagen.checks.texts import Passage, Passages, make_passages, split_words
from datagen.records import Finding, Turn


def check_language(turns: Sequence[Turn], *, captions: Sequence[str] = ()) -> list[Finding]:
    """Check dialogue turns, questions and answers alike; see `check_texts`.

    Returns:
        Findings whose `turn` counts LLaVA messages: question `i` is `2 * i`, its answer one more.
    """
    texts = [text for turn in turns for text in (turn.question, turn.answer)]
    return check_texts(texts, captions=captions)


def check_texts(texts: Sequence[str | None], *, captions: Sequence[str] = ()) -> list[Finding]:
    """Check texts for phrases that do not belong in talk about a picture.

    Args:
        texts: the messages of a record in order; None where one is unusable.
        captions: the image's own captions; a word that they use is content, not a leak.

    Returns:
        For each message and code, the first match that nothing excuses; spans are verbatim.

    >>> [(f.code, f.span) for f in check_texts(["According to the captions, he is tall."])]
    [('source-named', 'According to the captions')]
    >>> check_texts(["The caption of the poster is in red letters."])
    []
    """
    passages = make_passages((index, index % 2 == 1, text) for index, text in enumerate(texts))
    return find_phrases(passages, "language", captions)


def find_phrases(read: Passages, stage: str, captions: Sequence[str] = ()) -> list[Finding]:
    """What the phrase rules of a stage find; see `check_texts`."""
    # Of the many words of `also` only those are looked for that stand somewhere in the record.
    rules = [
        (rule, triggers, tuple(read.hits.intersection(rule.also)))
        for rule, triggers in select_rules(read.hits, stage)
    ]
    if not rules:
        return []
    return [
        make_finding(rule.code, turn=passage.turn, span=passage.text[span])
        for passage in read.passages
        for rule, span in _check_passage(passage, read.passages, captions, rules)
    ]


def _check_passage(
    passage: Passage,
    record: Sequence[Passage],
    captions: Sequence[str],
    rules: Sequence[tuple[PhraseRule, tuple[str, ...], tuple[str, ...]]],
) -> Iterator[tuple[PhraseRule, slice]]:
    found: set[str] = set()
    for rule, triggers, also in rules:
        if rule.code in found or (rule.answers and not passage.is_answer):
            continue
        if not _has_any(passage, triggers):
            continue
        if rule.also and not _has_any(passage, also):
            continue
        span = _find_span(rule, passage.plain, captions)
        if span and not (rule.unless and _holds_word(record, captions, rule.unless)):
            found.add(rule.code)
            yield rule, span


def _holds_word(record: Sequence[Passage], captions: Sequence[str], wanted: frozenset[str]) -> bool:
    """Whether one of the words is in the captions or in any message."""
    return not all(
        wanted.isdisjoint(words)
        for words in (
            *(passage.words for passage in record),
            *(split_words(caption.lower()) for caption in captions),
        )
    )


def _has_any(passage: Passage, triggers: Sequence[str]) -> bool:
    for trigger in triggers:  # a plain loop takes a third of the time of any() over a generator
        # A trigger of one or two letters is a word by itself; see `rules`.
        is_word = len(trigger) < 3 and trigger.isalpha() and trigger.isascii()
        if trigger in (passage.words if is_word else passage.lowered):
            return True
    return False


def _find_span(rule: PhraseRule, plain: str, captions: Sequence[str]) -> slice | None:
    for match in rule.find(plain):
        said = match[0].lower()
        if not any(word in said and _is_in(word, captions) for word in rule.content):
            return slice(*match.span())
    return None


def _is_in(word: str, captions: Sequence[str]) -> bool:
    return any(word in caption.lower() for caption in captions)
