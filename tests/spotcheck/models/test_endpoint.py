import asyncio
import base64
import io
import json
import math
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from PIL import Image

from datagen.errors import EndpointError, SettingsError
from datagen.llm.mock_server import MockEndpoint, MockSettings
from datagen.llm.retry import RetryPolicy
from datagen.records import Turn
from datagen.spotcheck.models import OwnAnswer, Unseen
from datagen.spotcheck.models.endpoint import EndpointModel
from datagen.spotcheck.subjects import Dialogue
from tests.spotcheck.models.conftest import SIZES

KEY = "proj-4f9a8b7c6d5e"
DOG = (Turn("Is there a dog?", ""),)
IMPATIENT = RetryPolicy(attempts=2, base=0.001, cap=0.001)


@contextmanager
def run_beside(serve: Callable[[], Any]) -> Iterator[str]:
    """Keep an async context manager open in another thread; gives its value."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        served = serve()
        yield asyncio.run_coroutine_threadsafe(served.__aenter__(), loop).result()
        asyncio.run_coroutine_threadsafe(served.__aexit__(None, None, None), loop).result()
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class Server:
    """Answers every request as it is told; keeps the bodies."""

    def __init__(self, answer: Callable[[dict[str, Any]], tuple[int, dict[str, Any]]]) -> None:
        self.bodies: list[dict[str, Any]] = []
        self._answer = answer

    async def _reply(self, request: web.Request) -> web.Response:
        body = await request.json()
        self.bodies.append(body)
        status, said = self._answer(body)
        return web.json_response(said, status=status)

    async def __aenter__(self) -> str:
        app = web.Application(client_max_size=2**26)
        app.router.add_post("/v1/chat/completions", self._reply)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return f"http://127.0.0.1:{site.port}/v1"

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.cleanup()


def say(text: str, first: list[tuple[str, float]] | None = None) -> tuple[int, dict[str, Any]]:
    choice: dict[str, Any] = {"message": {"content": text}, "finish_reason": "stop"}
    if first:
        likely = [{"token": token, "logprob": math.log(share)} for token, share in first]
        choice["logprobs"] = {"content": [{**likely[0], "top_logprobs": likely}]}
    return 200, {"model": "tiny", "choices": [choice]}


def refuse(status: int, message: str) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"message": message}}


def read_sent(body: dict[str, Any]) -> Image.Image:
    [part] = [part for part in body["messages"][0]["content"] if part["type"] == "image_url"]
    head, _, data = part["image_url"]["url"].partition(",")
    assert head == "data:image/jpeg;base64"
    return Image.open(io.BytesIO(base64.b64decode(data)))


def make_model(url: str, **settings: int) -> EndpointModel:
    return EndpointModel("tiny", base_url=url, api_key=KEY, retry=IMPATIENT, **settings)


def ask(model: EndpointModel, *dialogues: Dialogue) -> list[OwnAnswer | Unseen]:
    found = dict(model.answer(dialogues, max_tokens=7))
    return [found[at] for at in range(len(dialogues))]


def test_the_picture_and_the_dialogue_are_sent_as_they_stand(pictures: list[Path]) -> None:
    server = Server(lambda _body: say(" Yes, there is. "))
    turns = (Turn("What is <image>?", "A word."), Turn("Is there a dog?", ""))
    with run_beside(lambda: server) as url:
        found = ask(make_model(url), Dialogue(turns, pictures[0], image_first=False))
    assert found == [OwnAnswer("Yes, there is.")]
    [body] = server.bodies
    assert [message["role"] for message in body["messages"]] == ["user", "assistant", "user"]
    assert [part["type"] for part in body["messages"][0]["content"]] == ["text", "image_url"]
    assert body["messages"][0]["content"][0]["text"] == "What is <Image>?"
    assert body["messages"][2]["content"] == "Is there a dog?"
    assert (body["temperature"], body["max_tokens"], body["top_logprobs"]) == (0.0, 7, 20)
    assert read_sent(body).size == SIZES[0]


def test_the_picture_comes_first_where_it_does_in_the_record(pictures: list[Path]) -> None:
    server = Server(lambda _body: say("Yes."))
    with run_beside(lambda: server) as url:
        ask(make_model(url), Dialogue(DOG, pictures[0], image_first=True))
    assert [part["type"] for part in server.bodies[0]["messages"][0]["content"]] == [
        "image_url",
        "text",
    ]


def test_the_blank_picture_is_a_picture_too() -> None:
    server = Server(lambda _body: say("No."))
    with run_beside(lambda: server) as url:
        ask(make_model(url), Dialogue(DOG))
    colours = read_sent(server.bodies[0]).getcolors()
    assert colours is not None
    assert len(colours) == 1


def test_yes_is_weighed_against_no_in_every_guise(pictures: list[Path]) -> None:
    first = [("Yes", 0.4), (" yes", 0.1), ("NO", 0.25), ("There", 0.2)]
    server = Server(lambda _body: say("Yes.", first))
    with run_beside(lambda: server) as url:
        [found] = ask(make_model(url), Dialogue(DOG, pictures[0]))
    assert isinstance(found, OwnAnswer)
    assert found.yes == pytest.approx(0.5 / 0.75)


@pytest.mark.parametrize("message", ["Unknown field: logprobs", "logprobs are for others only"])
def test_an_endpoint_without_probabilities_is_asked_without_from_then_on(
    pictures: list[Path], message: str
) -> None:
    server = Server(lambda body: refuse(400, message) if "logprobs" in body else say("Yes."))
    with run_beside(lambda: server) as url:
        model = make_model(url, concurrency=1)
        found = ask(model, *(Dialogue(DOG, picture) for picture in pictures))
        ask(model, Dialogue(DOG))
    assert found == [OwnAnswer("Yes.")] * len(pictures)
    assert sum("logprobs" in body for body in server.bodies) == 1


def test_pictures_that_cannot_be_read_cost_no_request(pictures: list[Path], tmp_path: Path) -> None:
    (tmp_path / "text.jpg").write_text("no picture")
    server = Server(lambda _body: say("Yes."))
    with run_beside(lambda: server) as url:
        shown = (tmp_path / "none.jpg", pictures[0], tmp_path / "text.jpg")
        found = ask(make_model(url), *(Dialogue(DOG, picture) for picture in shown))
    assert found[:2] == [
        Unseen(f"The picture {tmp_path / 'none.jpg'} is missing."),
        OwnAnswer("Yes."),
    ]
    assert isinstance(found[2], Unseen)
    assert "cannot be decoded" in found[2].problem
    assert len(server.bodies) == 1


def test_a_dialogue_that_is_refused_is_unseen_and_the_rest_goes_on(pictures: list[Path]) -> None:
    def answer(body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        text = json.dumps(body["messages"])
        return refuse(400, "prompt is too long") if "long" in text else say("Yes.")

    with run_beside(lambda: Server(answer)) as url:
        long = Dialogue((Turn("A long question?", ""),), pictures[0])
        found = ask(make_model(url), long, Dialogue(DOG, pictures[0]))
    assert isinstance(found[0], Unseen)
    assert found[0].problem.startswith("The endpoint gave no answer: http://127.0.0.1")
    assert found[1] == OwnAnswer("Yes.")


@pytest.mark.parametrize(
    ("status", "message", "said"),
    [
        (401, f"Incorrect key: {KEY}", "check the API key"),
        (500, "image input is not supported - hint: provide the mmproj", "takes pictures"),
        (400, "tiny is not a multimodal model", "takes pictures"),
        (400, "At most 0 image(s) may be provided in one prompt.", "takes pictures"),
    ],
)
def test_what_refuses_all_ends_it_and_never_shows_the_key(
    pictures: list[Path], status: int, message: str, said: str
) -> None:
    server = Server(lambda _body: refuse(status, message))
    with run_beside(lambda: server) as url:
        model = make_model(url, concurrency=2)
        with pytest.raises(EndpointError, match=said) as caught:
            ask(model, *(Dialogue(DOG, picture) for picture in pictures))
    assert KEY not in str(caught.value) + model.name + repr(model)
    assert len(server.bodies) <= 2


def test_nobody_at_the_address_is_an_error() -> None:
    with pytest.raises(EndpointError, match="does not accept connections"):
        ask(make_model("http://127.0.0.1:9/v1"), Dialogue(DOG))


def test_requests_are_in_flight_side_by_side(pictures: list[Path]) -> None:
    mock = MockEndpoint(MockSettings(latency=0.05), writer=lambda *_asked: "Yes.")
    dialogues = [Dialogue(DOG, pictures[at % len(pictures)]) for at in range(12)]
    with run_beside(mock.serve) as url:
        found = ask(make_model(url, concurrency=4), *dialogues)
    assert [given.text for given in found if isinstance(given, OwnAnswer)] == ["Yes."] * 12
    assert mock._counters.max_in_flight == 4


def test_the_mock_endpoint_weighs_its_first_word(pictures: list[Path]) -> None:
    mock = MockEndpoint(writer=lambda *_asked: "No, there is none.")
    with run_beside(mock.serve) as url:
        [found] = ask(make_model(url), Dialogue(DOG, pictures[0]))
    assert isinstance(found, OwnAnswer)
    assert found.yes == pytest.approx(0.1, abs=1e-5)


def test_whoever_has_enough_leaves_nothing_open(pictures: list[Path]) -> None:
    mock = MockEndpoint(MockSettings(latency=0.02), writer=lambda *_asked: "Yes.")
    with run_beside(mock.serve) as url:
        answers = make_model(url).answer([Dialogue(DOG, pictures[0])] * 20, max_tokens=7)
        next(answers)
        answers.close()  # type: ignore[attr-defined]  # a generator


def test_endpoints_do_not_score() -> None:
    model = make_model("http://127.0.0.1:9/v1")
    assert not model.can_score
    with pytest.raises(NotImplementedError):
        model.score([Dialogue(DOG)])


def test_the_name_tells_model_address_and_size_without_a_password() -> None:
    model = make_model("http://user:secret@127.0.0.1:9/v1", picture_side=512)
    assert model.name == "tiny at http://127.0.0.1:9/v1, pictures of 512 pixels"


def test_bad_settings_are_told_at_once() -> None:
    with pytest.raises(SettingsError, match="base URL"):
        make_model("ftp://somewhere")
