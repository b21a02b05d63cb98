import json

import pytest

from datagen.checks import check_record
from datagen.config import shipped_folder
from datagen.formats.llava import to_llava
from datagen.layouts import JSON_REPLIES, read_text, reply_schema
from datagen.prompts import load_prompts
from datagen.records import Item, Sample
from tests.benchmarks.wording import find_layout, make_light_writer

TYPES = load_prompts(shipped_folder("prompts"))


@pytest.mark.parametrize("name", TYPES)
def test_a_light_reply_is_in_the_layout_of_its_type_and_passes_every_check(name: str) -> None:
    messages = TYPES[name].fill("A cat sits on a wall.").messages
    reply = make_light_writer()(messages, None, 0)
    sample = Sample(Item("1", name), "1.jpg", read_text(reply, TYPES[name].layout))
    assert find_layout(messages) == TYPES[name].layout
    if not sample.turns[0].question:  # the layout has none; the run draws one
        sample = Sample(sample.item, "1.jpg", (type(sample.turns[0])("Why?", reply),))
    assert check_record(to_llava(sample)) == []


@pytest.mark.parametrize("name", TYPES)
def test_a_light_reply_has_the_size_that_was_asked_for(name: str) -> None:
    messages = TYPES[name].fill("A cat sits on a wall.").messages
    for size in (1200, 6000):
        reply = make_light_writer(size)(messages, None, 0)
        assert len(reply) == pytest.approx(size, rel=0.15)


@pytest.mark.parametrize("name", TYPES)
def test_a_light_reply_follows_the_schema_where_one_is_given(name: str) -> None:
    layout = TYPES[name].layout
    messages = TYPES[name].fill("A cat sits on a wall.").messages
    reply = make_light_writer()(messages, reply_schema(layout), 0)
    assert JSON_REPLIES[layout].model_validate_json(reply).model_dump() == json.loads(reply)


def test_every_request_gets_a_reply_of_its_own_and_always_the_same() -> None:
    write = make_light_writer()
    prompts = [TYPES[name].fill(context).messages for name in TYPES for context in ("a", "b")]
    replies = [write(messages, None, seed) for messages in prompts for seed in range(3)]
    assert len(set(replies)) == len(replies)
    assert replies == [write(messages, None, seed) for messages in prompts for seed in range(3)]
