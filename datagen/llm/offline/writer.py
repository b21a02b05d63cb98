"""Ask stage, offline: messages -> the reply, in the layout that the messages ask for."""

import hashlib
from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from datagen.layouts import render_json, render_text
from datagen.llm.offline.conversation import write_conversation
from datagen.llm.offline.description import write_description
from datagen.llm.offline.reading import read_request
from datagen.llm.offline.reasoning import write_reasoning
from datagen.llm.offline.scene import Scene, make_scene
from datagen.records import Message, ReplyLayout, Turn


def write_reply(
    messages: Sequence[Message], *, json_schema: Mapping[str, Any] | None = None, seed: int = 0
) -> str:
    """Compose a true reply from the context that the messages hold.

    A pure function: the same messages, schema (there or not) and seed give the same reply.

    Args:
        messages: a whole prompt; the context is its last user message that holds one, the layout
            is that of its examples.
        json_schema: asks for JSON in the layout that the schema's properties tell.
        seed: gives other wordings for the same prompt.

    Returns:
        The reply in the exact layout of `datagen.layouts`, in English whatever language the
        messages ask for.

    >>> prompt = [Message("user", "A cat sits on a chair.")]
    >>> "cat" in write_reply(prompt) and write_reply(prompt) == write_reply(prompt)
    True
    """
    request = read_request(messages, json_schema)
    rng = Random(_digest(messages, json_schema is not None, seed))
    turns = _write_turns(make_scene(request.context), request.layout, rng)
    render = render_json if request.as_json else render_text
    return render(turns, request.layout)


def _write_turns(scene: Scene, layout: ReplyLayout, rng: Random) -> tuple[Turn, ...]:
    if layout == "pairs":
        return write_conversation(scene, rng)
    if layout == "pair":
        return (write_reasoning(scene, rng),)
    return (Turn("", write_description(scene, rng)),)


def _digest(messages: Sequence[Message], is_json: bool, seed: int) -> int:
    """A seed that depends on the content only, not on the process."""
    digest = hashlib.sha256(f"{seed}\0{is_json}".encode())
    for message in messages:
        digest.update(f"\0{message.role}\0{message.content}".encode("utf-8", "surrogatepass"))
    return int.from_bytes(digest.digest())
