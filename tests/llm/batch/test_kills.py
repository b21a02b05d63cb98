"""A kill at every step: what is asked again, what is lost. (Nothing, and nothing.)"""

import asyncio
import contextlib
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from functools import wraps
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import aiohttp
import pytest

from datagen.errors import EndpointError
from datagen.llm.batch.asker import BatchAsker
from datagen.llm.batch.endpoint import BatchEndpoint
from datagen.llm.batch.journal import Journal
from datagen.llm.batch.lines import Ask, BatchResult
from datagen.llm.batch.outstanding import read_outstanding
from datagen.llm.batch.parts import PartFiles, PartLimits
from datagen.llm.mock_batches import BatchSettings
from datagen.llm.mock_server import MockEndpoint
from datagen.llm.retry import RetryPolicy
from datagen.records import Message, Prompt

TODO = [
    Ask(sha256(b"%d" % number).digest(), Prompt((Message("user", f"cook {number}"),)), str(number))
    for number in range(8)
]


class KilledError(BaseException):
    """Ends a start like a kill: nobody catches it."""


class Killer:
    """Ends a start before its n-th step; a step is any reading or writing, and what follows it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.left = 0
        for name in ("add_part", "save", "release", "set_meta"):
            self._wrap(patch, Journal, name, self._wrap_call)
        self._wrap(patch, PartFiles, "remove", self._wrap_call)
        self._wrap(patch, PartFiles, "write", self._wrap_block)
        for name in ("upload", "create", "retrieve", "cancel", "find_file", "find_batches"):
            self._wrap(patch, BatchEndpoint, name, self._wrap_await)
        self._wrap(patch, BatchEndpoint, "download", self._wrap_await)

    def _wrap(
        self, patch: pytest.MonkeyPatch, kind: type, name: str, wrap: Callable[..., object]
    ) -> None:
        patch.setattr(kind, name, wrap(getattr(kind, name)))

    def step(self) -> None:
        self.left -= 1
        if self.left == 0:
            raise KilledError

    def _wrap_call(self, call: Callable[..., object]) -> Callable[..., object]:
        @wraps(call)
        def stepped(*args: object, **how: object) -> object:
            self.step()
            result = call(*args, **how)
            self.step()
            return result

        return stepped

    def _wrap_await(self, call: Callable[..., Awaitable[object]]) -> Callable[..., object]:
        @wraps(call)
        async def stepped(*args: object, **how: object) -> object:
            self.step()
            result = await call(*args, **how)
            self.step()
            return result

        return stepped

    def _wrap_block(
        self, block: Callable[..., AbstractContextManager[object]]
    ) -> Callable[..., AbstractContextManager[object]]:
        @wraps(block)
        @contextmanager
        def stepped(*args: object, **how: object) -> Iterator[object]:
            self.step()
            with block(*args, **how) as value:
                yield value
                self.step()
            self.step()

        return stepped


class Bench:
    """One endpoint for many runs, each from an empty folder and an empty endpoint."""

    def __init__(self, endpoint: BatchEndpoint, session: aiohttp.ClientSession, url: str) -> None:
        self.endpoint = endpoint
        self.session = session
        self.address = url.removesuffix("/v1")

    async def reset(self) -> None:
        async with self.session.post(self.address + "/mock/reset"):
            pass

    async def count(self) -> dict[str, Any]:
        async with self.session.get(self.address + "/mock/batches") as got:
            counters: dict[str, Any] = await got.json()
        return counters

    async def start(self, folder: Path, kept: dict[bytes, BatchResult], killer: Killer) -> None:
        asker = BatchAsker(
            folder, self.endpoint, limits=PartLimits(requests=4), poll_seconds=0.002, most_tries=9
        )
        todo = (ask for ask in TODO if ask.key not in kept)
        async for result in asker.run(todo):
            killer.step()
            kept[result.key] = result


@asynccontextmanager
async def serve(**settings: Any) -> AsyncIterator[Bench]:  # noqa: ANN401 - any setting
    mock = MockEndpoint(
        writer=lambda messages, *_: f"about {messages[-1].content}",
        batches=BatchSettings(**settings),
    )
    async with mock.serve() as url, aiohttp.ClientSession() as session:
        retry = RetryPolicy(attempts=4, base=0.001)
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=url, retry=retry)
        try:
            yield Bench(endpoint, session, url)
        finally:
            await endpoint.close()


async def finish(bench: Bench, folder: Path, kept: dict[bytes, BatchResult], killer: Killer) -> int:
    """Start again until everything is answered; how many starts it took."""
    starts = 0
    while True:
        starts += 1
        assert starts < 6
        try:
            await bench.start(folder, kept, killer)
        except EndpointError:
            continue
        if len(kept) == len(TODO):
            return starts


def check(kept: dict[bytes, BatchResult], counters: dict[str, Any]) -> None:
    for ask in TODO:
        result = kept[ask.key]
        assert result.tag == ask.tag
        answered = counters["answered"].get(ask.key.hex(), 0)
        if result.failure:
            assert (result.failure, answered) == ("bad-request", 0)
        else:
            assert result.reply.text == f"about {ask.prompt.messages[-1].content}"
            assert answered == 1
    assert len(counters["asked"]) == len(TODO)


@contextmanager
def fast_folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder, in memory where there is such a place: a kill does not touch the disk."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if memory.is_dir() else tmp_path) as folder:
        yield Path(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [
        {"batches": ["reset", "reset"], "uploads": ["", "reset"]},
        {"batches": ["", "expired", "503"], "faults": {"429": 0.2, "400": 0.1}, "seed": 4},
        {"batches": ["failed", "cancelled"], "uploads": ["503"]},
        {"most_queued": 5, "delay": 0.004},
    ],
    ids=["broken connections", "expired", "failed and cancelled", "full queue"],
)
async def test_a_kill_at_any_step_asks_nothing_twice_and_loses_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    killer = Killer(monkeypatch)
    step, was_killed = 0, True
    async with serve(**settings) as bench:
        while was_killed:
            step += 1
            killer.left = step
            await bench.reset()
            with fast_folder(tmp_path) as folder:
                kept: dict[bytes, BatchResult] = {}
                was_killed = await start_and_kill(bench, folder, kept, killer)
                if step % 2:  # what the killed start handed out was not on disk yet
                    kept.clear()
                await finish(bench, folder, kept, killer)
                counters = await bench.count()
                check(kept, counters)
                assert str(read_outstanding(folder)) == ""
    assert step > 50


async def start_and_kill(
    bench: Bench, folder: Path, kept: dict[bytes, BatchResult], killer: Killer
) -> bool:
    try:
        await finish(bench, folder, kept, killer)
    except KilledError:
        return True
    finally:
        killer.left = 0
    return False


SCRIPT = """
import asyncio, os, sys
from hashlib import sha256
from pathlib import Path
from datagen.llm.batch.asker import BatchAsker
from datagen.llm.batch.endpoint import BatchEndpoint
from datagen.llm.batch.lines import Ask
from datagen.llm.batch.parts import PartLimits
from datagen.records import Message, Prompt

async def main(url, folder, kept):
    done = set(kept.read_text().split()) if kept.exists() else set()
    asks = [
        Ask(sha256(b"%d" % n).digest(), Prompt((Message("user", f"cook {n}"),))) for n in range(60)
    ]
    endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=url)
    asker = BatchAsker(folder, endpoint, limits=PartLimits(requests=15), poll_seconds=0.02)
    print("started", flush=True)
    with kept.open("a") as file:
        async for result in asker.run(ask for ask in asks if ask.key.hex() not in done):
            file.write(result.key.hex() + "\\n")
            file.flush()
    await endpoint.close()

asyncio.run(main(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
"""


@pytest.mark.slow
async def test_a_killed_process_is_followed_by_one_that_goes_on(tmp_path: Path) -> None:
    rng = random.Random(3)
    kept = tmp_path / "kept.txt"
    codes = []
    async with serve(delay=0.4, batches=["", "expired"]) as bench:
        for seconds in (*(rng.uniform(0.0, 0.35) for _ in range(3)), None):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                SCRIPT,
                bench.endpoint.address,
                str(tmp_path),
                str(kept),
                stdout=asyncio.subprocess.PIPE,
            )
            assert process.stdout is not None
            assert await process.stdout.readline() == b"started\n"
            if seconds is not None:
                await asyncio.sleep(seconds)
                with contextlib.suppress(ProcessLookupError):  # a later start may have ended
                    process.kill()
            codes.append(await process.wait())
        counters = await bench.count()
    assert codes[0] == -9  # batches take longer than the first kill waits
    assert set(codes) <= {-9, 0}
    assert codes[-1] == 0
    names = Counter(kept.read_text(encoding="utf-8").split())
    assert names == {sha256(b"%d" % number).hexdigest(): 1 for number in range(60)}
    assert counters["answered"] == names
