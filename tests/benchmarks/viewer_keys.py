"""How long it takes from a key to the painted picture of the next record, in a real browser."""

import shutil

from playwright.sync_api import sync_playwright

PRESSES = 40
_AWAY = 0.3  # seconds between two presses: time to fetch the next record, as a person gives it

# From the time stamp of the key to the first task after the frame that shows the picture.
_WATCH = """() => {
  window.times = [];
  addEventListener("keydown", (event) => {
    const name = () => document.querySelector("h1")?.textContent;
    const before = name();
    const look = () => {
      const image = document.querySelector(".picture img");
      if (name() === before || !image?.complete || !image.naturalWidth) return setTimeout(look);
      requestAnimationFrame(() => {
        const channel = new MessageChannel();
        channel.port1.onmessage = () => times.push(performance.now() - event.timeStamp);
        channel.port2.postMessage(0);
      });
    };
    look();
  }, true);
}"""


def find_chromium() -> str | None:
    """Where the browser is, None where there is none."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)


def time_keys(address: str, browser: str, record: int) -> list[float]:
    """Seconds of each step to the next record, from one that is open.

    Args:
        address: of the viewer, with its token.
        browser: path of Chromium.
        record: key of the first one; it and those that follow have pictures.
    """
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
        try:
            page = chromium.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            page.locator(".row").first.wait_for()
            page.goto(f"{page.url.partition('?')[0]}?record={record}")
            page.locator(".picture img").wait_for(timeout=10_000)
            page.evaluate(_WATCH)
            for count in range(1, PRESSES + 1):
                page.wait_for_timeout(1000 * _AWAY)
                page.keyboard.press("j")
                page.wait_for_function("count => times.length >= count", arg=count, timeout=10_000)
            times: list[float] = page.evaluate("times")
            return [each / 1000 for each in times]
        finally:
            chromium.close()
