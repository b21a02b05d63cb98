"""What a viewer has acknowledged is on disk, however it ends."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

from datagen.store import ReviewStore
from tests.benchmarks.bench_viewer import Client
from tests.benchmarks.processes import make_environment

DECIDED = 20


def test_no_acknowledged_decision_is_lost_when_the_viewer_is_killed(run: Path) -> None:
    command = [sys.executable, "-m", "datagen", "view", str(run), "--no-browser"]
    environment = {**make_environment(), "PYTHONUNBUFFERED": "1", "COLUMNS": "200"}
    ids = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        match = None
        while match is None and (line := process.stdout.readline()):
            match = re.search(r"http://\S+", line)
        assert match is not None
        client = Client(match[0])
        for key in range(1, DECIDED + 1):
            _, record = client.ask(f"/api/records/{key}")
            ids.append(str(record["id"]))
            client.ask(f"/api/records/{key}/review", {"revision": 0, "kind": "accept"})
        os.kill(process.pid, signal.SIGKILL)
        client.close()
    assert process.returncode == -signal.SIGKILL
    with ReviewStore(run) as reviews:
        states = reviews.read_states()
    assert [states[each].decision for each in ids] == ["accepted"] * DECIDED
