import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from datagen.errors import SettingsError
from datagen.spotcheck.models.checkpoints import find_checkpoint

NAME = "someone/tiny-llava"
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Hub(ThreadingHTTPServer):
    """The hub's protocol, as far as a checkpoint needs it: its files, by name."""

    def __init__(self, files: dict[str, bytes], refusal: int = 0) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files = files
        self.refusal = refusal
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Hub

    def do_HEAD(self) -> None:
        self.do_GET()

    def do_GET(self) -> None:
        hub = self.server
        hub.asked.append(f"{self.command} {self.path}")
        if hub.refusal:
            self._send(hub.refusal, b"{}")
        elif self.path.startswith("/api/") and "/tree/" in self.path:
            entries = [
                {"type": "file", "path": name, "size": len(content), "oid": f"{len(content):040x}"}
                for name, content in hub.files.items()
            ]
            self._send(200, json.dumps(entries).encode())
        elif self.path.startswith("/api/"):
            files = [{"rfilename": name} for name in hub.files]
            about = {"id": NAME, "sha": COMMIT, "siblings": files}
            self._send(200, json.dumps(about).encode())
        else:
            content = hub.files.get(self.path.rpartition("/")[2].partition("?")[0])
            self._send(404 if content is None else 200, content or b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("ETag", f'"{len(body):040x}"')
        self.send_header("X-Repo-Commit", COMMIT)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def point_to(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """Make the hub's package believe that the hub is at this address."""
    from huggingface_hub import constants

    template = f"{url}/{{repo_id}}/resolve/{{revision}}/{{filename}}"
    monkeypatch.setattr(constants, "ENDPOINT", url)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache of the hub, and a hub that nobody serves."""
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "hub"))
    point_to(monkeypatch, "http://127.0.0.1:9")
    return tmp_path / "hub"


@pytest.fixture
def hub(cache: Path, llava_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A hub that has the tiny LLaVA, and weights in another format beside it."""
    files = {file.name: file.read_bytes() for file in llava_folder.iterdir()}
    server = Hub({**files, "pytorch_model.bin": b"the same once more", "README.md": b"# Tiny"})
    point_to(monkeypatch, server.url)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def fill_cache(cache: Path, folder: Path) -> Path:
    """Put a checkpoint into the hub's cache as a download does."""
    home = cache / f"models--{NAME.replace('/', '--')}"
    (home / "refs").mkdir(parents=True)
    (home / "refs" / "main").write_text(COMMIT)
    return Path(shutil.copytree(folder, home / "snapshots" / COMMIT))


def test_a_folder_is_taken_as_it_is(llava_folder: Path) -> None:
    found = find_checkpoint(str(llava_folder))
    assert found.folder == llava_folder
    assert found.architecture == "LlavaForConditionalGeneration"
    assert len(found.revision) == 8


def test_the_revision_of_a_folder_follows_its_files(llava_folder: Path, tmp_path: Path) -> None:
    copy = Path(shutil.copytree(llava_folder, tmp_path / "copy"))
    before = find_checkpoint(str(copy)).revision
    assert before == find_checkpoint(str(llava_folder)).revision
    weights = copy / "model.safetensors"
    changed = bytearray(weights.read_bytes())
    changed[-1] ^= 1
    weights.write_bytes(changed)
    assert find_checkpoint(str(copy)).revision != before


def test_a_name_is_looked_up_in_the_cache_before_anybody_is_asked(
    cache: Path, llava_folder: Path
) -> None:
    folder = fill_cache(cache, llava_folder)
    found = find_checkpoint(NAME)
    assert (found.folder, found.revision) == (folder, COMMIT[:8])


def test_what_is_not_cached_is_fetched_without_second_weights(hub: Hub, llava_folder: Path) -> None:
    found = find_checkpoint(NAME)
    assert found.revision == COMMIT[:8]
    names = {file.name for file in found.folder.iterdir()}
    assert names == {file.name for file in llava_folder.iterdir()}
    asked = len(hub.asked)
    assert find_checkpoint(NAME) == found
    assert len(hub.asked) == asked


def test_a_cache_with_half_a_checkpoint_is_filled(
    hub: Hub, cache: Path, llava_folder: Path
) -> None:
    half = fill_cache(cache, llava_folder)
    (half / "model.safetensors").unlink()
    found = find_checkpoint(NAME)
    assert (found.folder / "model.safetensors").is_file()


@pytest.mark.usefixtures("cache")
def test_without_network_one_sentence_names_both_ways_out() -> None:
    with pytest.raises(SettingsError) as caught:
        find_checkpoint(NAME)
    said = str(caught.value)
    assert said.startswith(
        f"the checkpoint {NAME} is neither a folder nor whole in the cache of this machine, and the"
        " hub cannot be reached ("
    )
    assert said.endswith(
        "): give a local folder, or fill the cache where there is network"
        f" (`hf download {NAME}`) and point HF_HOME to it"
    )
    assert "\n" not in said


@pytest.mark.usefixtures("cache")
def test_a_machine_set_offline_is_told_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    from huggingface_hub import constants

    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(SettingsError, match="neither a folder nor whole in the cache"):
        find_checkpoint(NAME)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (401, "the hub has none of this name for you"),
        (404, "the hub has none of this name for you"),
        (503, "the hub answered with status 503"),
    ],
)
def test_a_hub_that_refuses_is_asked_once(hub: Hub, refusal: int, said: str) -> None:
    hub.refusal = refusal
    with pytest.raises(SettingsError, match=said):
        find_checkpoint(NAME)
    assert len(hub.asked) == 1


@pytest.mark.usefixtures("cache")
def test_a_folder_that_is_not_there_is_no_name() -> None:
    with pytest.raises(SettingsError, match="there is no folder /nowhere/at/all"):
        find_checkpoint("/nowhere/at/all")


def test_a_folder_without_configuration_is_no_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"is no checkpoint: it has no config\.json"):
        find_checkpoint(str(tmp_path))


@pytest.mark.parametrize(("content", "said"), [("{", "cannot be read"), ("[]", "is not the conf")])
def test_a_broken_configuration_is_an_error(tmp_path: Path, content: str, said: str) -> None:
    (tmp_path / "config.json").write_text(content)
    with pytest.raises(SettingsError, match=said):
        find_checkpoint(str(tmp_path))


def test_a_checkpoint_may_not_tell_its_kind(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text('{"model_type": "x"}')
    assert find_checkpoint(str(tmp_path)).architecture == ""
