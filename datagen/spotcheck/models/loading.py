"""Spot-check, what sees: a checkpoint's files -> tokenizer, image processor and model, loaded.

Whatever torch and transformers can raise is translated here into one sentence for the user.
"""

import json
from importlib.util import find_spec
from typing import Any

from datagen.errors import SettingsError
from datagen.spotcheck.models.checkpoints import Checkpoint, say_why


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
        if "quantization_config" not in options:  # quantized ones are where they belong
            model = model.to(device)
    except (OSError, RuntimeError, ValueError, KeyError, safetensors.SafetensorError) as exc:
        raise SettingsError(
            f"the weights in {checkpoint.folder} cannot be loaded: {say_why(exc)}"
        ) from exc
    # transformers would draw at random what it does not find.
    if lacking := sorted(map(str, report["missing_keys"])):
        raise SettingsError(
            f"the checkpoint in {checkpoint.folder} is not whole: it lacks {len(lacking)} of its"
            f" weights, the first is {lacking[0]}"
        )
    return model.eval()


def load_part(part_class: Any, checkpoint: Checkpoint, what: str, **options: Any) -> Any:  # noqa: ANN401 - transformers' own
    """A checkpoint's tokenizer or image processor; `what` names it for the user.

    Raises:
        SettingsError: it is not there, or cannot be read.
    """
    try:
        return part_class.from_pretrained(checkpoint.folder, local_files_only=True, **options)
    # Tokenizers raise plain Exceptions on files that they cannot read.
    except Exception as exc:
        raise SettingsError(f"{checkpoint.folder} has no usable {what}: {say_why(exc)}") from exc


def find_chat_template(checkpoint: Checkpoint, tokenizer: Any) -> str | None:  # noqa: ANN401 - transformers' own
    """The checkpoint's chat template, wherever it keeps it; None where it has none.

    Processors keep theirs in a file of its own, older ones in `chat_template.json`, tokenizers in
    their settings.
    """
    folder = checkpoint.folder
    try:
        if (file := folder / "chat_template.jinja").is_file():
            return file.read_text("utf-8")
        for name in ("chat_template.json", "processor_config.json"):
            if (file := folder / name).is_file():
                template = json.loads(file.read_text("utf-8")).get("chat_template")
                if isinstance(template, str):
                    return template
    except (OSError, ValueError) as exc:
        raise SettingsError(f"the chat template in {folder} cannot be read: {exc}") from exc
    template = tokenizer.chat_template
    return template if isinstance(template, str) else None


def free_memory(device_type: str) -> None:
    """Give back what torch keeps of a device's memory for later."""
    torch, _ = import_torch()
    if device_type in {"cuda", "mps"}:
        getattr(torch, device_type).empty_cache()
