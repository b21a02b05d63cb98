"""Clients for tests: models that answer by a rule, out of order, and fail where told."""

import asyncio
from collections import Counter
from hashlib import sha256

from datagen.errors import AskError, EndpointError
from datagen.layouts import render_text
from datagen.records import Prompt, Reply, Turn, Usage


class ScriptedClient:
    """Answers each prompt by its content; notes what was asked.

    Attributes:
        asked: how often each query turn was asked, by `query#seed`.
        failures: for parts of a query, the errors to raise before answering.
        texts: for parts of a query, the reply to give in place of the rule's.
        once: the same, but each only the first time.
    """

    def __init__(self) -> None:
        self.asked: Counter[str] = Counter()
        self.failures: dict[str, list[AskError | EndpointError]] = {}
        self.texts: dict[str, str] = {}
        self.once: dict[str, str] = {}
        self.finish_reason = "stop"

    async def ask(self, prompt: Prompt) -> Reply:
        query = prompt.messages[-1].content
        kind = prompt.messages[0].content[:40] + prompt.messages[-2].content[:40]
        self.asked[f"{kind}{query}#{prompt.seed}"] += 1
        order = sha256(query.encode()).digest()[0]
        for _ in range(order % 5):  # later prompts overtake earlier ones
            await asyncio.sleep(0)
        for part, errors in self.failures.items():
            if part in query and errors:
                raise errors.pop(0)
        return Reply(self._write(prompt, query), "scripted", self.finish_reason, Usage(100, 20, 50))

    async def close(self) -> None:
        pass

    def _write(self, prompt: Prompt, query: str) -> str:
        for part in [part for part in self.once if part in query]:
            return self.once.pop(part)
        for part, text in self.texts.items():
            if part in query:
                return text
        first = query.split("\n")[0]
        turns = [Turn(f"What is there, number {n}?", f"{first} It is view {n}.") for n in (1, 2)]
        example = prompt.messages[2].content
        pairs = example.count("Question:")
        if not pairs:
            return render_text([Turn("", f"{first} Nothing else is near.")], "text")
        return render_text(turns if pairs > 1 else turns[:1], "pairs" if pairs > 1 else "pair")
