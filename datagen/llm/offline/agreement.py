"""Ask stage, offline: which captions to trust, and which go together.

Several people describe one picture, and now and then one of them errs. The boxes, and what most of
the others say, decide whom to follow.
"""

from collections import Counter
from collections.abc import Sequence

from datagen.llm.offline.captions import Caption
from datagen.llm.offline.facts import is_place, list_phrases
from datagen.llm.offline.phrases import Phrase
from datagen.llm.offline.vocabulary import (
    find_category,
    find_neighbors,
    load_categories,
)
from datagen.llm.offline.words import find_singular

_POSTURES = {"seat": "sit", "lay": "lie"} | {
    verb: verb for verb in ("sit", "stand", "lie", "walk", "run", "ride", "sleep", "fly")
}
_DISTINCT_KINDS = frozenset({"animal", "vehicle", "food"})
_PLENTY = 2
_FULL = 14


def rank_captions(
    captions: Sequence[Caption], boxed: frozenset[str] | None, main: frozenset[str] = frozenset()
) -> list[Caption]:
    """The captions that may be repeated, the most telling and least doubtful first.

    Args:
        captions: all of the picture.
        boxed: categories with a box; None if boxes are not known.
        main: categories of the largest boxes: what a caption should speak of.
    """
    sound = [caption for caption in captions if caption.sound]
    doubts = {id(caption): count_doubts(caption, captions, boxed) for caption in sound}
    trusted = [caption for caption in sound if not doubts[id(caption)]] or sound
    return sorted(trusted, key=lambda caption: -_score(caption, captions, main))


def _score(caption: Caption, captions: Sequence[Caption], main: frozenset[str]) -> float:
    """Agreement with the others counts most; then what it is about; haste and vagueness cost."""
    others = [other for other in captions if other is not caption]
    shared = sum(len(caption.stems & other.stems) for other in others) / max(1, len(others))
    agreement = shared / max(1, len(caption.stems))
    fullness = min(len(caption.words), _FULL) / _FULL
    about = bool(main & caption.categories) + any(is_place(word) for word in caption.words)
    vague = _is_vague(caption, captions) + _starts_known(caption) / 2
    return 3 * agreement + fullness + about / 2 - 0.7 * caption.flaws - vague


def _starts_known(caption: Caption) -> bool:
    """Whether it starts with "the", as if everybody knew what it speaks of."""
    return caption.words[:1] == ("the",)


def _is_vague(caption: Caption, captions: Sequence[Caption]) -> bool:
    """Whether it says "person" where another caption says "woman"."""
    if caption.clause is None or caption.clause.subject.head not in {"person", "individual"}:
        return False
    return any(other.genders for other in captions)


def count_doubts(
    caption: Caption, captions: Sequence[Caption], boxed: frozenset[str] | None
) -> int:
    """How often a caption says what the boxes, or most other captions, deny.

    Args:
        caption: the one that is weighed.
        captions: all of the picture, itself included.
        boxed: categories with a box; None if boxes are not known.
    """
    if boxed is None:
        denied = [name for name in caption.categories if _is_outvoted(name, caption, captions)]
    else:
        denied = [name for name in caption.categories if _is_denied(name, boxed)]
    return len(denied) + _is_other_gender(caption, captions)


def _is_denied(name: str, boxed: frozenset[str]) -> bool:
    category = load_categories()[name]
    return category.clear and name not in boxed and not find_neighbors(name) & boxed


def _is_outvoted(name: str, caption: Caption, captions: Sequence[Caption]) -> bool:
    kind = find_category(name).kind
    if kind not in _DISTINCT_KINDS or any(
        name in other.categories for other in captions if other is not caption
    ):
        return False
    rivals = Counter(
        rival
        for other in captions
        for rival in other.categories - caption.categories
        if find_category(rival).kind == kind
    )
    return any(count >= _PLENTY for count in rivals.values())


def _is_other_gender(caption: Caption, captions: Sequence[Caption]) -> bool:
    own = caption.genders
    if len(own) != 1:
        return False
    votes = Counter(
        gender for other in captions for gender in other.genders if other is not caption
    )
    (gender,) = own
    return votes[gender] == 0 and votes.total() >= _PLENTY


def conflicts(one: Caption, other: Caption) -> bool:
    """Whether two captions cannot both be told of the same scene without a stumble.

    A man in one and a woman in the other, a red and an orange bus, an apple and an orange, two
    and three dogs, a cat that sits and a cat that stands.
    """
    return (
        _differ_in_gender(one, other)
        or _differ_in_kind(one, other)
        or _differ_in_detail(one, other)
        or _differ_in_posture(one, other)
    )


def _differ_in_gender(one: Caption, other: Caption) -> bool:
    return bool(one.genders and other.genders) and not one.genders & other.genders


def _differ_in_kind(one: Caption, other: Caption) -> bool:
    mine, theirs = one.categories - other.categories, other.categories - one.categories
    if any(find_neighbors(name) & theirs for name in mine):
        return True
    return any(
        find_category(name).kind == "animal" and _name_apart(name, one, other)
        for name in one.categories & other.categories
    )


def _name_apart(category: str, one: Caption, other: Caption) -> bool:
    """A canary and a parakeet are not the same bird; a bird and a canary may be."""
    first, second = (
        {mention.word for mention in caption.mentions if mention.category == category}
        for caption in (one, other)
    )
    return not first & second and category not in first | second


def _differ_in_detail(one: Caption, other: Caption) -> bool:
    theirs = {find_singular(phrase.head): phrase for phrase in list_phrases(other)}
    for phrase in list_phrases(one):
        match = theirs.get(find_singular(phrase.head))
        if match is not None and (_differ_in_color(phrase, match) or _count_apart(phrase, match)):
            return True
    return False


def _differ_in_color(one: Phrase, other: Phrase) -> bool:
    return bool(one.colors and other.colors) and set(one.colors) != set(other.colors)


def _count_apart(one: Phrase, other: Phrase) -> bool:
    return bool(one.number and other.number) and one.number != other.number


def _differ_in_posture(one: Caption, other: Caption) -> bool:
    first, second = (_find_posture(caption) for caption in (one, other))
    return bool(first and second) and first != second


def _find_posture(caption: Caption) -> str:
    return _POSTURES.get(caption.clause.verb_base, "") if caption.clause is not None else ""
