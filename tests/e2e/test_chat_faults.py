"""What the chat page does when several things go wrong at once: it stays calm, loses nothing and keeps the order."""

import json
import time
from math import log2
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.client import Client
from tests.e2e.conftest import Open
from tests.e2e.test_chat import HOURS, RETURN
from tests.processes import ServerProcess

pytestmark = pytest.mark.browser

Spoken = tuple[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def spoken(server: ServerProcess) -> Spoken:
    """A session and its events."""
    client = Client(server.url)
    session = client.start()
    client.ask(session, HOURS)
    client.ask(session, RETURN)
    rows = client.http.get(f"/v1/sessions/{session}/events.json").json()
    client.close()
    return session, rows


def is_stream(url: str) -> bool:
    return url.split("?", maxsplit=1)[0].endswith("/events")


def with_a_gap(rows: list[dict[str, Any]]) -> str:
    kept = [rows[0], *rows[5:]]
    return "retry: 60000\n\n" + "".join(f"event: {row['type']}\ndata: {json.dumps(row)}\n\n" for row in kept)


def test_a_gap_that_cannot_be_filled_is_asked_for_at_growing_intervals(
    spoken: Spoken, server: ServerProcess, open_tab: Open
) -> None:
    session, rows = spoken
    tab = open_tab(server.url)
    asked: list[str] = []

    def refuse(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(json=[])
        else:
            route.fulfill(status=503, json={"code": "store_unavailable", "message": "Not now.", "hint": "Later."})

    tab.page.route("**/events.json*", refuse)
    tab.page.route(is_stream, lambda route: route.fulfill(content_type="text/event-stream", body=with_a_gap(rows)))
    began = time.monotonic()
    tab.go(f"/chat?session={session}")
    tab.page.wait_for_selector('#connection[data-state="reconnecting"]')
    tab.until(lambda: len(asked) >= 2)
    tab.page.wait_for_timeout(2500)
    assert len(asked) <= 3 + log2(2 * (time.monotonic() - began) + 1)  # waits of half a second, one, two ...

    tab.page.unroute("**/events.json*")
    tab.page.unroute(is_stream)
    tab.live().answered(2)


def test_leaving_a_conversation_while_a_gap_is_being_filled_leaves_the_page_alive(
    spoken: Spoken, server: ServerProcess, open_tab: Open
) -> None:
    session, rows = spoken
    tab = open_tab(server.url)
    waiting: list[Route] = []
    asked: list[str] = []

    def hold(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(json=[])
        elif session in route.request.url:
            waiting.append(route)
        else:
            route.continue_()

    tab.page.route("**/events.json*", hold)
    tab.page.route(
        lambda url: is_stream(url) and session in url,
        lambda route: route.fulfill(content_type="text/event-stream", body=with_a_gap(rows)),
    )
    tab.go(f"/chat?session={session}")
    tab.page.wait_for_selector(".turn")
    tab.until(lambda: waiting)
    tab.page.click("#new")
    tab.page.wait_for_url(lambda url: session not in url)
    for route in waiting:
        route.fulfill(json=[])
    tab.live().say(HOURS).answered(1)
    expect(tab.page.locator(".turn")).to_have_count(1)


def test_a_reset_while_a_gap_is_being_filled_loses_nothing(
    spoken: Spoken, server: ServerProcess, open_tab: Open
) -> None:
    session, rows = spoken
    tab = open_tab(server.url, reduced_motion="reduce")
    asked: list[str] = []

    def slow(route: Route) -> None:
        asked.append(route.request.url)
        if len(asked) == 1:
            route.fulfill(json=[])
        else:
            route.continue_()

    body = with_a_gap(rows[:20]) + 'event: reset\ndata: {"first":1,"last":9}\n\n'
    tab.page.route("**/events.json*", slow)
    tab.page.route(is_stream, lambda route: route.fulfill(content_type="text/event-stream", body=body), times=1)
    tab.go(f"/chat?session={session}").answered(2)
    said = tab.page.locator(".mine").all_text_contents()
    assert [one.split(": ", 1)[1] for one in said] == [HOURS, RETURN]
    expect(tab.page.locator(".theirs")).to_have_count(2)


def test_messages_leave_in_the_order_they_were_written(server: ServerProcess, open_tab: Open) -> None:
    tab = open_tab(server.url).go().live()
    held: list[Route] = []
    sent: list[str] = []

    def hold_the_first(route: Route) -> None:
        sent.append((route.request.post_data_json or {})["text"])
        if len(sent) == 1:
            held.append(route)
        else:
            route.continue_()

    tab.page.route("**/messages", hold_the_first)
    tab.say("one").say("two").say("three")
    tab.until(lambda: held)
    tab.page.wait_for_timeout(300)
    assert sent == ["one"]
    held[0].continue_()
    tab.answered(3)
    said = tab.page.locator(".mine").all_text_contents()
    assert [one.split(": ", 1)[1] for one in said] == ["one", "two", "three"]


def test_what_was_not_sent_survives_a_reload_and_goes_out_once_the_server_is_back(
    server: ServerProcess, open_tab: Open
) -> None:
    tab = open_tab(server.url).go().live()
    tab.page.route("**/messages", lambda route: route.abort())
    tab.say(HOURS)
    expect(tab.page.locator(".trouble")).to_contain_text("Not sent.")
    tab.page.unroute("**/messages")
    tab.page.reload()
    tab.live().answered(1)
    expect(tab.page.locator(".turn")).to_have_count(1)
    tab.page.reload()
    tab.live().answered(1)
    expect(tab.page.locator(".turn")).to_have_count(1)
