"""Validate stage: answers of a record -> whether they break off.

Punctuation alone proves nothing: a list and a short answer do without a full stop. An answer is
cut when it ends in what no sentence ends in: an article, a comma, an open bracket, a sentence just
begun. One that only lacks the full stop that its own earlier sentences, or the other answers of
the record, have is noted.
"""

import re
from collections.abc import Iterator, Sequence, Set

from datagen.checks.languages import Language, find_language
from datagen.checks.reasons import make_finding
from datagen.checks.texts import Passage, split_words
from datagen.records import Finding

_CLOSING = "\"'\u201d\u2019\u00bb\u203a\u300d\u300f)]}*_ "
_STOPS = ".!?\u2026\u3002\uff01\uff1f\uff0e\u061f\u0964"
_OPEN_MARKS = ",;:-\u2013\u2014/&+([{\u201c\u2018\u201e\u00ab\u300c\u300e\u3001\uff0c\uff1b\uff1a"

_LIST_ITEM = re.compile(r"(?:[-*\u2022\u00b7\u2013+]|\(?\d{1,2}[.)]|\(?[A-Za-z][.)])(?:\s|$)")
_EMPTY_ITEM = re.compile(r"(?:[-*\u2022\u00b7\u2013+]|\(?\d{1,2}[.)])")

# The end of a sentence with another one behind it. Not after an abbreviation or an initial.
_SENTENCE_END = re.compile(
    r"(?<![.\s][A-Za-z])(?<!\b[A-Z])(?<!\bMr)(?<!\bMrs)(?<!\bDr)(?<!\bSt)(?<!\bvs)(?<!\bNo)(?<!\betc)"
    r"(?<!\be\.g)(?<!\bi\.e)[.!?\u2026]['\")\u201d\u2019]{0,2}\s+(?=\S)|[\u3002\uff01\uff1f](?=\S)"
)

# Words of an answer, or of its last sentence, before a missing full stop or a little word at the
# end tells; shorter answers do well without and end in anything ("Yes, they are").
_MIN_PROSE = 12
_MIN_AFTER_STOP = 4
_MIN_STRANDED = 5
_MIN_LONE = 8
_MIN_BESIDE_OTHERS = 8
_MIN_ALONE = 24
_MIN_LINE = 8
_MIN_OTHERS = 2
_MOST_BEGUN = 6

# "That is what they are", "I cannot tell where the ball is": whole. "The hydrant is": not.
_BE = frozenset(("is", "are", "was", "were"))
_SUBJECTS = frozenset(
    ("it", "they", "he", "she", "there", "that", "this", "these", "those", "what", "who", "i", "we")
)
_QUESTION_WORDS = frozenset(
    ("what", "where", "who", "how", "why", "which", "when", "as", "than", "whatever")
)
_PARTICLES = frozenset(("on", "in"))
_SWITCHED = frozenset(("turned", "switched", "plugged"))
_ABLE = frozenset(("can", "could", "do", "does", "did", "have", "has", "will", "would", "should"))

# "Most of it", "both of them": whole.
_OBJECTS = frozenset(("it", "them", "him", "you", "that", "this", "these", "those", "her", "each"))
_BEFORE_OBJECTS = frozenset(
    """about above around at before behind below beside besides between by for from in inside into
    near of on onto over through to under with without""".split()  # noqa: SIM905  # a word list
)

# "No, he does not want to": the verb behind is understood.
_BEFORE_TO = frozenset(
    ("want", "wants", "need", "needs", "have", "has", "like", "likes", "going", "able", "used")
)


def check_endings(passages: Sequence[Passage], language: str = "English") -> Iterator[Finding]:
    """Say which answers break off (`cut-ending`) or may do so (`no-full-stop`).

    Args:
        passages: all messages of a record; its answers are held against each other.
        language: of the data set; its words are tried besides the English ones.
    """
    known = tuple(dict.fromkeys((find_language("English"), find_language(language))))
    answers = [passage for passage in passages if passage.is_answer and passage.words]
    for answer in answers:
        if _has_stop(answer.text):
            code = "cut-ending" if _ends_in_stopped_article(answer) else ""
        else:
            code = _judge_end(answer, known, answers)
        if code:
            yield make_finding(code, turn=answer.turn, span=answer.text.rstrip()[-60:])


def _has_stop(text: str) -> bool:
    return text.rstrip(_CLOSING + "\n\t")[-1:] in _STOPS and not _ends_in_empty_item(text)


def _ends_in_stopped_article(answer: Passage) -> bool:
    """A full stop put behind "the": somebody tidied a cut answer up. "A" may be a letter."""
    return (
        answer.words[-1] in {"the", "an", "and"}
        and len(answer.words) > _MIN_LONE
        and answer.plain.rstrip().endswith((" the.", " an.", " and."))
    )


def _judge_end(answer: Passage, languages: Sequence[Language], answers: Sequence[Passage]) -> str:
    """The code for the end of an answer without a full stop, or nothing."""
    end = answer.text.rstrip()
    if not end[-1:].isalnum():
        is_cut = _ends_in_open_mark(end) or _ends_in_empty_item(end)
        return "cut-ending" if is_cut else ""
    others = _have_stops(answer, answers)
    rest = _list_words_behind_stop(end)
    is_prose = others or (rest is not None and len(answer.words) >= _MIN_PROSE)
    if _has_open_bracket(end) or any(
        _ends_in_open_word(answer, language, is_prose=is_prose) for language in languages
    ):
        return "cut-ending"
    if _LIST_ITEM.match(end[end.rfind("\n") + 1 :].lstrip()):
        return ""
    return _judge_missing_stop(answer, rest, languages[0].verbs, others=others)


def _judge_missing_stop(
    answer: Passage, rest: list[str] | None, verbs: Set[str], *, others: bool
) -> str:
    """What becomes of an answer that lacks the full stop which it, or the others, should have.

    A whole sentence that only lost its full stop cannot be told from one cut at a lucky place; so
    only the start of a sentence, which has no verb yet, is cut for certain.
    """
    count = len(answer.words)
    if rest is not None and count >= (_MIN_AFTER_STOP if others else _MIN_PROSE):
        is_begun = len(rest) <= _MOST_BEGUN and verbs.isdisjoint(rest)
        return "cut-ending" if is_begun and not _is_sentence(rest) else "no-full-stop"
    if verbs.isdisjoint(answer.words):
        return ""
    return "no-full-stop" if count >= (_MIN_BESIDE_OTHERS if others else _MIN_ALONE) else ""


def _is_sentence(words: Sequence[str]) -> bool:
    """A pronoun and a verb that no list has: "He tastes the soup"."""
    return words[0] in _SUBJECTS and len(words) > 2


def _ends_in_open_mark(end: str) -> bool:
    if end.endswith(tuple(_OPEN_MARKS)):
        return not end.endswith((":-", "++")) and len(end) > 1
    # A quotation mark that opens: a blank before it, and none to close.
    return end[-1:] in {'"', "'"} and end[-2:-1].isspace() and end.count(end[-1]) % 2 == 1


def _ends_in_empty_item(text: str) -> bool:
    """A list that stops behind the mark of its next item ("2." behind "1. a chair")."""
    lines = [line.strip() for line in text.strip().splitlines() if line.strip()]
    if len(lines) < 2 or not _EMPTY_ITEM.fullmatch(lines[-1]):
        return False
    return _LIST_ITEM.match(lines[-2]) is not None or lines[-2].endswith(":")


def _ends_in_open_word(answer: Passage, language: Language, *, is_prose: bool) -> bool:
    *before, last = answer.words
    # "Plan A", "group I", "the letter A": a capital letter is a name.
    if not answer.plain.rstrip().endswith(last) or len(before) < 2:
        return False
    if last in language.open or (last in language.adjectives and before[-1] in language.articles):
        return True
    if last not in language.stranded or _is_whole(before[-1], last):
        return False
    if last not in language.lone or _wants_more(before, last):
        return len(before) + 1 >= _MIN_STRANDED
    return _count_last(answer) >= _MIN_LONE or (is_prose and len(before) >= _MIN_STRANDED)


def _is_whole(before: str, last: str) -> bool:
    if last == "to":
        return before in _BEFORE_TO
    if last in _ABLE:  # "as fast as they can"
        return before in _SUBJECTS
    return last in _OBJECTS and before in _BEFORE_OBJECTS


def _wants_more(before: Sequence[str], last: str) -> bool:
    """Whether a word that may end a short answer does not after these ("The bird is sitting on")."""
    if last in _BE:
        return before[-1] not in _SUBJECTS and _QUESTION_WORDS.isdisjoint(before)
    return last in _PARTICLES and before[-1].endswith(("ing", "ed")) and before[-1] not in _SWITCHED


def _count_last(answer: Passage) -> int:
    """Words since the last full stop."""
    *_, last = _SENTENCE_END.split(answer.plain.rstrip())
    return len(split_words(last))


def _has_open_bracket(end: str) -> bool:
    last_open = max(end.rfind("("), end.rfind("["))
    return last_open >= 0 and end.find(")", last_open) < 0 and end.find("]", last_open) < 0


def _list_words_behind_stop(end: str) -> list[str] | None:
    """The words behind the last full stop of an answer; None when there is no stop before."""
    last_line = end[end.rfind("\n") + 1 :]
    *before, rest = _SENTENCE_END.split(last_line)
    words = split_words(rest.lower())
    if before:
        return words
    # A last line of its own may be a heading or a verse, unless it is a sentence's length.
    head = end[: len(end) - len(last_line)].rstrip()
    return words if head and head[-1] in _STOPS and len(words) >= _MIN_LINE else None


def _have_stops(answer: Passage, answers: Sequence[Passage]) -> bool:
    """Whether the other answers of the record end in full stops, all but the shortest."""
    others = [other for other in answers if other is not answer and len(other.words) > 2]
    return len(others) >= _MIN_OTHERS and all(_has_stop(other.text) for other in others)
