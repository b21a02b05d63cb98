"""Pipeline, what reviewers decided: `review.sqlite` -> what building does about a record.

Without that file nothing is ruled, and building goes by the checks alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from datagen.records import IMAGE_TOKEN, Turn
from datagen.store import Answer, Request, ReviewState, ReviewStore, RunStore, find_review_file

NONE = "none"
"""A choice: no candidate is good enough."""
TIE = "tie"
"""A choice: two or more are equally good, so the score decides."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What reviewers said of one record, as far as it concerns the data set.

    Attributes:
        refusal: why it is left out, one sentence; empty where nobody rejected it.
        turns: what takes the place of its turns.
        choice: key of the candidate that was chosen.
    """

    is_accepted: bool = False
    refusal: str = ""
    turns: tuple[Turn, ...] | None = None
    edited_by: str = ""
    choice: str | None = None


def read_rulings(folder: Path) -> dict[str, Ruling]:
    """The rulings on the records of a run, by id; none where nobody reviewed it.

    Raises:
        RunError: the file of reviews cannot be used.
    """
    if not find_review_file(folder).is_file():
        return {}
    with ReviewStore(folder) as store:
        return {
            record: make_ruling(state, store.find_label(state.reason, state.reasons_version))
            for record, state in store.read_states().items()
        }


def make_ruling(state: ReviewState, label: str = "") -> Ruling:
    """What the state of a record means for the data set; `label` is that of its reason.

    A rejection stands against everything else, also against an edit. `none` of the candidates
    counts as one where the record was neither accepted nor edited.
    """
    refusal = ""
    if state.decision == "rejected":
        refusal = f"{label or 'Rejected without a reason'}, says {state.by}."
    elif state.choice == NONE and state.decision != "accepted" and state.edited is None:
        refusal = f"None of the candidates is good enough, says {state.by}."
    return Ruling(
        state.decision == "accepted",
        refusal,
        None if state.edited is None else read_turns(state.edited),
        state.edited_by,
        None if state.choice in {NONE, TIE} else state.choice,
    )


def read_turns(edited: Sequence[Mapping[str, str]]) -> tuple[Turn, ...]:
    """Questions with answers out of edited messages, without the placeholder of the picture."""
    texts = [message["text"].replace(IMAGE_TOKEN, "").strip() for message in edited]
    return tuple(Turn(*pair) for pair in zip(texts[::2], texts[1::2], strict=True))


def name_candidate(answer: Answer) -> str:
    """The key of a candidate: which reply, and in which round it was given."""
    return f"{answer.candidate}.{answer.round}"


def pick_answers(
    store: RunStore, request: Request, answers: Sequence[Answer], ruling: Ruling | None
) -> Sequence[Answer]:
    """The answer that was chosen, also of an earlier round; all of them where none was."""
    if ruling is None or ruling.choice is None:
        return answers
    found = store.find_request(request.item.id)
    every = found[1] if found is not None else answers
    return [answer for answer in every if name_candidate(answer) == ruling.choice] or answers
