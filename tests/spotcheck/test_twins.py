"""Twins: one claim made false in place, and the checks notice."""

from collections import Counter
from pathlib import Path
from random import Random

import pytest

from datagen.records import AnnotatedImage, Box, Turn
from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.falsehoods import KINDS, turn_reply
from datagen.spotcheck.grounds import judge_turns, list_absent, read_text
from datagen.spotcheck.references import make_reference
from datagen.spotcheck.twins import Twin, make_twin
from tests.audit.corpus import DATA, read_samples, read_written
from tests.spotcheck.pictures import list_samples

TYPES = ("conversation", "detail_description", "complex_reasoning")
COUNTS = CategoryCounts(list_samples())
PARK = AnnotatedImage(
    "7",
    "7.jpg",
    ("An orange umbrella and two dogs on a lawn.", "Two dogs play beside an orange umbrella."),
    (
        Box("umbrella", (0.05, 0.1, 0.3, 0.6)),
        Box("dog", (0.5, 0.5, 0.6, 0.8)),
        Box("dog", (0.8, 0.5, 0.9, 0.8)),
    ),
)


def make_twins(turn: Turn, image: AnnotatedImage = PARK, tries: int = 40) -> list[Twin]:
    turns = (turn,)
    claims = judge_turns(turns, image)
    assert {claim.verdict for claim in claims} <= {"supported"}
    made = (make_twin(turns, claims, image, COUNTS, Random(seed)) for seed in range(tries))
    return [twin for twin in made if twin is not None]


def check_twin(twin: Twin, turns: tuple[Turn, ...], image: AnnotatedImage) -> None:
    """One answer differs in one place, can be put back, and is no longer borne out."""
    answer = twin.turns[twin.turn].answer
    assert answer[twin.start : twin.end] == twin.inserted != twin.removed
    restored = answer[: twin.start] + twin.removed + answer[twin.end :]
    back = list(twin.turns)
    back[twin.turn] = Turn(turns[twin.turn].question, restored)
    assert tuple(back) == turns
    before, after = (
        Counter(claim.verdict for claim in judge_turns(each, image)) for each in (turns, twin.turns)
    )
    if twin.contradicted:
        assert after["contradicted"] > before["contradicted"]
    else:
        assert after["supported"] < before["supported"]


@pytest.mark.parametrize("response_type", TYPES)
@pytest.mark.parametrize("image", list_samples(), ids=lambda image: image.id)
def test_a_twin_of_a_reference_is_false_in_one_place(
    image: AnnotatedImage, response_type: str
) -> None:
    turns = make_reference(image, response_type)
    claims = judge_turns(turns, image)
    for seed in range(3):
        twin = make_twin(turns, claims, image, COUNTS, Random(seed))
        assert twin is not None or not turns
        if twin is not None:
            check_twin(twin, turns, image)


def test_every_kind_is_made_and_what_the_checks_can_tell_is_contradicted() -> None:
    twins = [
        twin
        for image in list_samples()
        for response_type in TYPES
        if (turns := make_reference(image, response_type))
        for seed in range(3)
        if (twin := make_twin(turns, judge_turns(turns, image), image, COUNTS, Random(seed)))
    ]
    assert {twin.kind for twin in twins} == set(KINDS)
    assert all(twin.contradicted for twin in twins if twin.kind != "object")
    assert sum(twin.contradicted for twin in twins) >= 0.9 * len(twins)


def test_records_that_others_wrote_have_twins_too() -> None:
    made = 0
    cases = list(read_written(Path(DATA) / "clean_samples.jsonl", read_samples()))
    for case in cases:
        texts = [text.replace("<image>", "").strip() for text in case.texts]
        turns = tuple(map(Turn, texts[::2], texts[1::2]))
        claims = judge_turns(turns, case.image)
        twin = make_twin(turns, claims, case.image, COUNTS, Random(case.image.id))
        if twin is not None:
            check_twin(twin, turns, case.image)
            made += 1
    assert made >= 0.8 * len(cases)


def test_a_noun_gives_way_to_an_absent_one_of_the_same_number_and_its_article_agrees() -> None:
    turn = Turn("What is there?", "There is an umbrella on the lawn near the dogs.")
    answers = {twin.turns[0].answer for twin in make_twins(turn)}
    absent = list_absent(PARK, [turn.question, turn.answer])
    assert answers
    for answer in answers:
        named = [mention for part in read_text(answer) for mention in part.mentions]
        stranger = next(one for one in named if one.term.classes[0] in absent)
        assert stranger.plural == ("umbrella" in answer)
        for article, word in zip(answer.split(), answer.split()[1:], strict=False):
            assert article not in {"a", "an"} or (article == "an") == (word[0] in "aeiou")


def test_a_number_stays_in_words_or_digits_and_above_one() -> None:
    for answer, numbers in (
        ("There are two dogs.", {"three", "four", "five"}),
        ("There are 2 dogs.", {"3", "4", "5"}),
    ):
        twins = make_twins(Turn("How many dogs are there?", answer))
        assert {twin.inserted for twin in twins if twin.kind == "count"} == numbers


def test_a_colour_gives_way_to_one_that_nobody_takes_it_for() -> None:
    twins = make_twins(Turn("What colour is it?", "The umbrella is an orange umbrella."))
    colours = {twin.inserted for twin in twins if twin.kind == "colour"}
    assert colours
    assert colours <= {"a blue", "a green", "a black", "a white", "a purple"}


def test_left_and_right_change_places() -> None:
    twins = make_twins(Turn("Where is it?", "The umbrella is on the Left of the picture."))
    assert {(twin.removed, twin.inserted) for twin in twins if twin.kind == "side"} == {
        ("Left", "Right")
    }


@pytest.mark.parametrize(
    ("question", "reply", "contrary"),
    [
        ("Is there an umbrella?", "Yes.", "No."),
        (
            "Is there an umbrella?",
            "Yes, there is an umbrella in the picture.",
            "No, there is no umbrella in the picture.",
        ),
        ("Is there a horse?", "No, there is no horse here.", "Yes, there is a horse here."),
        ("Is there a horse?", "No, it is a lawn.", ""),
    ],
)
def test_a_reply_is_turned_with_its_sentence(question: str, reply: str, contrary: str) -> None:
    assert turn_reply(reply) == contrary
    found = {
        twin.turns[0].answer for twin in make_twins(Turn(question, reply)) if twin.kind == "yes-no"
    }
    assert found <= {contrary}
    assert bool(found) == bool(contrary)


def test_a_sentence_of_what_can_be_seen_is_turned_both_ways() -> None:
    said, denied = "Yes, a dog can be seen here.", "No, a dog cannot be seen here."
    assert turn_reply(said) == denied
    assert turn_reply(denied) == said


def test_kinds_are_drawn_evenly() -> None:
    turn = Turn("What is there?", "There are two dogs. The umbrella is on the left. It is orange.")
    kinds = Counter(twin.kind for twin in make_twins(turn, tries=300))
    assert set(kinds) >= {"object", "count", "side"}
    assert min(kinds.values()) > 0.6 * max(kinds.values())


def test_nothing_is_made_false_of_what_claims_nothing_or_has_no_boxes() -> None:
    assert make_twins(Turn("Why?", "Because people like it.")) == []
    bare = AnnotatedImage("7", "7.jpg", PARK.captions, ())
    assert make_twins(Turn("What?", "A dog."), bare) == []
