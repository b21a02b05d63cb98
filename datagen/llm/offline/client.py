"""Ask stage, offline: a client that writes its replies itself, for dry runs, tests and demos."""

from datagen.llm.offline.writer import write_reply
from datagen.records import Prompt, Reply, Usage

MODEL_NAME = "offline"
_CHARACTERS_PER_TOKEN = 4


class OfflineClient:
    """Answers every prompt at once, without a model, a key or a network.

    Tokens are an estimate: one for every four characters, rounded up, which is what English text
    costs on average.
    """

    def __init__(self, *, seed: int = 0) -> None:
        """Other seeds give other wordings for the same prompts."""
        self._seed = seed

    async def ask(self, prompt: Prompt) -> Reply:
        """Write the reply to a prompt."""
        text = write_reply(prompt.messages, json_schema=prompt.json_schema, seed=self._seed)
        asked = sum(_estimate_tokens(message.content) for message in prompt.messages)
        return Reply(text, MODEL_NAME, usage=Usage(asked, _estimate_tokens(text)))

    async def close(self) -> None:
        """Nothing to close; here because every client can be closed."""


def _estimate_tokens(text: str) -> int:
    return -(-len(text) // _CHARACTERS_PER_TOKEN)
