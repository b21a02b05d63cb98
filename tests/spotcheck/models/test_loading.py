import json
import shutil
import sys
from pathlib import Path

import pytest

from datagen.errors import SettingsError
from datagen.spotcheck.models import loading
from datagen.spotcheck.models.checkpoints import Checkpoint
from datagen.spotcheck.models.llava import load_llava


@pytest.fixture
def copy(llava_folder: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(llava_folder, tmp_path / "copy"))


def demand_refusal(folder: Path, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as caught:
        load_llava(str(folder), device="cpu")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("package", ["torch", "transformers"])
def test_a_missing_package_is_named_with_the_command_that_installs_it(
    package: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(SettingsError, match=r"run `pip install 'datagen\[spotcheck\]'`"):
        loading.import_torch()


@pytest.mark.parametrize("kept", [0, 100, 10_000])
def test_truncated_weights_are_an_error(copy: Path, kept: int) -> None:
    weights = copy / "model.safetensors"
    weights.write_bytes(weights.read_bytes()[:kept])
    demand_refusal(copy, f"the weights in {copy} cannot be loaded: ")


def test_missing_weights_are_an_error(copy: Path) -> None:
    (copy / "model.safetensors").unlink()
    demand_refusal(copy, f"the weights in {copy} cannot be loaded: ")


def test_weights_that_lack_a_part_are_not_made_up(copy: Path) -> None:
    from safetensors.torch import load_file, save_file

    weights = load_file(copy / "model.safetensors")
    lost = next(name for name in weights if "multi_modal_projector.linear_1.weight" in name)
    save_file(
        {name: weights[name] for name in weights if name != lost},
        copy / "model.safetensors",
        {"format": "pt"},
    )
    demand_refusal(copy, "lacks 1 of its weights, the first is .*linear_1.weight")


def test_weights_of_another_shape_are_an_error(copy: Path) -> None:
    config = json.loads((copy / "config.json").read_text())
    config["text_config"]["vocab_size"] += 8
    (copy / "config.json").write_text(json.dumps(config))
    demand_refusal(copy, f"the weights in {copy} cannot be loaded: ")


def test_a_missing_tokenizer_is_an_error(copy: Path) -> None:
    for file in copy.glob("tokenizer*"):
        file.unlink()
    demand_refusal(copy, "has no usable tokenizer: ")


def test_a_broken_tokenizer_is_an_error(copy: Path) -> None:
    (copy / "tokenizer.json").write_text('{"model": 1}')
    demand_refusal(copy, "has no usable tokenizer: ")


def test_a_missing_image_processor_is_an_error(copy: Path) -> None:
    (copy / "processor_config.json").unlink()
    demand_refusal(copy, "has no usable image processor: ")


def test_a_chat_template_that_cannot_be_read_is_an_error(copy: Path) -> None:
    (copy / "chat_template.jinja").unlink()
    (copy / "chat_template.json").write_text("{")
    demand_refusal(copy, "the chat template in .* cannot be read")


@pytest.mark.parametrize(
    "file",
    ["chat_template.jinja", "chat_template.json", "processor_config.json", "tokenizer_config.json"],
)
def test_chat_templates_are_found_wherever_checkpoints_keep_them(copy: Path, file: str) -> None:
    import transformers

    template = (copy / "chat_template.jinja").read_text()
    (copy / "chat_template.jinja").unlink()
    if file.endswith(".jinja"):
        (copy / file).write_text(template)
    else:
        known = json.loads((copy / file).read_text()) if (copy / file).exists() else {}
        (copy / file).write_text(json.dumps({**known, "chat_template": template}))
    tokenizer = transformers.AutoTokenizer.from_pretrained(copy)
    found = loading.find_chat_template(Checkpoint("x", copy, "", {}), tokenizer)
    assert found == template


def test_a_checkpoint_may_have_no_chat_template(plain_folder: Path) -> None:
    import transformers

    tokenizer = transformers.AutoTokenizer.from_pretrained(plain_folder)
    assert loading.find_chat_template(Checkpoint("x", plain_folder, "", {}), tokenizer) is None


@pytest.mark.parametrize("device", ["cuda", "cuda:1", "mps"])
def test_a_device_that_is_absent_is_an_error(device: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert loading.choose_device("auto") == "cpu"
    kind = device.partition(":")[0]
    with pytest.raises(SettingsError, match=f"there is no {kind} device on this machine"):
        loading.choose_device(device)


def test_a_device_of_unknown_name_is_an_error() -> None:
    with pytest.raises(SettingsError, match="there is no device 'gpu': use auto, cpu, cuda or mps"):
        loading.choose_device("gpu")


def test_numbers_are_those_of_the_checkpoint_where_a_device_is_quick_with_them() -> None:
    import torch

    saved = Checkpoint("x", Path(), "", {"torch_dtype": "bfloat16"})
    silent = Checkpoint("x", Path(), "", {})
    assert loading.choose_dtype("auto", "cpu", saved) is torch.float32
    assert loading.choose_dtype("auto", "cuda", saved) is torch.bfloat16
    assert loading.choose_dtype("auto", "cuda", silent) is torch.float16
    assert loading.choose_dtype("float16", "cpu", saved) is torch.float16
    with pytest.raises(SettingsError, match="there is no dtype 'int8'"):
        loading.choose_dtype("int8", "cpu", saved)


def test_quantization_says_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    assert loading.make_quantization(None, "cpu", torch.float32) is None
    with pytest.raises(SettingsError, match=r"--quantize needs a cuda device.* runs on cpu"):
        loading.make_quantization(4, "cpu", torch.float32)
    with pytest.raises(SettingsError, match="cannot be quantized to 5 bits: use 8 or 4"):
        loading.make_quantization(5, "cuda", torch.float16)
    monkeypatch.setattr(loading, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match="needs bitsandbytes: run `pip install bitsandbytes`"):
        loading.make_quantization(8, "cuda", torch.float16)


def test_nothing_is_printed_while_a_model_is_loaded(
    llava_folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    load_llava(str(llava_folder), device="cpu")
    assert capfd.readouterr() == ("", "")
