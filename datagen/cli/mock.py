"""The command that serves the mock endpoint."""

import os
from typing import Annotated

import typer
from rich.console import Console

from datagen.errors import SettingsError


def mock_server(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port; 0 for any that is free.")] = 8000,
    latency: Annotated[float, typer.Option(help="Seconds before every answer.")] = 0.0,
    fault: Annotated[
        list[str] | None,
        typer.Option(help="NAME=RATE, may be repeated: 429=0.1 500=0.05 reset=0.03 …"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Decides which requests meet a fault.")] = 0,
    retry_after: Annotated[float, typer.Option(help="Seconds that 429-retry-after asks for.")] = 1,
    stall: Annotated[float, typer.Option(help="Seconds that a stalled answer takes.")] = 60,
    requests_per_minute: Annotated[
        int | None, typer.Option(help="Rate limit, with x-ratelimit headers and Retry-After.")
    ] = None,
    tokens_per_minute: Annotated[int | None, typer.Option(help="Rate limit in tokens.")] = None,
    max_concurrency: Annotated[
        int | None, typer.Option(help="Requests served at once; above it come 503s.")
    ] = None,
    api_key_env: Annotated[
        str | None, typer.Option(help="Environment variable with a key that is then demanded.")
    ] = None,
) -> None:
    """Serve the offline writer behind OpenAI's protocol, with faults on demand: rehearse a paid run for nothing.

    Counters are at /mock/counters. Point a run at it with --base-url and any --model.

    Example: [bold]datagen mock-server --latency 0.2 --fault 429-retry-after=0.05 --fault 500=0.05[/bold]
    """
    from datagen.llm.mock_server import FAULTS, MockEndpoint, MockSettings, parse_fault

    key = os.environ.get(api_key_env) if api_key_env else None
    if api_key_env and not key:
        raise SettingsError(f"--api-key-env: {api_key_env} is not set in the environment")
    settings = MockSettings(
        latency=latency,
        faults=dict(parse_fault(text) for text in fault or ()),
        seed=seed,
        retry_after=retry_after,
        stall=stall,
        requests_per_minute=requests_per_minute,
        tokens_per_minute=tokens_per_minute,
        max_concurrency=max_concurrency,
        api_key=key,
    )
    console = Console(highlight=False, soft_wrap=True)

    def say_ready(url: str) -> None:
        console.print(f"serving {url}; faults: {', '.join(settings.faults) or 'none'}")
        console.print(f"known faults: {', '.join(FAULTS)}; stop with Ctrl-C")

    MockEndpoint(settings).run(host, port, say_ready)
