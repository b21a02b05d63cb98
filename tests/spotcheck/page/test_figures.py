import re
from xml.etree import ElementTree

import matplotlib
import pytest
from matplotlib.axes import Axes

from datagen.spotcheck.page.figures import INK, RIGHT, draw


def paint(axes: Axes) -> None:
    axes.plot([0, 1, 2], [0, 3, 1], color=RIGHT, marker="o")
    axes.text(1, 1, "a $x$ <b> #010101 日本", color=INK)


def draw_one(name: str = "one") -> str:
    return draw(name, 200, (40, 10, 30, 20), paint)


def test_text_stays_text_and_dollars_stay_dollars() -> None:
    texts = [element.text for element in ElementTree.fromstring(draw_one()).iter("text")]
    assert "a $x$ <b> #010101 日本" in texts


def test_colours_follow_the_page() -> None:
    svg = draw_one()
    assert "var(--right)" in svg
    assert re.findall(r'style="[^"]*#0101', svg) == []


def test_nothing_of_a_file_of_its_own_is_left() -> None:
    svg = draw_one()
    for trace in ("<?xml", "DOCTYPE", "xmlns", "http", "<style", "metadata", "font-family"):
        assert trace not in svg


def test_ids_of_two_drawings_do_not_meet() -> None:
    one, two = (set(re.findall(r'id="([^"]+)"', draw_one(name))) for name in ("one", "two"))
    assert one
    assert not one & two
    svg = draw_one()
    assert set(re.findall(r'(?:url\(|href=")#([\w-]+)', svg)) == one


def test_the_same_drawing_gives_the_same_bytes_whatever_the_readers_settings() -> None:
    before = draw_one()
    with matplotlib.rc_context({"font.size": 30, "lines.linewidth": 9, "svg.fonttype": "path"}):
        assert draw_one() == before


def test_settings_of_matplotlib_are_left_as_they_were() -> None:
    before = dict(matplotlib.rcParams)
    draw_one()
    assert dict(matplotlib.rcParams) == before


def test_a_drawing_that_fails_leaves_the_settings_too() -> None:
    before = matplotlib.rcParams["svg.fonttype"]

    def fail(axes: Axes) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        draw("x", 100, (1, 1, 1, 1), fail)
    assert matplotlib.rcParams["svg.fonttype"] == before
