"""Validate stage, grounding: the words that may stand between a noun phrase and its place."""

from datagen.checks.grounding.zones import PICTURE_WORDS

FINITE = frozenset({
    "is", "are", "was", "were", "stands", "stand", "sits", "sit", "lies", "lie", "hangs",
    "hang", "rests", "rest", "can", "could", "appears", "appear", "'s", "'re",
})  # fmt: skip
"""Verbs that say of a subject that it is somewhere."""

LINKS = FINITE | PICTURE_WORDS | frozenset({
    "be", "been", "being", "see", "seen", "visible", "present", "also", "all", ",", "there",
    "right", "just", "slightly", "more", "further", "farther", "far", "closer", "close",
    "nearer", "nearest", "mostly", "mainly", "clearly", "partially", "partly", "barely", "only",
    "out", "off", "up", "down", "in", "the", "of", "this", "entire", "background", "foreground",
    "distance", "which", "that", "who", "here", "again", "over", "somewhere", "directly",
    "shown", "found", "alone", "together", "prominently", "so", "very",
})  # fmt: skip
"""What may stand between a noun phrase and its place; words in -ing and -ed are links too."""

_NO_LINKS = frozenset({
    "facing", "heading", "looking", "moving", "turning", "turned", "headed", "going", "coming",
    "driving", "flying", "pointing", "pointed", "walking", "running", "gazing", "staring",
    "leaning", "tilted", "angled", "traveling", "travelling", "building", "railing", "ceiling",
    "clothing", "painting", "bed", "red", "shed", "wedding", "string", "ring", "king", "wing",
    "thing", "something", "anything", "nothing", "everything", "leading", "extending",
    "wearing", "holding", "carrying", "showing", "featuring", "riding", "using", "eating",
    "having", "including",
})  # fmt: skip
OPENERS = LINKS | frozenset({
    "and", ",", "we", "you", "one", "i", "another", "then", "while", "now", "as", "sees", "find",
    "finds", "notice", "notices", "spot", "spots", "will", "'ll", "comes",
})  # fmt: skip
"""What may stand between the start of a statement and a place that opens it ("Then, on the left")."""

AHEAD = (OPENERS - {"and", "as", "while", "then", "which", "that", "who"}) | {
    "standing", "sitting", "lying", "hanging", "parked", "located",
}  # fmt: skip
"""What may stand between a place and its subject after it; other participles have objects."""


def is_link(word: str, links: frozenset[str]) -> bool:
    """Whether a word is one of these links, or a participle that goes with a place.

    >>> [is_link(word, LINKS) for word in ("resting", "placed", "holding", "table")]
    [True, True, False, False]
    """
    if word in links:
        return True
    return word.endswith(("ing", "ed")) and word not in _NO_LINKS
