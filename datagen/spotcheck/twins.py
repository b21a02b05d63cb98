"""Spot-check, twins: a true record -> the same record with exactly one claim made false.

How often the models tell such a twin from its original is how often they would find a defect of
this kind. Each twin is judged by the grounding checks: it must be contradicted, or, where only the
picture could tell, at least have lost its ground.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random

from datagen.checks.grounding.claims import Claim
from datagen.records import AnnotatedImage, Turn
from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.falsehoods import KINDS, Change, Kind, Source
from datagen.spotcheck.grounds import judge_turns


@dataclass(frozen=True, slots=True)
class Twin:
    """A dialogue that is false in one place.

    Attributes:
        turn: of the changed answer, counted in pairs.
        start, end: where in that answer the new text stands.
        removed, inserted: the text that stood there, and what stands there now.
        contradicted: the checks say that it is false; else only that it has no ground any more.
    """

    kind: Kind
    turns: tuple[Turn, ...]
    turn: int
    start: int
    end: int
    removed: str
    inserted: str
    contradicted: bool


def make_twin(
    turns: Sequence[Turn],
    claims: Sequence[Claim],
    image: AnnotatedImage,
    counts: CategoryCounts,
    rng: Random,
) -> Twin | None:
    """Make one claim of a dialogue false; None where nothing can be changed without doubt.

    Each kind that is possible here is drawn with the same chance, then one of its places.

    Args:
        turns: a reference, or any record, also a foreign one.
        claims: what `judge_turns` or a checker makes of these very turns.
        image: what they are about.
        counts: of the whole source, for things that are often in such company.
        rng: of this record alone.
    """
    source = Source(tuple(turns), claims, image, counts)
    before = sum(claim.verdict == "contradicted" for claim in claims)
    kinds = list(KINDS)
    rng.shuffle(kinds)
    for kind in kinds:
        changes = list(KINDS[kind](source))
        rng.shuffle(changes)
        doubtful = None
        for change in changes:
            twin = _apply(kind, source, change)
            judged = judge_turns(twin.turns, image)
            if sum(claim.verdict == "contradicted" for claim in judged) > before:
                return replace(twin, contradicted=True)
            if doubtful is None and kind == "object" and _lost_ground(judged, twin):
                doubtful = twin
        if doubtful is not None:
            return doubtful
    return None


def _apply(kind: Kind, source: Source, change: Change) -> Twin:
    turn = source.turns[change.turn]
    answer = turn.answer[: change.start] + change.text + turn.answer[change.end :]
    turns = list(source.turns)
    turns[change.turn] = Turn(turn.question, answer)
    return Twin(
        kind,
        tuple(turns),
        change.turn,
        change.start,
        change.start + len(change.text),
        turn.answer[change.start : change.end],
        change.text,
        contradicted=False,
    )


def _lost_ground(claims: Sequence[Claim], twin: Twin) -> bool:
    """Whether what is said in the changed place is claimed, and nothing supports it."""
    here = [
        claim
        for claim in claims
        if claim.turn == 2 * twin.turn + 1 and claim.start < twin.end and twin.start < claim.end
    ]
    objects = [claim for claim in here if claim.family == "object"]
    return bool(objects) and all(claim.verdict != "supported" for claim in objects)
