"""Validate stage: texts of a record -> whether they copy the prompt's own examples.

A model that lost its thread gives back an example's answer, or a piece of it. A long run of equal
words tells; ordinary phrases ("on the left side of the picture there is a") are shorter.
"""

from collections.abc import Iterable, Iterator, Sequence

from datagen.checks.reasons import make_finding
from datagen.checks.texts import Passage, quote_words, read_words
from datagen.records import Finding

RUN = 10
"""Words in a row that are no accident."""

# The index holds every run of this many words; a text is looked up at every few words only, such
# that each run of `RUN` words holds one that is looked up.
_GRAM = 5
_STEP = RUN - _GRAM + 1

# Where words are not divided by blanks, a letter is a word, and it takes more of them.
_DENSE_RUN = 18


class ExampleIndex:
    """Remembers the example texts of a prompt; what is not longer than a run of ten is ignored.

    >>> index = ExampleIndex(["Two gulls fight over a piece of bread on the wet quay."])
    >>> index.find("Here two gulls fight over a piece of bread on the wet stones.")
    'two gulls fight over a piece of bread on the wet'
    >>> index.find("There are two gulls on the quay.")
    ''
    """

    def __init__(self, texts: Iterable[str]) -> None:
        """Take any texts that an answer shall not hold: example answers, example questions."""
        self._examples = [_split(text) for text in texts]
        self._places: dict[tuple[str, ...], list[tuple[int, int]]] = {}
        for number, words in enumerate(self._examples):
            for start, gram in enumerate(_list_grams(words)):
                self._places.setdefault(gram, []).append((number, start))

    def find(self, text: str) -> str:
        """The first long run of words that an example also holds, in lower case, or nothing."""
        return " ".join(self._find_run(_split(text)))

    def _find_run(self, words: Sequence[str]) -> Sequence[str]:
        for start in range(0, len(words) - _GRAM + 1, _STEP):
            for number, place in self._places.get(tuple(words[start : start + _GRAM]), ()):
                run = _widen(words, start, self._examples[number], place)
                if len(run) >= _count_wanted(run):
                    return run
        return ()

    def check(self, passages: Iterable[Passage]) -> Iterator[Finding]:
        """Say which answers (`copied-example`) and questions (`copied-question`) are copied."""
        for passage in passages:
            if len(passage.words) < RUN and passage.text.isascii():
                continue
            run = self._find_run(_divide(passage.words))
            if run:
                code = "copied-example" if passage.is_answer else "copied-question"
                yield make_finding(code, turn=passage.turn, span=quote_words(passage, run))


def _split(text: str) -> list[str]:
    return _divide(read_words(text))


def _divide(words: list[str]) -> list[str]:
    """Words as they are, or letters where blanks do not divide words."""
    return [part for word in words for part in (word if _is_dense(word) else (word,))]


def _is_dense(word: str) -> bool:
    return not word.isascii() and "\u3041" <= word[0] <= "\u9fff"


def _count_wanted(run: Sequence[str]) -> int:
    return _DENSE_RUN if _is_dense(run[0]) else RUN


def _list_grams(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    return zip(*(words[start:] for start in range(_GRAM)), strict=False)


def _widen(words: Sequence[str], start: int, example: Sequence[str], place: int) -> Sequence[str]:
    """The longest run of equal words around equal places."""
    end = start + _GRAM
    ahead = place + _GRAM
    while end < len(words) and ahead < len(example) and words[end] == example[ahead]:
        end, ahead = end + 1, ahead + 1
    while start > 0 and place > 0 and words[start - 1] == example[place - 1]:
        start, place = start - 1, place - 1
    return words[start:end]
