"""What datagen is measured against: the shortest loop that asks with aiohttp and keeps the replies.

    python -m tests.benchmarks.plain_loop URL bodies.jsonl replies.jsonl --concurrency 64

Knows no prompts, no retries, no checks and no store. Writes the seconds between the first request
and the last reply, without the start of Python.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

import aiohttp

_HEADERS = {"Content-Type": "application/json", "Authorization": "Bearer none"}


async def _work(
    session: aiohttp.ClientSession, url: str, bodies: Iterator[bytes], out: TextIO
) -> None:
    for body in bodies:
        async with session.post(url, data=body, headers=_HEADERS) as answer:
            answer.raise_for_status()
            completion = json.loads(await answer.read())
        out.write(json.dumps(completion["choices"][0]["message"]) + "\n")


async def ask_all(url: str, bodies: list[bytes], out: TextIO, concurrency: int) -> None:
    """Post every body, so many side by side, and write a line for each reply."""
    connector = aiohttp.TCPConnector(limit=concurrency)
    todo = iter(bodies)
    async with (
        aiohttp.ClientSession(connector=connector) as session,
        asyncio.TaskGroup() as group,
    ):
        for _ in range(concurrency):
            group.create_task(_work(session, f"{url}/chat/completions", todo, out))


def main() -> None:
    """Ask for everything in a file."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.plain_loop")
    parser.add_argument("url")
    parser.add_argument("bodies", type=Path)
    parser.add_argument("replies", type=Path)
    parser.add_argument("--concurrency", type=int, required=True)
    given = parser.parse_args()
    bodies = given.bodies.read_bytes().splitlines()
    start = time.perf_counter()
    with given.replies.open("w", encoding="utf-8") as out:
        asyncio.run(ask_all(given.url, bodies, out, given.concurrency))
    sys.stdout.write(f"{time.perf_counter() - start:.3f}\n")


if __name__ == "__main__":
    main()
