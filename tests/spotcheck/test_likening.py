"""A text's margin is its fit to a picture beyond that of others; crops are held against names."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from datagen.records import AnnotatedImage, Box, Turn
from datagen.spotcheck.likening import classify_crops, measure_margins, split_sentences
from datagen.spotcheck.showing import set_stage
from datagen.spotcheck.subjects import Subject
from tests.spotcheck.seeing import WordBag

BOX = (0.1, 0.1, 0.6, 0.6)


def _image(name: str, *categories: str) -> AnnotatedImage:
    shift = 0.01
    boxes = tuple(
        Box(category, tuple(side + shift * n for side in BOX), 0.2)  # type: ignore[arg-type]
        for n, category in enumerate(categories)
    )
    return AnnotatedImage(name, f"{name}.jpg", (), boxes)


IMAGES = {
    image.file_name: image
    for image in (_image("a", "dog", "bus"), _image("b", "cat"), _image("c", "pizza"))
}


def _subject(name: str, answer: str) -> Subject:
    image = IMAGES[f"{name}.jpg"]
    turns = (Turn("What?", answer),)
    return Subject(name, "conversation", image.file_name, Path(image.file_name), turns, True, image)


def _measure(*subjects: Subject) -> dict[str, dict[str, float]]:
    stage = set_stage(subjects, [], seed=0)
    found = measure_margins(stage, WordBag(IMAGES))
    return {
        name: {control: mean for control, (mean, _) in row.items()} for name, row in found.items()
    }


def test_the_right_picture_fits_better_than_others_and_the_shuffled_one_does_not() -> None:
    margins = _measure(
        _subject("a", "A dog runs by."),
        _subject("b", "A cat sits there."),
        _subject("c", "A pizza lies here."),
    )
    for row in margins.values():
        assert row["right"] > 0.3
        assert row["shuffled"] == pytest.approx(0.0, abs=0.1)


def test_a_false_text_fits_no_better_than_others() -> None:
    margins = _measure(
        _subject("a", "A pizza lies here."),
        _subject("b", "A cat sits there."),
        _subject("c", "A pizza lies here."),
    )
    assert margins["a"]["right"] < 0.1 < margins["b"]["right"]


def test_the_lowest_sentence_is_told_beside_the_mean() -> None:
    stage = set_stage(
        [
            _subject("a", "A dog runs by. A pizza lies here."),
            _subject("b", "A cat."),
            _subject("c", "A pizza."),
        ],
        [],
        seed=0,
    )
    mean, lowest = measure_margins(stage, WordBag(IMAGES))["a"]["right"]
    assert lowest < mean


def test_without_another_picture_there_is_no_margin() -> None:
    assert _measure(_subject("a", "A dog runs by.")) == {}


def test_crops_come_out_as_their_categories_and_under_the_shuffled_picture_do_not() -> None:
    class Sighted(WordBag):
        """Sees nothing where no box lies exactly."""

        def _embed(self, names: set[str]) -> NDArray[np.float32]:
            return super()._embed(names or {"pizza"})

    subjects = [_subject("a", "A dog."), _subject("b", "A cat.")]
    marks = classify_crops(
        set_stage(subjects, [], seed=0), Sighted(IMAGES), ["bus", "cat", "dog", "pizza"]
    )
    assert [mark for control, mark in marks if control == "right"] == [True] * 3
    assert sum(mark for control, mark in marks if control == "shuffled") < 3


def test_one_category_alone_tells_nothing() -> None:
    assert (
        classify_crops(set_stage([_subject("b", "A cat.")], [], seed=0), WordBag(IMAGES), ["cat"])
        == []
    )


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Yes.", ["Yes."]),
        ("It is 3.5 m long. Two dogs play!", ["It is 3.5 m long.", "Two dogs play!"]),
        ("", [""]),
        ("First line here\nSecond line there", ["First line here", "Second line there"]),
    ],
)
def test_short_sentences_are_left_where_there_are_longer_ones(
    text: str, sentences: list[str]
) -> None:
    assert split_sentences(text) == sentences
