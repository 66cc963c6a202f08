"""Documents are fetched from the public web only, whatever the server at the other end is up to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from pydantic import JsonValue

from graphs.bundled import bundled_agents
from graphs.registry import AgentRegistry
from graphs.template_files import TemplateFolder
from nodes.agents.given import GivenDocument
from nodes.agents.ports import AgentError
from nodes.agents.web import FetchRefusedError
from nodes.plans.faults import failed_by
from server.plans.web import PublicWeb
from server.plans.web_hosts import WebHosts
from server.public_addresses import is_public
from server.settings import Settings
from server.workflow_parts import registered
from state.errors import SettingsError
from tests.agents import Desk, Heard, MemoryFiles
from tests.plans import Ran

LIMIT = 100_000
HERE = "127.0.0.1"
NAMES = {"docs.test": [HERE], "inside.test": ["10.0.0.7"], "both.test": [HERE, "10.0.0.7"]}
LETTER = b"<html><h1>Rent</h1><p>The rent of the shop is 900.00 EUR a month, due on the first day.</p></html>"
HEAD = b"HTTP/1.1 %s\r\nConnection: close\r\n%s\r\n"


async def resolved(host: str, port: int) -> list[str]:
    return NAMES.get(host, [host])


def allowed(address: str) -> bool:
    return address == HERE or is_public(address)


class Hostile:
    """A server that answers each path in its own bad way."""

    def __init__(self) -> None:
        self.asked: list[bytes] = []
        self.port = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(request)
        with suppress(ConnectionError):
            await self.answer(request.split(b" ")[1], reader, writer)
        writer.close()

    async def answer(self, path: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if path == b"/endless":
            writer.write(HEAD % (b"200 OK", b"Content-Type: text/plain\r\n"))
            while not writer.is_closing():
                writer.write(b"x" * 10_000)
                await writer.drain()
        elif path == b"/slow":
            writer.write(HEAD % (b"200 OK", b"Content-Type: text/plain\r\n") + b"x")
            await reader.read()  # until the other end has had enough
        else:
            writer.write(self.pages()[path])
            await writer.drain()

    def pages(self) -> dict[bytes, bytes]:
        here = b"http://docs.test:%d" % self.port
        bad = [b"http://169.254.169.254/latest", b"http://[::ffff:10.0.0.1]/", here.replace(b"docs", b"inside")]
        moved = {b"/to/%d" % n: HEAD % (b"302 Found", b"Location: %s\r\n" % to) for n, to in enumerate(bad)}
        return moved | {
            b"/letter.html?key=secret": HEAD % (b"200 OK", b"Content-Type: text/html; charset=utf-8\r\n") + LETTER,
            b"/moved": HEAD % (b"301 Moved", b"Location: /letter.html?key=secret\r\n"),
            b"/loop": HEAD % (b"302 Found", b"Location: /loop\r\n"),
            b"/file": HEAD % (b"302 Found", b"Location: file:///etc/passwd\r\n"),
            b"/picture": HEAD % (b"200 OK", b"Content-Type: image/png\r\n") + b"\x89PNG",
            b"/packed": HEAD % (b"200 OK", b"Content-Type: text/plain\r\nContent-Encoding: gzip\r\n") + b"\x1f\x8b",
            b"/long": HEAD % (b"200 OK", b"Content-Type: text/plain\r\nContent-Length: 999999999\r\n"),
            b"/gone": HEAD % (b"404 Not Found", b""),
            b"/broken": HEAD % (b"503 Unavailable", b""),
            b"/nonsense": b"\x00\x01\x02\r\n\r\n",
        }


@pytest.fixture
async def hostile() -> AsyncIterator[Hostile]:
    hostile = Hostile()
    async with await asyncio.start_server(hostile.serve, HERE, 0) as server:
        hostile.port = server.sockets[0].getsockname()[1]
        yield hostile


def web_of(hostile: Hostile, *, patience_s: float = 60.0) -> PublicWeb:
    hosts = WebHosts.of(f"*,*:{hostile.port}")
    return PublicWeb(hosts, resolved=resolved, allowed=allowed, patience_s=patience_s)


async def refused(hostile: Hostile, path: str, host: str = "docs.test") -> str:
    with pytest.raises(FetchRefusedError) as failed:
        await web_of(hostile).fetch(f"http://{host}:{hostile.port}{path}", LIMIT)
    assert failed_by(failed.value).fault == "validation"
    return failed.value.message


async def test_a_document_is_fetched_over_its_redirects_and_its_key_is_not_shown(hostile: Hostile) -> None:
    fetched = await web_of(hostile).fetch(f"http://docs.test:{hostile.port}/moved", LIMIT)

    assert (fetched.name, fetched.content) == ("letter.html", LETTER)
    assert fetched.address == f"http://docs.test:{hostile.port}/letter.html"
    assert b"\r\nHost: docs.test:" in hostile.asked[0]
    assert b"ookie" not in hostile.asked[1] + hostile.asked[0]


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("/to/0", "isn't public"),
        ("/to/1", "isn't public"),
        ("/to/2", "isn't public"),
        ("/file", "no http or https"),
        ("/loop", "more than 5 times"),
        ("/endless", "more than"),
        ("/long", "more than"),
        ("/picture", "'image/png'"),
        ("/packed", "compressed"),
        ("/gone", "404"),
    ],
)
async def test_what_leads_astray_or_is_no_document_is_refused_for_good(hostile: Hostile, path: str, why: str) -> None:
    assert why in await refused(hostile, path)


@pytest.mark.parametrize(
    "host", ["inside.test", "both.test", "10.1.2.3", "[::1]", "[::ffff:10.0.0.1]", "[fd00:ec2::254]", "0.0.0.0"]
)
async def test_a_host_with_any_private_address_is_never_asked(hostile: Hostile, host: str) -> None:
    assert "isn't public" in await refused(hostile, "/moved", host)
    assert hostile.asked == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
async def test_loopback_is_refused_in_every_spelling_as_it_is_configured(hostile: Hostile, host: str) -> None:
    web = PublicWeb(WebHosts.of(f"*:{hostile.port}"))

    with pytest.raises((FetchRefusedError, AgentError)):
        await web.fetch(f"http://{host}:{hostile.port}/moved", LIMIT)

    assert hostile.asked == []


@pytest.mark.parametrize(("path", "fault"), [("/broken", "network"), ("/nonsense", "network")])
async def test_a_server_with_a_fault_of_its_own_is_asked_again(hostile: Hostile, path: str, fault: str) -> None:
    with pytest.raises(AgentError) as failed:
        await web_of(hostile).fetch(f"http://docs.test:{hostile.port}{path}", LIMIT)

    assert failed_by(failed.value).fault == fault


async def test_a_server_that_drips_is_left_in_the_end(hostile: Hostile) -> None:
    with pytest.raises(AgentError) as failed:
        await web_of(hostile, patience_s=0.3).fetch(f"http://docs.test:{hostile.port}/slow", LIMIT)

    assert failed_by(failed.value).fault == "timeout"


@pytest.mark.parametrize(
    ("listed", "url", "may"),
    [
        ("*", "https://a.example/x", True),
        ("*", "http://a.example/x", True),
        ("*", "http://a.example:22/x", False),
        ("*", "https://a.example:80/x", False),
        ("*", "ftp://a.example/x", False),
        ("*", "https://user:word@a.example/x", False),
        ("", "https://a.example/x", False),
        ("a.example", "https://A.example/x", True),
        ("a.example", "https://b.a.example/x", False),
        ("*.a.example", "https://b.a.example/x", True),
        ("*.a.example", "https://evila.example/x", False),
        ("a.example:8443", "https://a.example:8443/x", True),
        ("a.example:8443", "https://a.example/x", False),
    ],
)
def test_hosts_and_ports_are_those_that_are_listed(listed: str, url: str, may: bool) -> None:
    hosts = WebHosts.of(listed)

    try:
        hosts.checked(url)
    except FetchRefusedError:
        assert not may
    else:
        assert may


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "localhost:8000", "10.0.0.7:81", "[::1]:81"])
def test_an_address_that_is_not_public_is_refused_as_that_and_not_for_the_settings(host: str) -> None:
    with pytest.raises(FetchRefusedError, match="public internet") as refused:
        WebHosts.of("*").checked(f"http://{host}/x")

    assert "LANEWAY_FETCH_HOSTS" not in refused.value.hint


@pytest.mark.parametrize("text", ["file:///etc/passwd", "ftp://a.example/x", "gopher://a.example/1"])
def test_an_address_of_another_scheme_is_refused_and_no_text(text: str) -> None:
    given = GivenDocument.model_validate(text)

    assert (given.url, given.text) == (text, None)
    with pytest.raises(FetchRefusedError, match="no http or https address"):
        WebHosts.of("*").checked(given.url or "")


@pytest.mark.parametrize("text", ["See file:///etc/passwd for more.", "a://", "Note: read this//that", ""])
def test_a_text_that_only_holds_an_address_is_a_text(text: str) -> None:
    assert GivenDocument.model_validate(text).text == text


def test_a_host_that_is_none_is_refused_when_the_server_starts() -> None:
    with pytest.raises(SettingsError, match="no host"):
        registered(Settings.load(fetch_hosts="https://docs.example.com/"))


async def test_a_document_is_processed_from_its_address(hostile: Hostile) -> None:
    files = MemoryFiles()
    agents = AgentRegistry(bundled_agents(web=web_of(hostile)))
    given: dict[str, JsonValue] = {"document": f"http://docs.test:{hostile.port}/moved", "sentences": 3}
    run = Ran(
        TemplateFolder(agents).plan("document_processing"), agents, given=given,
        ports={"files": files, "insights": Heard()},
    )  # fmt: skip

    ended = await run.go()

    assert ended.status == "completed"
    assert next(iter(files.kept.values())) == LETTER
    assert "900.00" in str(ended.output)


async def test_an_address_is_read_at_once_where_a_text_is_asked_for(hostile: Hostile) -> None:
    desk, agents = Desk(), AgentRegistry(bundled_agents(web=web_of(hostile)))
    given: JsonValue = {"document": {"url": f"http://docs.test:{hostile.port}/moved", "name": "rent"}}

    read = await agents.call("extractor", "text", given, desk.context())

    assert isinstance(read, dict)
    assert (read["name"], read["title"]) == ("rent", "Rent")
    assert "Fetched." in desk.said
