"""What the offline writer lets pass of a context: whom it trusts and what it dares to deny."""

from random import Random

import pytest

from datagen.llm.offline.agreement import conflicts
from datagen.llm.offline.captions import read_caption
from datagen.llm.offline.reading import read_context
from datagen.llm.offline.reasoning import choose_angle
from datagen.llm.offline.scene import Scene, list_absent, make_scene
from datagen.llm.offline.talk import Offer, Talk
from datagen.records import Turn

BOX = "[0.1, 0.1, 0.3, 0.3]"


def scene_of(*lines: str) -> Scene:
    return make_scene(read_context("\n".join(lines)))


def test_what_has_a_box_is_not_denied() -> None:
    scene = scene_of("A quiet yard.", f"dog: {BOX}")
    assert list_absent(scene, ["dog", "cat", "horse"]) == ["cat", "horse"]


@pytest.mark.parametrize("hint", ["A puppy in a yard.", "A yard with a pet.", "Animals in a yard."])
def test_what_a_caption_hints_at_is_not_denied(hint: str) -> None:
    assert list_absent(scene_of(hint, f"cup: {BOX}"), ["dog"]) == []


def test_what_resembles_a_boxed_thing_is_not_denied() -> None:
    assert list_absent(scene_of("A wet road.", f"car: {BOX}"), ["truck", "bus", "dog"]) == ["dog"]


def test_nothing_is_denied_without_boxes_or_in_a_foreign_language() -> None:
    assert list_absent(scene_of("A quiet yard."), ["dog"]) == []
    assert list_absent(scene_of("조용한 마당", f"cup: {BOX}"), ["dog"]) == []
    assert list_absent(scene_of("Ein Hund mit einem Ball.", f"cup: {BOX}"), ["dog"]) == []


def test_a_caption_that_the_boxes_deny_is_not_repeated() -> None:
    scene = scene_of(
        "Two giraffes eating leaves near a pond.",
        "Two zebras drinking at a pond.",
        "zebra: [0.1, 0.1, 0.3, 0.3]",
        "zebra: [0.5, 0.1, 0.7, 0.3]",
    )
    assert [caption.text for caption in scene.captions] == ["Two zebras drinking at a pond"]


def test_a_lone_voice_is_outvoted_without_boxes() -> None:
    scene = scene_of(
        "A giraffe near a pond.",
        "A zebra drinking at a pond.",
        "A zebra stands by a pond.",
    )
    assert all("giraffe" not in caption.text for caption in scene.captions)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A man is rowing a boat.", "A woman is rowing a boat."),
        ("A red bus at a stop.", "An orange bus at a stop."),
        ("A bird eating an apple.", "A bird holding an orange."),
        ("Two goats on a hill.", "Three goats on a hill."),
        ("A cat sitting on a mat.", "A cat standing on a mat."),
        ("A canary in a cage.", "A parrot in a cage."),
    ],
)
def test_captions_that_differ_are_not_told_together(one: str, other: str) -> None:
    assert conflicts(read_caption(one), read_caption(other))
    assert conflicts(read_caption(other), read_caption(one))


def test_captions_that_go_together_do_not_conflict() -> None:
    one, other = read_caption("A cat sitting on a red mat."), read_caption("A cat near a lamp.")
    assert not conflicts(one, other)


@pytest.mark.parametrize(
    ("captions", "colors"),
    [
        (["A red boat near a pier."], ["boat is red"]),
        (["A red boat near a pier.", "A green boat near a pier."], []),
        (["A red boat near a pier.", "Many boats near a pier."], []),
        (["A black and white goat on a hill."], ["goat is black and white"]),
        (["A dark blue door in a wall."], ["door is dark blue"]),
        (["A glass of red wine.", "An orange on a plate."], []),
    ],
)
def test_a_color_counts_only_while_nobody_says_otherwise(
    captions: list[str], colors: list[str]
) -> None:
    scene = scene_of(*captions)
    assert [f"{fact.name} is {fact.color}" for fact in scene.colors] == colors


@pytest.mark.parametrize(
    ("captions", "numbers"),
    [
        (["Two goats on a hill.", "Goats on a hill."], [(2, "goats")]),
        (["Two goats on a hill.", "Three goats on a hill."], []),
        (["A table set for seven people."], []),
    ],
)
def test_a_number_counts_only_while_nobody_says_otherwise(
    captions: list[str], numbers: list[tuple[int, str]]
) -> None:
    assert [(fact.number, fact.name) for fact in scene_of(*captions).numbers] == numbers


@pytest.mark.parametrize(
    ("captions", "where"),
    [
        (["A goat standing in a meadow."], "in a meadow"),
        (["A tram driving down a busy street."], "on a busy street"),
        (["A small kitchen with a lamp."], "in a small kitchen"),
        (["A woman stirring soup in her kitchen."], "in a kitchen"),
        (["A raft in a river."], "on a river"),
        (["A goat beside a gate."], None),
    ],
)
def test_the_setting_comes_from_words_of_place(captions: list[str], where: str | None) -> None:
    setting = scene_of(*captions).setting
    assert (setting.where if setting else None) == where


def test_one_person_is_taken_for_the_only_one_where_most_captions_agree() -> None:
    assert scene_of("A woman rowing.", "A lady in a boat.", "A woman with oars.").lone == "woman"
    assert scene_of("A man with a dog in a park.", "A red kiosk.", "A wet bench.").lone == ""
    assert scene_of("A man and a woman rowing.", "A man in a boat.").lone == ""
    assert scene_of("A man in a boat.", f"person: {BOX}", f"person: {BOX}").lone == ""


def test_the_bus_is_unclear_after_two_buses() -> None:
    scene = scene_of("Two buses at a stop.", "A red bus.")
    assert "bus" not in scene.list_known(["two", "buses"])
    assert "bicycle" in scene_of("A bike at a wall.").list_known(["a", "bike"])


def test_no_question_and_no_topic_comes_twice() -> None:
    talk = Talk(scene_of("A cat on a mat."), Random(0))
    talk.take(iter([Offer("color mat", Turn("What color is it?", "Red."))]))
    talk.take(iter([Offer("color cat", Turn("What color is it?", "Gray."))]))
    talk.take(iter([Offer("color mat", Turn("Which color is it?", "Red."))]))
    assert [offer.turn.answer for offer in talk.offers] == ["Red."]


@pytest.mark.parametrize(
    ("lines", "angles"),
    [
        (["A teapot on a shelf."], {"things in a place"}),
        (["A calm lake at dawn.", "A lake."], {"open landscape"}),
        (["A train at a platform.", f"train: {BOX}"], {"train"}),
        (["A kitchen with a stove.", f"oven: {BOX}", f"sink: {BOX}"], {"kitchen"}),
        (["A man petting a dog.", f"dog: {BOX}", f"person: {BOX}"], {"dog with people"}),
        (["A dog on a mat.", f"dog: {BOX}"], {"dog"}),
    ],
)
def test_the_angle_fits_the_scene(lines: list[str], angles: set[str]) -> None:
    scene = scene_of(*lines)
    drawn = {choose_angle(scene, Random(seed)).name for seed in range(30)}
    assert drawn <= angles | {"people at something"}
