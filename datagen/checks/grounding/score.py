"""Validate stage, grounding: all claims of one record -> how far they have ground, 0 to 1.

The score is a share, so that a long answer is not worse for its length: the weight of what has
ground, over that and the weight of what has none. What a record claims twice counts once.
"""

from collections.abc import Iterable, Mapping

from datagen.checks.grounding.claims import Claim

_GROUNDS: Mapping[str, float] = {"supported": 1.0, "unverifiable": 0.25}
"""Weight of a claim with ground by its verdict."""

_CONTRADICTED = 4.0
_DOUBTS: Mapping[str, float] = {
    "noun-rival": 2.0,
    "noun-listed": 2.0,
    "noun-thing": 1.0,
    "noun-presumed": 1.0,
    "noun-asked": 0.5,
    "noun-worn": 0.4,
    "noun-setting": 0.25,
    "introduced": 1.0,
    "question-word": 1.0,
    "in-passing": 1.0,
    "small-sort": 0.5,
}
"""Weight of a claim without ground by its rule.

People who look see much that captions leave out, first the place, then clothes, and only then
things; lists of examples are where models invent. A category that no box and no caption has is a
doubt too where the rule only excused it: the question or the text before spoke of it, or it was
said by the way.
"""
_IDLE = frozenset({"soft-word", "nothing-boxed", "offstage"})
"""Rules of words too wide to be either ground or doubt."""
_DOUBT = 0.5
"""Weight of an unsupported claim by any other rule."""

_TRUST = 1.0
"""Ground that every record has, so that one doubt in one claim is no ruin."""

THRESHOLDS: Mapping[str, float] = {
    "conversation": 0.5,
    "detail_description": 0.6,
    "complex_reasoning": 0.45,
}
"""A record of the response type with a lower score is rejected; reasoning speaks of much besides."""
DEFAULT_THRESHOLD = 0.45


def score_claims(claims: Iterable[Claim]) -> float:
    """The share of what is claimed that has ground; 1.0 for a record that claims nothing.

    Args:
        claims: of all families and all messages of one record.
    """
    ground, doubt = _TRUST, 0.0
    for claim in {_identify(claim): claim for claim in claims}.values():
        weight = weigh_claim(claim)
        if weight < 0:
            doubt -= weight
        else:
            ground += weight
    return ground / (ground + doubt)


def weigh_claim(claim: Claim) -> float:
    """What a claim weighs: above 0 with ground, below 0 without."""
    if claim.verdict == "contradicted":
        return -_CONTRADICTED
    if claim.verdict == "supported":
        return _GROUNDS["supported"]
    if claim.rule in _IDLE:
        return 0.0
    if claim.verdict == "unsupported":
        return -_DOUBTS.get(claim.rule, _DOUBT)
    return -_DOUBTS[claim.rule] if claim.rule in _DOUBTS else _GROUNDS["unverifiable"]


def _identify(claim: Claim) -> tuple[object, ...]:
    return (
        claim.family,
        claim.subject,
        claim.rule,
        claim.verdict,
        claim.polarity,
        claim.number,
        claim.anchor,
    )


def find_threshold(response_type: str) -> float:
    """The lowest score that a record of this response type may have; own types have a mild one."""
    return THRESHOLDS.get(response_type, DEFAULT_THRESHOLD)
