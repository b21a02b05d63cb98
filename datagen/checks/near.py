"""Validate stage: a set of records -> findings about texts that nearly repeat earlier ones.

When two texts are near is said in `pairs`. A text of fewer than 12 words has no near ones, because
there one word is the whole difference ("Is there a dog?").

What is found depends on the order of the records: feed them in item order, as a data set is
written, and the later record of two is the repeating one whatever the order of arrival was.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Self

from datagen.bands import BandTable, digest_text
from datagen.checks.pairs import (
    NearTexts,
    Pairs,
    Told,
    compare_pairs,
    digest_pairs,
    join_pairs,
    split_words,
)
from datagen.checks.reasons import SPAN_LENGTH, make_finding
from datagen.checks.shape import read_record
from datagen.records import IMAGE_TOKEN, Finding

SHORTEST = 12
"""Words that a text must have to be compared, and pairs that a record's answers must have."""

# Texts of one picture are compared one by one; a set that is all about one picture must not take
# for ever.
_TEXTS_OF_A_PICTURE = 8


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

    @property
    def name(self) -> bytes:
        """The id as it is kept: text may hold half a surrogate pair, bytes never do."""
        return self.id.encode("utf-8", "surrogatepass")

    def join_answers(self) -> Pairs:
        """Word pairs of all answers together, so that the order of the turns does not matter."""
        if len(self.answers) == 1:
            return self.answers[0].pairs
        return join_pairs(answer.pairs for answer in self.answers)


class _Picture(NamedTuple):
    """What records said about one picture; the id of the record, in UTF-8, beside each text.

    Attributes:
        image: digest of its name.
    """

    image: int
    questions: list[int]
    answers: list[tuple[Pairs, bytes]]
    records: list[tuple[Pairs, bytes]]

    @classmethod
    def start(cls, image: int) -> Self:
        """A picture of which nothing has been said."""
        return cls(image, [], [], [])

    def extend(self, later: Self) -> None:
        """Take over what was said later."""
        self.questions.extend(later.questions)
        self.answers.extend(later.answers)
        self.records.extend(later.records)

    def measure(self) -> tuple[int, int, int]:
        """How long its lists are."""
        return len(self.questions), len(self.answers), len(self.records)

    def cut(self, sizes: tuple[int, int, int]) -> Self:
        """What was said since its lists had these lengths."""
        questions, answers, records = sizes
        return self._replace(
            questions=self.questions[questions:],
            answers=self.answers[answers:],
            records=self.records[records:],
        )


class _Set:
    """What is known of a whole set, in temporary files."""

    def __init__(self) -> None:
        self.pictures = BandTable(_Picture)
        self.answers = NearTexts()
        self.questions = NearTexts()


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
        self.counts: Counter[str] = Counter()
        self._count = 0
        self._last = _Picture.start(0)
        self._set = None if by_picture else _Set()

    def check(self, record: object) -> list[Finding]:
        """Compare a decoded JSON value with those before it, then remember it."""
        return self.compare(read_dialogue(record))

    def compare(self, dialogue: Dialogue) -> list[Finding]:
        """The same for a record that was read already, perhaps in another process."""
        self._count += 1
        elsewhere: list[Finding] = []
        if self._set is not None:
            self._count_questions(dialogue, self._set.questions)
            elsewhere = self._find_elsewhere(dialogue, self._set.answers)
        picture = self._recall(dialogue.image)
        if not dialogue.image:
            return elsewhere
        sizes = picture.measure()
        questions = list(_find_questions(picture, dialogue))
        answers = list(_find_answers(picture, dialogue))
        whole = _find_whole(picture, dialogue)
        if self._set is not None and sizes != picture.measure():
            self._set.pictures.add([dialogue.image], picture.cut(sizes))
        if whole is not None:
            return [whole, *questions]
        told = {finding.turn for finding in answers}
        return questions + answers + [other for other in elsewhere if other.turn not in told]

    def _recall(self, image: int) -> _Picture:
        """What earlier records said about a picture."""
        if self._set is None:
            if self._last.image != image:
                self._last = _Picture.start(image)
            return self._last
        picture = _Picture.start(image)
        for said in reversed(list(self._set.pictures.find([image]))):
            if said.image == image:
                picture.extend(said)
        return picture

    def _count_questions(self, dialogue: Dialogue, known: NearTexts) -> None:
        for question in dialogue.questions:
            if question.is_long:
                near = known.find(self._tell(question, dialogue))
                self.counts["questions"] += 1
                self.counts["shared_questions"] += near is not None

    def _find_elsewhere(self, dialogue: Dialogue, known: NearTexts) -> list[Finding]:
        """Answers near one about another picture."""
        findings = []
        for answer in dialogue.answers:
            if not answer.is_long:
                continue
            near = known.find(self._tell(answer, dialogue))
            self.counts["answers"] += 1
            self.counts["shared_answers"] += near is not None
            if near is not None and self._is_elsewhere(dialogue, near):
                findings.append(_report("shared-answer", near.id, answer))
        return findings

    def _tell(self, text: _Text, dialogue: Dialogue) -> Told:
        return Told(text.pairs, self._count, dialogue.name, dialogue.image)

    def _is_elsewhere(self, dialogue: Dialogue, near: Told) -> bool:
        return near.number != self._count and (not near.image or near.image != dialogue.image)


def _find_whole(picture: _Picture, dialogue: Dialogue) -> Finding | None:
    """The finding about the answers as a whole; remembers them."""
    whole = dialogue.join_answers()
    if len(whole) < 4 * SHORTEST:
        return None
    near = _find_near(whole, picture.records)
    _remember(picture.records, whole, dialogue)
    return None if near is None else _report("near-duplicate", near)


def _find_answers(picture: _Picture, dialogue: Dialogue) -> Iterator[Finding]:
    """Single answers near one about the same picture, in this record or an earlier one."""
    for answer in dialogue.answers:
        if not answer.is_long:
            continue
        near = _find_near(answer.pairs, picture.answers)
        if near is None:
            _remember(picture.answers, answer.pairs, dialogue)
        else:
            yield _report("repeated-answer", near, answer)


def _report(code: str, near: bytes, answer: _Text | None = None) -> Finding:
    turn, span = (answer.turn, answer.text) if answer else (None, "")
    name = near.decode("utf-8", "surrogatepass")
    return make_finding(code, turn=turn, span=span, detail=f"record {name!r}")


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
    named = digest_text(image) if isinstance(image, str) and image else 0
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
        digest = 0 if is_answer else digest_text(" ".join(words))
        texts = dialogue.answers if is_answer else dialogue.questions
        texts.append(_Text(index, text[:SPAN_LENGTH], digest, is_long, pairs))
    return dialogue


def _find_near(pairs: Pairs, earlier: Sequence[tuple[Pairs, bytes]]) -> bytes | None:
    """Id of the record with the first text that is near."""
    return next((name for _, name in compare_pairs(pairs, earlier)), None)


def _remember(texts: list[tuple[Pairs, bytes]], pairs: Pairs, dialogue: Dialogue) -> None:
    if pairs and len(texts) < _TEXTS_OF_A_PICTURE:
        texts.append((pairs, dialogue.name))
