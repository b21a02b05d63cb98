"""Validate stage, grounding: what a question asks for, counts, supposes.

A question of existence ("Is there a dog?") takes nothing for granted; any other takes its definite
things for granted ("Where is the dog?"), unless it supposes ("What would the dog do?").
"""

from collections.abc import Sequence

from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.settings import is_setting

_INDEFINITE = frozenset({"", "a", "an", "any", "some", "no"})
_LEADING = frozenset({"and", "so", "also", "then", "but", "well", ",", "or"})
_PICTURE = frozenset({"image", "picture", "photo", "photograph", "scene"})
_INVERTED = frozenset({"is", "are", "does", "do", "has", "have"})
_INVERTING = frozenset({"is", "are", "can", "could"})
_SUPPOSING = frozenset({"would", "should", "could", "might", "may", "will", "if", "shall"})
_PRESENT = frozenset({
    "there", "present", "visible", "around", "here", "shown", "seen", "pictured", "spotted", "found",
})  # fmt: skip
_SEEING = frozenset({"see", "spot", "find", "notice", "identify"})
_HAVE_YOU = {("have", "you", verb) for verb in ("seen", "spotted", "found", "noticed")}
_HOLDING = frozenset({
    "holding", "wearing", "carrying", "riding", "using", "eating", "driving", "reading", "playing",
    "throwing", "pulling", "pushing", "feeding", "petting", "walking", "watching", "hold", "wear",
    "carry", "ride", "use", "have", "got",
})  # fmt: skip
_HAVING = frozenset({"have", "contain", "include", "feature", "show", "depict"})
_POLITE = frozenset({"you", "i", "we"})
_BEYOND = frozenset({"what", "which", "where"})
_BEING = frozenset({"is", "are", "'s", "was", "were", "else", "can", "do"})


def find_counted(asking: Sentence) -> Mention | None:
    """The mention after "how many", with nothing but its own words between."""
    words = asking.words
    for index in range(len(words) - 1):
        if words[index] == "how" and words[index + 1] == "many":
            following = (one for one in asking.mentions if one.first > index)
            counted = next(following, None)
            return counted if counted is not None and counted.head <= index + 2 else None
    return None


def find_asked(asking: Sentence) -> list[Mention]:
    """What a question of existence asks for; empty for every other question."""
    words = asking.words
    start = 0
    while start < len(words) and words[start] in _LEADING:
        start += 1
    opening = _skip_opening(words, start)
    if opening is None:
        return []
    first = next((one for one in asking.mentions if one.first >= opening), None)
    if first is None or first.head > opening + 1 or first.determiner not in _INDEFINITE:
        return []
    found = [first, *_find_alternatives(first, asking)]
    if words[start] in _INVERTING and opening == start + 1:
        return found if _asks_presence(words[found[-1].last + 1 :]) else []
    return found


def find_setting_asked(asking: Sentence) -> str:
    """The place in "does the kitchen have …?"; empty for a question about the whole picture."""
    words = asking.words
    start = next((at for at, word in enumerate(words) if word not in _LEADING), 0)
    place = words[start + 2] if words[start : start + 1] == ["does"] and len(words) > 2 else ""
    return place if is_setting(place) else ""


def find_confirmed(asking: Sentence) -> list[Mention]:
    """What "yes" says that somebody has: "Is the man holding a cup?"."""
    words = asking.words
    if not words or words[0] not in _INVERTED or "or" in words:
        return []
    return [
        mention
        for mention in asking.mentions
        if mention.determiner in {"a", "an"}
        and mention.head
        and words[mention.head - 1] in _HOLDING
    ]


def _asks_presence(after: Sequence[str]) -> bool:
    """Whether "is anybody …?" goes on with "visible" or "there" before anything that narrows it."""
    following = [word for word in after if word != "be"]
    return following[:1] != [] and following[0] in _PRESENT


def _skip_opening(words: Sequence[str], start: int) -> int | None:
    """Index after "is there", "do you see" and the like; None for another opening."""
    head = tuple(words[start : start + 3])
    if head[:2] in {("is", "there"), ("are", "there"), ("was", "there"), ("were", "there")}:
        return start + 2
    if (
        len(head) == 3
        and head[0] in {"do", "can", "could"}
        and head[1] in {"you", "we", "i", "one"}
    ):
        return start + 3 if head[2] in _SEEING else None
    if len(words) > start + 3 and words[start] == "does" and words[start + 3] in _HAVING:
        return start + 4 if words[start + 2] in _PICTURE or is_setting(words[start + 2]) else None
    if head in _HAVE_YOU:
        return start + 3
    if head[:1] and head[0] in _INVERTING:
        return start + 1
    return start if head[:1] == ("any",) else None


def _find_alternatives(first: Mention, asking: Sentence) -> list[Mention]:
    found = []
    last = first
    for mention in asking.mentions:
        if mention.first <= last.last:
            continue
        between = asking.words[last.last + 1 : mention.head]
        if not between or not set(between) <= {"or", ",", "and"}:
            break
        found.append(mention)
        last = mention
    return found


def is_supposing(asking: Sentence) -> bool:
    """Whether a question speaks of what might be; "could you count" is mere politeness."""
    words = asking.words
    if _SUPPOSING.isdisjoint(words):
        return False
    return any(
        word in _SUPPOSING and words[at + 1 : at + 2] and words[at + 1] not in _POLITE
        for at, word in enumerate(words)
    )


def asks_beyond(asking: Sentence) -> bool:
    """Whether the answer lies outside the picture: "What should one add?", "Who owns it?"."""
    words = asking.words
    if "who" in words[:-1]:
        return words[words.index("who") + 1] not in _BEING
    return not _SUPPOSING.isdisjoint(words) and not _BEYOND.isdisjoint(words)
