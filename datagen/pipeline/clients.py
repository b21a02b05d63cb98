"""Pipeline, whom to ask: settings -> the offline writer, an endpoint, a model on this machine."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dotenv import dotenv_values

from datagen.config import RunSettings
from datagen.errors import SettingsError
from datagen.llm.client import Client

if TYPE_CHECKING:
    from datagen.llm.batch.endpoint import BatchEndpoint
    from datagen.llm.pace import Pace

# What a very small model needs: a schema, short replies, few at a time, patience.
_LOCAL = {"reply_format": "json", "max_tokens": 256, "concurrency": 2, "timeout": 600.0}


def settle_local(values: dict[str, Any]) -> dict[str, Any]:
    """What `--local` sets where the user has not: the model's name, its prompts, its manner.

    Raises:
        SettingsError: the extra is not installed, or the weights cannot be used.
    """
    from datagen.llm.local import LOCAL_PROMPTS, find_weights, name_model

    given = values.get("weights")
    weights = find_weights(Path(given) if given is not None else None)
    prompts = {} if given is not None else {"prompts": LOCAL_PROMPTS}
    return {**_LOCAL, **prompts, **values, "model": name_model(weights)}


@contextmanager
def open_client(
    settings: RunSettings, *, key: str | None = None, pace: "Pace | None" = None
) -> Iterator[Client]:
    """Whoever the settings name; a local server runs as long as the block.

    Args:
        settings: of the run.
        key: None for the one that `find_key` finds.
        pace: None for one of its own.

    Raises:
        SettingsError: no model, or no key.
        EndpointError: the local server does not start.
    """
    if settings.offline:
        from datagen.llm.offline import OfflineClient

        yield OfflineClient()
    elif settings.local:
        from datagen.llm.local import run_local_server

        with run_local_server(model_path=settings.weights) as server:
            yield _make_chat_client(settings, server.base_url, "none")
    else:
        key = find_key(settings) if key is None else key
        yield _make_chat_client(settings, settings.base_url, key, pace)


def make_batch_endpoint(settings: RunSettings) -> "BatchEndpoint":
    """The endpoint of the settings, to be asked in batches.

    Raises:
        SettingsError: no model, or no key.
    """
    from datagen.llm.batch.endpoint import BatchEndpoint

    if settings.offline or settings.local:
        raise SettingsError("--via batch needs an endpoint with a Batch API: give --model")
    return BatchEndpoint(**_options(settings, settings.base_url, find_key(settings)))


def _make_chat_client(
    settings: RunSettings, base_url: str | None, key: str, pace: "Pace | None" = None
) -> Client:
    from datagen.llm.openai_chat import OpenAIChatClient

    return OpenAIChatClient(**_options(settings, base_url, key, pace))


def _options(
    settings: RunSettings, base_url: str | None, key: str, pace: "Pace | None" = None
) -> dict[str, Any]:
    # The openai package takes half a second to import; what asks nobody shall not wait for it.
    from datagen.llm.pace import Pace
    from datagen.llm.retry import RetryPolicy

    return {
        "model": _name_model(settings),
        "api_key": key,
        "base_url": base_url,
        "temperature": settings.temperature,
        "top_p": settings.top_p,
        "max_tokens": settings.max_tokens,
        "timeout": settings.timeout,
        "max_connections": settings.concurrency,
        "picture_side": settings.image_side,
        "retry": RetryPolicy(attempts=settings.attempts),
        "pace": pace
        or Pace(
            max_in_flight=settings.concurrency,
            requests_per_minute=settings.requests_per_minute,
            tokens_per_minute=settings.tokens_per_minute,
            patience=settings.patience,
        ),
    }


def _name_model(settings: RunSettings) -> str:
    if settings.model is None:
        raise SettingsError(
            "no model: give --model NAME (and --base-url URL), or --offline, or --local"
        )
    return settings.model


def find_key(settings: RunSettings) -> str:
    """The key from the environment, else from a `.env` file in this folder.

    Raises:
        SettingsError: there is none, and OpenAI's own endpoint wants one.
    """
    _name_model(settings)
    name = settings.api_key_env
    key = os.environ.get(name) or dotenv_values(".env").get(name)
    if key:
        return key
    if settings.base_url is not None:
        return "none"  # local servers want no key, but the client wants a word
    raise SettingsError(f"no key: set {name} in the environment or in a .env file in this folder")
