import math
import re
import sys
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from datagen.errors import RunError, SettingsError
from datagen.spotcheck.page import write_page
from datagen.spotcheck.page.writing import SHOWN
from datagen.spotcheck.results import (
    FlaggedRecord,
    Mean,
    Measure,
    ProbeKind,
    Reliability,
    Results,
    Share,
    Stratum,
    TypeResult,
)
from tests.spotcheck.page.building import SAMPLES, make_results
from tests.spotcheck.page.reading import Page, read_page

EVIL = "\"'><script>alert(1)</script>{{ 7*7 }}</style></svg><!-- $x$ \u202e\0\ud800 & ]]>"
BAD = Share(math.nan, math.nan, math.inf, 0)
EMPTY = Results("a", {}, 0, 0, 0, (), (), (), None, (), ())


def write(tmp_path: Path, results: Results) -> Page:
    path = tmp_path / "spotcheck.html"
    write_page(results, path)
    return read_page(path)


def make_evil() -> Results:
    share = Share(0.1, 0.0, 0.2, 9)
    return Results(
        target=EVIL,
        models={EVIL: EVIL},
        records=9,
        sampled=9,
        seed=1,
        strata=(Stratum(EVIL, EVIL, EVIL, 9, 9),),
        measures=(
            Measure(
                EVIL, EVIL, {"right": (0.1, 0.2)}, {"right": Mean(0.1, 0, 1, 2)}, threshold=0.1
            ),
        ),
        probes=(ProbeKind(EVIL, {"right": share}),),
        reliability=Reliability(share, share, usable=True, note=EVIL),
        types=(TypeResult(EVIL, 9, 9, share, share),),
        flagged=(
            FlaggedRecord(
                EVIL, EVIL, EVIL, EVIL, ((EVIL, EVIL),), ((EVIL, EVIL),), {EVIL: 1.0}, ((0, 3, 12),)
            ),
        ),
        unseen={EVIL: 1},
        missing=(EVIL,),
    )


def make_hollow() -> Results:
    """Every number that may be missing is missing or none."""
    measure = Measure(
        "gain",
        "Gain",
        {"right": (math.nan, math.inf)},
        {"right": Mean(math.nan, math.nan, math.nan, 0)},
        Mean(math.inf, 0, 0, 3),
        math.nan,
        BAD,
    )
    record = replace(make_results().flagged[0], values={"gain": math.nan})
    return make_results(
        measures=(measure,),
        probes=(ProbeKind("boxed", {"right": BAD}),),
        reliability=Reliability(BAD, BAD, usable=True, note="Nothing."),
        types=(TypeResult("conversation", 5, 0, BAD, BAD), TypeResult("all", 5, 0, BAD, BAD)),
        strata=(Stratum("a", "conversation", "low", 0, 0),),
        flagged=(record,),
    )


CASES: dict[str, Results] = {
    "full": make_results(),
    "evil": make_evil(),
    "empty": EMPTY,
    "hollow": make_hollow(),
    "no probes": make_results(probes=()),
    "not tried": make_results(reliability=None),
    "none flagged": make_results(flagged=()),
    "one type": make_results(types=make_results().types[1:2]),
    "none seen": make_results(sampled=0, measures=(), types=()),
}
every_case = pytest.mark.parametrize("results", CASES.values(), ids=CASES)


@every_case
def test_the_page_is_whole_and_needs_nothing_else(tmp_path: Path, results: Results) -> None:
    page = write(tmp_path, results)
    for attribute in ("src", "href", "action", "srcset", "poster", "data"):
        for value in page.collect(attribute):
            assert value.startswith(("#", "data:image/jpeg;base64,")), (attribute, value)
    assert [tag for tag in ("script", "link", "iframe", "object") if page.find(tag)] == []
    text = (tmp_path / "spotcheck.html").read_text(encoding="utf-8")
    for trace in ("http:", "https:", "@import", "javascript:"):
        assert trace not in text
    assert re.findall(r"url\((?!#)", text) == []


@every_case
def test_no_number_is_nan_or_infinite(tmp_path: Path, results: Results) -> None:
    write(tmp_path, results)
    text = (tmp_path / "spotcheck.html").read_text(encoding="utf-8")
    text = re.sub(r"base64,[\w+/=]+", "", text)
    assert re.findall(r"(?i)\b(?:nan|inf|infinity|none%)\b", text) == []


@every_case
def test_headings_are_in_order_and_ids_are_unique(tmp_path: Path, results: Results) -> None:
    page = write(tmp_path, results)
    levels = [int(e.tag[1]) for e in page.elements if re.fullmatch(r"h[1-6]", e.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    ids = page.collect("id")
    assert len(ids) == len(set(ids))
    targets = [value.removeprefix("#") for value in page.collect("href")]
    assert set(targets) | set(page.collect("aria-labelledby")) <= set(ids)


@every_case
def test_tables_and_pictures_can_be_read_aloud(tmp_path: Path, results: Results) -> None:
    page = write(tmp_path, results)
    assert all(th.attributes.get("scope") in {"row", "col"} for th in page.find("th"))
    assert all(img.attributes["alt"] for img in page.find("img"))
    assert len(page.find("caption")) == len(page.find("table"))
    pictures = [e for e in page.elements if e.attributes.get("role") == "img"]
    assert len(pictures) == len(page.find("svg"))
    assert all(len(each.attributes["aria-label"]) > 30 for each in pictures)


@every_case
def test_the_same_results_give_the_same_bytes(tmp_path: Path, results: Results) -> None:
    for name in ("a.html", "b.html"):
        write_page(results, tmp_path / name)
    assert (tmp_path / "a.html").read_bytes() == (tmp_path / "b.html").read_bytes()


def test_a_strict_policy_stands_before_any_content(tmp_path: Path) -> None:
    page = write(tmp_path, make_results())
    policy = page.find("meta")[1].attributes
    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"].startswith(
        "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    )


def test_text_of_records_is_shown_and_does_nothing(tmp_path: Path) -> None:
    page = write(tmp_path, make_evil())
    assert "<script>alert(1)</script>{{ 7*7 }}</style></svg><!--" in page.text
    assert "⟨U+202E⟩⟨U+0000⟩⟨U+D800⟩" in page.text
    text = (tmp_path / "spotcheck.html").read_text(encoding="utf-8")
    assert not set("\0\u202e") & set(text)
    assert "\\ud800" not in text


def test_answers_keep_their_characters_around_doubtful_words(tmp_path: Path) -> None:
    record = replace(
        make_results().flagged[0], turns=(("Q?", "A <b> red bus"),), doubtful=((0, 2, 5),)
    )
    write_page(make_results(flagged=(record,)), tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert '<dd dir="auto">A <mark>&lt;b&gt;</mark> red bus</dd>' in text


def test_the_headline_comes_before_the_tables(tmp_path: Path) -> None:
    page = write(tmp_path, make_results())
    headline = page.text.index("an estimated 6% (3–9%) have a fault the model can see")
    assert page.text.index("runs/coco-12k/dataset.jsonl") < headline
    assert headline < page.text.index("Estimated faults")


def test_a_model_that_cannot_tell_has_its_flags_set_aside(tmp_path: Path) -> None:
    results = make_results()
    assert results.reliability
    types = tuple(replace(each, defects=None) for each in results.types)
    page = write(
        tmp_path,
        replace(results, types=types, reliability=replace(results.reliability, usable=False)),
    )
    assert "its flags are not used" in page.text
    assert "no more than records to look at" in page.text


def test_every_record_is_shown_with_its_picture_or_a_reason(tmp_path: Path) -> None:
    page = write(tmp_path, make_results())
    assert len(page.find("article")) == 9
    assert len(page.find("img")) == 8
    assert page.text.count("The picture cannot be shown: there is no such file.") == 1


def test_records_beyond_the_limit_are_counted(tmp_path: Path) -> None:
    record = replace(make_results().flagged[0], picture="gone.jpg")
    page = write(tmp_path, make_results(flagged=(record,) * (SHOWN + 5)))
    assert len(page.find("article")) == SHOWN
    assert "5 more are in spotcheck.json" in page.text


def test_the_whole_set_is_the_last_row(tmp_path: Path) -> None:
    types = make_results().types
    page = write(tmp_path, make_results(types=(types[-1], *types[:-1])))
    table = page.text[page.text.index("Estimated faults") :]
    assert table.index("detail description") < table.index("all records")


def test_a_stratum_that_was_not_looked_at_says_so(tmp_path: Path) -> None:
    assert write(tmp_path, make_results()).text.count("not looked at") == 1


def test_what_could_not_be_seen_or_measured_is_listed(tmp_path: Path) -> None:
    text = write(tmp_path, make_results()).text
    assert "3 records: the picture file is missing" in text
    assert "1 record: the picture cannot be decoded" in text
    assert "no annotations know them" in text


def test_the_alternative_text_of_a_plot_gives_its_numbers(tmp_path: Path) -> None:
    page = write(tmp_path, make_results())
    labels = page.collect("aria-label")
    assert any("conversation: flagged 12%" in label for label in labels)
    assert any("boxed: right picture 86%" in label for label in labels)


def test_a_measure_that_flags_nobody_says_why(tmp_path: Path) -> None:
    text = write(tmp_path, make_results()).text
    start = text.index("Measures that flag nobody")
    assert text[start:].count("cannot tell true records from false ones by it") == 1
    measures = tuple(replace(measure, note="") for measure in make_results().measures)
    assert "Measures that flag nobody" not in write(tmp_path, make_results(measures=measures)).text


def test_twins_that_were_not_measured_have_no_table(tmp_path: Path) -> None:
    note = "No twins could be made of these records."
    blind = Reliability(Share(0, 0, 1, 0), Share(1, 0, 1, 0), usable=False, note=note)
    page = write(tmp_path, make_results(reliability=blind))
    assert note in page.text
    assert "Flagged a false twin" not in page.text


def test_paths_of_pictures_stay_off_the_page(tmp_path: Path) -> None:
    write(tmp_path, make_results())
    assert str(SAMPLES) not in (tmp_path / "spotcheck.html").read_text(encoding="utf-8")


def test_without_matplotlib_the_message_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(SettingsError, match=r"pip install 'datagen\[spotcheck\]'"):
        write_page(make_results(), tmp_path / "a.html")
    assert not list(tmp_path.iterdir())


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(RunError, match="folder does not exist"):
        write_page(EMPTY, tmp_path / "gone" / "a.html")


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, two: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(two)))
    return (light + 0.05) / (dark + 0.05)


def test_text_stands_out_in_light_and_dark(tmp_path: Path) -> None:
    write(tmp_path, EMPTY)
    text = (tmp_path / "spotcheck.html").read_text(encoding="utf-8")
    blocks: list[dict[str, Any]] = [
        dict(re.findall(r"--([\w-]+): (#\w{6})", block))
        for block in re.findall(r":root \{[^}]*--paper: #\w{6}[^}]*\}", text)
    ]
    assert len(blocks) == 2
    for colours in blocks:
        for name in ("ink", "muted", "right", "shuffled", "blank"):
            for ground in ("paper", "wash"):
                assert _contrast(colours[name], colours[ground]) >= 4.5, (name, ground)
        assert _contrast(colours["ink"], colours["doubt"]) >= 4.5
