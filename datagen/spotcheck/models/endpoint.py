"""Spot-check, what sees: any OpenAI-compatible endpoint that takes pictures.

It answers, but does not score: endpoints give no probabilities of text that is not their own. How
it is asked, how often and how fast is the ask stage's business (`datagen.llm`).
"""

import asyncio
import math
import re
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from datagen.errors import AskError, EndpointError, PictureError
from datagen.llm.openai_chat import OpenAIChatClient
from datagen.llm.pace import Pace
from datagen.llm.pictures import LONGEST_SIDE
from datagen.llm.retry import RetryPolicy
from datagen.records import IMAGE_TOKEN, Message, Prompt
from datagen.spotcheck.models import AnswerScore, OwnAnswer, Unseen
from datagen.spotcheck.models.dialogues import disarm
from datagen.spotcheck.models.pictures import explain, make_blank
from datagen.spotcheck.subjects import Dialogue

_FIRST_TOKENS = {"logprobs": True, "top_logprobs": 20}  # OpenAI gives no more
_SPECIAL = re.compile(re.escape(IMAGE_TOKEN))


class EndpointModel:
    """A `VisionModel` behind an address."""

    can_score = False

    def __init__(
        self,
        model: str,
        *,
        base_url: str | None = None,
        api_key: str | None = None,
        concurrency: int = 8,
        timeout: float = 120.0,
        picture_side: int = LONGEST_SIDE,
        retry: RetryPolicy | None = None,
    ) -> None:
        """Set up; nothing is sent before the first answer is wanted.

        Args:
            model: as the endpoint calls it.
            base_url: address up to and without `/chat/completions`; None for OpenAI's own.
            api_key: None or empty for an endpoint that wants none.
            concurrency: requests in flight at most.
            timeout: seconds for one attempt.
            picture_side: pixels to which pictures are made to fit.
            retry: None for `RetryPolicy()`.

        Raises:
            SettingsError: the key or the address cannot be used.
        """
        self._concurrency = concurrency
        self._settings: dict[str, Any] = {
            "model": model,
            "base_url": base_url,
            "api_key": api_key,
            "timeout": timeout,
            "max_connections": concurrency,
            "picture_side": picture_side,
            "retry": retry,
            "temperature": 0.0,
        }
        self._tells_first = True
        # A client of its own, never used: what is wrong with the settings shall be told now.
        address = OpenAIChatClient(**self._settings).endpoint
        self.name = f"{model} at {address}, pictures of {picture_side} pixels"

    def score(
        self, dialogues: Sequence[Dialogue]
    ) -> Iterator[tuple[int, tuple[AnswerScore, ...] | Unseen]]:
        """Not to be had.

        Raises:
            NotImplementedError: always; ask `can_score` first.
        """
        raise NotImplementedError("endpoints give no probabilities of foreign text")

    def answer(
        self, dialogues: Sequence[Dialogue], *, max_tokens: int
    ) -> Iterator[tuple[int, OwnAnswer | Unseen]]:
        """Answer each last question; not to be called where an event loop runs already.

        Raises:
            EndpointError: the endpoint refuses every request, or does not answer.
        """
        with tempfile.TemporaryDirectory(prefix="datagen-") as folder, asyncio.Runner() as runner:
            blank = Path(folder) / "blank.png"
            make_blank(None).save(blank)
            prompts = ((at, _make_prompt(given, blank)) for at, given in enumerate(dialogues))
            yield from self._run(runner, prompts, _Clients(self._settings, max_tokens))

    def _run(
        self, runner: asyncio.Runner, prompts: Iterator[tuple[int, Prompt]], clients: "_Clients"
    ) -> Iterator[tuple[int, OwnAnswer | Unseen]]:
        """Keep as many requests in flight as allowed; nothing moves while the caller is busy."""
        loop = runner.get_loop()
        asked: dict[asyncio.Task[OwnAnswer | Unseen], int] = {}
        try:
            while True:
                for at, prompt in islice(prompts, self._concurrency - len(asked)):
                    asked[loop.create_task(self._ask(prompt, clients))] = at
                if not asked:
                    return
                done, _ = runner.run(asyncio.wait(asked, return_when=asyncio.FIRST_COMPLETED))
                for task in done:
                    yield asked.pop(task), task.result()
        finally:
            runner.run(_end(list(asked), clients))

    async def _ask(self, prompt: Prompt, clients: "_Clients") -> OwnAnswer | Unseen:
        tells_first = self._tells_first
        try:
            reply = await clients.get(tells_first=tells_first).ask(prompt)
        except (AskError, EndpointError) as exc:
            if tells_first and "logprobs" in str(exc):
                self._tells_first = False  # this endpoint does not know the option
                return await self._ask(prompt, clients)
            if isinstance(exc, EndpointError):
                raise
            if isinstance(exc.__cause__, PictureError):
                return Unseen(explain(exc.__cause__))
            return Unseen(f"The endpoint gave no answer: {str(exc).rstrip('.')}.")
        return OwnAnswer(reply.text.strip(), weigh_words(reply.first_tokens))


class _Clients:
    """Clients of one endpoint, with and without the wish for probabilities, at one pace."""

    def __init__(self, settings: Mapping[str, Any], max_tokens: int) -> None:
        pace = Pace(max_in_flight=settings["max_connections"])
        self._settings = {**settings, "max_tokens": max_tokens, "pace": pace}
        self._made: dict[bool, OpenAIChatClient] = {}

    def get(self, *, tells_first: bool) -> OpenAIChatClient:
        if tells_first not in self._made:
            extra = _FIRST_TOKENS if tells_first else None
            self._made[tells_first] = OpenAIChatClient(**self._settings, extra=extra)
        return self._made[tells_first]

    async def close(self) -> None:
        for client in self._made.values():
            await client.close()


async def _end(tasks: Sequence[asyncio.Task[Any]], clients: _Clients) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await clients.close()


def _make_prompt(dialogue: Dialogue, blank: Path) -> Prompt:
    messages: list[Message] = []
    for turn in dialogue.turns:
        messages += [
            Message("user", disarm(turn.question, _SPECIAL)),
            Message("assistant", disarm(turn.answer, _SPECIAL)),
        ]
    return Prompt(
        tuple(messages[:-1]),
        image=dialogue.picture or blank,
        image_at=0,
        image_first=dialogue.image_first,
    )


def weigh_words(tokens: Sequence[tuple[str, float]]) -> float | None:
    """P(yes) / (P(yes) + P(no)) by the likeliest first tokens; None where neither is among them.

    >>> weigh_words([("Yes", -0.1), ("The", -3.0)]), weigh_words([("The", -0.1)])
    (1.0, None)
    """
    shares = {"yes": 0.0, "no": 0.0}
    for token, logprob in tokens:
        word = token.strip("\u2581\u0120 ").casefold()
        if word in shares:
            shares[word] += math.exp(logprob)
    both = sum(shares.values())
    return shares["yes"] / both if both else None
