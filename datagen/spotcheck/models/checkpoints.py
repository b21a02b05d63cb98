"""Spot-check, what sees: a checkpoint's name or folder -> its files on this machine, loaded.

Whatever transformers and the hub can raise is translated here into one sentence for the user.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
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


def import_torch() -> tuple[Any, Any]:
    """The packages torch and transformers, made to keep quiet.

    Raises:
        SettingsError: they are not installed.
    """
    try:
        import torch
        import transformers
    except ImportError as exc:
        raise SettingsError(
            f"the spot-check's models need the package {exc.name}:"
            " run `pip install 'datagen[spotcheck]'`"
        ) from exc
    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    return torch, transformers


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
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, LocalEntryNotFoundError

    try:
        return Path(snapshot_download(name, local_files_only=True))
    except LocalEntryNotFoundError:
        return None
    except HFValidationError as exc:
        raise SettingsError(
            f"there is no folder {name}, and it is no name of a checkpoint on the hub"
        ) from exc


def _download(name: str) -> Path:
    import httpx2
    from huggingface_hub import HfApi, snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, OfflineModeIsEnabled
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    try:
        # One request that is not repeated tells whether the hub can be had at all.
        found = HfApi().model_info(name, timeout=_HUB_SECONDS)
        files = [file.rfilename for file in found.siblings or ()]
        has_safe = any(file.endswith(".safetensors") for file in files)
        weights = "*.safetensors" if has_safe else "*.bin"
        return Path(snapshot_download(name, revision=found.sha, allow_patterns=[*_TEXTS, weights]))
    except (HfHubHTTPError, OfflineModeIsEnabled, httpx2.HTTPError, OSError) as exc:
        raise SettingsError(
            f"the checkpoint {name} is neither a folder nor in the cache of this machine, and the"
            f" hub cannot be asked ({_say_why(exc)}): give a local folder, or fill the cache where"
            f" there is network (`hf download {name}`) and point HF_HOME to it"
        ) from exc


def _say_why(error: Exception) -> str:
    response = getattr(error, "response", None)
    if response is not None:
        return f"it answered {response.status_code}"
    *_, last = str(error).strip().splitlines() or [type(error).__name__]
    return last.rstrip(". ")


def choose_device(wanted: str) -> str:
    """`auto` is the fastest that is there; what is asked for but absent is an error.

    Raises:
        SettingsError: there is no such device.
    """
    torch, _ = import_torch()
    present = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available()}
    if wanted == "auto":
        return next((device for device, is_there in present.items() if is_there), "cpu")
    kind = wanted.partition(":")[0]
    if kind not in {"cpu", *present}:
        raise SettingsError(f"there is no device {wanted!r}: use auto, cpu, cuda or mps")
    if not present.get(kind, True):
        raise SettingsError(f"there is no {kind} device on this machine: use --device auto or cpu")
    return wanted


def choose_dtype(wanted: str, device: str, checkpoint: Checkpoint) -> Any:  # noqa: ANN401 - torch's
    """`auto` is float32 on a CPU, elsewhere what the checkpoint was saved in.

    Raises:
        SettingsError: there is no such number format.
    """
    torch, _ = import_torch()
    known = {name: getattr(torch, name) for name in ("float32", "float16", "bfloat16")}
    if wanted != "auto":
        if wanted not in known:
            raise SettingsError(f"there is no dtype {wanted!r}: use auto, {', '.join(known)}")
        return known[wanted]
    if device == "cpu":
        return torch.float32
    saved = checkpoint.config.get("dtype") or checkpoint.config.get("torch_dtype")
    return known.get(str(saved), torch.float16)


def make_quantization(bits: int | None, device: str, dtype: Any) -> Any:  # noqa: ANN401 - torch's
    """The setting for weights of 8 or 4 bits; None for weights as they are.

    Raises:
        SettingsError: it cannot be done here.
    """
    if bits is None:
        return None
    _, transformers = import_torch()
    if bits not in {4, 8}:
        raise SettingsError(f"weights cannot be quantized to {bits} bits: use 8 or 4")
    if not device.startswith("cuda"):
        raise SettingsError(f"--quantize needs a cuda device, and the model runs on {device}")
    for package in ("bitsandbytes", "accelerate"):
        if find_spec(package) is None:
            raise SettingsError(f"--quantize needs {package}: run `pip install {package}`")
    if bits == 8:
        return transformers.BitsAndBytesConfig(load_in_8bit=True)
    return transformers.BitsAndBytesConfig(
        load_in_4bit=True, bnb_4bit_quant_type="nf4", bnb_4bit_compute_dtype=dtype
    )


def load_weights(model_class: Any, checkpoint: Checkpoint, device: str, **options: Any) -> Any:  # noqa: ANN401 - transformers' own
    """A model with all of a checkpoint's weights, ready to be asked.

    Raises:
        SettingsError: weights are missing, damaged or of another shape.
    """
    import safetensors

    try:
        model, report = model_class.from_pretrained(
            checkpoint.folder, local_files_only=True, output_loading_info=True, **options
        )
    except (OSError, RuntimeError, ValueError, KeyError, safetensors.SafetensorError) as exc:
        raise SettingsError(
            f"the weights in {checkpoint.folder} cannot be loaded: {_say_why(exc)}"
        ) from exc
    # transformers would draw at random what it does not find.
    if lacking := sorted(map(str, report["missing_keys"])):
        raise SettingsError(
            f"the checkpoint in {checkpoint.folder} is not whole: it lacks {len(lacking)} of its"
            f" weights, the first is {lacking[0]}"
        )
    return model.eval() if "quantization_config" in options else model.to(device).eval()


def load_part(part_class: Any, checkpoint: Checkpoint, what: str, **options: Any) -> Any:  # noqa: ANN401 - transformers' own
    """A checkpoint's tokenizer or image processor; `what` names it for the user.

    Raises:
        SettingsError: it is not there, or cannot be read.
    """
    try:
        return part_class.from_pretrained(checkpoint.folder, local_files_only=True, **options)
    # Tokenizers raise plain Exceptions on files that they cannot read.
    except Exception as exc:
        raise SettingsError(f"{checkpoint.folder} has no usable {what}: {_say_why(exc)}") from exc


def find_chat_template(checkpoint: Checkpoint, tokenizer: Any) -> str | None:  # noqa: ANN401 - transformers' own
    """The checkpoint's chat template, wherever it keeps it; None where it has none.

    Processors keep theirs in a file of its own, older ones in `chat_template.json`, tokenizers in
    their settings.
    """
    folder = checkpoint.folder
    if (file := folder / "chat_template.jinja").is_file():
        return file.read_text("utf-8")
    for name in ("chat_template.json", "processor_config.json"):
        if (file := folder / name).is_file():
            template = json.loads(file.read_text("utf-8")).get("chat_template")
            if isinstance(template, str):
                return template
    template = tokenizer.chat_template
    return template if isinstance(template, str) else None
