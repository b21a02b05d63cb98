"""Pictures are found by what they look like; each is embedded once, however often one starts."""

import json
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from datagen.errors import RunError, SettingsError
from datagen.spotcheck.models import Crop, Unseen
from datagen.spotcheck.search import Hit, PictureIndex

WIDTH = 8


def _embed(content: str) -> NDArray[np.float32]:
    seed = int.from_bytes(sha256(content.encode()).digest(), "big")
    vector = np.random.default_rng(seed).normal(size=WIDTH).astype(np.float32)
    return vector / np.linalg.norm(vector)


class ContentModel:
    """A file's vector comes of its content; a text has the vector of the file that holds it."""

    name = "content/model"

    def __init__(self) -> None:
        self.embedded = 0

    def embed_pictures(
        self, pictures: Sequence[Path | Crop]
    ) -> Iterator[tuple[int, NDArray[np.float32] | Unseen]]:
        for place in reversed(range(len(pictures))):
            picture = pictures[place]
            assert isinstance(picture, Path)
            self.embedded += 1
            if picture.is_file():
                yield place, _embed(picture.read_text())
            else:
                yield place, Unseen("there is no such picture")

    def embed_texts(self, texts: Sequence[str]) -> NDArray[np.float32]:
        return np.stack([_embed(text) for text in texts])


def _make_pictures(folder: Path, count: int) -> dict[str, Path]:
    pictures = {}
    for n in range(count):
        pictures[f"{n}.jpg"] = folder / f"{n}.jpg"
        pictures[f"{n}.jpg"].write_text(f"picture {n}")
    return pictures


def _names(hits: Sequence[Hit]) -> list[str]:
    return [hit.name for hit in hits]


@pytest.mark.parametrize("exact", [1000, 5], ids=["all compared", "by the graph"])
def test_the_best_ones_come_first(tmp_path: Path, exact: int) -> None:
    pictures = _make_pictures(tmp_path, 40)
    index = PictureIndex(tmp_path, ContentModel(), exact=exact)
    assert index.add(pictures) == {}
    hits = index.find_text("picture 7", count=3, among=set(pictures))
    likeness = {
        name: float(_embed(f"picture {name[:-4]}") @ _embed("picture 7")) for name in pictures
    }
    assert _names(hits) == sorted(likeness, key=lambda name: -likeness[name])[:3]
    assert hits[0].likeness == pytest.approx(1.0, abs=0.01)
    assert index.find_picture(pictures["7.jpg"], count=3, among=set(pictures)) == hits


def test_a_second_start_embeds_only_what_is_new_or_has_changed(tmp_path: Path) -> None:
    pictures = _make_pictures(tmp_path, 5)
    PictureIndex(tmp_path, ContentModel()).add(pictures)
    pictures |= _make_pictures(tmp_path, 6)
    pictures["2.jpg"].write_text("something else")
    model = ContentModel()
    index = PictureIndex(tmp_path, model)
    # The five were written again, with another time.
    pictures["5.jpg"].touch()
    index.add(pictures)
    first = model.embedded
    index.add(pictures)
    assert model.embedded == first
    assert _names(index.find_text("something else", count=1, among=set(pictures))) == ["2.jpg"]
    assert "2.jpg" not in _names(index.find_text("picture 2", count=1, among=set(pictures)))


def test_pictures_that_do_not_belong_to_the_set_any_more_are_not_found(tmp_path: Path) -> None:
    pictures = _make_pictures(tmp_path, 5)
    index = PictureIndex(tmp_path, ContentModel())
    index.add(pictures)
    assert "3.jpg" not in _names(index.find_text("picture 3", count=5, among={"1.jpg", "2.jpg"}))
    assert index.find_text("picture 3", count=5, among=set()) == []


def test_an_index_that_was_cut_off_is_continued(tmp_path: Path) -> None:
    pictures = _make_pictures(tmp_path, 4)
    PictureIndex(tmp_path, ContentModel()).add(pictures)
    (lines,) = tmp_path.rglob("pictures.jsonl")
    (vectors,) = tmp_path.rglob("vectors.f16")
    lines.write_bytes(lines.read_bytes()[:-9])
    vectors.write_bytes(vectors.read_bytes() + b"half a row")
    model = ContentModel()
    index = PictureIndex(tmp_path, model)
    index.add(pictures)
    assert model.embedded == 1
    hits = index.find_text("picture 0", count=4, among=set(pictures))
    assert sorted(_names(hits)) == sorted(pictures)
    assert hits[0].name == "0.jpg"


def test_a_missing_picture_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    pictures = _make_pictures(tmp_path, 2) | {"gone.jpg": tmp_path / "gone.jpg"}
    index = PictureIndex(tmp_path, ContentModel())
    assert index.add(pictures) == {"gone.jpg": "there is no such picture"}
    assert len(index.find_text("picture 1", count=5, among=set(pictures))) == 2
    with pytest.raises(SettingsError, match="there is no such picture"):
        index.find_picture(pictures["gone.jpg"], count=1, among=set(pictures))


def test_each_model_has_an_index_of_its_own(tmp_path: Path) -> None:
    pictures = _make_pictures(tmp_path, 3)
    PictureIndex(tmp_path, ContentModel()).add(pictures)
    other = ContentModel()
    other.name = "another"
    PictureIndex(tmp_path, other).add(pictures)
    assert other.embedded == 3


def test_a_damaged_index_is_refused(tmp_path: Path) -> None:
    PictureIndex(tmp_path, ContentModel()).add(_make_pictures(tmp_path, 2))
    (lines,) = tmp_path.rglob("pictures.jsonl")
    lines.write_text(json.dumps({"not": "a stamp"}) + "\n")
    with pytest.raises(RunError, match="remove its folder to begin anew"):
        PictureIndex(tmp_path, ContentModel())


def test_progress_ends_at_the_number_of_pictures(tmp_path: Path) -> None:
    pictures = _make_pictures(tmp_path, 5)
    counts: list[int] = []
    PictureIndex(tmp_path, ContentModel()).add(dict(list(pictures.items())[:2]))
    PictureIndex(tmp_path, ContentModel()).add(pictures, on_picture=counts.append)
    assert sum(counts) == 5
