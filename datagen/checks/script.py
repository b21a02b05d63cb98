"""Validate stage: texts of a record -> whether they are in the data set's language.

Two cheap tests. Letters: Unicode blocks tell scripts apart. Words: among languages in Latin
letters the frequent little words tell; a text fails only when it holds several of another language
and fewer of its own. What stands in quotation marks (a sign) or after a word that announces a name
is left out, and a language that the table does not know is not judged by what it lacks.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from datagen.checks.languages import SCRIPTS, Language, find_language, list_languages
from datagen.checks.reasons import make_finding
from datagen.checks.texts import Passage
from datagen.records import Finding

# Letters of the other script that make a text one of that script, not a word in it.
_MIN_LETTERS = 6
_MIN_SHARE = 0.4

# Latin words in a text of a language that is not written in Latin letters, and share of own
# letters below which the text is none: brands and signs stand in Latin letters everywhere.
_MIN_LATIN_WORDS = 4
_MIN_OWN_SHARE = 0.25

# Different little words of another language.
_MIN_FOREIGN = 3
_FOREIGN_OVER_OWN = 2
# Where the own little words are not known: of all words.
_FOREIGN_SHARE = 0.35

_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN_RUN = re.compile(
    rf"[{''.join(SCRIPTS.values())}](?:[\W\d]{{0,3}}[{''.join(SCRIPTS.values())}])+"
)
_LATIN_WORD = re.compile(r"[A-Za-z\u00c0-\u024f]{2,}")

# What stands before a name or a text in the picture ("the sign reads ...", "a café called ...").
_ANNOUNCED = re.compile(
    r"(?:say(?:s|ing)?|read(?:s|ing)?|written|writing|word(?:s|ing)?|letter(?:s|ing)?|character(?:s)?"
    r"|call(?:s|ed)|name(?:s|d)?|labell?ed|label|sign|text|title|logo|brand|means?|meaning|inscription"
    r"|spell(?:s|ed|ing)?|print(?:s|ed)|display(?:s|ing|ed)?|chinese|japanese|korean|russian|greek"
    r"|arabic|hebrew|hindi|thai|cyrillic|kanji|hangul|symbols?)\b[^\n.!?]{0,40}$|[(\[:\u2014\u2013-]\s*$",
    re.IGNORECASE,
)
_ANNOUNCEMENT_LENGTH = 80


def check_script(passages: Iterable[Passage], language: str = "English") -> Iterator[Finding]:
    """Say which texts are in another language or script than the data set.

    Args:
        passages: questions and answers; both are checked.
        language: in plain English or as a code; see `languages.toml`.

    Yields:
        At most one finding a text: `wrong-script`, `wrong-language`, or for single words the note
        `foreign-letters`.
    """
    target = find_language(language)
    if not target.scripts:
        return
    for passage in passages:
        finding = _check_letters(passage, target) or _check_words(passage, target)
        if finding is not None:
            yield finding


def _check_letters(passage: Passage, target: Language) -> Finding | None:
    if "Latin" not in target.scripts:
        return _check_own_letters(passage, target)
    if passage.plain.isascii():
        return None
    runs = _list_foreign_runs(passage.plain, target)
    if not runs:
        return None
    letters = sum(len(_LETTER.findall(run[0])) for run in runs)
    foreign = sum(_weigh_run(run[0]) for run in runs)
    own = len(_LATIN_WORD.findall(passage.plain))
    code = "foreign-letters"
    if letters >= _MIN_LETTERS and foreign > _MIN_SHARE * (own + foreign):
        code = "wrong-script"
    announced = own and all(_is_announced(passage.plain, run) for run in runs)
    return None if announced else _make_finding(code, passage, runs[0])


def _weigh_run(run: str) -> float:
    """About how many words a run of foreign letters is: two letters of Chinese make one, or five."""
    return len(_LETTER.findall(run)) / (2 if run[0] >= "\u1100" else 5)


def _list_foreign_runs(plain: str, target: Language) -> list[re.Match[str]]:
    own = _compile_letters(target.scripts)
    return [run for run in _FOREIGN_RUN.finditer(plain) if own is None or not own.search(run[0])]


def _is_announced(plain: str, run: re.Match[str]) -> bool:
    start = run.start()
    return _ANNOUNCED.search(plain[max(0, start - _ANNOUNCEMENT_LENGTH) : start]) is not None


def _check_own_letters(passage: Passage, target: Language) -> Finding | None:
    """Texts of a language in other than Latin letters."""
    own = _compile_letters(target.scripts)
    if own is None:
        return None
    letters = _LETTER.findall(passage.plain)
    count = sum(1 for letter in letters if own.match(letter))
    latin = _LATIN_WORD.findall(passage.plain)
    foreign = len(letters) - count - sum(map(len, latin))
    if len(latin) >= _MIN_LATIN_WORDS and count < _MIN_OWN_SHARE * len(letters):
        return make_finding("wrong-script", turn=passage.turn, span=passage.text.strip())
    if foreign >= _MIN_LETTERS and count < foreign:
        return make_finding("wrong-script", turn=passage.turn, span=passage.text.strip())
    if _is_other_east_asian(letters, target):
        return make_finding("wrong-language", turn=passage.turn, span=passage.text.strip())
    return None


def _is_other_east_asian(letters: list[str], target: Language) -> bool:
    """Chinese and Japanese share letters: only Japanese has kana, and never goes long without."""
    kana = _compile_letters(("Kana",))
    if target.name != "Japanese" or kana is None or len(letters) < 2 * _MIN_LETTERS:
        return False
    return not any(kana.match(letter) for letter in letters)


@cache
def _compile_letters(scripts: tuple[str, ...]) -> re.Pattern[str] | None:
    blocks = "".join(SCRIPTS[script] for script in scripts if script in SCRIPTS)
    return re.compile(f"[{blocks}]") if blocks else None


def _check_words(passage: Passage, target: Language) -> Finding | None:
    if "Latin" not in target.scripts:
        return None
    words, weights = _list_foreign_words(target)
    foreign = words.intersection(passage.words)
    if len(foreign) < _MIN_FOREIGN:
        return None
    found = Counter(name for word in foreign for name in weights[word])
    language, count = found.most_common(1)[0]
    if count < _MIN_FOREIGN or count <= _count_own(passage, target, find_language(language)):
        return None
    return make_finding(
        "wrong-language",
        turn=passage.turn,
        span=passage.text.strip(),
        detail=f"{language}, not {target.name}",
    )


def _count_own(passage: Passage, target: Language, other: Language) -> float:
    """The least that must be exceeded by little words of another language."""
    if not target.common:
        return _FOREIGN_SHARE * len(passage.words)
    own = target.common - other.common
    return _FOREIGN_OVER_OWN * len(own.intersection(passage.words))


@cache
def _list_foreign_words(
    target: Language,
) -> tuple[frozenset[str], Mapping[str, tuple[str, ...]]]:
    """Little words that are not the language's own, and which languages have each."""
    words: dict[str, tuple[str, ...]] = {}
    for language in list_languages():
        if language.name != target.name:
            for word in language.common - target.common:
                words[word] = (*words.get(word, ()), language.name)
    return frozenset(words), words


def _make_finding(code: str, passage: Passage, match: re.Match[str]) -> Finding:
    return make_finding(code, turn=passage.turn, span=passage.text[slice(*match.span())])
