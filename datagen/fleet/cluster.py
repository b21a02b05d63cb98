"""Fleet, Ray: a cluster that is there or a local one, the ledger as an actor, shards as tasks.

The only module that knows Ray, which is imported when a cluster is asked for and not before.
"""

import os
import socket
import time
from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from typing import Any, cast

from datagen.errors import DatagenError, SettingsError
from datagen.fleet.ledger import Ledger
from datagen.fleet.reports import Counts, Grant, Limits, Report, State
from datagen.fleet.storage import INSTALL
from datagen.fleet.worker import Mission, Outcome, run_shard

LOCAL = "local"
"""The address that starts a cluster on this machine for the time of the run."""

_OBJECT_STORE = 80_000_000  # bytes, about the least that Ray takes; no data goes through it
_PATIENCE = 10.0  # seconds
_CPUS = 2  # of Ray's for a worker: for its shard, and for the one before, which is ending
_RETRIES = 5  # workers that one shard may lose


class LedgerActor:
    """The ledger, in a process of its own; the clock is its own, too."""

    def __init__(self, limits: Limits) -> None:
        """Begin with nothing lent."""
        self._ledger = Ledger(limits)
        self._key = ""

    def tell_key(self, key: str) -> None:
        """Keep the endpoint's key for workers whose environment has none."""
        self._key = key

    def open(self, shard: int) -> tuple[int, str]:
        """A lease for a shard, and the key."""
        return self._ledger.open(shard, time.monotonic()), self._key

    def renew(self, lease: int, report: Report) -> Grant:
        """As `Ledger.renew`."""
        return self._ledger.renew(lease, report, time.monotonic())

    def close(self, lease: int, counts: Counts) -> None:
        """As `Ledger.close`."""
        self._ledger.close(lease, counts, time.monotonic())

    def stop(self, why: str) -> None:
        """As `Ledger.stop`."""
        self._ledger.stop(why)

    def look(self) -> State:
        """As `Ledger.look`."""
        return self._ledger.look()


class _Coordinator:
    """The actor as a worker reaches it."""

    def __init__(self, actor: Any) -> None:  # noqa: ANN401 - Ray's handles have no type
        self._actor = actor
        self._ray = import_ray()

    def open(self, shard: int) -> tuple[int, str]:
        return cast("tuple[int, str]", self._ray.get(self._actor.open.remote(shard)))

    def renew(self, lease: int, report: Report) -> Awaitable[Grant]:
        return cast("Awaitable[Grant]", self._actor.renew.remote(lease, report))

    def close(self, lease: int, counts: Counts) -> None:
        self._ray.get(self._actor.close.remote(lease, counts))


def _work(mission: Mission, number: int, actor: Any) -> Outcome:  # noqa: ANN401 - as above
    return run_shard(mission, number, _Coordinator(actor))


class Cluster:
    """A connection to Ray; made by `open_cluster`. One start works in it at a time.

    Attributes:
        workers: that it has room for.
    """

    def __init__(self, ray: Any) -> None:  # noqa: ANN401 - its own types are partial
        """Take over a connection."""
        self._ray = ray
        self._running: dict[Any, int] = {}
        self.workers = max(1, int(ray.cluster_resources().get("CPU", 1)) // _CPUS)

    def begin(self, name: str, limits: Limits, key: str, mission: Mission) -> None:
        """Start the ledger, as an actor of that name, and tell the workers-to-be what to do."""
        actor = self._ray.remote(LedgerActor)
        self._actor = actor.options(name=name, num_cpus=0).remote(limits)
        # By a call, not as an argument of the actor's creation, which Ray keeps and shows.
        self._get(self._actor.tell_key.remote(key))
        self._mission = self._ray.put(mission)
        task = self._ray.remote(_work)
        self._task = task.options(max_retries=_RETRIES, num_cpus=1, name="datagen shard")

    def start(self, number: int) -> None:
        """Let a worker begin a shard; where one is lost, another begins it again."""
        self._running[self._task.remote(self._mission, number, self._actor)] = number

    def list_running(self) -> list[int]:
        """The shards that were started and have not ended."""
        return sorted(self._running.values())

    def wait(self, seconds: float) -> Iterator[tuple[int, Outcome]]:
        """The shards that end within that time, as soon as the first does."""
        ended, _ = self._ray.wait(list(self._running), num_returns=1, timeout=seconds)
        for reference in ended:
            outcome = self._fetch(reference)
            yield self._running.pop(reference), outcome

    def _fetch(self, reference: Any) -> Outcome:  # noqa: ANN401 - as above
        try:
            return cast("Outcome", self._get(reference))
        except DatagenError as exc:
            return Outcome(problem=str(exc), exit_code=exc.exit_code)
        except self._ray.exceptions.WorkerCrashedError:
            problem = (
                f"shard {self._running[reference]} has lost its worker {_RETRIES + 1} times, perhaps"
                " for want of memory: what was published is kept; start the same command again"
            )
            return Outcome(problem=problem, exit_code=1)

    def _get(self, reference: Any) -> Any:  # noqa: ANN401 - as above
        """What a call brought.

        Raises:
            DatagenError: the cluster could not do it, and why.
        """
        try:
            return self._ray.get(reference)
        except self._ray.exceptions.WorkerCrashedError:
            raise
        except self._ray.exceptions.RayError as exc:
            *_, last = str(exc).strip().splitlines() or [""]
            raise DatagenError(
                f"the cluster failed: {last}; every node needs the same Python and"
                " `pip install 'datagen[ray]'`, then start the same command again"
            ) from exc

    def stop(self, why: str) -> None:
        """Begin nothing new; what is in flight is finished and kept."""
        self._get(self._actor.stop.remote(why))

    def look(self) -> State:
        """How the workers stand."""
        return cast("State", self._get(self._actor.look.remote()))

    def cancel(self) -> None:
        """End all workers at once; what they have published is kept."""
        for reference in self._running:
            self._ray.cancel(reference, force=True)


def import_ray() -> Any:  # noqa: ANN401 - its own types are partial
    """The package.

    Raises:
        SettingsError: the extra is not installed.
    """
    try:
        import ray
    except ImportError as exc:
        raise SettingsError(INSTALL) from exc
    return ray


@contextmanager
def open_cluster(address: str | None, workers: int | None) -> Iterator[Cluster]:
    """Connect to a cluster while the block lasts; a local one ends with it.

    Args:
        address: of the cluster; None for the one that RAY_ADDRESS or this machine has, else a local
            one; `local` for that in any case.
        workers: that a local cluster shall have; None for one a core.

    Raises:
        SettingsError: Ray is not installed, or nothing answers at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # a local cluster tells nobody
    ray = import_ray()
    is_own = not ray.is_initialized()
    if is_own:
        connect(ray, address, workers)
    cluster = Cluster(ray)
    try:
        yield cluster
    finally:
        cluster.cancel()
        if is_own:
            ray.shutdown()


def connect(ray: Any, address: str | None, workers: int | None) -> None:  # noqa: ANN401 - as above
    """Connect this process; arguments and errors as of `open_cluster`."""
    quiet = {"log_to_driver": False, "logging_level": "ERROR"}
    local = {
        "num_cpus": _CPUS * (workers or os.cpu_count() or 1),
        "object_store_memory": _OBJECT_STORE,
        "include_dashboard": False,
    }
    wanted = address or os.environ.get("RAY_ADDRESS")
    try:
        if wanted == LOCAL:
            ray.init(address=LOCAL, **local, **quiet)
        elif wanted is not None:
            _probe(wanted)
            ray.init(address=wanted, **quiet)
        else:
            try:
                ray.init(**local, **quiet)
            except ValueError:  # there is a cluster on this machine, which has a size of its own
                ray.init(**quiet)
    except (ConnectionError, RuntimeError, ValueError, OSError) as exc:
        reason = str(exc).strip().splitlines()[0]
        raise SettingsError(
            f"--ray-address {wanted or LOCAL}: no Ray cluster can be used: {reason}"
        ) from exc


def _probe(address: str) -> None:
    """See whether anybody answers; Ray itself would try for two minutes.

    Raises:
        SettingsError: the address goes through Ray Client.
        OSError: nobody answers.
    """
    if "://" in address:
        raise SettingsError(
            f"--ray-address {address}: start datagen on a node of the cluster, and give HOST:PORT of"
            " its head, or auto"
        )
    host, _, port = address.rpartition(":")
    if port.isdecimal():
        socket.create_connection((host, int(port)), timeout=_PATIENCE).close()
