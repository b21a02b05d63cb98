"""Spot-check: what the annotations of a picture know, asked through the grounding checks.

The lexicon reader does it whatever layer a run checks with: true and false records are made by the
same rules that they are judged by, and offsets of claims count characters of plain turns.
"""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from datagen.checks.grounding.claims import Claim
from datagen.checks.grounding.dialogue import judge_dialogue
from datagen.checks.grounding.evidence import Evidence, find_suggested, gather_evidence
from datagen.checks.grounding.quantities import NUMBERS
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.readings import Sentence
from datagen.checks.grounding.word_classes import COLOURS
from datagen.checks.grounding.zones import SIDES
from datagen.llm.offline.vocabulary import find_neighbors, is_hinted, load_categories, split_words
from datagen.records import AnnotatedImage, Turn

_KNOWN = frozenset({"class", "kind", "person"})  # terms of COCO's categories
_CLAIMING = NUMBERS.keys() | COLOURS | SIDES | {"yes", "no"}


@cache
def _load_reader() -> LexiconReader:
    return LexiconReader()


def read_text(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text as the checks read them."""
    return _load_reader().read(text)


def find_claiming(text: str) -> list[tuple[int, int]]:
    """Where a text says what is in a picture: COCO's things, numbers, colours, sides, yes and no.

    These are words that anybody would use; how likely rarer ones are is a matter of style.

    Returns:
        Start and end of each word, in characters.

    >>> [text[a:b] for text in ["Yes, two red dogs run."] for a, b in find_claiming(text)]
    ['Yes', 'two', 'red', 'dogs']
    """
    found = []
    for sentence in read_text(text):
        places = {
            place
            for mention in sentence.mentions
            if mention.term.kind in _KNOWN
            for place in range(mention.first, mention.last + 1)
        }
        for place, (start, word) in enumerate(zip(sentence.starts, sentence.words, strict=True)):
            if place in places or word in _CLAIMING:
                found.append((start, start + len(word)))
    return found


@lru_cache(maxsize=64)
def read_evidence(image: AnnotatedImage) -> Evidence:
    """The evidence of a picture; without any box nothing is known to be absent."""
    return gather_evidence(image, _load_reader())


def judge_turns(turns: Sequence[Turn], image: AnnotatedImage) -> list[Claim]:
    """The claims of a dialogue; question `i` is their turn `2 * i`, its answer one more."""
    texts = [text for turn in turns for text in (turn.question, turn.answer)]
    return judge_dialogue(texts, read_evidence(image), _load_reader())


def list_absent(image: AnnotatedImage, texts: Iterable[str] = ()) -> tuple[str, ...]:
    """COCO's categories that are surely not in the picture, in alphabetical order.

    Not boxed, not named by captions or other texts in any word, a wider one neither, not implied by
    one, and not what people take for a category that is there. None are sure without boxes.

    Args:
        image: with its captions and boxes.
        texts: further texts about it that are taken to be true.
    """
    if not image.boxes:
        return ()
    told = AnnotatedImage(image.id, image.file_name, (*image.captions, *texts), image.boxes)
    evidence = read_evidence(told)
    known = {*evidence.boxes, *evidence.mentions}
    near = {other for name in known for other in find_neighbors(name)}
    words = [word for text in told.captions for word in split_words(text)]
    out = known | near | find_suggested(evidence)
    return tuple(
        name for name in sorted(load_categories()) if name not in out and not is_hinted(name, words)
    )
