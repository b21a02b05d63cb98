from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import EndpointError
from datagen.llm.batch.endpoint import Batch, BatchEndpoint
from datagen.llm.batch.journal import Journal, Part, PartState
from datagen.llm.batch.lines import write_line
from datagen.llm.batch.parts import PartFiles, PartLimits, PartWriter
from datagen.llm.batch.submission import Submission
from datagen.llm.mock_batches import BatchSettings
from datagen.llm.mock_server import MockEndpoint
from datagen.llm.retry import RetryPolicy

BODY = b'{"model":"tiny","messages":[{"role":"user","content":"a cook"}]}'


class Bench:
    """One part in a run folder, and an endpoint for it."""

    def __init__(self, journal: Journal, folder: Path, endpoint: BatchEndpoint) -> None:
        files = PartFiles(folder)
        with PartWriter(journal, files, PartLimits()) as writer:
            writer.add("aa", write_line("aa", BODY))
        self.journal = journal
        self.endpoint = endpoint
        self.submission = Submission(journal, files, endpoint)

    def read_part(self) -> Part:
        (part,) = self.journal.list_parts(*PartState)
        return part

    async def list_batches(self) -> list[Batch]:
        part = self.read_part()
        return await self.endpoint.find_batches(self.journal.get_token(part), part.file_id)


@asynccontextmanager
async def serve(folder: Path, **settings: Any) -> AsyncIterator[Bench]:  # noqa: ANN401 - any setting
    mock = MockEndpoint(writer=lambda *_: "A cook.", batches=BatchSettings(**settings))
    async with mock.serve() as url:
        retry = RetryPolicy(attempts=3, base=0.0)
        endpoint = BatchEndpoint(model="tiny", api_key="x", base_url=url, retry=retry)
        try:
            with Journal(folder) as journal:
                yield Bench(journal, folder, endpoint)
        finally:
            await endpoint.close()


async def test_a_part_is_handed_in_and_the_journal_knows(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        part = await bench.submission.submit(bench.read_part())
        (batch,) = await bench.list_batches()
        assert part == bench.read_part()
    assert (part.state, part.batch_id, part.is_pending) == (PartState.OUT, batch.id, False)
    assert batch.metadata is not None
    assert batch.metadata["datagen_part"].endswith(f"-1-{part.digest[:16]}")


async def test_the_journal_knows_of_a_call_before_it_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Part] = []

    async with serve(tmp_path) as bench:

        async def upload(*_: object) -> str:
            seen.append(bench.read_part())
            return "file-1"

        async def create(*_: object) -> str:
            seen.append(bench.read_part())
            return "batch_1"

        monkeypatch.setattr(bench.endpoint, "upload", upload)
        monkeypatch.setattr(bench.endpoint, "create", create)
        await bench.submission.submit(bench.read_part())
    assert [(part.state, part.posts, part.is_pending) for part in seen] == [
        (PartState.WRITTEN, 1, True),
        (PartState.UPLOADED, 1, True),
    ]


async def test_what_a_call_without_an_answer_has_made_is_adopted(tmp_path: Path) -> None:
    async with serve(tmp_path, delay=30) as bench:
        submission = bench.submission
        out = await submission.submit(bench.read_part())
        lost = replace(out, state=PartState.UPLOADED, batch_id="", is_pending=True)
        assert await submission.look_up(lost) == out
        lost = replace(lost, state=PartState.WRITTEN, file_id="")
        assert (await submission.look_up(lost)).file_id == out.file_id
        assert len(await bench.list_batches()) == 1


async def test_nothing_is_searched_where_no_call_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def search(*_: object) -> str:
        raise AssertionError

    async with serve(tmp_path) as bench:
        monkeypatch.setattr(bench.endpoint, "find_file", search)
        monkeypatch.setattr(bench.endpoint, "find_batches", search)
        part = bench.read_part()
        assert await bench.submission.look_up(part) is part
        assert (await bench.submission.submit(part)).state is PartState.OUT


async def test_a_batch_that_a_search_has_missed_is_cancelled_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    searches: list[str] = []
    find = BatchEndpoint.find_batches

    async def miss_once(endpoint: BatchEndpoint, token: str, file_id: str) -> list[Batch]:
        searches.append(token)
        return await find(endpoint, token, file_id) if len(searches) > 1 else []

    monkeypatch.setattr(BatchEndpoint, "find_batches", miss_once)
    async with serve(tmp_path, delay=30, batches=["reset"]) as bench:
        part = await bench.submission.submit(bench.read_part())
        assert (part.batch_id, part.posts) == ("batch_000002", 2)
        part = await bench.submission.cancel_twins(part)
        statuses = Counter(batch.status for batch in await bench.list_batches())
        assert (part.batch_id, part.posts) == ("batch_000001", 0)
        assert part == bench.read_part()
    assert statuses == {"validating": 1, "cancelling": 1}


async def test_a_batch_without_twins_stays(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["503"]) as bench:
        part = await bench.submission.submit(bench.read_part())
        assert part.posts == 2
        assert (await bench.submission.cancel_twins(part)).batch_id == part.batch_id


async def test_a_refused_part_stays_as_far_as_it_came(tmp_path: Path) -> None:
    async with serve(tmp_path, batches=["503"] * 3) as bench:
        with pytest.raises(EndpointError, match="gave up after 3 attempts"):
            await bench.submission.submit(bench.read_part())
        part = bench.read_part()
        assert (part.state, part.posts, part.is_pending) == (PartState.UPLOADED, 3, True)
        assert (await bench.submission.submit(part)).state is PartState.OUT


async def test_a_file_that_the_endpoint_has_lost_is_handed_in_again(tmp_path: Path) -> None:
    async with serve(tmp_path) as bench:
        lost = bench.journal.save(
            replace(bench.read_part(), state=PartState.UPLOADED, file_id="file-000099")
        )
        with pytest.raises(EndpointError, match="file-000099"):
            await bench.submission.submit(lost)
        part = bench.read_part()
        assert (part.state, part.file_id, part.is_pending) == (PartState.WRITTEN, "", False)
        assert (await bench.submission.submit(part)).state is PartState.OUT
