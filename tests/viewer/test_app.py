"""The page's questions are answered in JSON, as agreed with the page; errors are sentences."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from datagen.config import RunSettings, shipped_folder
from datagen.pipeline import build_dataset
from tests.viewer.asking import Page, find_target, serve_page

SAMPLES = shipped_folder("samples")
ROW = {
    *("key", "id", "type", "state", "image", "thumb", "question", "answer", "words", "score"),
    *("cost", "reasons", "flags", "review", "snippet"),
}


def test_the_page_hears_what_it_is_about(page: Page) -> None:
    about = page.get("/api/about")
    assert (about["name"], about["target"], about["records"]) == ("run", "run", 45)
    assert (about["images"], about["is_live"], about["can_review"]) == (True, False, True)
    assert about["reviewer"] == "ada"
    assert [reason["key"] for reason in about["reasons"]] == [*"123456789"]
    assert about["types"] == ["complex_reasoning", "conversation", "detail_description"]
    assert about["settings"] == page.get("/api/settings")
    assert about["settings"]["language"] == "English"


def test_a_list_is_rows_with_cursors_and_counts(page: Page) -> None:
    first = page.get("/api/records?limit=30")
    assert set(first["rows"][0]) == ROW
    assert (first["total"], first["total_is_capped"], first["new"], first["previous"]) == (
        45,
        False,
        0,
        None,
    )
    second = page.get(f"/api/records?limit=30&after={first['next']}")
    keys = [row["key"] for row in [*first["rows"], *second["rows"]]]
    assert keys == list(range(1, 46))
    assert second["next"] is None
    back = page.get(f"/api/records?limit=30&before={second['previous']}")
    assert back["rows"] == first["rows"]


def test_a_row_shows_the_first_question_and_answer(page: Page) -> None:
    row = page.get("/api/records?type=conversation&limit=1")["rows"][0]
    assert row["question"].endswith("?")
    assert "<image>" not in row["question"]
    assert 0 < len(row["answer"]) <= 160


def test_a_search_marks_its_hits(page: Page) -> None:
    found = page.get("/api/records?q=dog&limit=200")
    assert found["total"] == len(found["rows"]) == 5
    for row in found["rows"]:
        assert [text.lower() for text, is_hit in row["snippet"] if is_hit]


def test_facets_are_counted(page: Page) -> None:
    facets = page.get("/api/facets?object=dog")
    assert dict(facets["type"]) == dict.fromkeys(
        ("conversation", "complex_reasoning", "detail_description"), 2
    )
    assert dict(facets["object"])["person"] == 24
    assert facets["is_capped"] is False
    assert set(facets) == {
        "type",
        "state",
        "reason",
        "finding",
        "flag",
        "object",
        "review",
        "is_capped",
    }


def test_a_record_is_shown_with_all_that_is_known_of_it(page: Page) -> None:
    detail = page.get("/api/records/5")
    assert detail["id"] == "000000001002_conversation_0"
    assert (detail["width"], detail["height"], detail["picture"]) == (864, 648, "/picture/5")
    assert detail["boxes"][0] == {
        "n": 0,
        "category": "stop sign",
        "corners": pytest.approx([0.946, 0.44, 0.995, 0.506], abs=0.001),
        "crowd": False,
    }
    assert len(detail["captions"]) == 5
    assert detail["context"].startswith(detail["captions"][0])
    assert [turn["from"] for turn in detail["turns"]] == ["human", "gpt"] * 4
    texts = [turn["text"] for turn in detail["turns"]]
    spans = {texts[claim["turn"]][claim["start"] : claim["end"]] for claim in detail["claims"]}
    assert "bus" in " ".join(spans)
    lit = {n for claim in detail["claims"] for n in claim["boxes"]}
    assert lit <= {box["n"] for box in detail["boxes"]}
    assert detail["score"] == 1.0
    assert detail["prompt"][0]["role"] == "system"
    assert detail["prompt"][-1] == {"role": "user", "content": detail["context"]}
    (reply,) = detail["replies"]
    assert reply["chosen"] is True
    assert texts[1] in reply["text"]
    assert detail["review"]["revision"] == 0


def test_a_record_is_found_by_its_id(page: Page) -> None:
    assert page.get("/api/find?id=000000001002_conversation_0") == {"key": 5}
    assert page.ask("/api/find?id=nobody").status == 404


def test_a_picture_is_kept_by_this_browser_only_and_asked_for_once(page: Page) -> None:
    for path in ("/picture/5", "/thumb/5"):
        answer = page.ask(path)
        assert answer.headers["content-type"] == "image/jpeg"
        assert answer.headers["cache-control"].startswith("private")
        again = page.ask(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status, again.body) == (304, b"")
    assert (SAMPLES / "images" / "000000001002.jpg").read_bytes() == page.ask("/picture/5").body


def test_the_page_itself_is_served_with_its_parts(page: Page) -> None:
    html = page.ask("/")
    assert html.headers["content-type"].startswith("text/html")
    assert html.status == 200
    for path in (
        "/static/../app.py",
        "/static/%2e%2e/app.py",
        "/static/..%2fapp.py",
        "/static//etc/passwd",
    ):
        assert page.ask(path).status == 404


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/records?sort=beauty", 400),
        ("/api/records?q=%22", 400),
        ("/api/records?q=-a", 400),
        ("/api/records?after=1.1.", 409),
        ("/api/facets?colour=red", 400),
        ("/api/records/0", 404),
        ("/api/records/46", 404),
        ("/api/records/99999999999999999999999", 404),
        ("/api/records/-1", 404),
        ("/picture/46", 404),
        ("/picture/a", 404),
        ("/thumb/../../etc/passwd", 404),
        ("/picture/..%2f..%2fetc%2fpasswd", 404),
        ("/api/nothing", 404),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_a_sentence(page: Page, path: str, status: int) -> None:
    answer = page.ask(path)
    assert answer.status == status
    assert set(answer.json) == {"error"}
    assert answer.json["error"]


def test_a_decision_is_kept_and_can_be_taken_back(page: Page) -> None:
    path = "/api/records/9"
    before = page.get(path)["review"]
    decision = {"revision": before["revision"], "kind": "reject", "reason": "wrong-number"}
    kept = page.post(f"{path}/review", decision)
    assert (kept.status, kept.json["decision"], kept.json["reason"]) == (
        200,
        "rejected",
        "wrong-number",
    )
    assert page.get(path)["review"] == kept.json
    row = page.get("/api/records?review=rejected")["rows"]
    assert [(each["key"], each["review"]["decision"]) for each in row] == [(9, "rejected")]
    assert dict(page.get("/api/facets")["review"]) == {"none": 44, "rejected": 1}
    stale = page.post(f"{path}/review", {**decision, "kind": "accept", "reason": None})
    assert stale.status == 409
    assert stale.json["review"] == kept.json
    undone = page.post("/api/undo", {}).json
    assert (undone["key"], undone["review"]["decision"]) == (9, None)
    assert page.get("/api/records?review=rejected")["total"] == 0
    redone = page.post("/api/redo", {}).json
    assert (redone["key"], redone["review"]["decision"]) == (9, "rejected")
    assert page.post("/api/redo", {}).json == {"nothing": True}
    progress = page.get("/api/progress")
    assert (progress["total"], progress["rejected"]) == (45, 1)
    page.post("/api/undo", {})


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/api/records/9/review", {}, 400),
        ("/api/records/9/review", [], 400),
        ("/api/records/9/review", {"revision": 0, "kind": "delete"}, 400),
        ("/api/records/9/review", {"revision": "0", "kind": "accept"}, 400),
        ("/api/records/9/review", {"revision": 0, "kind": "accept", "more": 1}, 400),
        ("/api/records/10/review", {"revision": 0, "kind": "reject", "reason": "no-such"}, 400),
        ("/api/records/9/review", {"revision": 0, "kind": "edit", "turns": []}, 400),
        ("/api/records/99/review", {"revision": 0, "kind": "accept"}, 404),
        ("/api/check", {"key": 9, "turns": [{"from": "gpt", "text": "x"}]}, 400),
        ("/api/check", {"key": 9, "turns": [{"from": "human", "text": 7}, {"from": "gpt", "text": "x"}]}, 400),
        ("/api/reasons", {"reasons": [], "version": 1}, 400),
        ("/api/undo", {"more": 1}, 400),
    ],
)  # fmt: skip
def test_a_change_that_makes_no_sense_is_refused(
    page: Page, path: str, content: object, status: int
) -> None:
    answer = page.post(path, content)
    assert answer.status == status
    assert answer.json["error"]
    for body in (b"", b"{", b"\xff", b"[" * 100_000):
        answer = page.ask(
            path, method="POST", body=body, headers={"Content-Type": "application/json"}
        )
        assert answer.status in {400, 404}


def test_an_edit_is_checked_before_it_is_kept(page: Page) -> None:
    turns = page.get("/api/records/9")["turns"]
    good = page.post("/api/check", {"key": 9, "turns": turns}).json
    assert good["findings"] == []
    assert good["score"] == 1.0
    worse = [*turns[:-1], {**turns[-1], "text": f"{turns[-1]['text']} Nine elephants fly by."}]
    bad = page.post("/api/check", {"key": 9, "turns": worse}).json
    assert bad["score"] < 1.0
    assert any(claim["subject"] == "elephant" for claim in bad["claims"])


def test_reasons_are_changed_as_a_new_version(page: Page) -> None:
    old = page.get("/api/about")["reasons"]
    wanted = [{"code": "dull", "label": "Dull"}]
    changed = page.post("/api/reasons", {"reasons": wanted, "version": old[0]["version"]})
    assert [reason["code"] for reason in changed.json["reasons"]] == ["dull"]
    assert (
        page.post("/api/reasons", {"reasons": wanted, "version": old[0]["version"]}).status == 400
    )


HOSTILE: list[dict[str, Any]] = [
    {
        "id": "<script>alert(1)</script>",
        "image": "../../etc/passwd",
        "conversations": [
            {"from": "human", "value": "<image>\nWhat?"},
            {"from": "gpt", "value": "<script>alert(1)</script>\u202e\x00"},
        ],
    },
    {
        "id": "long",
        "image": "/etc/passwd",
        "conversations": [
            {"from": "human", "value": "What?"},
            {"from": "gpt", "value": "word " * 1_000_000},
        ],
    },
    {
        "id": "half \ud800",
        "conversations": [{"from": "human", "value": "\udfff"}, {"from": "gpt", "value": "b"}],
    },
]


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    folder = tmp_path_factory.mktemp("hostile")
    (folder / "images").mkdir()
    path = folder / "set.json"
    path.write_text(json.dumps(HOSTILE), encoding="utf-8")
    with serve_page(find_target(path, images=folder / "images")) as opened:
        yield opened


def test_hostile_records_do_no_harm(hostile: Page) -> None:
    rows = hostile.get("/api/records")["rows"]
    assert [row["id"] for row in rows] == ["<script>alert(1)</script>", "long", "half ?"]
    for path in ("/picture/1", "/picture/2", "/thumb/1", "/thumb/2"):
        answer = hostile.ask(path)
        assert answer.status == 403
        assert b"root:" not in answer.body
    for key in (1, 2, 3):
        answer = hostile.ask(f"/api/records/{key}")
        assert answer.status == 200
        assert answer.headers["content-type"] == "application/json"
        assert len(answer.body) < 1_000_000
    assert "more characters" in hostile.get("/api/records/2")["turns"][1]["text"]
    assert hostile.get("/api/records?q=alert")["total"] == 1


def test_nothing_of_a_key_is_ever_told(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_SECRET_NAME", "sk-very-secret")
    text = (run / "run.toml").read_text(encoding="utf-8").replace("offline = true", 'model = "m"')
    text = text.replace('api_key_env = "OPENAI_API_KEY"', 'api_key_env = "MY_SECRET_NAME"')
    lines = 'base_url = "http://user:sk-very-secret@127.0.0.1/v1"\n'
    (run / "run.toml").write_text(lines + text, encoding="utf-8")
    with serve_page(find_target(run)) as page:
        for path in ("/api/about", "/api/settings", "/api/overview", "/api/records/1", "/"):
            body = page.ask(path).body
            for secret in (b"sk-very-secret", b"MY_SECRET_NAME", b"base_url", b"api_key"):
                assert secret not in body, path


def test_a_failure_of_the_viewer_is_a_sentence_too(
    run: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with serve_page(find_target(run)) as page:
        monkeypatch.setattr(page.session, "describe", lambda: 1 / 0)
        answer = page.ask("/api/about")
    assert answer.status == 500
    assert "terminal" in answer.json["error"]
    assert "x-content-type-options" in answer.headers
    assert b"ZeroDivision" not in answer.body


def test_a_set_without_pictures_is_shown_all_the_same(run: Path, tmp_path: Path) -> None:
    with serve_page(find_target(run, images=tmp_path / "gone")) as page:
        assert page.get("/api/about")["images"] is False
        assert page.get("/api/records?limit=1")["rows"][0]["thumb"] is None
        assert page.get("/api/records/1")["picture"] is None
        answer = page.ask("/picture/1")
        assert (answer.status, "--images" in answer.json["error"]) == (404, True)


def test_a_set_where_nothing_can_be_written_is_shown_without_decisions(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr("os.access", lambda path, mode: False)
    with serve_page(find_target(run)) as page:
        assert page.get("/api/about")["can_review"] is False
        assert page.get("/api/records/1")["review"] is None
        answer = page.post("/api/undo", {})
        assert (answer.status, "read-only" in answer.json["error"]) == (409, True)
    assert not list(run.glob("*view*"))
    assert not (run / "review.sqlite").exists()


GOOD = (("Who is there?", "A cook stands in a kitchen."), ("What is it?", "It is a kitchen."))
PLAIN = (("What is it?", "A kitchen."), ("Who is there?", "A cook."))


def test_candidates_are_blind_until_one_is_chosen(
    make_run: Callable[..., RunSettings], tmp_path: Path
) -> None:
    build_dataset(tmp_path, make_run(GOOD, PLAIN))
    with serve_page(find_target(tmp_path)) as page:
        shown = page.get("/api/records/1/candidates")
        assert shown["order"] == ["A", "B"]
        assert shown["choice"] is None
        assert {"model", "score", "candidate"}.isdisjoint(shown["candidates"][0])
        refused = page.post("/api/records/1/choice", {"revision": 0, "label": "C"})
        assert (refused.status, "'C' is no candidate" in refused.json["error"]) == (400, True)
        label = next(
            each["label"] for each in shown["candidates"] if each["turns"][1]["text"] == PLAIN[0][1]
        )
        chosen = page.post("/api/records/1/choice", {"revision": 0, "label": label}).json
        assert chosen["choice"]["label"] == label
        assert {each["model"] for each in chosen["choice"]["revealed"]} == {"model 0", "model 1"}
        assert chosen["review"]["revision"] == 1
        replies = page.get("/api/records/1")["replies"]
        assert [each["chosen"] for each in replies] == [False, True]
        assert page.get("/api/records/1/candidates")["choice"] == chosen["choice"]
        stale = page.post("/api/records/1/choice", {"revision": 0, "label": "tie"})
        assert stale.status == 409
        page.post("/api/undo", {})
        assert page.get("/api/records/1/candidates")["choice"] is None


def test_agreement_is_told(page: Page) -> None:
    told = page.get("/api/agreement")
    assert set(told) == {"checks", "reviewers", "text"}
    assert page.ask("/api/agreement?sample=none").status == 400
