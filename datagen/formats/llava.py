"""Write stage, LLaVA's format: Sample -> the record that LLaVA's trainer loads."""

from typing import Any

from datagen.records import IMAGE_TOKEN, LlavaRecord, Sample


def to_llava(sample: Sample, *, record_id: str | None = None) -> dict[str, Any]:
    r"""The record of a sample, keys in LLaVA's order; `<image>` stands in the first turn only.

    Args:
        sample: at least one turn; questions and answers as they shall stand in the record.
        record_id: stands in place of the item's id, e.g. the bare image id as in LLaVA's files.

    Raises:
        ValueError: the sample has no turns, or holds text that is no Unicode.

    >>> from datagen.records import Item, Turn
    >>> sample = Sample(Item("000000001001", "detail"), "a.jpg", (Turn("Who?", "A cook."),))
    >>> to_llava(sample)["conversations"][0]
    {'from': 'human', 'value': '<image>\nWho?'}
    """
    conversations: list[dict[str, str]] = []
    for i, turn in enumerate(sample.turns):
        question = (
            _place_image(turn.question, first=sample.image_first) if i == 0 else turn.question
        )
        conversations.append({"from": "human", "value": question})
        conversations.append({"from": "gpt", "value": turn.answer})
    record = {
        "id": sample.item.id if record_id is None else record_id,
        "image": sample.image,
        "conversations": conversations,
    }
    LlavaRecord.model_validate(record)
    return record


def _place_image(question: str, *, first: bool) -> str:
    parts = (IMAGE_TOKEN, question) if first else (question, IMAGE_TOKEN)
    return "\n".join(filter(None, parts))
