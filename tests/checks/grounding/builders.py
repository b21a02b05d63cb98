"""Sentences built by hand, so that the families are tested without any reader.

In marked text a noun phrase stands in braces, its term behind `#`, remarks behind `|`:
`There are {two brown #dogs|total} near {no #cat}.` Determiner, number, plural and negation are
taken from the words; remarks are `total`, `vague`, a mood, `negated`, `generic` or a reason to drop.
"""

import re
from collections.abc import Sequence

from datagen.checks.grounding.evidence import Evidence, Passage, gather_evidence
from datagen.checks.grounding.readings import Mention, Mood, Quantity, Sentence, Term
from datagen.records import AnnotatedImage, Box

TERMS = {
    "dog": Term("class", ("dog",), "dog"),
    "puppy": Term("kind", ("dog",), "puppy"),
    "cat": Term("class", ("cat",), "cat"),
    "cow": Term("class", ("cow",), "cow"),
    "sheep": Term("class", ("sheep",), "sheep"),
    "car": Term("class", ("car",), "car"),
    "truck": Term("class", ("truck",), "truck"),
    "taxi": Term("kind", ("car",), "taxi"),
    "couch": Term("class", ("couch",), "couch"),
    "umbrella": Term("class", ("umbrella",), "umbrella"),
    "racket": Term("class", ("tennis racket",), "racket"),
    "ball": Term("class", ("sports ball",), "ball"),
    "apple": Term("class", ("apple",), "apple"),
    "banana": Term("class", ("banana",), "banana"),
    "fork": Term("class", ("fork",), "fork"),
    "bowl": Term("class", ("bowl",), "bowl"),
    "tv": Term("class", ("tv",), "tv"),
    "table": Term("soft", ("dining table",), "table"),
    "animal": Term("union", ("cat", "cow", "dog", "sheep"), "animal"),
    "fruit": Term("union", ("apple", "banana"), "fruit"),
    "person": Term("person", ("person",), "person"),
    "player": Term("person", ("person",), "player"),
    "man": Term("person", ("person",), "man", "man"),
    "woman": Term("person", ("person",), "woman", "woman"),
    "boy": Term("person", ("person",), "boy", "boy"),
    "child": Term("person", ("person",), "child", "child"),
    "candle": Term("noun", (), "candle"),
}
_PLURALS = {"people": "person", "men": "man", "women": "woman", "puppies": "puppy"}
_NUMBERS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "nine": 9}
_DETERMINERS = {"a", "an", "the", "no", "any", "this", "these", "his", "her", "their", "some"}
_MOODS: dict[str, Mood] = {"hedged": "hedged", "none": "none"}
_PIECE = re.compile(r"\{([^}]*)\}")
_WORD = re.compile(r"\w+(?:'\w+)?|[^\w\s]")


def plain(marked: str) -> str:
    """The text without its marks."""
    return _PIECE.sub(lambda piece: piece[1].split("|")[0].replace("#", ""), marked)


def build_sentences(marked: str) -> list[Sentence]:
    """The sentences of a marked text; each ends with a full stop, question or exclamation mark."""
    sentences, offset = [], 0
    for part in re.findall(r"[^.?!]+[.?!]?", marked):
        sentences.append(_build_sentence(part, offset))
        offset += len(plain(part))
    return sentences


def _build_sentence(marked: str, offset: int) -> Sentence:
    text = plain(marked)
    found = list(_WORD.finditer(text))
    words = [match[0].lower() for match in found]
    starts = [offset + match.start() for match in found]
    mentions, taken = [], 0
    for piece in _PIECE.finditer(marked):
        start = offset + len(plain(marked[: piece.start()]))
        head = next(index for index, place in enumerate(starts) if place >= start)
        taken = head
        mentions.append(_build_mention(piece[1], taken))
    whole = [(0, len(words))]
    return Sentence(words, starts, mentions, whole, ["asserted"], text.endswith("?"))


def _build_mention(piece: str, head: int) -> Mention:
    words, *remarks = piece.split("|")
    before, _, noun = words.lower().partition("#")
    leading = before.split()
    singular = _PLURALS.get(noun, noun if noun in TERMS else noun.removesuffix("s"))
    determiner = leading[0] if leading and leading[0] in _DETERMINERS else ""
    mood: Mood = next((_MOODS[remark] for remark in remarks if remark in _MOODS), "asserted")
    drops = [one for one in remarks if one in {"modifier", "depicted", "other", "double", "part"}]
    return Mention(
        term=TERMS[singular],
        first=head + len(leading),
        last=head + len(leading),
        head=head,
        determiner=determiner,
        words=tuple(word for word in leading if word != determiner and word not in _NUMBERS),
        quantity=_find_quantity(leading, remarks),
        plural=singular != noun,
        mood=mood,
        negated=determiner == "no" or "negated" in remarks,
        dropped=drops[0] if drops else "",
        generic="generic" in remarks,
    )


def _find_quantity(words: Sequence[str], remarks: Sequence[str]) -> Quantity | None:
    if "vague" in remarks:
        return Quantity(3, None, exact=False)
    number = next((_NUMBERS[word] for word in words if word in _NUMBERS), None)
    return None if number is None else Quantity(number, number, total="total" in remarks)


class MarkedReader:
    """Reads texts that were given to it in marked form; of others it gives the tokens only."""

    def __init__(self, *marked: str) -> None:
        self._known = {plain(text): build_sentences(text) for text in marked}

    def read(self, text: str) -> Sequence[Sentence]:
        return self._known.get(text) or build_sentences(text)


def make_evidence(boxes: str = "", *captions: str) -> Evidence:
    """Evidence from counted categories ("dog 2, cup 1 tiny") and marked captions."""
    made = []
    for entry in filter(None, boxes.split(", ")):
        side = 0.01 if entry.endswith(" tiny") else 0.3
        category, _, number = entry.removesuffix(" tiny").rpartition(" ")
        made += [Box(category, (0.1, 0.1, 0.1 + side, 0.1 + side))] * int(number)
    image = AnnotatedImage("1", "1.jpg", tuple(map(plain, captions)), tuple(made))
    return gather_evidence(image, MarkedReader(*captions))


def make_passage(evidence: Evidence, marked: str, *, question: str = "", turn: int = 1) -> Passage:
    """A passage for one marked message."""
    return Passage(
        text=plain(marked),
        turn=turn,
        evidence=evidence,
        is_question=turn % 2 == 0,
        question=build_sentences(question),
    )
