"""Ask stage, batches: a part becomes a batch at the endpoint, once.

Before every call that makes something there, the journal notes that the call is about to be made.
Where such a note stands and no answer does, because the connection broke or the process was
killed, the endpoint is searched for what that call may have made before another one is sent. A
part's token names it there: in the name of its file and in the metadata of its batch.
"""

from dataclasses import replace

from datagen.errors import EndpointError
from datagen.llm.batch.endpoint import BatchEndpoint
from datagen.llm.batch.journal import Journal, Part, PartState
from datagen.llm.batch.parts import REQUESTS, PartFiles


class Submission:
    """Hands parts in."""

    def __init__(self, journal: Journal, files: PartFiles, endpoint: BatchEndpoint) -> None:
        """Use the journal and the files of one run folder."""
        self._journal = journal
        self._files = files
        self._endpoint = endpoint

    async def look_up(self, part: Part) -> Part:
        """Settle what an earlier call for a part has made, if one was begun.

        Raises:
            EndpointError: the endpoint cannot be searched.
        """
        return await self._endpoint.persist(lambda: self._search(part))

    async def submit(self, part: Part) -> Part:
        """Lead a part to the state OUT.

        Raises:
            EndpointError: the endpoint does not take it; the part is as far as it came.
        """
        while part.state is not PartState.OUT:
            part = await self._advance(part)
        return part

    async def cancel_twins(self, part: Part) -> Part:
        """Cancel all batches of a part but the oldest.

        There are several only if a search has missed one that the endpoint made late; so after
        more than one call it is searched once more.

        Raises:
            EndpointError: the endpoint cannot be searched.
        """

        async def attempt() -> Part:
            found = await self._endpoint.find_batches(self._journal.get_token(part), part.file_id)
            for twin in found[1:]:
                if not twin.has_ended:
                    await self._endpoint.cancel(twin.id)
            return replace(part, batch_id=found[0].id if found else part.batch_id, posts=0)

        return self._journal.save(await self._endpoint.persist(attempt))

    async def _advance(self, part: Part) -> Part:
        """Lead a part one state on: from the disk to the endpoint, from there to a batch."""

        async def attempt() -> Part:
            nonlocal part
            state = part.state
            part = await self._search(part)
            if part.state is state:
                part = self._journal.save(replace(part, posts=part.posts + 1, is_pending=True))
                part = self._journal.save(await self._call(part))
            return part

        try:
            return await self._endpoint.persist(attempt)
        except EndpointError as exc:
            if part.file_id and part.file_id in str(exc):  # the endpoint has lost the file
                again = replace(part, state=PartState.WRITTEN, file_id="", posts=0)
                self._journal.save(replace(again, is_pending=False))
            raise

    async def _search(self, part: Part) -> Part:
        """Find what a call without an answer has made; without such a call, do nothing."""
        if not part.is_pending:
            return part
        if part.state is PartState.WRITTEN:
            part = _take_file(part, await self._endpoint.find_file(self._name(part), part.size))
        else:
            token = self._journal.get_token(part)
            found = await self._endpoint.find_batches(token, part.file_id)
            part = _take_batch(part, found[0].id if found else "")
        return self._journal.save(part)

    async def _call(self, part: Part) -> Part:
        if part.state is PartState.WRITTEN:
            path = self._files.get_path(part.number, REQUESTS)
            return _take_file(part, await self._endpoint.upload(path, self._name(part)))
        token = self._journal.get_token(part)
        return _take_batch(part, await self._endpoint.create(part.file_id, token))

    def _name(self, part: Part) -> str:
        return f"datagen-{self._journal.get_token(part)}.jsonl"


def _take_file(part: Part, file_id: str) -> Part:
    part = replace(part, is_pending=False)
    return replace(part, state=PartState.UPLOADED, file_id=file_id, posts=0) if file_id else part


def _take_batch(part: Part, batch_id: str) -> Part:
    part = replace(part, is_pending=False)
    return replace(part, state=PartState.OUT, batch_id=batch_id) if batch_id else part
