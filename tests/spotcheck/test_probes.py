"""Probes: what the annotations know is asked for, and nothing that they leave open."""

from collections import Counter

import pytest

from datagen.checks.grounding.evidence import find_suggested
from datagen.llm.offline.vocabulary import load_categories
from datagen.records import AnnotatedImage, Box
from datagen.spotcheck.categories import CategoryCounts
from datagen.spotcheck.grounds import list_absent, read_evidence
from datagen.spotcheck.probes import make_probes
from tests.spotcheck.pictures import list_samples

LARGE, TINY = (0.1, 0.1, 0.5, 0.5), (0.1, 0.1, 0.12, 0.12)
COUNTS = CategoryCounts(list_samples())


def make_image(*boxes: Box, captions: tuple[str, ...] = ("A quiet place.",)) -> AnnotatedImage:
    return AnnotatedImage("1", "1.jpg", captions, boxes)


def test_company_is_counted_by_pictures_and_by_share_of_the_present_thing() -> None:
    counts = CategoryCounts(
        [
            make_image(Box("dog", LARGE), Box("dog", LARGE), Box("bench", LARGE)),
            make_image(Box("dog", LARGE), Box("frisbee", LARGE)),
            make_image(Box("dog", LARGE), Box("frisbee", LARGE)),
            make_image(Box("cat", LARGE), Box("couch", LARGE)),
        ]
    )
    names = ("couch", "bench", "frisbee", "dog", "zebra")
    assert counts.rank_popular(names) == ["dog", "frisbee", "bench", "couch"]
    # The couch stands in every picture of a cat, the frisbee in two of three of a dog.
    assert counts.rank_companions({"dog", "cat"}, names) == ["couch", "frisbee", "bench"]
    assert counts.rank_companions({"zebra"}, names) == []


@pytest.mark.parametrize(
    ("caption", "absent"),
    [
        ("A puppy on the lawn.", "dog"),
        ("An animal on the lawn.", "horse"),
        ("Fruit on a table.", "banana"),
        ("A computer on a table.", "keyboard"),
        ("A cyclist rides by.", "bicycle"),
        ("Somebody waves.", "person"),
        ("A sofa.", "chair"),
    ],
)
def test_what_a_caption_names_implies_or_spans_is_not_absent(caption: str, absent: str) -> None:
    image = make_image(Box("kite", LARGE), captions=(caption,))
    assert absent not in list_absent(image)
    assert absent in list_absent(make_image(Box("kite", LARGE)))


def test_what_a_further_text_names_is_not_absent_either() -> None:
    image = make_image(Box("kite", LARGE))
    assert "dog" not in list_absent(image, ["The puppy barks."])


@pytest.mark.parametrize(("boxed", "near"), [("car", "truck"), ("cup", "wine glass")])
def test_what_is_mixed_up_with_a_boxed_thing_is_not_absent(boxed: str, near: str) -> None:
    assert near not in list_absent(make_image(Box(boxed, LARGE)))


def test_nothing_is_absent_where_nobody_drew_boxes() -> None:
    assert list_absent(make_image()) == ()
    assert make_probes(make_image(), COUNTS) == ()


@pytest.mark.parametrize("image", list_samples(), ids=lambda image: image.id)
def test_answers_are_those_of_the_annotations_and_kinds_are_balanced(
    image: AnnotatedImage,
) -> None:
    probes = make_probes(image, COUNTS, each=2)
    evidence = read_evidence(image)
    told = {*evidence.boxes, *evidence.mentions, *find_suggested(evidence)}
    for probe in probes:
        boxes = [box for box in image.boxes if box.category == probe.category]
        if probe.kind == "count":
            assert probe.answer == str(len(boxes))
        else:
            assert probe.answer == ("yes" if boxes else "no")
            assert (probe.kind == "boxed") == bool(boxes)
            assert boxes or probe.category not in told
    kinds = Counter(probe.kind for probe in probes)
    kinds.pop("count", None)
    assert len(set(kinds.values())) <= 1
    asked = [(probe.kind == "count", probe.category) for probe in probes]
    assert len(asked) == len(set(asked))


def test_the_image_and_the_seed_decide_what_is_asked() -> None:
    image = list_samples()[0]
    assert make_probes(image, COUNTS) == make_probes(image, COUNTS)
    asked = {make_probes(image, COUNTS, seed=seed) for seed in range(20)}
    assert len(asked) > 5


def test_tiny_things_and_crowds_are_not_asked_for() -> None:
    image = make_image(Box("dog", TINY), Box("person", LARGE, crowd=True), Box("kite", LARGE))
    boxed = {
        probe.category
        for seed in range(20)
        for probe in make_probes(image, COUNTS, seed=seed, each=3)
        if probe.answer != "no"
    }
    assert boxed == {"kite"}


def test_a_number_is_asked_for_only_where_boxes_and_captions_agree() -> None:
    dogs = [Box("dog", (0.1 * n, 0.1, 0.1 * n + 0.09, 0.6)) for n in range(8)]

    def ask(number: int, caption: str) -> list[str]:
        probes = make_probes(make_image(*dogs[:number], captions=(caption,)), COUNTS)
        return [probe.question for probe in probes if probe.kind == "count"]

    assert ask(2, "Dogs.") == ["How many dogs are there in the picture? Answer with a number."]
    assert ask(2, "Three dogs.") == ask(8, "Dogs.") == ask(1, "Some dogs.") == []


def test_articles_fit_the_names() -> None:
    names = list(load_categories())
    image = make_image(Box("zebra", LARGE))
    asked = {
        probe.category: probe.question
        for seed in range(300)
        for probe in make_probes(image, CategoryCounts([image]), seed=seed, each=1)
    }
    everything = CategoryCounts([make_image(*(Box(name, LARGE) for name in names))])
    for seed in range(300):
        probes = make_probes(image, everything, seed=seed, each=10)
        asked |= {probe.category: probe.question for probe in probes if probe.kind != "count"}
    start, end = "Is there ", " in the picture? Answer yes or no."
    for name, one in {
        "umbrella": "an umbrella",
        "airplane": "an airplane",
        "dining table": "a dining table",
        "scissors": "a pair of scissors",
        "broccoli": "any broccoli",
        "tv": "a TV",
        "zebra": "a zebra",
    }.items():
        assert asked[name] == start + one + end
