import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Playwright,
    Request,
    expect,
    sync_playwright,
)

from tests.forked import serving
from tests.processes import ServerProcess
from tests.waiting import SOON_S

ARTEFACTS = Path(__file__).parents[2] / "artefacts"
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
window.wanted = {};
new MutationObserver(() => {
  for (const selector of Object.keys(window.wanted)) {
    window.wanted[selector] ??= document.querySelector(selector)?.textContent ?? null;
  }
}).observe(document, { subtree: true, childList: true, characterData: true, attributes: true });
"""
WITHIN_MS = SOON_S * 1000
expect.set_options(timeout=WITHIN_MS)

Open = Callable[..., "Tab"]


class Tab:
    """A page with everything it must never do written down."""

    def __init__(self, context: BrowserContext, url: str) -> None:
        self.url = url
        self.troubles: list[str] = []
        self.expected = ""
        self.page: Page = context.new_page()
        self.page.add_init_script(WATCH)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)
        self.page.on("request", self._request)

    def go(self, path: str = "/chat") -> "Tab":
        self.page.goto(self.url + path)
        return self

    def live(self) -> "Tab":
        self.page.wait_for_selector('#connection[data-state="live"]')
        return self

    def say(self, text: str) -> "Tab":
        self.page.fill("#text", text)
        self.page.press("#text", "Enter")
        return self

    def answered(self, turns: int) -> "Tab":
        self.page.wait_for_selector(f'.turn:nth-child({turns})[data-status="completed"]')
        return self

    def watch(self, selector: str) -> "Tab":
        """From now on look after every change whether the element is there, however shortly."""
        self.page.evaluate("selector => { window.wanted[selector] = null; }", selector)
        return self

    def caught(self, selector: str) -> str:
        """Wait until a watched element was there, and return the text it then had."""
        return str(self.page.wait_for_function("selector => window.wanted[selector]", arg=selector).json_value())

    def until(self, true: Callable[[], object]) -> None:
        """Wait until something holds that the page's requests bring about."""
        deadline = time.monotonic() + SOON_S
        while not true():
            assert time.monotonic() < deadline
            self.page.wait_for_timeout(20)

    def shot(self, name: str, **options: Any) -> None:
        ARTEFACTS.mkdir(exist_ok=True)
        self.page.screenshot(path=ARTEFACTS / f"{name}.png", **options)

    def clean(self) -> None:
        """Nothing blocked, nothing logged as an error, nothing asked of another host."""
        assert self.page.evaluate("window.violations") == []
        assert self.troubles == []

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"} and not (self.expected and self.expected in message.text):
            self.troubles.append(f"{message.type}: {message.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.troubles.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.url, "data:")):
            self.troubles.append(f"request: {request.url}")


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = os.environ.get("LANEWAY_TEST_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
    if chromium is None:
        pytest.fail("No chromium on the PATH: install one, or name it in LANEWAY_TEST_CHROMIUM.", pytrace=False)
    running = playwright.chromium.launch(executable_path=chromium, args=FLAGS, timeout=WITHIN_MS)
    yield running
    running.close()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    with serving(tmp_path_factory.mktemp("data")) as running:
        yield running


@pytest.fixture
def open_tab(browser: Browser) -> Iterator[Open]:
    contexts: list[BrowserContext] = []

    def opened(url: str, *, width: int = 1200, height: int = 760, **options: Any) -> Tab:
        settings = {"locale": "en-GB", "viewport": {"width": width, "height": height}, **options}
        contexts.append(browser.new_context(**settings))
        contexts[-1].set_default_timeout(WITHIN_MS)
        return Tab(contexts[-1], url)

    yield opened
    for context in contexts:
        context.close()
