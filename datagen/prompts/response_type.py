"""Prompt stage, one response type: a context as text -> Prompt."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datagen.prompts.templates import render, split_context
from datagen.records import ContextParts, Message, Prompt, ReplyLayout

USER_MESSAGE = "user_message.j2"
"""File of the query turn's layout, in a type's folder or beside it."""


@dataclass(frozen=True, slots=True)
class ResponseType:
    """One response type, ready to be asked.

    Attributes:
        share: weight in the default mix, relative to the other types.
        questions: the pool for a record's question; empty unless the layout is `text`.
        messages: system message and examples: the same for every item, so endpoints can cache it.
        user_template: source of the query turn's template; None: the context as it is.
        json_schema: schema of a reply; None unless replies are JSON.
        fingerprint: SHA-256 over all that can change a request or a record's question.
        variables: what `user_template` knows besides the context.
    """

    name: str
    context: ContextParts
    layout: ReplyLayout
    share: float
    questions: tuple[str, ...]
    messages: tuple[Message, ...]
    user_template: str | None
    json_schema: Mapping[str, Any] | None
    fingerprint: str
    description: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    def fill(self, context: str, *, seed: int = 0) -> Prompt:
        """The request for one context; `seed` goes into the prompt as it is.

        Raises:
            PromptError: the user's template fails on this context.
        """
        query = context
        if self.user_template is not None:
            variables = {**self.variables, **split_context(context)}
            query = render(Path(self.name, USER_MESSAGE), self.user_template, variables)
            query = query.rstrip("\n")  # as a context ends
        return Prompt((*self.messages, Message("user", query)), self.json_schema, seed)

    def draw_question(self, rng: random.Random) -> str:
        """One question of the pool, each equally likely; "" where the reply brings its own."""
        return rng.choice(self.questions) if self.questions else ""
