"""Spot-check, what sees: a checkpoint's name or folder -> its files on this machine."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datagen.errors import SettingsError

_CONFIG = "config.json"
_SAMPLE = 2**20  # bytes
_TEXTS = ("*.json", "*.jinja", "*.txt", "*.model")
_HUB_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A checkpoint whose files are here.

    Attributes:
        name: as the user gave it.
        folder: where the files are.
        revision: the hub's commit, or a digest of the files.
        config: what `config.json` says.
    """

    name: str
    folder: Path
    revision: str
    config: Mapping[str, Any]

    @property
    def architecture(self) -> str:
        """The class that it was saved from, `LlavaForConditionalGeneration`; empty if unknown."""
        known = self.config.get("architectures")
        return str(known[0]) if isinstance(known, list) and known else ""


def find_checkpoint(name: str) -> Checkpoint:
    """Find the files of a checkpoint: a folder, else the hub's cache, else the hub, asked once.

    Raises:
        SettingsError: it is nowhere, or its configuration cannot be read.
    """
    folder = Path(name).expanduser()
    if folder.is_dir():
        return _read_checkpoint(name, folder, _digest_files(folder))
    cached = _find_cached(name)
    folder = cached if cached is not None and _is_complete(cached) else _download(name)
    return _read_checkpoint(name, folder, folder.name[:8])


def _read_checkpoint(name: str, folder: Path, revision: str) -> Checkpoint:
    file = folder / _CONFIG
    if not file.is_file():
        raise SettingsError(f"{folder} is no checkpoint: it has no {_CONFIG}")
    try:
        config = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError) as exc:
        raise SettingsError(f"{file} cannot be read: {exc}") from exc
    if not isinstance(config, dict):
        raise SettingsError(f"{file} is not the configuration of a model")
    return Checkpoint(name, folder, revision, config)


def _digest_files(folder: Path) -> str:
    """Eight hex digits that change with the weights; of large files parts are looked at."""
    digest = hashlib.sha256()
    for file in sorted(folder.iterdir()):
        if not file.is_file():
            continue
        size = file.stat().st_size
        digest.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as opened:
            for part in range(5):
                opened.seek(max(0, size - _SAMPLE) * part // 4)
                digest.update(opened.read(_SAMPLE))
    return digest.hexdigest()[:8]


def _is_complete(folder: Path) -> bool:
    if not (folder / _CONFIG).is_file():
        return False
    for index in folder.glob("*.index.json"):
        shards = set(json.loads(index.read_text("utf-8")).get("weight_map", {}).values())
        if shards and all((folder / shard).is_file() for shard in shards):
            return True
    return any((folder / name).is_file() for name in ("model.safetensors", "pytorch_model.bin"))


def _find_cached(name: str) -> Path | None:
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        # By one file: the hub's own look-up of folders wants every file of a checkpoint, also the
        # same weights in other formats.
        file = try_to_load_from_cache(name, _CONFIG)
    except HFValidationError as exc:
        raise SettingsError(
            f"there is no folder {name}, and it is no name of a checkpoint on the hub"
        ) from exc
    return Path(file).parent if isinstance(file, str) else None


def _download(name: str) -> Path:
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
    from huggingface_hub.utils import httpx  # type: ignore[attr-defined]  # httpx or httpx2, as the hub uses
    from huggingface_hub.utils.tqdm import disable_progress_bars

    logging.getLogger("huggingface_hub").setLevel(logging.ERROR)
    disable_progress_bars()
    try:
        # One request that is not repeated tells whether the hub can be had at all.
        found = HfApi().model_info(name, timeout=_HUB_SECONDS)
        files = [file.rfilename for file in found.siblings or ()]
        has_safe = any(file.endswith(".safetensors") for file in files)
        weights = "*.safetensors" if has_safe else "*.bin"
        # By name, not by commit: only so does the cache note which commit the name stands for.
        return Path(snapshot_download(name, allow_patterns=[*_TEXTS, weights]))
    except (HfHubHTTPError, OfflineModeIsEnabled, httpx.HTTPError, OSError) as exc:
        raise SettingsError(
            f"the checkpoint {name} is neither a folder nor whole in the cache of this machine, and"
            f" {_explain(exc)}: give a local folder, or fill the cache where there is network"
            f" (`hf download {name}`) and point HF_HOME to it"
        ) from exc


def _explain(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is None:
        return f"the hub cannot be reached ({say_why(error)})"
    if response.status_code in {401, 403, 404}:  # 401: it does not tell what is not there
        return f"the hub has none of this name for you (status {response.status_code})"
    return f"the hub answered with status {response.status_code}"


def say_why(error: Exception) -> str:
    """The last line of an error; those of the packages below begin with pages of advice."""
    *_, last = str(error).strip().splitlines() or [type(error).__name__]
    return last.rstrip(". ")
