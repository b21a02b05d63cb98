"""Fleet, merging: segments -> the run store, which is that of a run of one process.

Rows are only added, and the store keeps with them how many segments of each lease it has, so a
merge can be broken off and begun again at any time.
"""

from collections.abc import Iterator, Sequence

from datagen.errors import RunError
from datagen.fleet.segments import list_segments, read_segment
from datagen.fleet.storage import Storage
from datagen.pipeline.job import Job, RequestMaker
from datagen.store import Answer, Request, RunStore


class Merger:
    """Takes segments over into a run store, which is open for writing and the merger's alone."""

    def __init__(self, store: RunStore, storage: Storage, job: Job) -> None:
        """Prepare; `merge` does the work."""
        self._store = store
        self._storage = storage
        self._maker = RequestMaker(job)
        self._images = job.source.images

    def merge(self, folder: str = "") -> int:
        """Take over what the store does not have yet of a folder and the folders below.

        Returns:
            How many answers that were.

        Raises:
            RunError: the storage or the store cannot be used, or it is another run's storage.
        """
        return sum(
            self._merge_lease(lease, names)
            for lease, names in list_segments(self._storage, folder).items()
        )

    def _merge_lease(self, lease: str, names: Sequence[str]) -> int:
        mark = f"merged:{lease}"
        done = int(self._store.get_meta(mark) or 0)
        if len(names) <= done:
            return 0
        rows = [row for name in names[done:] for row in self._read(name)]
        self._store.insert(rows, {mark: str(len(names))})
        self._store.commit()
        return len(rows)

    def _read(self, name: str) -> Iterator[tuple[Request, Answer]]:
        for kept in read_segment(self._storage, name):
            known = self._images.find(kept.item.image_id) is not None
            request = self._maker.make(kept.item)[0] if known else None
            if request is None or request.key != kept.key:
                raise RunError(
                    f"{self._storage.url}/{name}",
                    "holds replies of another run, or of this one with other settings;"
                    " choose another --shared",
                )
            yield request, kept.answer
