"""Validate stage, grounding: what a sentence says is not there, and in how much of the picture.

Most of it the reader says (`negated`). Here are the forms that only the whole sentence shows: lists
under one denial ("there isn't a dog, a cat or a cow"), headings ("Missing: …"), and phrases of
searching in vain.

Only an absence from the whole picture can be held against boxes: "no dog on the sofa" and "a man
without an umbrella" speak of a part of it and stay open. So every other word of the clause must be
one of a short list ("visible", "anywhere", "in the photo") that does not narrow the claim.
"""

from collections.abc import Collection, Iterator, Sequence

from datagen.checks.grounding.evidence import Passage
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.settings import find_setting, is_told_there
from datagen.checks.grounding.tokens import measure_start

_LOOKING = frozenset({"find", "see", "spot", "notice", "discover", "detect"})
_TRACES = frozenset({"sign", "signs", "trace", "traces", "evidence", "hint"})
_MISSING = frozenset({"missing", "absent", "not", "without", "lacking"})
_HEADING = 6
"""Words that a heading has at most."""

_FRAGMENT = 3
"""A sentence of so few tokens ("No one.") denies what the question was about; see `replies`."""

_JOINTS = frozenset({",", "or", "nor", "and"})
_BULLETS = ("- ", "* ", "• ")

_CUES = frozenset({
    "no", "not", "nowhere", "vain", "neither", "nor", "none", "nobody", "never", "without", "missing",
    "absent", "lacking",
})  # fmt: skip
_EMPTY_ADJECTIVES = frozenset({
    "visible", "single", "actual", "obvious", "apparent", "discernible", "noticeable", "clear",
    "recognizable", "sort", "kind", "type", "of", "any", "one", "the", "a", "an",
})  # fmt: skip
_EMPTY_AFTER = frozenset({
    "is", "are", "was", "were", "be", "being", "been", "can", "could", "to", "seen", "visible", "present",
    "shown", "pictured", "depicted", "around", "here", "anywhere", "in", "within", "inside",
    "the", "this", "that", "image", "picture", "photo", "photograph", "scene", "view", "frame", "shot",
    "sight", "snapshot", "either", "at", "all", "i", "we", "you", "see", "make", "out", "find",
    "spot", "detect", "tell", "as", "far", "today", "whatsoever", "though", "however", "or", "nor",
    "and", "any", "no", "a", "an", "whole", "entire", "of", "appears", "appear", "discernible",
    "noticeable", "apparent", "from", "what", "nowhere", "found",
})  # fmt: skip
_EXISTENTIAL = frozenset({
    "there", "see", "sees", "spot", "notice", "find", "show", "shows", "contain", "contains", "include",
    "includes", "depict", "depicts", "feature", "features",
})  # fmt: skip
_STOPS = frozenset({";", ":", "\u2014", "\u2013", "but", "(", ")", ".", "?", "!"})
_OTHERS = frozenset({"he", "she", "they", "it", "who", "which", "his", "her", "its", "their"})

_PLACES = frozenset({
    "on", "in", "at", "inside", "near", "behind", "beside", "under", "aboard", "with", "around", "next",
})  # fmt: skip
_PICTURE_WORDS = frozenset({
    "image", "picture", "photo", "photograph", "scene", "view", "frame", "shot", "sight", "here",
})  # fmt: skip
_EXCEPTIONS = frozenset({"but", "except", "besides", "beyond"})


def find_denied(sentence: Sentence, passage: Passage) -> set[int]:
    """Places in `sentence.mentions` of what is said not to be there."""
    mentions = sentence.mentions
    if not mentions:
        return set()
    words = sentence.words
    if ":" in passage.text and _stands_under_heading(sentence, words, passage):
        return {place for place, one in enumerate(mentions) if not one.dropped}
    if _CUES.isdisjoint(words) and True not in [one.negated for one in mentions]:
        return set()
    denied = {place for place, one in enumerate(mentions) if _is_denied(one, words)}
    return denied | _extend_over_lists(mentions, words, denied)


def _is_denied(mention: Mention, words: Sequence[str]) -> bool:
    if mention.dropped:
        return False
    before = words[max(mention.head - 5, 0) : mention.head]
    after = words[mention.last + 1 : mention.last + 3]
    if mention.negated:
        return mention.mood == "asserted" or not (_LOOKING | _TRACES).isdisjoint(before)
    if "nowhere" in after or before[-3:] == ["in", "vain", "for"]:
        return True
    return before[-1:] == ["not"] and words[mention.head] in {"one", "a"}


def _extend_over_lists(
    mentions: Sequence[Mention], words: Sequence[str], denied: set[int]
) -> set[int]:
    """What "or" and "nor" join to something denied is denied too."""
    found: set[int] = set()
    run: list[int] = []
    is_alternative = False
    for place, mention in enumerate(mentions):
        between = words[mentions[run[-1]].last + 1 : mention.head] if run else []
        if run and (not between or not _JOINTS.issuperset(between)):
            run, is_alternative = [], False
        if run:
            is_alternative = is_alternative or not {"or", "nor"}.isdisjoint(between)
        elif place not in denied:
            continue
        run.append(place)
        if is_alternative:
            found.update(run)
    return {place for place in found if not mentions[place].dropped}


def _stands_under_heading(sentence: Sentence, words: Sequence[str], passage: Passage) -> bool:
    """Whether "Missing:" or "Not in the picture:" leads to the mentions, in line or as a list."""
    first = sentence.mentions[0].head
    if ":" in words[:first]:
        return words[0] in _MISSING and words.index(":") < _HEADING
    start = measure_start(sentence)
    text = passage.text
    if ":\n" not in text[:start] or not text[:start].endswith(_BULLETS):
        return False
    lines = [line for line in text[:start].splitlines() if not line.startswith(_BULLETS)]
    heading = lines[-1].lower() if lines else ""
    opening = heading.rpartition(". ")[2].split()
    return heading.endswith(":") and opening[0].strip(":") in _MISSING


def is_restricted(
    mention: Mention, sentence: Sentence, passage: Passage, denied: Collection[int]
) -> bool:
    """Whether an absence is said of a part of the picture or a part of the category only.

    Args:
        mention: what is denied.
        sentence: where it stands.
        passage: the message of the sentence.
        denied: as `find_denied` gives them.
    """
    if _follows_place(sentence, mention, passage) or len(sentence.words) <= _FRAGMENT:
        return True
    if not _EMPTY_ADJECTIVES.issuperset(mention.words):
        return True
    start, end = _find_clause(sentence, mention)
    before = sentence.words[start : mention.head]
    if _EXISTENTIAL.isdisjoint(before):
        if not _OTHERS.isdisjoint(before):
            return True
        if any(
            start <= other.first < mention.head
            for place, other in enumerate(sentence.mentions)
            if place not in denied
        ):
            return True
    return narrows_after(sentence, mention, end, denied, passage=passage)


def _follows_place(sentence: Sentence, mention: Mention, passage: Passage) -> bool:
    """Whether the answer opens with it and the question was about a place: "Is anyone aboard?"."""
    if passage.text[: measure_start(sentence)].strip():
        return False
    words = [word for asked in passage.question[-1:] for word in asked.words]
    return any(
        word in _PLACES
        and _PICTURE_WORDS.isdisjoint(words[at + 1 : at + 4])
        and not _is_whole(_list_content(words[at:]), mention, passage)
        for at, word in enumerate(words)
    )


def _list_content(words: Sequence[str]) -> list[str]:
    return [word for word in words if word not in _EMPTY_AFTER and word not in _STOPS]


def _is_whole(narrowing: Sequence[str], mention: Mention, passage: Passage) -> bool:
    """Whether the words only name the place in which a caption has the thing."""
    place = find_setting(narrowing)
    return bool(place) and is_told_there(mention.term.classes, place, passage.evidence)


def _find_clause(sentence: Sentence, mention: Mention) -> tuple[int, int]:
    if mention.clause < len(sentence.clauses):
        return sentence.clauses[mention.clause]
    return 0, len(sentence.words)


def narrows_after(
    sentence: Sentence,
    mention: Mention,
    end: int,
    denied: Collection[int] = (),
    *,
    passage: Passage | None = None,
) -> bool:
    """Whether a word after the mention, up to the end of its clause, says where or which.

    With a passage, a place as large as the picture narrows nothing if a caption has the thing there.
    """
    words = sentence.words
    if not _EXCEPTIONS.isdisjoint(words[mention.last + 1 : mention.last + 2]):
        return True
    narrowing = list(_list_narrowing(sentence, mention, end, denied))
    return bool(narrowing) and not (passage and _is_whole(narrowing, mention, passage))


def _list_narrowing(
    sentence: Sentence, mention: Mention, end: int, denied: Collection[int]
) -> Iterator[str]:
    words = sentence.words
    coordinated = {
        index
        for place, other in enumerate(sentence.mentions)
        if other.negated or place in denied
        for index in range(other.head, other.last + 1)
    }
    for index in range(mention.last + 1, end):
        word = words[index]
        if word in _STOPS:
            return
        if word == "," or index in coordinated or (word == "there" and sentence.is_question):
            continue
        if word not in _EMPTY_AFTER:
            yield word
