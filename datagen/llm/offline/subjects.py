"""Ask stage, offline: the subject of a description, with everything that hangs on it."""

from collections.abc import Sequence
from dataclasses import dataclass

from datagen.llm.offline.phrases import Phrase, agrees, read_phrase
from datagen.llm.offline.tagging import Token
from datagen.llm.offline.vocabulary import load_creatures
from datagen.llm.offline.words import find_singular, list_words


def is_creature(phrase: Phrase) -> bool:
    """Whether a phrase names people or animals, alone or as a group."""
    return find_singular(phrase.head) in load_creatures()


@dataclass(frozen=True, slots=True)
class Tail:
    """What hangs on a subject: its linking word ("" for a participle), phrase, token position."""

    link: str
    phrase: Phrase | None
    place: int


class SubjectReader:
    """Walks over the subject and stops at the main verb.

    "A man and his dog behind a fence | are waiting": two heads, one tail.

    Attributes:
        place: token position behind the subject.
        heads: the noun phrases of which something is said.
        participle: position of a past participle met on the way ("a bus parked …"), else -1.
        tails: what hangs on the heads.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.place = 0
        self.heads: list[Phrase] = []
        self.participle = -1
        self.tails: list[Tail] = []
        self._commas = 0

    def read(self) -> bool:
        """Walk; False if no sound subject stands at the start."""
        first = read_phrase(self.tokens, 0)
        if first is None or not agrees(first):
            return False
        self.heads.append(first)
        self.place = first.last
        while self._step():
            pass
        ended = any(token.tag == "C" for token in self.tokens[: self.place])
        return ended or not self._commas

    @property
    def subject(self) -> Phrase:
        """The first of the heads."""
        return self.heads[0]

    @property
    def plural(self) -> bool:
        """Whether the whole takes "are"."""
        return len(self.heads) > 1 or self.subject.plural

    @property
    def is_group(self) -> bool:
        """Whether it is "a group of people", with which writers use both "is" and "are"."""
        if self.subject.head not in list_words("words", "collectives") or not self.tails:
            return False
        first = self.tails[0]
        return first.link == "of" and first.phrase is not None and first.phrase.plural

    @property
    def tag(self) -> str:
        """The tag at `place`, "" at the end."""
        return self.tokens[self.place].tag if self.place < len(self.tokens) else ""

    @property
    def is_loose(self) -> bool:
        """Whether the verb of a fragment may belong to a tail rather than to the subject.

        "A street with a bus driving on it": it is not the street that drives.
        """
        verb = self.participle if self.participle >= 0 else self.place
        before = [tail for tail in self.tails if tail.place < verb]
        if before and before[0].link == "of":
            before = before[1:]
        if before and before[-1].phrase is not None and is_creature(before[-1].phrase):
            return True
        return bool(before) and not self.is_animate

    @property
    def is_animate(self) -> bool:
        """Whether people or animals make up the subject, alone or as a group."""
        inner = self.tails[0].phrase if self.is_group else None
        return is_creature(inner if inner is not None else self.subject)

    def _step(self) -> bool:
        if self.tag == "P":
            return self._take_tail()
        if self.tag in {"C", ","}:
            return self._take_tail() if self.tails else self._take_partner()
        if self.tag == "E":
            self.participle = self.place if self.participle < 0 else self.participle
            self.tails.append(Tail("", None, self.place))
        elif self.tag != "M":
            return False
        self.place += 1
        return True

    def _take_tail(self) -> bool:
        word = self.tokens[self.place].word
        phrase = read_phrase(self.tokens, self._skip_comma())
        if phrase is None:
            return self._take_bare_preposition()
        if word == "of" and self._counts(phrase):
            self.heads[-1] = phrase
        else:
            self.tails.append(Tail(word, phrase, self.place))
        self.place = phrase.last
        return True

    def _take_bare_preposition(self) -> bool:
        """As in "… standing by", "a bed with clothes on it": no noun phrase follows."""
        if self.tag != "P":
            return False
        self.tails.append(Tail(self.tokens[self.place].word, None, self.place))
        self.place += 1
        if self.tag == "O":
            self.place += 1
        return True

    def _take_partner(self) -> bool:
        phrase = read_phrase(self.tokens, self._skip_comma())
        if phrase is None or not agrees(phrase):
            return False
        self._commas += self.tag == ","
        self.heads.append(phrase)
        self.place = phrase.last
        return True

    def _skip_comma(self) -> int:
        """Where the next phrase starts behind a comma, an "and", or both."""
        start = self.place + 1
        is_and = start < len(self.tokens) and self.tokens[start].tag == "C"
        return start + 1 if self.tag == "," and is_and else start

    def _counts(self, phrase: Phrase) -> bool:
        """Whether the noun before "of" only says how many ("a couple of dogs")."""
        counted = self.heads[-1].head in list_words("words", "quantities")
        return counted and not self.tails and phrase.plural
