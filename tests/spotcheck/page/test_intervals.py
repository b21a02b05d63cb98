import math
from xml.etree import ElementTree

from datagen.spotcheck.page.intervals import CONTROL_SERIES, DEFECTS, FLAGGED, Row, draw_intervals
from datagen.spotcheck.results import Share

SHARE = Share(0.06, 0.03, 0.09, 400)
UNKNOWN = Share(math.nan, 0, 1, 0)


def list_texts(svg: str) -> list[str | None]:
    return [element.text for element in ElementTree.fromstring(svg).iter("text")]


def test_rows_and_series_are_named_in_the_drawing() -> None:
    texts = list_texts(
        draw_intervals([Row("conversation", ((FLAGGED, SHARE), (DEFECTS, SHARE)))], "a")
    )
    assert {" conversation", "flagged", "estimated faults", "5%"} <= set(texts)


def test_series_differ_in_shape_or_filling() -> None:
    looks = [(series.marker, series.filled) for series in CONTROL_SERIES.values()]
    assert len(set(looks)) == 3
    assert (FLAGGED.marker, FLAGGED.filled) != (DEFECTS.marker, DEFECTS.filled)


def test_what_is_not_known_is_not_drawn() -> None:
    svg = draw_intervals([Row("a", ((FLAGGED, SHARE), (DEFECTS, None)))], "a")
    assert "estimated faults" not in list_texts(svg)
    svg = draw_intervals([Row("a", ((FLAGGED, SHARE),)), Row("b", ((FLAGGED, UNKNOWN),))], "a")
    assert " b" not in list_texts(svg)


def test_without_anything_known_there_is_no_drawing() -> None:
    assert draw_intervals([], "a") == ""
    assert draw_intervals([Row("a", ((FLAGGED, UNKNOWN), (DEFECTS, None)))], "a") == ""


def test_shares_of_nought_have_an_axis_all_the_same() -> None:
    texts = list_texts(draw_intervals([Row("a", ((FLAGGED, Share(0, 0, 0, 9)),))], "a"))
    assert {"0%", "1%"} <= set(texts)


def test_steps_of_the_axis_are_not_rounded() -> None:
    row = Row("a", ((FLAGGED, Share(0.05, 0.02, 0.092, 9)),))
    assert {"2.5%", "7.5%"} <= set(list_texts(draw_intervals([row], "a")))


def test_the_whole_axis_goes_to_the_end() -> None:
    row = Row("a", ((FLAGGED, SHARE),))
    assert "100%" in list_texts(draw_intervals([row], "a", whole=True))
    assert "100%" not in list_texts(draw_intervals([row], "a"))


def test_a_mark_is_drawn_across_its_own_row_only() -> None:
    rows = [Row("a", ((FLAGGED, SHARE),), 0.5), Row("b", ((FLAGGED, SHARE),))]
    marks = [
        path
        for path in ElementTree.fromstring(draw_intervals(rows, "a", whole=True)).iter("path")
        if "dasharray" in path.get("style", "")
    ]
    assert len(marks) == 1


def test_a_long_name_is_cut() -> None:
    texts = list_texts(draw_intervals([Row("n" * 500, ((FLAGGED, SHARE),))], "a"))
    (name,) = [text for text in texts if text and "n" * 10 in text]
    assert name.endswith("…")
    assert len(name) < 60
