"""References: true by construction, in the form of their response type."""

import pytest

from datagen.records import AnnotatedImage, Box
from datagen.spotcheck.grounds import judge_turns
from datagen.spotcheck.references import make_reference
from tests.spotcheck.pictures import list_samples

TYPES = ("conversation", "detail_description", "complex_reasoning")


@pytest.mark.parametrize("response_type", TYPES)
@pytest.mark.parametrize("image", list_samples(), ids=lambda image: image.id)
def test_every_claim_of_a_reference_has_ground(image: AnnotatedImage, response_type: str) -> None:
    turns = make_reference(image, response_type)
    claims = judge_turns(turns, image)
    assert {claim.verdict for claim in claims} <= {"supported"}
    assert len(claims) >= 3 or not turns
    assert all(turn.question and turn.answer for turn in turns)


def test_a_reference_has_the_form_of_its_type() -> None:
    for response_type, fits in (
        ("conversation", lambda turns: len(turns) >= 2),
        ("detail_description", lambda turns: len(turns) == 1),
        ("complex_reasoning", lambda turns: len(turns) == 1),
        ("quiz", lambda turns: len(turns) >= 2),
    ):
        made = [make_reference(image, response_type) for image in list_samples()]
        found = [turns for turns in made if turns]
        assert len(found) >= 12
        assert sum(map(fits, found)) >= 0.9 * len(found)


def test_another_seed_gives_other_words_and_the_same_seed_the_same() -> None:
    image = list_samples()[0]
    assert make_reference(image, "conversation", 3) == make_reference(image, "conversation", 3)
    made = {make_reference(image, "conversation", seed) for seed in range(5)}
    assert len(made) >= 3


def test_a_picture_without_boxes_or_with_nothing_to_say_gives_none() -> None:
    bare = AnnotatedImage("1", "1.jpg", ("A dog on a couch.",), ())
    assert make_reference(bare, "conversation") == ()
    odd = AnnotatedImage("1", "1.jpg", (), (Box("gadget", (0.1, 0.1, 0.2, 0.2)),))
    assert make_reference(odd, "complex_reasoning") == ()
