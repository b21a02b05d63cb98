"""What a model has looked at once is not looked at again, whatever happens in between."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from datagen.records import Turn
from datagen.spotcheck.measuring import Observer, make_key
from datagen.spotcheck.models import AnswerScore, OwnAnswer, Unseen
from datagen.spotcheck.subjects import Dialogue
from datagen.store import LookStore


class CountingModel:
    """Scores by the length of what is asked, and counts what it was shown."""

    can_score = True

    def __init__(self, name: str = "counting", *, fails_after: int | None = None) -> None:
        self.name = name
        self.shown = 0
        self._fails_after = fails_after

    def score(
        self, dialogues: Sequence[Dialogue]
    ) -> Iterator[tuple[int, tuple[AnswerScore, ...] | Unseen]]:
        for position in reversed(range(len(dialogues))):  # as batches sorted by length would
            if self.shown == self._fails_after:
                raise RuntimeError("the device is gone")
            self.shown += 1
            dialogue = dialogues[position]
            if dialogue.picture is not None and not dialogue.picture.exists():
                yield position, Unseen("there is no such picture")
                continue
            lengths = [float(-len(turn.question)) for turn in dialogue.turns]
            yield position, tuple(AnswerScore((0,), (1,), (length,)) for length in lengths)

    def answer(
        self, dialogues: Sequence[Dialogue], *, max_tokens: int
    ) -> Iterator[tuple[int, OwnAnswer | Unseen]]:
        for position, dialogue in enumerate(dialogues):
            self.shown += 1
            yield position, OwnAnswer(dialogue.turns[-1].question[:max_tokens], yes=0.25)


def _ask(*lengths: int, picture: Path | None = None) -> list[Dialogue]:
    return [Dialogue((Turn("?" * length, "It is."),), picture) for length in lengths]


def _read(results: list[tuple[AnswerScore, ...] | Unseen]) -> list[float]:
    return [each[0].logprobs[0] for each in results if not isinstance(each, Unseen)]


def test_results_come_in_the_order_of_the_dialogues(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        observer = Observer(CountingModel(), store, max_tokens=8)
        assert _read(observer.score(_ask(3, 1, 2))) == [-3.0, -1.0, -2.0]


def test_what_was_looked_at_is_not_looked_at_again_and_comes_back_the_same(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        first = Observer(CountingModel(), store, max_tokens=8).score(_ask(3, 1))
        model = CountingModel()
        again = Observer(model, store, max_tokens=8).score(_ask(1, 3, 5))
    assert model.shown == 1
    assert again[:2] == first[::-1]


def test_the_same_dialogue_twice_is_shown_once(tmp_path: Path) -> None:
    model = CountingModel()
    with LookStore(tmp_path, write=True) as store:
        assert _read(Observer(model, store, max_tokens=8).score(_ask(2, 2, 2))) == [-2.0] * 3
    assert model.shown == 1


def test_what_was_seen_before_a_failure_is_kept(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        failing = CountingModel(fails_after=5)
        with pytest.raises(RuntimeError):
            Observer(failing, store, max_tokens=8).score(_ask(*range(1, 9)))
        model = CountingModel()
        Observer(model, store, max_tokens=8).score(_ask(*range(1, 9)))
    assert model.shown == 3


def test_own_answers_come_back_with_their_probabilities(tmp_path: Path) -> None:
    with LookStore(tmp_path, write=True) as store:
        first = Observer(CountingModel(), store, max_tokens=2).answer(_ask(5))
        model = CountingModel()
        assert Observer(model, store, max_tokens=2).answer(_ask(5)) == first
        assert first == [OwnAnswer("??", yes=0.25)]
        Observer(model, store, max_tokens=3).answer(_ask(5))
    assert model.shown == 1


def test_a_picture_that_could_not_be_shown_is_tried_again(tmp_path: Path) -> None:
    picture = tmp_path / "late.jpg"
    with LookStore(tmp_path, write=True) as store:
        observer = Observer(CountingModel(), store, max_tokens=8)
        assert observer.score(_ask(1, picture=picture)) == [Unseen("there is no such picture")]
        picture.write_bytes(b"now")
        assert _read(observer.score(_ask(1, picture=picture))) == [-1.0]


def test_progress_counts_every_look_once_kept_or_made(tmp_path: Path) -> None:
    counts: list[int] = []
    with LookStore(tmp_path, write=True) as store:
        Observer(CountingModel(), store, max_tokens=8).score(_ask(1))
        Observer(CountingModel(), store, max_tokens=8, on_look=counts.append).score(
            _ask(1, 2, 3, 3)
        )
    assert sum(counts) == 4


def test_all_that_can_change_a_look_changes_its_key(tmp_path: Path) -> None:
    one, other, copy = tmp_path / "one.jpg", tmp_path / "other.jpg", tmp_path / "copy.jpg"
    one.write_bytes(b"a")
    other.write_bytes(b"b")
    copy.write_bytes(b"a")
    turn = Turn("Who?", "A cook.")
    dialogue = Dialogue((turn,), one)
    variants = [
        make_key("m", "score", dialogue),
        make_key("n", "score", dialogue),
        make_key("m", "answer 8", dialogue),
        make_key("m", "score", Dialogue((turn,), other)),
        make_key("m", "score", Dialogue((turn,), None)),
        make_key("m", "score", Dialogue((turn,), one, image_first=False)),
        make_key("m", "score", Dialogue((turn, turn), one)),
        make_key("m", "score", Dialogue((Turn("Who? A", "cook."),), one)),
    ]
    assert len(set(variants)) == len(variants)
    assert make_key("m", "score", Dialogue((turn,), copy)) == variants[0]
