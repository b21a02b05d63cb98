"""`datagen view` says where the page is, ends by Ctrl-C, and says what is wrong before it serves."""

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from datagen import cli
from tests.benchmarks.viewer_run import make_run


def _refuse(capsys: pytest.CaptureFixture[str], *arguments: str | Path) -> str:
    """What the command says in place of serving."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["view", *map(str, arguments), "--no-browser"])
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize("is_file", [False, True])
def test_the_page_is_served_until_ctrl_c(tmp_path: Path, is_file: bool) -> None:
    run = make_run(tmp_path / "run", 30)
    target = run / "dataset.jsonl" if is_file else run
    command = [sys.executable, "-m", "datagen", "view", str(target), "--no-browser"]
    environment = {**os.environ, "COLUMNS": "40", "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        assert process.stdout is not None
        lines: list[str] = []
        while not (lines and lines[-1].startswith("Ctrl-C")):
            lines.append(process.stdout.readline())
            assert lines[-1], process.stderr and process.stderr.read()
        text = "".join(lines)
        address = urlsplit(re.findall(r"http://\S+", text)[0])
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        connection.request("GET", f"/?{address.query}")
        assert connection.getresponse().status == 303
        connection.close()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    assert f"{27 if is_file else 30} records" in text
    assert "without pictures: no --images FOLDER" in text
    assert (process.returncode, err, out) == (0, "", "")


def test_the_browser_is_opened_at_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    opened: list[str] = []
    run = make_run(tmp_path / "run", 6)

    def answer(server: object, listener: object) -> None:
        server._on_ready()  # type: ignore[attr-defined]

    monkeypatch.setattr("datagen.viewer.serving.run_server", answer)
    monkeypatch.setattr("webbrowser.open", opened.append)
    cli.main(["view", str(run), "--token", "x" * 16], standalone=False)
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+/\?token=x{16}", opened[0])
    assert opened[0] in capsys.readouterr().out.replace("\n", "")


def test_other_machines_are_let_in_only_with_a_token(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = make_run(tmp_path / "run", 3)
    assert "give --token too" in _refuse(capsys, run, "--host", "0.0.0.0")
    assert "16 characters or more" in _refuse(capsys, run, "--token", "short")


def test_what_cannot_be_shown_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "no such run folder or file" in _refuse(capsys, tmp_path / "none")
    assert "no run folder" in _refuse(capsys, tmp_path)
    file = tmp_path / "diary.txt"
    file.write_text("Dear diary", encoding="utf-8")
    assert "neither a JSON array nor JSON Lines" in _refuse(capsys, file)
    run = make_run(tmp_path / "run", 3)
    assert "no such folder" in _refuse(capsys, run, "--images", tmp_path / "gone")


def test_a_port_that_is_taken_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = make_run(tmp_path / "run", 3)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert f"cannot listen at 127.0.0.1 port {port}" in _refuse(
            capsys, run, "--port", str(port)
        )
