"""Grounding, reading: a list rules its members.

What holds of the first holds of the bare ones after it: "no cars, people or dogs" denies three
things, and of "a cat, a dog or a bird" none is claimed.
"""

from collections.abc import Sequence

from msgspec.structs import replace

from datagen.checks.grounding.readings import Mention
from datagen.checks.grounding.word_classes import DEFINITE, split_set

_JOINTS = split_set("and nor , well or as &")


def join_list(words: Sequence[str], mentions: list[Mention], mention: Mention) -> Mention:
    """Read a mention in the light of those before it; an "or" changes those as well."""
    before = mentions[-1]
    joints = words[before.last + 1 : mention.head]
    if not joints or not _JOINTS.issuperset(joints):
        return mention
    if "or" in joints and not before.negated and mention.determiner not in DEFINITE:
        _retract_list(words, mentions)
    bare = not mention.determiner and not mention.quantity
    if before.negated and (bare or "or" in joints or "nor" in joints):
        mention = replace(
            mention, negated=True, mood=before.mood, dropped=mention.dropped or before.dropped
        )
    elif before.dropped == "depicted":
        mention = replace(mention, dropped="depicted")
    return mention


def _retract_list(words: Sequence[str], mentions: list[Mention]) -> None:
    """As in "a cat, a dog or a bird": none of them is claimed."""
    follower = len(words)
    for index in range(len(mentions) - 1, -1, -1):
        mention = mentions[index]
        if index < len(mentions) - 1 and words[mention.last + 1 : follower] != [","]:
            return
        if mention.determiner not in DEFINITE:
            mentions[index] = replace(mention, mood="none")
        follower = mention.head
