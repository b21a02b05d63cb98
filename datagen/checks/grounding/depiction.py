"""Grounding, reading: things that are not there themselves: pictures, toys, statues, reflections."""

from collections.abc import Sequence

from datagen.checks.grounding.phrases import Phrase
from datagen.checks.grounding.readings import Term
from datagen.checks.grounding.word_classes import ADJECTIVES, DETERMINERS, split_set

_LIKENESSES = split_set(
    "statue statues sculpture sculptures painting paintings poster posters drawing drawings sketch "
    "mural murals portrait portraits cartoon cartoons logo logos figurine figurines carving carvings "
    "sticker stickers decal decals shadow shadows reflection reflections illustration illustrations "
    "emblem replica replicas bust model models toy toys depiction depictions print prints mosaic "
    "tattoo puppet mascot symbol symbols icon icons graffiti silhouettes silhouette shape outline "
    "artwork advertisement ad costume mask cutout cut-out snapshot figure figures rendering image-on "
    "statuette stencil pattern patterns cutouts videos footage"
)
_PHOTOS = split_set("picture photo photograph image pictures photos photographs images")
_HUNG = split_set(
    "wall framed frame frames hanging hangs hang fridge shelf poster displayed screen printed "
    "mantel desk magnet refrigerator taped stuck pinned"
)
_SHOWING = split_set("with depicting portraying showing featuring representing resembling")
_SURFACES = split_set(
    "poster posters painting paintings mural murals billboard screen label logo shirt t-shirt tshirt mug "
    "tapestry wallpaper sticker cover calendar banner flag sweater curtain magazine artwork mosaic "
    "drawing advertisement ad painting photograph-frame portrait jersey sweatshirt hoodie postcard "
    "tattoo mirror reflection engraving card packaging statue carving"
)
_CLOTHES = split_set("shirt t-shirt tshirt sweater jersey sweatshirt hoodie mask costume")
_BEFORE_SURFACES = split_set("framed museum movie 's wall")
_MARKED = split_set(
    "painted printed drawn depicted pictured embroidered projected shown displayed engraved"
)
_FAKE = split_set("toy fake cartoon origami animated lego")
_MATERIALS = split_set(
    "plastic wooden wood ceramic metal stone bronze paper rubber glass porcelain carved marble "
    "cardboard painted model miniature iron clay concrete knitted papier-mache "
    "brass sculpted stuffed plush inflatable"
)
_MINIATURE = split_set("stuffed inflatable plastic paper model miniature cardboard")
_LIVING = split_set("bear bird cat cow dog elephant giraffe horse person sheep zebra")
_VEHICLES = split_set("airplane boat bus car motorcycle train truck")

DEPICTING = _LIKENESSES | _PHOTOS | _SURFACES | _FAKE | _MATERIALS | _MINIATURE
"""A sentence without any of these words depicts nothing."""


def is_depicted(words: Sequence[str], first: int, last: int, phrase: Phrase, term: Term) -> bool:
    """Whether the words around a term say that it is a likeness only."""
    return (
        _is_made((*phrase.words, *words[max(first - 1, 0) : first]), term)
        or _is_likeness(words, phrase.head)
        or _is_on_surface(words, last)
    )


def _is_made(modifiers: Sequence[str], term: Term) -> bool:
    if not modifiers or "teddy bear" in term.classes:
        return False
    materials = _MATERIALS if term.classes[0] in _LIVING else frozenset[str]()
    if term.classes[0] in _VEHICLES:
        materials = _MINIATURE
    return any(word in _FAKE or word in materials for word in modifiers)


def _is_likeness(words: Sequence[str], head: int) -> bool:
    """As in "a statue of a dog", "photos of people on the wall", "a mural depicting a train"."""
    if head < 2:
        return False
    link, before = words[head - 1], words[head - 2]
    if link in _SHOWING:
        return before in _LIKENESSES
    if link != "of":
        return False
    if before in _LIKENESSES:
        return True
    return before in _PHOTOS and not _HUNG.isdisjoint(words)


def _is_on_surface(words: Sequence[str], last: int) -> bool:
    """As in "a cat on the poster", "a cow printed on his shirt"."""
    at = last + 1
    if at < len(words) and words[at] in _MARKED:
        at += 1
    if at >= len(words) or words[at] not in {"on", "in"}:
        return False
    surfaces = _SURFACES if words[at] == "on" else _SURFACES - _CLOTHES
    for word in words[at + 1 : at + 6]:
        if word in surfaces:
            return True
        if word not in DETERMINERS and word not in ADJECTIVES and word not in _BEFORE_SURFACES:
            return False
    return False
