"""Validate stage, grounding: the noun phrases of a sentence whose head is outside the lexicon.

There is no parser here. A noun of the table counts as the head of a phrase where nothing speaks
against it: no noun follows that it could modify, a determiner or an adjective stands before it, or
it is a plural, and no word beside it takes it for a verb.
"""

from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from importlib import resources

import msgspec

from datagen.checks.grounding.lexicon import load_lexicon
from datagen.checks.grounding.readings import Mood, Sentence, Term
from datagen.checks.grounding.vocabulary import (
    Noun,
    find_compound,
    find_noun,
    is_general,
    list_singulars,
)
from datagen.checks.memo import Memo

CLAIMING_KINDS = frozenset(
    {"animal", "artifact", "clothes", "food", "furniture", "object", "plant", "structure"}
)
"""Kinds of nouns that claim a thing; bodies come with people, and matter is everywhere."""


def _split(words: str) -> frozenset[str]:
    return frozenset(words.split())


_DETERMINERS = _split(
    "a an the this that these those his her its their my your our another each every some several "
    "many few both all various multiple numerous different 's one two three four five six seven "
    "eight nine ten dozen more other countless assorted"
)
DEFINITE = _split("the his her its their")
"""Determiners by which a phrase takes its thing for granted."""
_DENIALS = _split(
    "no not n't without never neither nor lack lacks lacking absence missing any hardly free cannot "
    "instead rather isn't aren't doesn't don't can't"
)
_LIKENESS = _split("like as than resembling resembles resemble unlike")
_BREAKS = _split(
    "of in on at by with from to for into onto over under near behind above below beside between "
    "against along around across through about among beneath inside outside off toward towards up "
    "down within during after before until is are was were be been being am has have had do does "
    "did can could may might must shall should will would and or but nor so if when while where "
    "which who whom whose that because although though since there here it he she they we i you "
    "him them us me what how why also not no than as like such including includes include features "
    "featuring shows contains via per"
)
_PRONOUNS = _split(
    "it he she they we i you him them us me this that these those who which everything something "
    "nothing anything everyone everybody someone what there here to not n't can could may might "
    "must will would should do does did also"
)
"""After such a word there is no bare noun, only a verb: "it sheds", "to plant"."""
_PARTICLES = _split("up down off out away about around back apart")
_OBJECTS = _split("it him them us me you something everything anything themselves")
_MODALS = _split("would could should may might must will")
_LIST_WORDS = _split("and or of as")
_LIST_MARKS = frozenset({",", "and"})
_COLOURS = _split("red green blue yellow orange black white brown grey gray pink purple")
"""They make no compound: "a yellow jacket" is seldom a wasp."""
_DEPICTIONS = _split(
    "picture photo photograph image drawing painting poster statue sculpture illustration print "
    "shape color colour pattern style kind type sort form sense model toy reflection cartoon "
    "depiction logo symbol icon game snapshot"
)
"""What stands before `of` and takes the noun after it out of the picture."""
_EXAMPLES = frozenset({"including", "includes", "such"})

_PHRASE = 6
"""Words before a noun that may belong to its phrase."""


class NounPhrase(msgspec.Struct, frozen=True, gc=False):
    """A noun in its sentence.

    Attributes:
        noun: of the table; of a compound the whole.
        first, last: token indices of the noun, last included.
        head: token index where the phrase begins.
        determiner: lower-case; empty for none.
    """

    noun: Noun
    first: int
    last: int
    head: int
    determiner: str


def find_phrases(sentence: Sentence) -> Iterator[NounPhrase]:
    """The phrases by which a sentence says that a thing is there, in order."""
    words = sentence.words
    candidates = [
        (index, noun) for index, word in enumerate(words) if (noun := _CANDIDATES[word]) is not None
    ]
    if not candidates:
        return
    taken = _list_taken(sentence)
    for index, head in candidates:
        if index in taken or _has_head_after(words, index, head, taken):
            continue
        noun, first = _widen(words, index, head, taken)
        phrase = noun and _measure(words, noun, first, index, taken)
        if phrase and _is_claimed(sentence, words, phrase):
            yield phrase


def is_listed(sentence: Sentence, phrase: NounPhrase) -> bool:
    """Whether the thing stands in a list of examples: "several items, such as a pen, a cup …"."""
    for word in reversed(sentence.words[: phrase.head]):
        if word in _EXAMPLES:
            return True
        if word in _BREAKS and word not in _LIST_WORDS:
            return False
    return False


def find_candidate(word: str) -> Noun | None:
    """The noun that claims a thing which a lower-case word may be.

    Words of the lexicon are not, but for soft ones, which accuse nobody there.
    """
    form = load_lexicon().forms.get(word)
    if word in _BREAKS or (form and form.term and not _is_soft(form.term)):
        return None
    noun = find_noun(word)
    return noun if noun is not None and noun.kind in CLAIMING_KINDS else None


_CANDIDATES = Memo(find_candidate)


def _is_soft(term: Term | None) -> bool:
    return term is not None and term.kind == "soft"


@lru_cache(maxsize=1 << 14)
def is_silent(word: str) -> bool:
    """Whether a noun of the table makes no claim of its own."""
    return word in _load_silent() or is_general(word)


@cache
def _load_silent() -> frozenset[str]:
    file = resources.files("datagen.checks.grounding") / "data" / "silent_nouns.txt"
    lines = file.read_text(encoding="utf-8").splitlines()
    words = (word for line in lines if not line.startswith("#") for word in line.split())
    return frozenset(word.replace("_", " ") for word in words)


# --- where a phrase begins and ends -----------------------------------------------------------


def _list_taken(sentence: Sentence) -> Collection[int]:
    """Tokens of the lexicon's mentions; those that only modify, and soft ones, belong to phrases."""
    return {
        index
        for mention in sentence.mentions
        if mention.dropped != "modifier" and not _is_soft(mention.term)
        for index in range(mention.first, mention.last + 1)
    }


def _has_head_after(words: Sequence[str], index: int, noun: Noun, taken: Collection[int]) -> bool:
    """Whether a noun only modifies the next one: "brick wall", "candle light"."""
    after = index + 1
    if after == len(words) or not words[after][0].isalpha():
        return False
    if after in taken:
        return True
    word = words[after]
    other = None if word in _BREAKS or word in _DETERMINERS else find_noun(word)
    if other is None:
        return False
    return not (other.homograph and (word != other.word or words[index] != noun.word))


def _is_plural(word: str) -> bool:
    noun = find_noun(word)
    return noun is not None and noun.word != word


def _widen(
    words: Sequence[str], index: int, noun: Noun, taken: Collection[int]
) -> tuple[Noun | None, int]:
    """The noun that ends here and its first token: a compound of the table, or the noun alone."""
    if index and index - 1 not in taken and words[index - 1] not in _COLOURS:
        compound = find_compound(words[index - 1], words[index])
        if compound is not None:
            return (compound if compound.kind in CLAIMING_KINDS else None), index - 1
    return noun, index


def _measure(
    words: Sequence[str], noun: Noun, first: int, last: int, taken: Collection[int]
) -> NounPhrase | None:
    """Walk back to the determiner; None where the words make no noun phrase."""
    head = first
    for index in range(first - 1, max(first - 1 - _PHRASE, -1), -1):
        word = words[index]
        if word in _DETERMINERS or word.isdigit():
            return NounPhrase(noun, first, last, index, word)
        if word in _BREAKS or word in _DENIALS or index in taken or not word[0].isalpha():
            break
        head = index
    if _stands_bare(words, noun, first, last, head):
        return NounPhrase(noun, first, last, head, "")
    return None


def _stands_bare(words: Sequence[str], noun: Noun, first: int, last: int, head: int) -> bool:
    """Whether a noun without a determiner is one: plurals, members of a list, "a bowl of soup"."""
    before = words[head - 1] if head else ""
    if before in _PRONOUNS:
        return False
    if not _is_plural(words[last]):
        if before == "of":
            return noun.kind == "food"
        return not noun.homograph and before in _LIST_MARKS and noun.kind != "object"
    if not noun.homograph:
        return True
    return bool(before) and all(find_noun(word) is None for word in words[head:first])


# --- whether it is a claim --------------------------------------------------------------------


def _is_claimed(sentence: Sentence, words: Sequence[str], phrase: NounPhrase) -> bool:
    """Whether the sentence says that the thing is there."""
    if is_silent(phrase.noun.word) or _find_mood(sentence, phrase.first) != "asserted":
        return False
    after = words[phrase.last + 1] if phrase.last + 1 < len(words) else ""
    if _is_measure(phrase, after) or _is_verb(phrase.noun, after):
        return False
    if after == "or" or _is_wished(words, phrase.last):
        return False
    return not _is_taken_back(sentence, words, phrase)


def _is_measure(phrase: NounPhrase, after: str) -> bool:
    """Whether the noun counts out something else: "a string of bulbs"."""
    return after == "of" and phrase.determiner not in DEFINITE


def _is_verb(noun: Noun, after: str) -> bool:
    """Whether a homograph is followed by what follows a verb: "the clothes suit a chilly day"."""
    return noun.homograph and (after in _PARTICLES or after in _DETERMINERS or after in _OBJECTS)


def _is_wished(words: Sequence[str], last: int) -> bool:
    """Whether the phrase, or the list it stands in, is the subject of "would be" and the like."""
    following = (word for word in words[last + 1 :] if word in _BREAKS and word != "and")
    return next(following, "") in _MODALS


def _is_taken_back(sentence: Sentence, words: Sequence[str], phrase: NounPhrase) -> bool:
    """Whether what stands before denies it, compares with it, depicts it or offers it for choice."""
    before = words[phrase.head - 1] if phrase.head else ""
    earlier = words[phrase.head - 2] if phrase.head > 1 else ""
    if before == "or" or (before in _LIKENESS and earlier != "such"):
        return True
    if before == "of" and not _DEPICTIONS.isdisjoint(list_singulars(earlier)):
        return True
    start = max(_find_clause(sentence, phrase.first)[0], phrase.head - _PHRASE)
    return not _DENIALS.isdisjoint(words[start : phrase.first])


def _find_clause(sentence: Sentence, index: int) -> tuple[int, int]:
    for clause in sentence.clauses:
        if clause[0] <= index < clause[1]:
            return clause
    return 0, len(sentence.words)


def _find_mood(sentence: Sentence, index: int) -> Mood:
    for clause, mood in zip(sentence.clauses, sentence.moods, strict=False):
        if clause[0] <= index < clause[1]:
            return mood
    return "asserted"
