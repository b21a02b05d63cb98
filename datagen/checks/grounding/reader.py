"""Grounding, reading: text -> sentences with their mentions, by lexicon and rules alone."""

from collections.abc import Sequence

from datagen.checks.grounding.lexicon import Lexicon, load_lexicon
from datagen.checks.grounding.mentions import find_terms, make_mentions
from datagen.checks.grounding.readings import Sentence
from datagen.checks.grounding.scope import MOODS, read_scope
from datagen.checks.grounding.tokens import Tokens, split_sentences

_PLAIN = (MOODS[0],)


class LexiconReader:
    """The default reader: no dependency, no model.

    Args:
        lexicon: another lexicon than the package's own.
    """

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self._lexicon = lexicon or load_lexicon()

    def read(self, text: str) -> tuple[Sentence, ...]:
        """Read one message; sentences without any mention are given too.

        >>> [m.term.name for s in LexiconReader().read("A puppy sleeps.") for m in s.mentions]
        ['puppy']
        """
        return tuple([self._read_sentence(tokens) for tokens in split_sentences(text)])

    def _read_sentence(self, tokens: Tokens) -> Sentence:
        words, starts = tokens
        found = find_terms(words, self._lexicon)
        scope = read_scope(words)
        return Sentence(
            words=words,
            starts=starts,
            mentions=make_mentions(words, found, self._lexicon, scope) if found else (),
            clauses=_list_clauses(scope.starts, len(words)),
            moods=_PLAIN if scope.moods == [0] else tuple([MOODS[mood] for mood in scope.moods]),
            is_question=words[-1] == "?",
        )


def _list_clauses(starts: Sequence[int], count: int) -> tuple[tuple[int, int], ...]:
    if len(starts) == 1:
        return ((0, count),)
    return tuple(zip(starts, [*starts[1:], count], strict=True))
