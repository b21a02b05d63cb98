"""Validate stage: texts of a record -> leaks of the source, refusals, self-talk, placeholders.

A word alone proves nothing: a poster has a caption, a scene gives a context. Phrases therefore
hold a speech act ("according to the captions", "the description does not mention"), and three
things make a match innocent: it stands in quotation marks (a sign, a speech balloon), the words
are said to stand on a thing in the picture, or the image's own captions use the word.
"""

import re
from collections.abc import Iterator, Sequence

from datagen.checks.reasons import make_finding
from datagen.checks.rules import PhraseRule, select_rules
from datagen.records import Finding, Turn

# One character for one, so that offsets into the plain text hold in the original.
_PLAIN = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'")
    | dict.fromkeys("*_`", " ")  # Markdown emphasis
    | dict.fromkeys("\u201c\u201d\u201e\u201f\xab\xbb\u300c\u300d\u300e\u300f", '"')
)

# What a picture shows as writing. Never the whole text: a refusal in quotes is still one.
_QUOTED = re.compile(r'"[^"\n]{1,300}"')


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
    known = "\n".join(captions).lower()
    plains = [_hide_quotes(text.translate(_PLAIN)) if text else "" for text in texts]
    # Most triggers are in no text of a record, which one look at all of them together tells.
    rules = select_rules("\n".join(plains).lower())
    return [
        finding
        for index, (text, plain) in enumerate(zip(texts, plains, strict=True))
        if text
        for finding in _check_text(text, plain, index, known, rules)
    ]


def _check_text(
    text: str,
    plain: str,
    index: int,
    known: str,
    rules: Sequence[tuple[PhraseRule, tuple[str, ...]]],
) -> Iterator[Finding]:
    lowered = plain.lower()
    found: set[str] = set()
    for rule, triggers in rules:
        if rule.code in found or not any(trigger in lowered for trigger in triggers):
            continue
        span = _find_span(rule, plain, known)
        if span:
            found.add(rule.code)
            yield make_finding(rule.code, turn=index, span=text[span])


def _find_span(rule: PhraseRule, plain: str, known: str) -> slice | None:
    for match in rule.pattern.finditer(plain):
        said = match[0].lower()
        if not any(word in said and word in known for word in rule.content):
            return slice(*match.span())
    return None


def _hide_quotes(plain: str) -> str:
    """Blank out quoted passages, lengths kept, unless the quotation is the whole text."""
    if '"' not in plain:
        return plain
    whole = plain.strip()
    return _QUOTED.sub(lambda match: match[0] if match[0] == whole else _mask(match[0]), plain)


def _mask(quotation: str) -> str:
    return '"' + "\0" * (len(quotation) - 2) + '"'
