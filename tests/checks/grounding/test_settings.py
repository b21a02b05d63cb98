import pytest

from datagen.checks.grounding.settings import find_setting, is_setting, is_told_there
from tests.checks.grounding.builders import make_evidence


@pytest.mark.parametrize(
    ("words", "place"),
    [
        (["kitchen"], "kitchen"),
        (["on", "street"], "street"),
        (["at", "train", "station"], "station"),
        (["on", "sofa"], ""),
        (["eating", "kitchen"], ""),
        (["kitchen", "room"], ""),
        ([], ""),
    ],
)
def test_a_denial_is_narrowed_to_a_place_and_no_more(words: list[str], place: str) -> None:
    assert find_setting(words) == place


def test_rooms_and_grounds_are_settings_and_furniture_is_none() -> None:
    assert is_setting("bathroom")
    assert is_setting("beach")
    assert not is_setting("table")


@pytest.mark.parametrize(
    ("caption", "place", "told"),
    [
        ("{A #dog} sleeps in a small kitchen.", "kitchen", True),
        ("{A #dog} sleeps in a small kitchen.", "room", True),
        ("{A #dog} sleeps in a kitchen sink.", "kitchen", False),
        ("{A #dog} sleeps near a kitchen.", "kitchen", False),
        ("{A #cat} sleeps in a kitchen.", "kitchen", False),
        ("{A #dog} runs down the street.", "street", True),
        ("{A #dog} runs down the street.", "beach", False),
    ],
)
def test_a_caption_tells_what_is_in_a_place(caption: str, place: str, told: bool) -> None:
    assert is_told_there(("dog",), place, make_evidence("dog 2", caption)) is told
