"""Customers' files are fetched from where they may be, no larger than allowed."""

import gzip
import hashlib
from collections.abc import AsyncIterator

import httpx2
import pytest
import respx
from pydantic import SecretStr

from server.channels.whatsapp.cloud import CloudClient, open_cloud
from server.channels.whatsapp.refusals import CloudError
from server.public_addresses import is_public

BASE, TOKEN = "https://graph.test", "EAAcanary"
META = "157.240.0.35"
FILE = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1&hash=a"
NAMES = {"lookaside.fbsbx.com": [META], "scontent.fbcdn.net": ["10.0.0.7", META], "x.fbcdn.net": [], "graph.test": []}
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


async def resolved(host: str, port: int) -> list[str]:
    return NAMES[host]


@pytest.fixture
async def cloud() -> AsyncIterator[CloudClient]:
    async with open_cloud(
        base_url=BASE, version="v26.0", token=SecretStr(TOKEN), verify=False, resolved=resolved
    ) as client:
        yield client


async def refused(cloud: CloudClient, url: str, limit: int = 1000) -> CloudError:
    with pytest.raises(CloudError) as failed:
        await cloud.download(url, limit)
    return failed.value


async def test_a_file_is_fetched_from_the_address_that_was_checked(
    cloud: CloudClient, httpx2_mock: respx.Router
) -> None:
    route = httpx2_mock.get(host=META).respond(content=PNG, headers={"content-type": "text/html"})

    file = await cloud.download(FILE, 1000)

    request = route.calls.last.request
    assert (file.content, file.mime, file.sha256) == (PNG, "image/png", hashlib.sha256(PNG).hexdigest())
    assert request.headers["host"] == "lookaside.fbsbx.com"
    assert request.extensions["sni_hostname"] in {"lookaside.fbsbx.com", b"lookaside.fbsbx.com"}
    assert request.headers["accept-encoding"] == "identity"
    assert request.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/a",
        "http://lookaside.fbsbx.com/a",
        "https://lookaside.fbsbx.com:8443/a",
        "https://lookaside.fbsbx.com.evil.test/a",
        "https://evilfbcdn.net/a",
        "https://fbcdn.net.evil.test/a",
        "https://lookaside.fbsbx.com@evil.test/a",
        "https://127.0.0.1/a",
        "http://graph.test/a",
        "https://graph.test:444/a",
        "file:///etc/passwd",
        "//lookaside.fbsbx.com/a",
        "https://[::1/a",
        "",
    ],
)
async def test_another_host_is_never_asked(cloud: CloudClient, httpx2_mock: respx.Router, url: str) -> None:
    error = await refused(cloud, url)

    assert error.kind == "never"
    assert httpx2_mock.calls.call_count == 0


async def test_a_name_with_any_private_address_is_never_asked(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    error = await refused(cloud, "https://scontent.fbcdn.net/a")

    assert error.kind == "never"
    assert httpx2_mock.calls.call_count == 0


@pytest.mark.parametrize(
    ("address", "public"),
    [
        (META, True),
        ("2a03:2880:f10c:83:face:b00c:0:25de", True),
        ("127.0.0.1", False),
        ("10.1.2.3", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:10.0.0.1", False),
        ("::ffff:157.240.0.35", True),
        ("64:ff9b::a9fe:a9fe", False),
        ("64:ff9b::9df0:23", True),
        ("2002:0a00:0001::", False),
        ("::127.0.0.1", False),
        ("::ffff:0:7f00:1", False),
        ("fec0::1", False),
        ("64:ff9b:1::a00:1", False),
        ("192.0.0.192", False),
        ("168.63.129.16", False),
        ("fd00:ec2::254", False),
        ("255.255.255.255", False),
        ("not an address", False),
    ],
)
def test_private_addresses_are_known_in_every_dress(address: str, public: bool) -> None:
    assert is_public(address) == public


async def test_a_redirect_is_followed_to_an_allowed_host_only(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    httpx2_mock.get(f"{BASE}/ok").respond(302, headers={"location": FILE})
    httpx2_mock.get(f"{BASE}/bad").respond(302, headers={"location": "http://169.254.169.254/latest"})
    httpx2_mock.get(f"{BASE}/loop").respond(302, headers={"location": "/loop"})
    httpx2_mock.get(host=META).respond(content=PNG)

    assert (await cloud.download(f"{BASE}/ok", 1000)).mime == "image/png"
    assert (await refused(cloud, f"{BASE}/bad")).kind == "never"
    assert "more than 3 times" in (await refused(cloud, f"{BASE}/loop")).message


async def test_a_file_over_the_limit_is_left_where_it_is(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b"x" * 500

    httpx2_mock.get(host=META).mock(return_value=respx.MockResponse(200, content=endless()))

    assert "larger than 1000 bytes" in (await refused(cloud, FILE)).message


async def test_a_compressed_file_is_refused_so_that_none_can_swell(
    cloud: CloudClient, httpx2_mock: respx.Router
) -> None:
    bomb = gzip.compress(b"\0" * 1_000_000)
    httpx2_mock.get(host=META).respond(content=bomb, headers={"content-encoding": "gzip"})

    assert "compressed" in (await refused(cloud, FILE, 10_000)).message


async def test_a_file_that_is_gone_or_slow_says_so(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.get(host=META)

    route.respond(404)
    assert (await refused(cloud, FILE)).kind == "never"
    route.respond(401, json={"error": {"code": 190, "message": "x"}})
    assert (await refused(cloud, FILE)).kind == "operator"
    route.mock(side_effect=httpx2.ReadTimeout("slow"))
    assert (await refused(cloud, FILE)).kind == "retry"


async def test_text_and_scripts_have_no_mime_of_their_own(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    httpx2_mock.get(host=META).respond(content=b"<svg onload=alert(1)>", headers={"content-type": "image/png"})

    assert (await cloud.download(FILE, 1000)).mime is None
