"""Fleet, the driver: tasks -> shards -> workers -> segments -> the run store.

It cuts shards while others are asked for already, starts as many as there are workers, and merges
each when it ends. What it knows can all be read again from the run store and the shared storage, so
it may be killed at any time.
"""

import math
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from datagen import __version__
from datagen.errors import DatagenError, EndpointError
from datagen.fleet.cluster import Cluster, open_cluster
from datagen.fleet.merging import Merger
from datagen.fleet.reports import Limits
from datagen.fleet.segments import name_replies
from datagen.fleet.shards import Shard, cut_shards, write_shard
from datagen.fleet.storage import Storage
from datagen.fleet.worker import Mission
from datagen.pipeline import Asking, Job
from datagen.records import Usage
from datagen.store import RunStore

SHARED_FOLDER = "fleet"
"""Where the shards of a run lie in its folder, unless told otherwise."""

_LOOK_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class FleetOptions:
    """What a start on a cluster is told besides the settings.

    Attributes:
        address: of the cluster, as `open_cluster` takes it.
        workers: shards at a time; None for one for every two CPUs of the cluster.
        shard_size: tasks in a shard.
        shared: address of the shared storage; empty for a folder in the run folder.
    """

    address: str | None = None
    workers: int | None = None
    shard_size: int = 1000
    shared: str = ""


def open_storage(options: FleetOptions, folder: Path) -> Storage:
    """The shared storage of a run.

    Raises:
        SettingsError: the address is not understood, or a package is missing.
    """
    return Storage(options.shared or str(folder.absolute() / SHARED_FOLDER))


def merge_published(folder: Path, storage: Storage, job: Job) -> int:
    """Take over what workers of earlier starts have published; the number of answers.

    Raises:
        RunError: the storage or the run folder cannot be used.
    """
    with RunStore(folder, write=True) as store:
        return Merger(store, storage, job).merge()


class Fleet:
    """One start of the paid half on a cluster."""

    def __init__(
        self,
        asking: Asking,
        options: FleetOptions,
        storage: Storage,
        *,
        key: str,
        max_requests: int | None = None,
        on_stop: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare.

        Args:
            asking: what is to be asked, and the progress to be shown; its client asks nobody.
            options: of this start.
            storage: what earlier workers published there is merged already.
            key: of the endpoint.
            max_requests: of this start; None for no limit.
            on_stop: called once when nothing new is begun while something is in flight.
        """
        self._asking = asking
        self._options = options
        self._storage = storage
        self._key = key
        self._spent = asking.budget.spent
        self._max_requests = max_requests
        self._on_stop = on_stop
        self._is_stopping = False
        self._ending = 0
        self._start = self._name_start()
        self._problem: DatagenError | None = None

    def run(self) -> None:
        """Ask all that the store does not hold; return when done or stopped.

        Raises:
            EndpointError: the endpoint refuses everything; what was answered is kept.
            DatagenError: the cluster, the storage or the run folder cannot be used.
        """
        asking, options = self._asking, self._options
        with RunStore(asking.folder) as reading, RunStore(asking.folder, write=True) as writing:
            todo = asking.list_todo(reading)
            shards = cut_shards(todo, options.shard_size)
            first = next(shards, None)
            if first is None:
                return
            merger = Merger(writing, self._storage, asking.job)
            unfinished: list[int] = []
            try:
                with open_cluster(options.address, options.workers) as cluster:
                    try:
                        self._drive(cluster, chain([first], shards), merger)
                    finally:
                        unfinished = cluster.list_running()
            finally:  # what their workers had published before they were ended
                for number in unfinished:
                    merger.merge(name_replies(self._start, number))
        if self._problem is not None:
            raise self._problem

    def _drive(self, cluster: Cluster, shards: Iterator[Shard], merger: Merger) -> None:
        concurrency = self._asking.job.settings.concurrency
        workers = min(self._options.workers or cluster.workers, concurrency)
        cluster.begin(
            f"datagen {self._asking.folder.absolute()} {self._start}",
            self._list_limits(),
            self._key,
            self._make_mission(workers),
        )
        with self._heed_interrupt():
            while self._fill(cluster, shards, workers):
                for number, outcome in cluster.wait(_LOOK_SECONDS):
                    merger.merge(name_replies(self._start, number))
                    if outcome.problem:
                        self._fail(outcome.problem, outcome.exit_code)
                self._show(cluster)
                if self._asking.stopped and not self._is_stopping:
                    self._is_stopping = True
                    cluster.stop(self._asking.stopped)
                    self._on_stop()

    def _fill(self, cluster: Cluster, shards: Iterator[Shard], workers: int) -> bool:
        """Start shards for the workers that have none; False when there is nothing more to do.

        A worker that is about to end has none any more: the last answers of a shard may take long.
        """
        while len(cluster.list_running()) - self._ending < workers and not self._asking.stopped:
            shard = next(shards, None)
            if shard is None:
                break
            write_shard(self._storage, self._start, shard)
            cluster.start(shard.number)
        return bool(cluster.list_running())

    def _fail(self, problem: str, exit_code: int) -> None:
        kind = EndpointError if exit_code == EndpointError.exit_code else DatagenError
        self._problem = self._problem or kind(problem)
        self._asking.stop("error")

    def _show(self, cluster: Cluster) -> None:
        state, progress = cluster.look(), self._asking.progress
        counts, self._ending = state.counts, state.ending
        progress.done = progress.resumed + counts.done
        progress.failed, progress.repaired = counts.failed, counts.repaired
        progress.in_flight = state.in_flight
        progress.usage = Usage(counts.prompt_tokens, counts.completion_tokens, counts.cached_tokens)
        progress.spent = self._spent + counts.spent
        if state.stopped:
            self._asking.stop(state.stopped)
        self._asking.on_progress(progress)

    def _list_limits(self) -> Limits:
        settings = self._asking.job.settings
        return Limits(
            settings.concurrency,
            settings.requests_per_minute,
            settings.tokens_per_minute,
            self._max_requests,
            settings.max_cost,
            self._spent,
        )

    def _make_mission(self, workers: int) -> Mission:
        """Each worker prepares for twice its part, since it gets more when others have ended."""
        settings = self._asking.job.settings
        part = min(settings.concurrency, 2 * math.ceil(settings.concurrency / workers))
        paths = {"images": settings.images, "tokenizer": settings.tokenizer}
        absolute = {name: path and path.absolute() for name, path in paths.items()}
        return Mission(
            __version__,
            settings.model_copy(update={"concurrency": part, **absolute}),
            self._asking.job.types,
            self._storage.url,
            self._start,
        )

    def _name_start(self) -> str:
        """A folder that no earlier start has used."""
        names = {name.split("/")[0] for name in self._storage.list_names("", ".gz")}
        return f"{max((int(name) for name in names if name.isdecimal()), default=0) + 1:04d}"

    @contextmanager
    def _heed_interrupt(self) -> Iterator[None]:
        """First Ctrl-C: finish what is in flight. The second one has its usual meaning."""

        def interrupt(*_: object) -> None:
            signal.signal(signal.SIGINT, before)
            self._asking.stop()

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)
