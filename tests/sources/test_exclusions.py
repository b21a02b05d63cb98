"""Lists of images to leave out are read in every usual style."""

from pathlib import Path

import pytest

from datagen.errors import SourceError
from datagen.sources.exclusions import read_exclusions


@pytest.mark.parametrize(
    "text",
    [
        "33471\n",
        "000000033471",
        "# evaluation\n\nCOCO_val2014_000000033471.jpg  # first\n",
        "coco/train2017/000000033471.jpg",
        "[33471]",
        '["000000033471.jpg"]',
        '[{"image_id": 33471}]',
        '{"question_id": 1, "image": "COCO_val2014_000000033471.jpg", "text": "Is there a dog?"}\n',
    ],
)
def test_ids_and_file_names_of_any_style_name_the_image(tmp_path: Path, text: str) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text(text, encoding="utf-8")
    assert read_exclusions(path) == {"000000033471"}


def test_a_name_that_is_no_coco_name_stands_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text("kitchen_2.png\n", encoding="utf-8")
    assert read_exclusions(path) == {"kitchen_2"}


@pytest.mark.parametrize(
    ("text", "place"),
    [("33471\n{broken\n", "line 2"), ('[1, {"x": 2}]', "entry 2"), ("[1, true]", "entry 2")],
)
def test_an_entry_that_names_no_image_is_an_error_with_its_place(
    tmp_path: Path, text: str, place: str
) -> None:
    path = tmp_path / "exclude.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SourceError, match=place):
        read_exclusions(path)


def test_a_missing_or_binary_list_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="cannot be read"):
        read_exclusions(tmp_path / "none.txt")
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="cannot be read"):
        read_exclusions(tmp_path / "binary")
    (tmp_path / "cut.json").write_text("[1, 2", encoding="utf-8")
    with pytest.raises(SourceError, match="not valid JSON"):
        read_exclusions(tmp_path / "cut.json")
