"""Grounding, reading: a dependency parse of one sentence, word by word of our own tokens.

It keeps what the rules ask for and nothing of the parser, so that they can be tried on parses
made by hand. Labels are those of spaCy's English models: Penn tags, ClearNLP dependencies.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from datagen.checks.grounding.word_classes import split_set

VERB_TAGS = split_set("VB VBD VBG VBN VBP VBZ")
NOUN_TAGS = split_set("NN NNS NNP NNPS")
SUBJECTS = split_set("nsubj nsubjpass expl csubj")
CLAUSES = split_set("ROOT conj advcl ccomp relcl acl parataxis csubj xcomp pcomp")
_MOST_STEPS = 40


@dataclass(frozen=True)
class Parse:
    """The parse of one sentence; all three have one entry a token.

    Attributes:
        words: lower-case.
        tags: part of speech, fine-grained.
        deps: the relation to the head; `ROOT` for a word without one.
        heads: index of the head; a root is its own.
    """

    words: Sequence[str]
    tags: Sequence[str]
    deps: Sequence[str]
    heads: Sequence[int]

    @cached_property
    def children(self) -> Sequence[Sequence[int]]:
        """For each word what hangs on it, from left to right."""
        children: list[list[int]] = [[] for _ in self.words]
        for index, head in enumerate(self.heads):
            if head != index:
                children[head].append(index)
        return children

    def climb(self, index: int) -> Iterator[int]:
        """The word and all that it hangs on, up to the root."""
        for _ in range(_MOST_STEPS):
            yield index
            if self.heads[index] == index:
                return
            index = self.heads[index]

    def find_child(self, index: int, deps: frozenset[str]) -> int:
        """The first child with one of these relations; -1 for none."""
        return next((child for child in self.children[index] if self.deps[child] in deps), -1)

    def has_subject(self, index: int) -> bool:
        """Whether a subject hangs on the word."""
        return self.find_child(index, SUBJECTS) >= 0

    def find_start(self, index: int, without: frozenset[str] = frozenset()) -> int:
        """Where the phrase of a word begins, its left children of these relations left out."""
        start = index
        for child in self.children[index]:
            if child > index:
                break
            if self.deps[child] not in without:
                start = min(start, self.find_start(child))
        return start
