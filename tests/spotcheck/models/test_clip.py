import shutil
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from datagen.errors import SettingsError
from datagen.spotcheck.models import Crop, Unseen
from datagen.spotcheck.models.batches import Batches
from datagen.spotcheck.models.clip import Clip, load_clip
from tests.spotcheck.checkpoints import use_old_layout
from tests.spotcheck.models.conftest import load_image

NEAR = 1e-5
TEXTS = ["a dog", "the man is riding a wave on a surfboard in the sea", "pizza", ""]


def embed(model: Clip, pictures: list[Path | Crop]) -> NDArray[np.float32]:
    found = dict(model.embed_pictures(pictures))
    vectors = [found[at] for at in range(len(pictures))]
    assert not any(isinstance(vector, Unseen) for vector in vectors)
    return np.array(vectors)


def test_vectors_are_those_of_transformers(
    clip: Clip, clip_folder: Path, pictures: list[Path]
) -> None:
    import torch
    import transformers

    processor = transformers.CLIPProcessor.from_pretrained(clip_folder, backend="pil")
    model = transformers.CLIPModel.from_pretrained(clip_folder)
    images = [load_image(picture) for picture in pictures]
    inputs = processor(images=images, text=TEXTS, return_tensors="pt", padding=True)
    with torch.no_grad():
        wanted = model(**inputs)
    assert embed(clip, [*pictures]) == pytest.approx(wanted.image_embeds.numpy(), abs=NEAR)
    assert clip.embed_texts(TEXTS) == pytest.approx(wanted.text_embeds.numpy(), abs=NEAR)


def test_rows_are_of_length_1(clip: Clip, pictures: list[Path]) -> None:
    for rows in (embed(clip, [*pictures]), clip.embed_texts(TEXTS)):
        assert rows.dtype == np.float32
        assert np.linalg.norm(rows, axis=1) == pytest.approx(1.0, abs=NEAR)


def test_batches_give_what_single_ones_give(
    clip: Clip, clip_folder: Path, pictures: list[Path]
) -> None:
    single = load_clip(str(clip_folder), device="cpu", batch_size=1)
    assert embed(clip, [*pictures]) == pytest.approx(embed(single, [*pictures]), abs=NEAR)
    assert clip.embed_texts(TEXTS) == pytest.approx(single.embed_texts(TEXTS), abs=NEAR)


def test_text_beyond_the_models_length_is_cut(clip: Clip) -> None:
    long = "the man is riding a wave " * 60
    cut, longer = clip.embed_texts([long, f"{long} and more"])
    assert cut == pytest.approx(longer, abs=NEAR)


def test_a_part_of_a_picture_has_a_vector_of_its_own(clip: Clip, pictures: list[Path]) -> None:
    whole, all_of_it, part = embed(
        clip,
        [
            pictures[0],
            Crop(pictures[0], (0.0, 0.0, 1.0, 1.0)),
            Crop(pictures[0], (0.0, 0.0, 0.4, 0.5)),
        ],
    )
    assert all_of_it == pytest.approx(whole, abs=NEAR)
    assert part != pytest.approx(whole, abs=100 * NEAR)


def test_pictures_that_cannot_be_read_are_unseen_and_the_rest_goes_on(
    clip: Clip, pictures: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    found = dict(clip.embed_pictures([tmp_path / "text.jpg", pictures[0], tmp_path / "none.png"]))
    assert isinstance(found[0], Unseen)
    assert isinstance(found[2], Unseen)
    assert found[1] == pytest.approx(embed(clip, [pictures[0]])[0], abs=NEAR)


def test_no_pictures_and_no_texts_are_fine(clip: Clip) -> None:
    assert list(clip.embed_pictures([])) == []
    assert clip.embed_texts([]).shape == (0, 16)


def test_half_a_surrogate_pair_does_no_harm(clip: Clip) -> None:
    assert clip.embed_texts(["a \ud83d dog"]) == pytest.approx(
        clip.embed_texts(["a ? dog"]), abs=NEAR
    )


def test_both_layouts_of_the_image_processor_are_read(
    clip: Clip, clip_folder: Path, pictures: list[Path], tmp_path: Path
) -> None:
    assert (clip_folder / "processor_config.json").is_file()
    folder = use_old_layout(Path(shutil.copytree(clip_folder, tmp_path / "old")))
    assert (folder / "preprocessor_config.json").is_file()
    assert not (folder / "processor_config.json").exists()
    old = load_clip(str(folder), device="cpu", batch_size=2)
    assert embed(old, [*pictures]) == pytest.approx(embed(clip, [*pictures]), abs=NEAR)


def test_a_text_for_which_memory_never_suffices_is_an_error(
    clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(**_inputs: object) -> None:
        raise RuntimeError("CUDA out of memory.")

    monkeypatch.setattr(clip, "_batches", Batches(4, int))
    monkeypatch.setattr(clip._model, "get_text_features", fail)
    with pytest.raises(SettingsError, match="the text cannot be embedded: The memory"):
        clip.embed_texts(TEXTS)


def test_a_checkpoint_of_another_kind_is_refused_by_name(llava_folder: Path) -> None:
    with pytest.raises(SettingsError, match="is a LlavaForConditionalGeneration; likeness"):
        load_clip(str(llava_folder))


def test_the_name_tells_the_weights_and_the_numbers(clip: Clip, clip_folder: Path) -> None:
    assert clip.name.startswith(f"{clip_folder}@")
    assert clip.name.endswith(", float32")
