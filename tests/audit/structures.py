"""Audit: defects of structure, one for each row of what breaks or fools the trainer's loader."""

import copy
from collections.abc import Callable, Mapping

from tests.audit.corpus import Record
from tests.audit.planting import Plant, Setting

Damage = Callable[[Record], object]


def _turns(record: Record) -> list[dict[str, object]]:
    turns: list[dict[str, object]] = record["conversations"]
    return turns


def _extend(record: Record, turn: int, text: str) -> None:
    message = _turns(record)[turn]
    message["value"] = f"{message['value']}{text}"


def _strip_token(record: Record) -> None:
    value = str(_turns(record)[0]["value"])
    _turns(record)[0]["value"] = value.replace("<image>", "").strip()


DAMAGES: Mapping[str, Damage] = {
    "no conversations": lambda record: record.pop("conversations"),
    "conversations no list": lambda record: record.update(conversations="none"),
    "no turns": lambda record: record.update(conversations=[]),
    "no id": lambda record: record.pop("id"),
    "image null": lambda record: record.update(image=None),
    "image empty": lambda record: record.update(image=""),
    "image a list": lambda record: record.update(image=[record["image"]]),
    "image a number": lambda record: record.update(image=7),
    "foreign speaker": lambda record: _turns(record)[1].update({"from": "assistant"}),
    "no speaker": lambda record: _turns(record)[1].pop("from"),
    "no text": lambda record: _turns(record)[1].pop("value"),
    "text null": lambda record: _turns(record)[-1].update(value=None),
    "text a number": lambda record: _turns(record)[-1].update(value=3),
    "turn no object": lambda record: _turns(record).append("The end."),  # type: ignore[arg-type] # the defect itself
    "speaker repeated": lambda record: _turns(record).insert(0, dict(_turns(record)[0])),
    "model first": lambda record: _turns(record).insert(0, dict(_turns(record)[1])),
    "question last": lambda record: _turns(record).append({"from": "human", "value": "And now?"}),
    "answer empty": lambda record: _turns(record)[-1].update(value=""),
    "answer blank": lambda record: _turns(record)[-1].update(value=" \n "),
    "question empty": lambda record: _turns(record).extend(
        ({"from": "human", "value": ""}, {"from": "gpt", "value": "It is day."})
    ),
    "label in text": lambda record: _extend(record, -1, " ASSISTANT: It is day."),
    "end token in text": lambda record: _extend(record, 1, "</s>"),
    "image token in answer": lambda record: _extend(record, 1, " <image>"),
    "image token twice": lambda record: _extend(record, 0, "\n<image>"),
    "image token late": lambda record: _turns(record).extend(
        ({"from": "human", "value": "<image>\nAnd now?"}, {"from": "gpt", "value": "It is day."})
    ),
    "image token missing": _strip_token,
    "image key missing": lambda record: record.pop("image"),
    "far too long": lambda record: _extend(record, -1, " It is a calm and clear day." * 400),
    "half a surrogate": lambda record: _extend(record, -1, " \ud83d"),
}
"""What is done to a record, by the name of the defect."""


def damage(setting: Setting, name: str) -> Plant | None:
    """A copy of the record with one thing broken."""
    if not setting.false:
        return None
    record = copy.deepcopy(setting.case.record)
    DAMAGES[name](record)
    return Plant("structure", name, setting.false, setting.case, record)


def damage_any(setting: Setting) -> Plant | None:
    """One of the damages, drawn."""
    return damage(setting, setting.rng.choice(sorted(DAMAGES)))
