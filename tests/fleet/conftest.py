"""A Ray cluster on this machine, one for all tests of a process: it takes seconds to start."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.fleet.cluster import LOCAL, import_ray, open_cluster
from tests.fleet.runs import Here

_WORKERS = 2


@pytest.fixture(scope="session")
def here() -> Iterator[Here]:
    """The cluster, to which this process is connected as long as the session lasts."""
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # else it warns
    with open_cluster(LOCAL, _WORKERS):
        ray = import_ray()
        address = ray.get_runtime_context().gcs_address
        session = Path(ray.nodes()[0]["ObjectStoreSocketName"]).parents[1]
        yield Here(address, Path(f"/proc/{os.getpid()}"), session)
