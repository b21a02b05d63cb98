"""Validate stage, grounding: which noun phrases a phrase of place speaks of.

It reads tokens, not a parse, so it prefers to find nothing. Where a place may belong to either of
two noun phrases ("a man with a dog on the left") both are given, and a claim is wrong only if it
is wrong of each.
"""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace

from datagen.checks.grounding.links import AHEAD, FINITE, LINKS, OPENERS, is_link
from datagen.checks.grounding.places import Place
from datagen.checks.grounding.readings import Mention, Sentence
from datagen.checks.grounding.traits import PREPOSITIONS

_BOUNDARIES = frozenset({
    ";", ":", "(", "while", "whereas", "but", "although", "though", "because", "where", "if",
    "when",
})  # fmt: skip
_JOINTS = frozenset({",", "and", "&"})
_STARTERS = frozenset({",", "and", "as", "then", "also"})
_SINGULARS = frozenset({"is", "was", "stands", "sits", "lies", "hangs", "rests", "appears", "'s"})
_VERBS_AFTER = FINITE | frozenset({"there", "we", "you", "one"})
_ANSWER_OPENERS = frozenset({"it", "they", "yes", "sure", "well", "that", "one", ","})
_PARTITIVES = frozenset({"one", "some", "many", "most", "several", "two", "three", "few"})
_PRONOUNS: dict[str, int] = {
    "one": 1, "another": 1, "other": 1, "others": 1, "second": 1, "third": 1, "first": 1,
    "last": 1, "fourth": 1, "latter": 1, "former": 1, "some": 1, "both": 2, "two": 2, "three": 3,
    "four": 4,
}  # fmt: skip
_OBJECTS = frozenset({"him", "her", "it", "them"})
_CONTACTS = frozenset({"on", "in", "at", "against"})
_POINTING = frozenset({"the", "that", "this"})
_PERSONALS = frozenset({"it", "they", "he", "she"})


class Subject(msgspec.Struct, frozen=True, gc=False):
    """What a place is said of.

    Attributes:
        mentions: the noun phrases that it may be; the claim is wrong only if it is of each.
        number: how many of it are said to be there, 1 where the words do not tell.
        is_picked: the place only tells which of several is meant ("the dog on the left").
    """

    mentions: tuple[Mention, ...]
    number: int = 1
    is_picked: bool = False


def find_subjects(
    sentence: Sentence, places: Sequence[Place], question: Sequence[Mention] = ()
) -> list[list[Subject]]:
    """For each place what it is said of.

    Args:
        sentence: where the places stand.
        places: as `find_places` gives them.
        question: the noun phrases that "it" may mean when the sentence opens an answer.
    """
    words = sentence.words
    search = _Search(words, sentence.mentions, places, question, sentence.clauses)
    used: set[int] = set()
    found: list[list[Subject]] = []
    for index in range(len(places)):
        subjects, is_fronted = search.find(index, used)
        if not subjects and index:
            subjects = search.carry_over(index, found[index - 1])
        if is_fronted:
            used.update(mention.first for one in subjects for mention in one.mentions)
        found.append(subjects)
    return found


class _Search(msgspec.Struct, frozen=True, gc=False):
    """One sentence with its places, asked for the subjects of each."""

    words: Sequence[str]
    mentions: Sequence[Mention]
    places: Sequence[Place]
    question: Sequence[Mention]
    clauses: Sequence[tuple[int, int]]

    def find(self, index: int, used: set[int]) -> tuple[list[Subject], bool]:
        """The subjects of one place, and whether they follow it."""
        place = self.places[index]
        start = self._find_segment(index)
        before = [one for one in self.mentions if start <= one.head and one.last < place.first]
        unused = [one for one in before if one.first not in used]
        ahead = self._look_ahead(index) if self._may_open(index, start, before, unused) else []
        if ahead and not self._is_doubtful(place, unused):
            return ahead, True
        if ahead:
            return [], False
        if not self.mentions and self._opens(place):
            return [Subject((self.question[0],))] if len(self.question) == 1 else [], False
        found = self._look_back(index, start, unused)
        if place.also or self.words[place.last + 1 : place.last + 2] == ["and"]:
            # "Two boats in the middle and on the left": not both of them in the middle.
            found = [replace(one, number=1) for one in found]
        return found, False

    def carry_over(self, index: int, subjects: Sequence[Subject]) -> list[Subject]:
        """The last place's subjects, for "the cup next to the dog is on the left"."""
        before, place = self.places[index - 1], self.places[index]
        gap = self.words[before.last + 1 : place.first]
        if not all(is_link(word, LINKS) for word in gap):
            return []
        if before.anchor is None or not FINITE.isdisjoint(gap):
            return list(subjects)
        return [replace(one, mentions=(*one.mentions, before.anchor)) for one in subjects]

    def _find_segment(self, index: int) -> int:
        """The token after the last place or the last word that begins a new statement."""
        place = self.places[index]
        start = self.places[index - 1].last + 1 if index else 0
        for at in range(place.first - 1, start - 1, -1):
            if self.words[at] in _BOUNDARIES:
                start = at + 1
                break
        clause = max((one for one, _ in self.clauses if one <= place.first), default=0)
        is_whole = clause == place.first or any(
            clause <= one.head and one.last < place.first for one in self.mentions
        )
        return max(start, clause) if is_whole else start

    def _opens(self, place: Place) -> bool:
        """Whether nothing stands before a place but "it is" and the like."""
        return all(
            word in _ANSWER_OPENERS or is_link(word, LINKS) for word in self.words[: place.first]
        )

    def _may_open(
        self, index: int, start: int, before: Sequence[Mention], unused: Sequence[Mention]
    ) -> bool:
        """Whether the place may stand before its subject ("On the left is a dog")."""
        place = self.places[index]
        if index and self.words[self.places[index - 1].last + 1 : place.first] == ["and"]:
            return False  # "on the left and in the middle"
        if not before:
            opening = self.words[start : place.first]
            is_new = not opening or opening[-1] in _STARTERS
            return is_new or all(is_link(word, OPENERS) for word in opening)
        if not unused:
            return True
        return self.words[place.first - 1] in {",", "and"}

    def _is_doubtful(self, place: Place, unused: Sequence[Mention]) -> bool:
        """Whether the place between two noun phrases may belong to either."""
        if not unused or self.words[place.first - 2 : place.first] == [",", "and"]:
            return False
        follows = self.words[place.last + 1 : place.last + 2]
        return not follows or follows[0] not in _VERBS_AFTER

    def _look_ahead(self, index: int) -> list[Subject]:
        """The noun phrases right after a place, those of a list together."""
        at = self.places[index].last + 1
        later = self.places[index + 1].first if index + 1 < len(self.places) else len(self.words)
        heads = {mention.head: mention for mention in self.mentions}
        while at < later and at not in heads and self.words[at] in AHEAD:
            at += 1
        subjects: list[Subject] = []
        while at < later and at in heads:
            mention = heads[at]
            at = self._skip_joint(mention.last + 1)
            if not subjects or not (at == later or self.words[at] in FINITE):
                subjects.append(Subject((mention,), _count(mention)))
            if at == mention.last + 1:
                break
        return subjects

    def _skip_joint(self, at: int) -> int:
        while at < len(self.words) and self.words[at] in _JOINTS:
            at += 1
        return at

    def _look_back(self, index: int, start: int, before: Sequence[Mention]) -> list[Subject]:
        """What stands before a place and is linked to it by nothing but words of being there."""
        at = self.places[index].first - 1
        floor = before[-1].last if before else start - 1
        while at > floor and (size := self._measure_link(at)):
            at -= size
        if at > floor:
            return self._read_pronoun(at, self.words[at])
        gap = self.words[floor + 1 : self.places[index].first]
        place = self.places[index]
        owned = place.kind == "relation" and place.anchor is None
        return self._choose(before, gap, owned=owned) if before else []

    def _measure_link(self, at: int) -> int:
        """How many tokens up to this one are a link: a word, "behind him" or "on the wall"."""
        words = self.words
        if words[at] in _OBJECTS and words[at - 1] in PREPOSITIONS:
            return 2
        if words[at] in _PRONOUNS:
            return 0
        if is_link(words[at], LINKS):
            return 1
        is_phrase = words[at - 2] in _CONTACTS and words[at - 1] in {"the", "a"}
        return 3 if is_phrase and words[at].isalpha() else 0

    def _read_pronoun(self, at: int, word: str) -> list[Subject]:
        """What "one", "the other two" or "it" stands for."""
        earlier = [mention for mention in self.mentions if mention.last < at]
        if word in _PERSONALS:
            owners = earlier or list(self.question)
            return [Subject((owners[0],), 1)] if len(owners) == 1 else []
        if word not in _PRONOUNS or self.words[at - 1 : at] == ["no"]:
            return []
        several = [one for one in earlier if _is_several(one)]
        is_picked = self.words[at - 1 : at + 1] == ["the", "one"]
        return [Subject(tuple(several), _PRONOUNS[word], is_picked)] if several else []

    def _choose(
        self, before: Sequence[Mention], gap: Sequence[str], *, owned: bool
    ) -> list[Subject]:
        """Choose among the noun phrases before a place: the list next to it, or the one it hangs on."""
        first = len(before) - 1
        while first and self._is_joined(before[first - 1], before[first]):
            first -= 1
        is_said = not FINITE.isdisjoint(gap)
        if not is_said or not _SINGULARS.isdisjoint(gap):
            first = len(before) - 1
        group, rest = before[first:], before[:first]
        if owned:
            return [Subject((group[-1],), self._count(group[-1]))]
        if not rest or self._opens_clause(rest[-1], group[0]):
            return [
                Subject((one,), self._count(one), not gap and one.determiner in _POINTING)
                for one in group
                if self._is_head(one)
            ]
        if is_said and self._is_head(rest[0]) and self._is_phrase(rest[0], group[-1]):
            return [Subject((rest[0],), self._count(rest[0]))]
        return [Subject((*rest, group[-1]), 1)]

    def _is_joined(self, one: Mention, other: Mention) -> bool:
        between = self.words[one.last + 1 : other.head]
        return bool(between) and _JOINTS.issuperset(between)

    def _opens_clause(self, one: Mention, other: Mention) -> bool:
        """Whether the second noun phrase begins a statement of its own ("… barks, and a dog")."""
        between = self.words[one.last + 1 : other.head]
        return bool(between) and (between[-1] in _JOINTS or between[-2:] == [",", "with"])

    def _is_phrase(self, one: Mention, other: Mention) -> bool:
        """Whether both stand in one noun phrase ("the cup next to the laptop")."""
        return FINITE.isdisjoint(self.words[one.last + 1 : other.head])

    def _is_head(self, mention: Mention) -> bool:
        """Whether no preposition makes it a part of another, unknown noun phrase."""
        before = self.words[mention.head - 1] if mention.head else ""
        if before == "of":
            return mention.head > 1 and self.words[mention.head - 2] in _PARTITIVES
        if before == "with":
            return self.words[mention.head - 2 : mention.head - 1] == [","]
        return before not in PREPOSITIONS

    def _count(self, mention: Mention) -> int:
        is_part = mention.head > 0 and self.words[mention.head - 1] == "of"
        return 1 if is_part else _count(mention)


def _count(mention: Mention) -> int:
    """How many of it are said to be there at least; 1 where only the plural tells."""
    quantity = mention.quantity
    return max(1, quantity.low) if quantity is not None else 1


def _is_several(mention: Mention) -> bool:
    return mention.plural or mention.quantity is not None or mention.determiner == "another"
