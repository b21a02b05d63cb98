import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from datagen.formats import to_llava
from datagen.records import IMAGE_TOKEN, Item, LlavaRecord, Sample, Turn

ITEM = Item("000000001001", "conversation", 2)
TURNS = (Turn("What is red?", "The bus."), Turn("Who waits?", "A woman."))


def test_the_record_has_llavas_keys_in_llavas_order() -> None:
    record = to_llava(Sample(ITEM, "coco/000000001001.jpg", TURNS))
    assert json.dumps(record) == (
        '{"id": "000000001001_conversation_2", "image": "coco/000000001001.jpg", "conversations": ['
        '{"from": "human", "value": "<image>\\nWhat is red?"}, {"from": "gpt", "value": "The bus."}, '
        '{"from": "human", "value": "Who waits?"}, {"from": "gpt", "value": "A woman."}]}'
    )


def test_the_image_may_stand_after_the_first_question() -> None:
    record = to_llava(Sample(ITEM, "a.jpg", TURNS, image_first=False))
    assert record["conversations"][0]["value"] == "What is red?\n<image>"
    assert record["conversations"][2]["value"] == "Who waits?"


def test_a_given_id_stands_in_place_of_the_items() -> None:
    assert to_llava(Sample(ITEM, "a.jpg", TURNS), record_id=ITEM.image_id)["id"] == "000000001001"


def test_a_turn_without_question_leaves_the_image_alone() -> None:
    record = to_llava(Sample(ITEM, "a.jpg", (Turn("", "A bus."),)))
    assert record["conversations"][0] == {"from": "human", "value": "<image>"}


def test_a_sample_without_turns_is_no_record() -> None:
    with pytest.raises(ValueError, match="conversations"):
        to_llava(Sample(ITEM, "a.jpg", ()))


texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda text: IMAGE_TOKEN not in text
)


@given(st.lists(st.builds(Turn, texts, texts), min_size=1, max_size=5), st.booleans())
def test_any_sample_gives_a_valid_record_with_one_image(turns: list[Turn], first: bool) -> None:
    record = to_llava(Sample(ITEM, "a.jpg", tuple(turns), image_first=first))
    messages = LlavaRecord.model_validate_json(json.dumps(record)).conversations
    assert [each.speaker for each in messages] == ["human", "gpt"] * len(turns)
    assert [each.value for each in messages[1::2]] == [turn.answer for turn in turns]
    assert [IMAGE_TOKEN in each.value for each in messages] == [True] + [False] * (
        2 * len(turns) - 1
    )
    question = messages[0].value
    assert question == (
        f"{IMAGE_TOKEN}\n{turns[0].question}" if first else f"{turns[0].question}\n{IMAGE_TOKEN}"
    )
