"""The chat page for everybody: no accessibility finding in any state, scheme or width; the picture of the README."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.e2e.conftest import Open, Tab
from tests.e2e.test_chat import HOURS, RETURN
from tests.processes import ServerProcess

pytestmark = pytest.mark.browser

WIDTHS = [320, 768, 1280]
README_SIZE = {"width": 1200, "height": 1020}


def findings(tab: Tab) -> list[str]:
    found = Axe().run(tab.page).response["violations"]
    return [f"{one['id']}: {node['html'][:150]}" for one in found for node in one["nodes"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    scheme: str, width: int, server: ServerProcess, open_tab: Open
) -> None:
    tab = open_tab(server.url, width=width, height=780, color_scheme=scheme, reduced_motion="reduce").go().live()
    assert findings(tab) == []
    tab.shot(f"chat-empty-{scheme}-{width}")
    tab.say("hello").answered(1).say(RETURN).answered(2).say("¿tienen teteras?").answered(3)
    assert findings(tab) == []
    tab.page.locator("summary").nth(1).click()
    tab.page.locator("summary").nth(2).click()
    assert findings(tab) == []
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
    assert tab.page.locator("#scroll").evaluate("element => element.scrollWidth <= element.clientWidth")
    tab.page.locator(".turn").nth(1).scroll_into_view_if_needed()
    tab.shot(f"chat-open-{scheme}-{width}")


def test_everything_can_be_done_with_the_keyboard(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url, forced_colors="active").go().live()
    tab.page.keyboard.type("hello")
    tab.page.keyboard.press("Enter")
    tab.answered(1)
    summary, choice = tab.page.locator("summary"), tab.page.locator(".choice", has_text="Opening hours")
    for _ in range(12):
        tab.page.keyboard.press("Tab")
        if summary.evaluate("element => element === document.activeElement"):
            tab.page.keyboard.press("Enter")
        if choice.evaluate("element => element === document.activeElement"):
            tab.page.keyboard.press("Enter")
            break
    tab.answered(2)
    assert tab.page.locator("details[open]").count() == 1
    assert tab.page.locator("#text").evaluate("element => element === document.activeElement")
    tab.shot("chat-forced-colors")


def test_the_picture_of_the_readme(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url, **README_SIZE, color_scheme="light").go().live()
    tab.say(HOURS).answered(1).say(RETURN).answered(2)
    tab.page.locator("summary").nth(1).click()
    tab.page.mouse.move(0, 0)
    for turn in tab.page.locator(".turn").all():
        assert turn.locator(".theirs").is_visible()
    tab.shot("chat-readme")
    assert (Path(__file__).parents[2] / "artefacts" / "chat-readme.png").stat().st_size < 200_000
