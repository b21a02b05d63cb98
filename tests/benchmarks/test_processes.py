import sys
from pathlib import Path

import pytest

from tests.benchmarks.processes import (
    RunFailedError,
    demand_success,
    list_generate,
    make_environment,
    run_measured,
    serve,
)
from tests.benchmarks.rendering import render_requests


def test_a_command_is_measured_to_its_end(tmp_path: Path) -> None:
    code = "import sys; held = bytearray(50_000_000); print('said'); sys.exit(3)"
    finished = run_measured([sys.executable, "-c", code], tmp_path)
    assert finished.code == 3
    assert finished.output == "said\n"
    assert finished.peak >= 50
    assert finished.wall > 0


def test_a_command_that_fails_is_told_with_its_last_line(tmp_path: Path) -> None:
    finished = run_measured([sys.executable, "-c", "raise SystemExit('out of luck')"], tmp_path)
    with pytest.raises(RunFailedError, match="exit code 1: out of luck"):
        demand_success(finished)


def test_keys_and_models_of_the_shell_do_not_reach_a_measured_command(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("OPENAI_API_KEY", "DATAGEN_MODEL", "https_proxy"):
        monkeypatch.setenv(name, "mine")
    assert "mine" not in make_environment().values()


@pytest.mark.slow
def test_rendered_bodies_are_those_that_a_run_sends_and_the_plain_loop_too(
    tmp_path: Path,
) -> None:
    rendered = list(render_requests(20))
    bodies = tmp_path / "bodies.jsonl"
    bodies.write_bytes(b"".join(each.body + b"\n" for each in rendered))
    with serve("--watched") as endpoint:
        command = list_generate(endpoint.url, tmp_path / "run", records=20, concurrency=8)
        demand_success(run_measured(command, tmp_path))
        sent = endpoint.read_visits()
        loop = [sys.executable, "-m", "tests.benchmarks.plain_loop", endpoint.url, str(bodies)]
        replies = tmp_path / "replies.jsonl"
        demand_success(run_measured([*loop, str(replies), "--concurrency=8"], tmp_path))
        looped = endpoint.read_visits(len(sent))
    wanted = {each.digest for each in rendered}
    assert len(wanted) == len(sent) == len(looped) == 20
    assert {visit.digest for visit in sent} == wanted
    assert {visit.digest for visit in looped} == wanted
    assert len(replies.read_text("utf-8").splitlines()) == 20
