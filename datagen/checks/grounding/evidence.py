"""Validate stage, grounding: the symbolic context of one image, prepared to be asked.

Captions are read by the same reader as answers, so what they mention, number and colour is known
in the same terms. It is made once an image and serves all its records.

Three degrees of knowing a category: it is boxed, a caption names it, or it is only `hinted`: by a
look-alike, by a soft or wider word, by a word that implies it (`data/near.toml`). A hint makes a
claim neither true nor false.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from functools import cache
from importlib import resources

import msgspec

from datagen.checks.grounding.ground import Ground, gather_ground
from datagen.checks.grounding.readings import Mention, Reader, Sentence
from datagen.checks.memo import Memo
from datagen.records import AnnotatedImage

_NAMING_KINDS = frozenset({"class", "kind", "person"})
_NAMING_DROPS = frozenset({"", "part"})
_IRREGULAR = {
    "men": "man",
    "women": "woman",
    "children": "child",
    "people": "person",
    "feet": "foot",
    "teeth": "tooth",
    "geese": "goose",
    "mice": "mouse",
    "oxen": "ox",
    "leaves": "leaf",
    "loaves": "loaf",
    "shelves": "shelf",
    "knives": "knife",
    "wives": "wife",
    "wolves": "wolf",
    "scarves": "scarf",
    "halves": "half",
    "calves": "calf",
}


class CaptionMention(msgspec.Struct, frozen=True, gc=False):
    """A mention in a caption: which caption, which sentence of it, which noun phrase."""

    caption: int
    sentence: Sentence
    mention: Mention


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known about one image.

    Attributes:
        image: the image itself.
        boxes: for each boxed category the indices of its boxes.
        crowds: categories with a crowd box, whose number is open.
        sentences: for each caption its sentences.
        mentions: for each category the caption mentions whose term has it, in caption order.
        naming: for each category the captions that name it by a word of its own, in order.
        words: every word of the captions, lower-case, and its singular.
        hinted: categories that something in the context makes possible without naming them.
        annotated: the picture was searched for the categories, so what has no box is not there.
        ground: the nouns that captions and boxes know, of the open vocabulary.
    """

    image: AnnotatedImage
    boxes: Mapping[str, tuple[int, ...]]
    crowds: frozenset[str]
    sentences: Sequence[Sequence[Sentence]]
    mentions: Mapping[str, tuple[CaptionMention, ...]]
    naming: Mapping[str, tuple[int, ...]]
    words: frozenset[str]
    hinted: frozenset[str]
    annotated: bool
    ground: Ground


class Passage(msgspec.Struct, frozen=True, gc=False):
    """One message that is judged, and what stands around it.

    Attributes:
        text: the message.
        turn: its LLaVA message index.
        evidence: of the record's image.
        is_question: the human asks it; else it is an answer.
        question: the sentences of the question that it answers; empty for a question.
        introduced: categories that stood in the record before this sentence without being
            claimed ("if a dog came"), so that "the dog" and "dogs" may point back to that.
    """

    text: str
    turn: int
    evidence: Evidence
    is_question: bool = False
    question: Sequence[Sentence] = ()
    introduced: frozenset[str] = frozenset()


def gather_evidence(
    image: AnnotatedImage, reader: Reader, *, all_annotated: bool = False
) -> Evidence:
    """Read the captions of an image and order its boxes by category.

    Args:
        image: with or without boxes.
        reader: the one that reads the answers too.
        all_annotated: an image without boxes has nothing to be boxed; else nobody looked.
    """
    sentences = tuple(tuple(reader.read(caption)) for caption in image.captions)
    boxes: dict[str, list[int]] = defaultdict(list)
    for index, box in enumerate(image.boxes):
        boxes[box.category].append(index)
    mentions = _index_mentions(sentences)
    naming = _index_naming(mentions)
    words = _collect_words(sentences)
    return Evidence(
        image=image,
        boxes={category: tuple(indices) for category, indices in boxes.items()},
        crowds=frozenset(box.category for box in image.boxes if box.crowd),
        sentences=sentences,
        mentions=mentions,
        naming=naming,
        words=words,
        hinted=_collect_hints({*boxes, *naming}, mentions, words),
        annotated=bool(boxes) or all_annotated,
        ground=gather_ground(image.captions, boxes),
    )


def count_boxes(evidence: Evidence, classes: Iterable[str]) -> int:
    """How many boxes the image has of these categories together; a crowd box counts as one."""
    boxes = evidence.boxes
    return sum(len(boxes[category]) for category in classes if category in boxes)


def find_boxes(evidence: Evidence, classes: Sequence[str]) -> tuple[int, ...]:
    """Indices of the image's boxes of these categories."""
    boxes = evidence.boxes
    if len(classes) == 1:
        return boxes.get(classes[0], ())
    return tuple(index for category in classes for index in boxes.get(category, ()))


def find_captions(evidence: Evidence, classes: Sequence[str]) -> tuple[int, ...]:
    """Indices of the captions that name one of these categories by a word of its own, in order.

    Soft and wider words ("bag", "animal"), modifiers and depictions do not name.
    """
    naming = evidence.naming
    if len(classes) == 1:
        return naming.get(classes[0], ())
    return tuple(sorted({index for category in classes for index in naming.get(category, ())}))


def knows(evidence: Evidence, classes: Iterable[str]) -> bool:
    """Whether a box or a caption's own word says that one of these categories is in the picture."""
    boxed, named = evidence.boxes.keys(), evidence.naming.keys()
    return not (boxed.isdisjoint(classes) and named.isdisjoint(classes))


def _is_naming(mention: Mention) -> bool:
    return (
        mention.term.kind in _NAMING_KINDS
        and mention.dropped in _NAMING_DROPS
        and not mention.negated
    )


def _index_mentions(
    sentences: Sequence[Sequence[Sentence]],
) -> dict[str, tuple[CaptionMention, ...]]:
    index: dict[str, list[CaptionMention]] = defaultdict(list)
    for caption, parts in enumerate(sentences):
        for sentence in parts:
            for mention in sentence.mentions:
                if _is_only_meant(mention, sentence):
                    continue
                found = CaptionMention(caption, sentence, mention)
                for category in mention.term.classes:
                    index[category].append(found)
    return {category: tuple(found) for category, found in index.items()}


def _is_only_meant(mention: Mention, sentence: Sentence) -> bool:
    """Whether a caption speaks of people for whom something is: "a table set for four people"."""
    return mention.term.kind == "person" and sentence.words[: mention.head][-1:] == ["for"]


def _index_naming(
    mentions: Mapping[str, Sequence[CaptionMention]],
) -> dict[str, tuple[int, ...]]:
    captions = {
        category: {one.caption for one in found if _is_naming(one.mention)}
        for category, found in mentions.items()
    }
    return {category: tuple(sorted(found)) for category, found in captions.items() if found}


def _collect_words(sentences: Iterable[Iterable[Sentence]]) -> frozenset[str]:
    words = {word for parts in sentences for sentence in parts for word in sentence.words}
    return frozenset(words.union(map(_SINGULARS.__getitem__, words)))


def singular_of(word: str) -> str:
    """The singular that a lower-case word most likely has; singulars come back unchanged.

    >>> [singular_of(word) for word in ("dogs", "buses", "berries", "men", "glass", "bus")]
    ['dog', 'bus', 'berry', 'man', 'glass', 'bus']
    """
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "uses", "zes")):
        return word[:-2]
    return word[:-1]


_SINGULARS = Memo(singular_of)


def _collect_hints(
    known: Set[str],
    mentions: Mapping[str, Sequence[CaptionMention]],
    words: frozenset[str],
) -> frozenset[str]:
    excuses, implied, wider = _load_tables()
    hinted = {other for category in known for other in excuses.get(category, ())}
    for word in words & implied.keys():
        hinted |= implied[word]
    unexplained: list[Iterable[str]] = [wider[word] for word in words & wider.keys()]
    unexplained += [one.mention.term.classes for found in mentions.values() for one in found]
    for classes in unexplained:
        if known.isdisjoint(classes):
            hinted.update(classes)
    return frozenset(hinted - known)


def find_suggested(evidence: Evidence) -> frozenset[str]:
    """Categories that anything in the context may bring to mind, whether or not a box explains it.

    More than `hinted`: beside a boxed laptop "a computer" still suggests a keyboard, which nobody
    would blame an answer for denying, nor a picture for having.
    """
    excuses, implied, wider = _load_tables()
    known = {*evidence.boxes, *evidence.mentions}
    suggested = {other for category in known for other in excuses.get(category, ())}
    for word in evidence.words:
        suggested |= implied.get(word, frozenset()) | wider.get(word, frozenset())
    return frozenset(suggested | evidence.hinted | evidence.mentions.keys())


@cache
def _load_tables() -> tuple[Mapping[str, frozenset[str]], ...]:
    """What each known category excuses; what caption words imply; what they span."""
    file = resources.files("datagen.checks.grounding") / "data" / "near.toml"
    tables = tomllib.loads(file.read_text(encoding="utf-8"))
    excuses: dict[str, set[str]] = defaultdict(set)
    for category, others in tables["near"].items():
        for other in others:
            excuses[other].add(category)
    rows = (excuses, tables["implied"], tables["wider"])
    return tuple({key: frozenset(names) for key, names in row.items()} for row in rows)
