"""Only this machine, this page and this browser are answered, and every answer carries the policy."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from datagen.viewer.guard import MOST_BYTES, is_loopback
from tests.viewer.asking import TOKEN, Page, find_target, serve_page

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self'; frame-ancestors 'none'"
)
ROUTES = (
    "/",
    "/static/index.html",
    "/api/about",
    "/picture/1",
    "/thumb/1",
    "/api/records",
    "/none",
)


def test_the_token_becomes_a_cookie_and_leaves_the_address(page: Page) -> None:
    answer = page.ask(f"/?type=conversation&token={TOKEN}", headers={"Cookie": None})
    assert (answer.status, answer.headers["location"]) == (303, "/?type=conversation")
    name, *rest = re.split(r"=|; ", answer.headers["set-cookie"])
    assert name == f"datagen-{page.port}"
    assert rest[1:] == ["Path", "/", "HttpOnly", "SameSite", "Strict"]
    assert TOKEN not in answer.headers["set-cookie"]


def test_the_address_opens_nothing_but_a_page_on_this_site(page: Page) -> None:
    answer = page.ask(f"/?token={TOKEN}&next=//evil.example&%0d%0aSet-Cookie:x=1")
    assert answer.headers["location"].startswith("/?next=%2F%2Fevil.example&")
    assert "x=1" not in answer.headers["set-cookie"]


@pytest.mark.parametrize("path", ROUTES)
def test_nothing_is_shown_without_the_cookie(page: Page, path: str) -> None:
    for cookie in (
        None,
        "",
        f"datagen-{page.port}=",
        f"datagen-{page.port}={TOKEN}",
        "datagen-1=x",
    ):
        answer = page.ask(path, headers={"Cookie": cookie})
        assert answer.status == 401
        assert "datagen view" in answer.json["error"]


def test_a_wrong_token_opens_nothing(page: Page) -> None:
    answer = page.ask("/?token=guess", headers={"Cookie": None})
    assert answer.status == 401
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("path", [*ROUTES, f"/?token={TOKEN}"])
@pytest.mark.parametrize(
    "host",
    ["evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", None],
)
def test_a_foreign_host_or_port_is_refused_on_every_route(
    page: Page, path: str, host: str | None
) -> None:
    answer = page.ask(path, headers={"Host": host and host.format(port=page.port)})
    assert answer.status in {400, 403}  # the server itself refuses a request without any Host
    assert "set-cookie" not in answer.headers


def test_this_machine_may_be_called_by_its_name(page: Page) -> None:
    assert page.ask("/api/about", headers={"Host": f"LOCALHOST:{page.port}"}).status == 200


@pytest.mark.parametrize("path", [*ROUTES, f"/?token={TOKEN}"])
@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_may_not_ask_even_with_the_cookie(page: Page, path: str, site: str) -> None:
    assert page.ask(path, headers={"Sec-Fetch-Site": site}).status == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_the_page_itself_and_a_typed_address_may_ask(page: Page, site: str) -> None:
    assert page.ask("/api/about", headers={"Sec-Fetch-Site": site}).status == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{port}"]
)
def test_a_foreign_origin_is_refused(page: Page, origin: str) -> None:
    foreign = {"Origin": origin.format(port=page.port)}
    assert page.ask("/api/about", headers=foreign).status == 403
    assert page.post("/api/undo", {}, foreign).status == 403


def test_a_foreign_page_that_posts_a_form_changes_nothing(page: Page) -> None:
    key = 1
    before = page.get(f"/api/records/{key}")["review"]
    body = json.dumps({"revision": before["revision"], "kind": "reject"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
        headers = {"Content-Type": kind}
        answer = page.ask(f"/api/records/{key}/review", method="POST", body=body, headers=headers)
        assert answer.status == 415
    assert page.get(f"/api/records/{key}")["review"] == before


def test_no_other_origin_is_ever_allowed(page: Page) -> None:
    asked = {
        "Origin": "http://evil.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }
    answer = page.ask("/api/undo", method="OPTIONS", headers=asked)
    assert answer.status == 403
    assert not [name for name in answer.headers if name.startswith("access-control")]
    assert page.ask("/api/undo", method="OPTIONS").status == 405


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_are_not_answered(page: Page, method: str) -> None:
    assert page.ask("/api/records/1", method=method).status == 405


@pytest.mark.parametrize(
    "path", ["/api/undo", "/api/records/1/review", "/api/check", "/api/reasons"]
)
def test_what_changes_something_is_no_get(page: Page, path: str) -> None:
    assert page.ask(path).status == 405


def test_a_change_has_at_most_a_mebibyte(page: Page) -> None:
    large = {"key": 1, "turns": [{"from": "human", "text": "x" * MOST_BYTES}]}
    assert page.post("/api/check", large).status == 413


def test_a_body_that_hides_its_length_is_stopped_too(page: Page) -> None:
    headers = {"Transfer-Encoding": "chunked", "Content-Length": None}
    size = MOST_BYTES // 4
    chunk = f"{size:x}\r\n".encode() + b" " * size + b"\r\n"
    answer = page.ask(
        "/api/check",
        method="POST",
        body=chunk * 5 + b"0\r\n\r\n",
        headers={"Content-Type": "application/json", **headers},
    )
    assert answer.status == 413


@pytest.mark.parametrize(
    "path", [*ROUTES, f"/?token={TOKEN}", "/api/records?sort=x", "/api/records/999999"]
)
@pytest.mark.parametrize("allowed", [True, False])
def test_every_answer_carries_the_policy(page: Page, path: str, allowed: bool) -> None:
    headers = page.ask(path, headers={} if allowed else {"Sec-Fetch-Site": "cross-site"}).headers
    assert headers["content-security-policy"].startswith(POLICY)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "server" not in headers


def test_two_viewers_on_one_machine_do_not_take_each_others_cookie(page: Page, run: Path) -> None:
    with serve_page(find_target(run)) as other:
        assert other.cookie.partition("=")[0] != page.cookie.partition("=")[0]
        assert other.ask("/api/about", headers={"Cookie": page.cookie}).status == 401
        both = {"Cookie": f"{page.cookie}; {other.cookie}"}
        assert other.ask("/api/about", headers=both).status == 200


@pytest.fixture(scope="module")
def open_page(samples_run: Path) -> Iterator[Page]:
    """A page that listens for the whole network."""
    with serve_page(find_target(samples_run), host="0.0.0.0") as opened:
        yield opened


def test_for_other_machines_an_address_is_taken_and_a_name_is_not(open_page: Page) -> None:
    for host, status in (("192.168.7.9", 303), ("evil.example", 403), ("localhost", 303)):
        headers = {"Host": f"{host}:{open_page.port}"}
        assert open_page.ask(f"/?token={TOKEN}", headers=headers).status == status


@pytest.mark.parametrize(
    ("host", "is_own"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("192.168.7.9", False),
        ("evil.example", False),
    ],
)
def test_a_loopback_address_is_known(host: str, is_own: bool) -> None:
    assert is_loopback(host) is is_own
