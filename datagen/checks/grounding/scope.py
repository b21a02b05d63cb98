"""Grounding, reading: where a sentence asserts, where it doubts, where it claims nothing.

One walk from left to right. A cue ("may", "if", "to catch") changes the mood from its place on,
never before it and never for the whole sentence; a new clause of its own, with subject and verb,
sets it back. Each stretch of one mood between two borders is a clause.
"""

from bisect import bisect_right
from collections.abc import Callable, Sequence

import msgspec

from datagen.checks.grounding.cues import (
    COUNTING,
    FINDING,
    FOR_HEADS,
    FRESH,
    GENERAL,
    HEDGES,
    LIMITED,
    MODALS,
    MOMENTS,
    NONES,
    NOT_A_VERB,
    PLAIN_TO,
    PREPOSITION_TO,
    RAISING,
    ROLES,
    SEE,
    TIN_OWNERS,
    VISIBLE,
)
from datagen.checks.grounding.readings import Mood
from datagen.checks.grounding.verbs import is_participle, is_verb, opens_clause
from datagen.checks.grounding.word_classes import AUXILIARIES as AUXILIARIES
from datagen.checks.grounding.word_classes import FINITE, PHRASE_END

ASSERTED, HEDGED, NONE = 0, 1, 2
MOODS: tuple[Mood, ...] = ("asserted", "hedged", "none")


class Scope(msgspec.Struct):
    """The clauses of one sentence.

    Attributes:
        starts: first token of each clause, ascending, the first one 0.
        moods: of each clause, as numbers.
        backwards: tokens of cues that touch the indefinite noun phrases before them in the same
            clause too ("a dog may …"): where that begins, the cue, the mood it gives.
        parts: first token of each clause in the grammatical sense, across changes of mood.
    """

    starts: list[int]
    moods: list[int]
    backwards: list[tuple[int, int, int]]
    parts: list[int]

    def find_clause(self, index: int) -> int:
        """The clause that holds a token."""
        return bisect_right(self.starts, index) - 1

    def find_part(self, index: int) -> int:
        """The first token of the grammatical clause that holds a token."""
        return self.parts[bisect_right(self.parts, index) - 1]


def read_scope(words: Sequence[str]) -> Scope:
    """Divide a sentence into clauses with their moods."""
    cues = [index for index, word in enumerate(words) if word in _CUES]
    return _Walk(words).walk(cues) if cues else _PLAIN


class _Walk:
    """State of the walk over one sentence.

    `mood` holds now. `main` is the mood to which a closed relative clause returns. `part` is the
    first token of the clause in the grammatical sense, across changes of mood. `limited` says that
    the mood holds for one noun phrase only and what comes back after it.
    """

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self.scope = Scope(starts=[0], moods=[ASSERTED], backwards=[], parts=[0])
        self.mood = ASSERTED
        self.part = 0
        self.main: int | None = None
        self.limited: tuple[int, int] | None = None

    def walk(self, cues: Sequence[int]) -> Scope:
        for index in cues:
            if self.limited and self.limited[0] <= index:
                self._lift()
            word = self.words[index]
            _CUES[word](self, index, word)
        if self.limited:
            self._lift()
        return self.scope

    # What the cues do, each called with its token.

    def cross(self, index: int, word: str) -> None:
        """A comma, "and" or a bracket: a new clause only if subject and verb follow."""
        after = index + 1
        if word == "," and self._word(after) in {"and", "but", "so", "or"}:
            return
        if self.main is not None and word == "," and is_verb(self.words, after):
            self._open(after, self.main)
            self.main = None
        elif word == "," and is_participle(self.words, after):
            self._open(after, self.mood)
        elif self._may_end(index, word) and opens_clause(self.words, after):
            self._open(after, ASSERTED)
            self.main = None

    def freshen(self, index: int, word: str) -> None:
        if word == "while" and self._word(index + 1).endswith("ing"):
            self._open(index, self.mood)
        else:
            self._open(index, ASSERTED)

    def relate(self, index: int, word: str) -> None:
        if index == 0:
            return
        if self._word(index - 1) == "," and word != "that" and self.main is None:
            self.main = self.mood
        if word != "that" or is_verb(self.words, index + 1) or opens_clause(self.words, index + 1):
            self._open(index, self.mood)

    def hedge(self, index: int, word: str) -> None:
        self._raise(index, HEDGED)

    def hedge_subject(self, index: int, word: str) -> None:
        if word == "could" and self._is_visibility(index):
            return
        self._reach_back(index, HEDGED)
        self._raise(index, HEDGED)

    def silence(self, index: int, word: str) -> None:
        if word == "will" and self._word(index + 1) in FINDING:
            return  # "you will find the cup on the left"
        if word in {"must", "should", "would"} and self._word(index + 1) in {"be", "have", "not"}:
            self._reach_back(index, HEDGED)
        if word in {"would", "wouldn't", "should", "will"}:
            self._reach_back(index, NONE)
        if word in {"if", "when", "unless", "whenever", "until"}:
            self._open(index, NONE)
        else:
            self._raise(index, NONE)

    def enable(self, index: int, word: str) -> None:
        is_tin = self._word(index - 1) in TIN_OWNERS
        if not is_tin and not self._is_visibility(index):
            self._reach_back(index, NONE)
            self._raise(index, NONE)

    def generalize(self, index: int, word: str) -> None:
        if word in {"typical", "traditional"} and not self._is_fronted(index):
            return  # only "A typical kitchen has …" speaks of all of them
        self._reach_back(index, NONE)
        self._raise(index, NONE)

    def intend(self, index: int, word: str) -> None:
        """Read "to": a purpose where a verb follows."""
        before, after = self._word(index - 1), self._word(index + 1)
        if after in NOT_A_VERB or before in PREPOSITION_TO or before in PLAIN_TO:
            return
        if after.endswith(("ing", "ed")) or not after.isalpha():
            return
        if "from" in self.words[max(index - 4, 0) : index]:
            return  # "from cookies to cake"
        # What somebody seems to be holding, and what there seems to be, is in plain view.
        is_shown = self._word(index + 2).endswith("ing") or self._word(index - 2) == "there"
        if before not in RAISING or after != "be" or not is_shown:
            self._raise(index, HEDGED if before in RAISING else NONE)

    def serve(self, index: int, word: str) -> None:
        """Read "for": a purpose before "-ing" and after words of use and search."""
        if self._word(index + 1).endswith("ing") or self._word(index - 1) in FOR_HEADS:
            self._raise(index, NONE)

    def compare(self, index: int, word: str) -> None:
        before = self._word(index - 1)
        if word == "like" and before in {"look", "looks", "looking", "seem", "seems", "looked"}:
            self._raise(index, HEDGED)
        elif word == "like" and before in {"items", "objects", "things", "products", "stuff"}:
            return
        elif not self._is_idle(index, word):
            self._limit(index, NONE)

    def equate(self, index: int, word: str) -> None:
        before, after = self._word(index - 1), self._word(index + 1)
        if before in {"such", "well"} or after in {"well", "far", "seen"}:
            return
        if after in {"if", "though"}:
            self._raise(index, NONE)
        elif opens_clause(self.words, index + 1) or self._is_moment(index):
            self._open(index, ASSERTED)
        else:
            self._limit(index, NONE)

    def expect(self, index: int, word: str) -> None:
        """Read "before", "after", "about": what somebody is going to do."""
        if self._word(index + 1).endswith("ing"):
            self._raise(index, NONE)

    # Its tools.

    def _is_idle(self, index: int, word: str) -> bool:
        """Whether a word of comparison compares nothing here: "more than two", "rather big"."""
        if word == "than":
            return self._word(index - 1) in COUNTING
        after = {"rather": "than", "size": "of"}.get(word)
        return after is not None and self._word(index + 1) != after

    def _is_moment(self, index: int) -> bool:
        """Whether "as" tells when or why: "as the train pulls away"."""
        before, after = self._word(index - 1), self._word(index + 1)
        if before in {"", ","}:
            return after not in {"a", "an"}
        compares = "as" in self.words[max(index - 3, 0) : index] or before in ROLES
        return after in MOMENTS and not compares

    def _is_fronted(self, index: int) -> bool:
        return index < 2 or (index > 2 and self.words[index - 2] == ",")

    def _may_end(self, index: int, word: str) -> bool:
        """Before its verb no clause ends at an "and": that only joins its subjects."""
        return word != "and" or not FINITE.isdisjoint(self.words[self.part : index])

    def _word(self, index: int) -> str:
        return self.words[index] if 0 <= index < len(self.words) else ""

    def _raise(self, index: int, mood: int) -> None:
        if mood > self.mood:
            self._set(index, mood)

    def _set(self, index: int, mood: int) -> None:
        self.mood = mood
        if self.scope.starts[-1] == index:
            self.scope.moods[-1] = mood
        else:
            self.scope.starts.append(index)
            self.scope.moods.append(mood)

    def _open(self, index: int, mood: int) -> None:
        self.limited = None
        self.part = index
        if index > self.scope.parts[-1]:
            self.scope.parts.append(index)
        self._set(index, mood)

    def _limit(self, index: int, mood: int) -> None:
        """Set a mood for one noun phrase only."""
        if mood <= self.mood:
            return
        words = self.words
        end = index + 3
        while end < len(words) and words[end] not in PHRASE_END:
            end += 1
        self.limited = (end, self.mood)
        self._set(index, mood)

    def _lift(self) -> None:
        assert self.limited is not None
        end, mood = self.limited
        self.limited = None
        if end < len(self.words):
            self._set(end, mood)

    def _reach_back(self, index: int, mood: int) -> None:
        self.scope.backwards.append((self.part, index, mood))

    def _is_visibility(self, index: int) -> bool:
        """Whether "can" or "could" tells what is to be seen: "can be seen", "we can see"."""
        following = self.words[index + 1 : index + 5]
        if following and following[0] in {"also", "clearly", "barely", "just", "only", "easily"}:
            following = following[1:]
        if not following:
            return True
        return (following[0] == "be" and not VISIBLE.isdisjoint(following)) or following[0] in SEE


_PLAIN = Scope(
    starts=[0], moods=[ASSERTED], backwards=[], parts=[0]
)  # shared; nobody changes a scope once it is read
_Cue = Callable[[_Walk, int, str], None]
_CUES: dict[str, _Cue] = {
    **dict.fromkeys(HEDGES, _Walk.hedge),
    **dict.fromkeys(MODALS, _Walk.hedge_subject),
    **dict.fromkeys(NONES, _Walk.silence),
    **dict.fromkeys(GENERAL, _Walk.generalize),
    **dict.fromkeys(FRESH, _Walk.freshen),
    **dict.fromkeys(LIMITED, _Walk.compare),
    **dict.fromkeys([",", "and", ":", "-", "(", ")", "so"], _Walk.cross),
    **dict.fromkeys(["who", "which", "where", "whose", "whom", "that"], _Walk.relate),
    **dict.fromkeys(["before", "after", "about"], _Walk.expect),
    "can": _Walk.enable,
    "to": _Walk.intend,
    "for": _Walk.serve,
    "as": _Walk.equate,
}
