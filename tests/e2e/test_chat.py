"""The chat page in a real browser, against a real server."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Open
from tests.forked import laneway, serving
from tests.ports import free_ports
from tests.processes import ServerProcess

pytestmark = pytest.mark.browser

HOURS = "Hola, ¿a qué hora abren?"
RETURN = "I want to return the kettle, it arrived broken"
ROUTING = '.step[data-node="route_intent"][data-state="running"]'


def test_two_messages_are_answered_by_two_lanes_and_every_node_is_shown(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live().watch(ROUTING)
    tab.say(HOURS)
    assert "Choosing who answers" in tab.caught(ROUTING)
    tab.shot("chat-running")
    tab.answered(1).say(RETURN).answered(2)

    first, second = tab.page.locator(".turn").all()
    expect(first.locator("summary .lane")).to_have_text("info")
    expect(first.locator(".theirs")).to_contain_text("lunes")
    expect(second.locator("summary .lane")).to_have_text("support")
    expect(second.locator(".theirs")).to_contain_text("order number")
    second.locator("summary").click()
    nodes = [node.get_attribute("data-node") for node in second.locator(".node").all()]
    assert nodes == ["build_turn", "route_intent", "support", "compose", "send_response"]
    assert all("ms" in node.locator(".figure").inner_text() for node in second.locator(".node").all())
    assert second.locator(".share").count() == 4
    second.scroll_into_view_if_needed()
    tab.shot("chat")
    tab.clean()


def test_the_answer_is_there_before_its_steps_have_been_shown(server: ServerProcess, open_tab: Open) -> None:
    answer = '.turn[data-status="running"] .theirs'
    tab = open_tab(server.url).go().live().watch(answer)
    tab.say(HOURS)
    assert "lunes" in tab.caught(answer)
    tab.answered(1)
    expect(tab.page.locator(".theirs")).to_have_count(1)


def test_a_phone_shows_the_running_step_in_one_line(server: ServerProcess, open_tab: Open) -> None:
    support = '.step[data-node="support"][data-state="running"]'
    tab = open_tab(server.url, width=320, height=640).go().live().watch(support)
    tab.say(RETURN)
    tab.caught(support)
    tab.shot("chat-running-320")
    strip = tab.page.locator(".strip").bounding_box()
    assert strip is None or strip["height"] < 40
    tab.answered(1)


def test_a_colleague_answers_under_their_own_name(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    tab.say("quiero hablar con una persona").answered(1)
    shown = laneway(server.folder, "handoffs", "ls")
    number = next(word for word in shown.stdout.split() if word.startswith("HO-"))

    laneway(server.folder, "handoffs", "reply", number, "Hola, te ayudo con eso.", "--as", "Marta")

    reply = tab.page.locator(".turn").nth(1)
    expect(reply.locator(".author")).to_have_text("Marta")
    expect(reply.locator(".theirs")).to_contain_text("te ayudo con eso")
    expect(reply.locator(".mine")).to_have_count(0)
    tab.shot("chat-person")
    tab.clean()


def test_after_kill_9_the_page_reconnects_and_the_conversation_goes_on(tmp_path: Path, open_tab: Open) -> None:
    folder = tmp_path / "data"
    (port,) = free_ports(1)
    with serving(folder, port=port) as server:
        tab = open_tab(server.url).go().live()
        tab.expected = "ERR_CONNECTION_REFUSED"
        tab.say(RETURN).answered(1)
        address = tab.page.url
        server.kill()
        tab.page.wait_for_selector('#connection[data-state="reconnecting"]')
        tab.shot("chat-reconnecting")
    with serving(folder, port=port):
        tab.live().say("A-5512").answered(2)
        expect(tab.page.locator(".turn").nth(1).locator(".theirs")).to_contain_text("A-5512")
        assert tab.page.locator(".turn").count() == 2
        assert tab.page.url == address
        tab.page.reload()
        tab.live().answered(2)
        assert tab.page.locator(".turn").count() == 2


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    "</div><script>alert(2)</script>",
    "שלום עולם \u202eevil\u202c مرحبا",
    "👩‍👩‍👧‍👦🏴‍☠️ " * 8,
    "a" * 8000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=["img", "script", "rtl", "emoji", "8000"])
def test_hostile_text_is_shown_as_text(text: str, server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url, width=320, height=640).go().live()
    tab.say(text).answered(1)
    assert (tab.page.locator(".mine").text_content() or "").strip().endswith(text.strip())
    assert tab.page.locator("#log img, #log script").count() == 0
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= 320
    tab.shot(f"chat-hostile-{HOSTILE.index(text)}")
    tab.clean()


def test_too_long_a_message_stays_in_the_field_and_says_so(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    tab.page.fill("#text", "x" * 8001)
    expect(tab.page.locator("#send")).to_be_disabled()
    expect(tab.page.locator("#count")).to_contain_text("too long")
    tab.page.press("#text", "Enter")
    assert tab.page.locator(".turn").count() == 0


def test_enter_sends_and_shift_enter_starts_a_line(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    expect(tab.page.locator("#send")).to_be_disabled()
    tab.page.type("#text", "hello")
    tab.page.press("#text", "Shift+Enter")
    tab.page.type("#text", "there")
    assert tab.page.input_value("#text") == "hello\nthere"
    tab.page.press("#text", "Enter")
    tab.answered(1)
    assert tab.page.input_value("#text") == ""


def test_an_example_starts_the_conversation_and_a_choice_goes_on(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    tab.shot("chat-empty")
    tab.page.get_by_role("button", name=HOURS).click()
    tab.answered(1).say("hello").answered(2)
    tab.shot("chat-choices")
    tab.page.get_by_role("button", name="Return something").click()
    tab.answered(3)
    last = tab.page.locator(".turn").nth(2)
    expect(last.locator(".mine")).to_contain_text("Return something")
    expect(last.locator("summary .lane")).to_have_text("support")
    expect(tab.page.get_by_role("button", name="Return something")).to_have_count(0)
    tab.clean()


def test_an_unknown_session_says_so_and_offers_a_new_one(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url)
    tab.expected = "404"
    tab.go("/chat?session=ses_00000000000000000000000000000000")
    notice = tab.page.locator("#notice")
    expect(notice).to_contain_text("has ended")
    expect(tab.page.locator("#text")).to_be_disabled()
    tab.shot("chat-ended")
    notice.get_by_role("button", name="New conversation").click()
    tab.live().say(HOURS).answered(1)
    expect(notice).to_be_hidden()
    tab.clean()


def test_a_failed_send_is_tried_again_with_the_same_key(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    tab.expected = "ERR_FAILED"
    keys: list[str | None] = []
    tab.page.on("request", lambda request: keys.append(request.headers.get("idempotency-key")))
    tab.page.route("**/messages", lambda route: route.abort(), times=1)
    tab.say(HOURS)
    problem = tab.page.locator(".trouble")
    expect(problem).to_contain_text("Not sent.")
    tab.shot("chat-not-sent")
    problem.get_by_role("button", name="Try again").click()
    tab.answered(1)
    sent = [key for key in keys if key]
    assert len(sent) == 2
    assert sent[0] == sent[1]
    assert tab.page.locator(".turn").count() == 1
    tab.clean()


def test_a_refusal_shows_the_servers_hint(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    tab.expected = "429"
    hint = "Send the next one when an answer has come."
    body = {"code": "inbox_full", "message": "Too many messages wait.", "hint": hint}
    tab.page.route("**/messages", lambda route: route.fulfill(status=429, json=body), times=1)
    tab.say(HOURS)
    expect(tab.page.locator(".trouble")).to_contain_text(hint)
    tab.page.get_by_role("button", name="Discard").click()
    expect(tab.page.locator(".turn")).to_have_count(0)


def test_spanish_browsers_get_spanish_words(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url, locale="es-MX").go().live()
    expect(tab.page.locator("html")).to_have_attribute("lang", "es")
    expect(tab.page.get_by_role("button", name="Enviar")).to_be_visible()
    tab.say(RETURN).answered(1)
    tab.page.locator("summary").click()
    expect(tab.page.locator(".inside")).to_contain_text("Leyendo tu mensaje")
    tab.shot("chat-spanish")


def test_coming_back_without_the_address_goes_on_and_a_new_conversation_starts_empty(
    server: ServerProcess, open_tab: Open
) -> None:
    tab = open_tab(server.url).go().live()
    tab.say(HOURS).answered(1)
    address = tab.page.url
    tab.go("/").live().answered(1)
    assert tab.page.url == address
    tab.page.get_by_role("button", name="New conversation").click()
    expect(tab.page.locator("#empty")).to_be_visible()
    assert tab.page.url != address
    tab.page.go_back()
    tab.answered(1)
    assert tab.page.url == address
    tab.live().clean()


def test_whole_answers_are_announced_and_history_is_not(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    tab.say(HOURS).answered(1)
    expect(tab.page.locator('#announcer [lang="es"]')).to_contain_text("lunes")
    tab.page.reload()
    tab.live().answered(1)
    expect(tab.page.locator("#announcer")).to_have_text("")
