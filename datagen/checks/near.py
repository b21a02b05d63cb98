"""Validate stage: a set of records -> findings about texts that nearly repeat earlier ones.

Two texts are near when at least 70% of the pairs of neighbouring words that either has are in both
(their Jaccard index): one word in about a dozen may differ. MinHash (rensa) proposes which of the
earlier texts to compare with; the comparison itself is exact. A text of fewer than 12 words has no
near ones, because there one word is the whole difference ("Is there a dog?").

What is found depends on the order of the records: feed them in item order, as a data set is
written, and the later record of two is the repeating one whatever the order of arrival was.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from typing import NamedTuple
from zlib import crc32

from datagen.checks.bands import BandTable
from datagen.checks.reasons import SPAN_LENGTH, make_finding
from datagen.checks.shape import read_record
from datagen.records import IMAGE_TOKEN, Finding

THRESHOLD = 0.7
"""Jaccard index of the word pairs from which on two texts are near."""

SHORTEST = 12
"""Words that a text must have to be compared, and pairs that a record's answers must have."""

# Chinese and Japanese write no blanks: there each sign counts as a word.
_SIGNS = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WORD = re.compile(rf"[^\W{_SIGNS}]+|[{_SIGNS}]")

# 24 bands of 5 rows propose 98.8% of the texts at the threshold, and 99.98% at 0.8.
_BANDS, _ROWS, _SEED = 24, 5, 1
_SLOTS = 1 << 17
_SHARING = 32

# Texts of one picture are compared one by one; a set that is all about one picture must not take
# for ever.
_TEXTS_OF_A_PICTURE = 8

Pairs = bytes
"""The pairs of neighbouring words of a text: sorted 32-bit digests, each once."""


def split_words(text: str) -> list[str]:
    """Words in lower case, without marks.

    >>> split_words("Don't look: two dogs!")
    ['don', 't', 'look', 'two', 'dogs']
    """
    return _WORD.findall(text.casefold())


def digest_pairs(words: Sequence[str]) -> Pairs:
    """The word pairs of a text; the word itself where there is but one."""
    pairs = map(" ".join, pairwise(words)) if len(words) > 1 else words
    return _pack({crc32(pair.encode("utf-8", "surrogatepass")) for pair in pairs})


def compare_pairs(one: Pairs, others: Iterable[tuple[Pairs, int]]) -> Iterator[tuple[float, int]]:
    """Those of the other texts that are near: Jaccard index, 0 to 1, and the other's number.

    >>> fox, dog, cat = (digest_pairs(f"the quick brown fox likes the {x}".split()) for x in "abc")
    >>> [number for _, number in compare_pairs(fox, [(dog, 7), (b"", 8), (fox, 9)])]
    [7, 9]
    """
    own = set(_unpack(one))
    least, most = len(one) * THRESHOLD, len(one) / THRESHOLD
    for other, number in others:
        if least <= len(other) <= most:  # else the lengths alone keep them apart
            shared = len(own.intersection(_unpack(other)))
            either = (len(one) + len(other)) // 4 - shared
            if either and shared >= THRESHOLD * either:
                yield shared / either, number


class NearTexts:
    """Finds the nearest of all earlier texts; of a group of near ones only the first is kept."""

    def __init__(self) -> None:
        # Imported where it is needed, so that no other command waits for it.
        from rensa import RMinHash  # type: ignore[import-untyped]  # it ships no type hints

        self._sketch = RMinHash
        self._table = BandTable(bands=_BANDS, slots=_SLOTS, sharing=_SHARING)
        self._texts: list[Pairs] = []
        self._owners = array("I")

    def find(self, pairs: Pairs, owner: int) -> int | None:
        """Owner of the nearest earlier text; without one, the text is remembered under `owner`."""
        keys = self._band_keys(pairs)
        found = ((self._texts[number], number) for number in self._table.find(keys))
        near = [(-index, number) for index, number in compare_pairs(pairs, found)]
        if near:
            return self._owners[min(near)[1]]
        self._table.add(keys)
        self._texts.append(pairs)
        self._owners.append(owner)
        return None

    def _band_keys(self, pairs: Pairs) -> list[int]:
        sketch = self._sketch(_BANDS * _ROWS, _SEED)
        sketch.update([pairs[at : at + 4] for at in range(0, len(pairs), 4)])
        rows = array("I", sketch.digest()).tobytes()
        width = 4 * _ROWS
        return [crc32(rows[at : at + width]) for at in range(0, len(rows), width)]


class _Text(NamedTuple):
    """One question or answer: message index, beginning, digest of its words, and their pairs.

    Pairs only where they are needed; `is_long` texts are compared with those of other pictures.
    """

    turn: int
    text: str
    digest: int
    is_long: bool
    pairs: Pairs


class Dialogue(NamedTuple):
    """What is compared of one record: its id, the digest of its picture's name, its texts."""

    id: str
    image: int
    questions: list[_Text]
    answers: list[_Text]
    number: int = 0

    def join_answers(self) -> Pairs:
        """Word pairs of all answers together, so that the order of the turns does not matter."""
        if len(self.answers) == 1:
            return self.answers[0].pairs
        return _pack(set().union(*(_unpack(answer.pairs) for answer in self.answers)))


@dataclass(slots=True)
class _Picture:
    """What earlier records said about one picture; numbers of records beside the texts."""

    questions: list[int] = field(default_factory=list)
    answers: list[tuple[Pairs, int]] = field(default_factory=list)
    records: list[tuple[Pairs, int]] = field(default_factory=list)


class NearRepeats:
    """Remembers the texts of a set of records and reports the later ones that nearly repeat them.

    Of the same picture (the same `image`): `near-duplicate` when the answers taken together are
    near, else `repeated-answer` for a single one; and `repeated-question` when a question has the
    same words. Of other pictures: `shared-answer`. A question that recurs over pictures is normal
    ("What is the weather like?") and only counted. Records without a picture count as being about
    different ones.

    Attributes:
        counts: `answers` and `questions` that were long enough to be compared, and
            `shared_answers` and `shared_questions`, those of them that are near an earlier one,
            whatever its picture.

    >>> turns = [{"from": "gpt", "value": "A man in a red coat waits for the bus with his old dog."}]
    >>> repeats = NearRepeats()
    >>> repeats.check({"id": "1", "image": "1.jpg", "conversations": turns})
    []
    >>> repeats.check({"id": "2", "image": "2.jpg", "conversations": turns})[0].code
    'shared-answer'
    """

    def __init__(self, *, by_picture: bool = False) -> None:
        """Start with nothing known.

        Args:
            by_picture: all records of a picture come one after the other, as a run writes them;
                then only those are compared with each other, and memory does not grow.
        """
        self._by_picture = by_picture
        self.counts: Counter[str] = Counter()
        self._ids: list[str] = []
        self._images = array("Q")
        self._pictures: dict[int, _Picture] = {}
        self._answers = NearTexts()
        self._questions = NearTexts()

    def check(self, record: object) -> list[Finding]:
        """Compare a decoded JSON value with those before it, then remember it."""
        return self.compare(read_dialogue(record))

    def compare(self, dialogue: Dialogue) -> list[Finding]:
        """The same for a record that was read already, perhaps in another process."""
        if self._by_picture and dialogue.image not in self._pictures:
            self._ids.clear()
            self._pictures.clear()
        dialogue = dialogue._replace(number=len(self._ids))
        self._ids.append(dialogue.id)
        elsewhere: list[Finding] = []
        if not self._by_picture:
            self._images.append(dialogue.image)
            self._count_questions(dialogue)
            elsewhere = self._find_elsewhere(dialogue)
        if not dialogue.image:
            return elsewhere
        picture = self._pictures.setdefault(dialogue.image, _Picture())
        questions = list(_find_questions(picture, dialogue))
        answers = list(self._find_answers(picture, dialogue))
        whole = self._find_whole(picture, dialogue)
        if whole is not None:
            return [whole, *questions]
        told = {finding.turn for finding in answers}
        return questions + answers + [other for other in elsewhere if other.turn not in told]

    def _count_questions(self, dialogue: Dialogue) -> None:
        for question in dialogue.questions:
            if question.is_long:
                near = self._questions.find(question.pairs, dialogue.number)
                self.counts["questions"] += 1
                self.counts["shared_questions"] += near is not None

    def _find_elsewhere(self, dialogue: Dialogue) -> list[Finding]:
        """Answers near one about another picture."""
        findings = []
        for answer in dialogue.answers:
            if not answer.is_long:
                continue
            near = self._answers.find(answer.pairs, dialogue.number)
            self.counts["answers"] += 1
            self.counts["shared_answers"] += near is not None
            if near is not None and self._is_elsewhere(dialogue, near):
                findings.append(self._report("shared-answer", near, answer))
        return findings

    def _is_elsewhere(self, dialogue: Dialogue, near: int) -> bool:
        image = self._images[near]
        return near != dialogue.number and (not image or image != dialogue.image)

    def _find_whole(self, picture: _Picture, dialogue: Dialogue) -> Finding | None:
        """The finding about the answers as a whole; remembers them."""
        whole = dialogue.join_answers()
        if len(whole) < 4 * SHORTEST:
            return None
        near = _find_near(whole, picture.records)
        _remember(picture.records, whole, dialogue.number)
        return None if near is None else self._report("near-duplicate", near)

    def _find_answers(self, picture: _Picture, dialogue: Dialogue) -> Iterator[Finding]:
        """Single answers near one about the same picture, in this record or an earlier one."""
        for answer in dialogue.answers:
            if not answer.is_long:
                continue
            near = _find_near(answer.pairs, picture.answers)
            if near is None:
                _remember(picture.answers, answer.pairs, dialogue.number)
            else:
                yield self._report("repeated-answer", near, answer)

    def _report(self, code: str, near: int, answer: _Text | None = None) -> Finding:
        turn, span = (answer.turn, answer.text) if answer else (None, "")
        return make_finding(code, turn=turn, span=span, detail=f"record {self._ids[near]!r}")


def _find_questions(picture: _Picture, dialogue: Dialogue) -> Iterator[Finding]:
    """Questions with the words of one about the same picture; remembers them."""
    for question in dialogue.questions:
        digest = question.digest
        if digest in picture.questions:
            yield make_finding("repeated-question", turn=question.turn, span=question.text)
        elif len(picture.questions) < _TEXTS_OF_A_PICTURE:
            picture.questions.append(digest)


def read_dialogue(record: object) -> Dialogue:
    """Questions and answers that have words, with the placeholder of the picture left out."""
    fields = record if isinstance(record, dict) else {}
    image = fields.get("image")
    named = _digest(image) if isinstance(image, str) and image else 0
    dialogue = Dialogue(str(fields.get("id", "")), named, [], [])
    for index, speaker, text in read_record(record).turns:
        if text is None or speaker is None:
            continue
        text = text.replace(IMAGE_TOKEN, "").strip()
        words = split_words(text)
        if not words:
            continue
        is_answer, is_long = speaker == "gpt", len(words) >= SHORTEST
        pairs = digest_pairs(words) if is_answer or is_long else b""
        digest = 0 if is_answer else _digest(" ".join(words))
        texts = dialogue.answers if is_answer else dialogue.questions
        texts.append(_Text(index, text[:SPAN_LENGTH], digest, is_long, pairs))
    return dialogue


def _find_near(pairs: Pairs, earlier: Sequence[tuple[Pairs, int]]) -> int | None:
    """Number of the record with the first text that is near."""
    return next((number for _, number in compare_pairs(pairs, earlier)), None)


def _remember(texts: list[tuple[Pairs, int]], pairs: Pairs, number: int) -> None:
    if pairs and len(texts) < _TEXTS_OF_A_PICTURE:
        texts.append((pairs, number))


def _pack(digests: set[int]) -> Pairs:
    return array("I", sorted(digests)).tobytes()


def _unpack(pairs: Pairs) -> Iterable[int]:
    return memoryview(pairs).cast("I")


def _digest(text: str) -> int:
    raw = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return int.from_bytes(raw)
