"""The client of the Cloud API, with nothing behind it: what it sends, and what it makes of every answer."""

import json
import traceback
from collections.abc import AsyncIterator
from typing import Any

import httpx2
import pytest
import respx
from pydantic import SecretStr

from server.channels.whatsapp import outbound
from server.channels.whatsapp.cloud import CloudClient, open_cloud
from server.channels.whatsapp.refusals import CloudError, ErrorKind, kind_of, refusal, retry_after
from state.errors import SettingsError

BASE, TOKEN = "https://graph.test", "EAAcanary" + "x1" * 40
MESSAGES = f"{BASE}/v26.0/106/messages"
BODY = outbound.text(outbound.Address("34600111222", opaque="out_1"), "¿Qué tal?")
TAKEN = {"messaging_product": "whatsapp", "messages": [{"id": "wamid.1", "message_status": "accepted"}]}

TABLE: list[tuple[ErrorKind, list[int]]] = [
    ("retry", [1, 2, 131000, 131016, 131057, 133004]),
    ("throttle", [4, 80007, 130429, 131048, 133016]),
    ("pair", [131056]),
    ("retry_once", [131052, 131053]),
    ("template", [131047]),
    (
        "never",
        [131026, 131049, 131050, 130472, 131051, 131021, 131030, 131062, 131008, 131009, 100, 33, 132000, 135000],
    ),
    ("operator", [0, 3, 10, 190, 200, 299, 368, 131031, 131037, 131042, 131045, 133010, 130497]),
    ("never", [999999]),
]
CODES = [(code, kind) for kind, codes in TABLE for code in codes]


@pytest.fixture
async def cloud() -> AsyncIterator[CloudClient]:
    token = SecretStr(TOKEN)
    async with open_cloud(base_url=BASE, version="v26.0", token=token, verify=False) as client:
        yield client


def graph(code: int, status: int = 400, headers: dict[str, str] | None = None, **more: Any) -> respx.MockResponse:
    error = {"message": f"(#{code}) Something", "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
    return respx.MockResponse(status, json={"error": error}, headers=headers)


async def failure(cloud: CloudClient) -> CloudError:
    with pytest.raises(CloudError) as failed:
        await cloud.send("106", BODY)
    return failed.value


async def test_a_message_is_sent_with_the_token_and_as_it_was_shaped(
    cloud: CloudClient, httpx2_mock: respx.Router
) -> None:
    route = httpx2_mock.post(MESSAGES).respond(json=TAKEN)

    sent = await cloud.send("106", BODY)

    request = route.calls.last.request
    assert (sent.wamid, sent.message_status) == ("wamid.1", "accepted")
    assert json.loads(request.content) == BODY
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(("code", "kind"), CODES)
@pytest.mark.parametrize("status", [200, 400, 403, 500])
async def test_a_refusal_is_told_by_its_code_whatever_the_status(code: int, kind: ErrorKind, status: int) -> None:
    answer = graph(code, status)

    error = refusal(status, answer.headers, answer.content, sends=True)

    assert (error.kind, error.error_code, error.status, error.trace) == (kind, code, status, "A1")


@pytest.mark.parametrize(("code", "kind"), CODES)
async def test_a_send_that_is_refused_raises_its_kind_after_one_call(
    cloud: CloudClient, httpx2_mock: respx.Router, code: int, kind: ErrorKind
) -> None:
    route = httpx2_mock.post(MESSAGES).mock(return_value=graph(code))

    error = await failure(cloud)

    assert (error.kind, error.error_code) == (kind, code)
    assert route.call_count == 1


def test_what_meta_calls_transient_is_tried_again_unless_its_code_says_otherwise() -> None:
    assert kind_of(999999, transient=True) == "retry"
    assert kind_of(131026, transient=True) == "retry"
    assert kind_of(190, transient=True) == "operator"
    assert kind_of(131056, transient=True) == "pair"


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (500, "", "ambiguous"),
        (503, "<html>busy</html>", "ambiguous"),
        (502, '{"error": "no object"}', "ambiguous"),
        (502, '{"error": {"message": "no code"}}', "ambiguous"),
        (504, "[" * 100_000, "ambiguous"),
        (400, "", "never"),
        (404, "not here", "never"),
        (429, "", "throttle"),
        (302, "", "never"),
        (200, "", "ambiguous"),
        (200, '{"messages": []}', "ambiguous"),
        (200, '{"messages": [{"id": ""}]}', "ambiguous"),
    ],
)
async def test_without_a_reason_the_status_decides_and_a_send_is_in_doubt_when_it_may_have_gone_through(
    cloud: CloudClient, httpx2_mock: respx.Router, status: int, body: str, kind: ErrorKind
) -> None:
    httpx2_mock.post(MESSAGES).respond(status, text=body)

    assert (await failure(cloud)).kind == kind


@pytest.mark.parametrize(
    ("raised", "kind"),
    [
        (httpx2.ConnectError("refused"), "retry"),
        (httpx2.ConnectTimeout("slow"), "retry"),
        (httpx2.PoolTimeout("busy"), "retry"),
        (httpx2.ReadTimeout("slow"), "ambiguous"),
        (httpx2.ReadError("reset"), "ambiguous"),
        (httpx2.WriteError("reset"), "ambiguous"),
        (httpx2.WriteTimeout("slow"), "ambiguous"),
        (httpx2.RemoteProtocolError("cut"), "ambiguous"),
    ],
)
async def test_a_send_is_in_doubt_from_the_moment_it_was_written(
    cloud: CloudClient, httpx2_mock: respx.Router, raised: Exception, kind: ErrorKind
) -> None:
    route = httpx2_mock.post(MESSAGES).mock(side_effect=raised)

    error = await failure(cloud)

    assert error.kind == kind
    assert route.call_count == 1
    assert TOKEN not in "".join(traceback.format_exception(error))


async def test_what_can_be_repeated_is_never_in_doubt(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    httpx2_mock.post(MESSAGES).mock(side_effect=httpx2.ReadTimeout("slow"))

    with pytest.raises(CloudError) as failed:
        await cloud.mark_read("106", "wamid.9")

    assert failed.value.kind == "retry"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "1e12"}, 86_400),
        ({"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, 86_400),
        ({"retry-after": "Fri, 01 Jan 1999 00:00:00 GMT"}, None),
        ({"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":2},{}]}'}, 120),
        ({"x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":0}]}'}, None),
        ({"x-business-use-case-usage": "[1]"}, None),
        ({"x-business-use-case-usage": "{"}, None),
        ({"retry-after": "30", "x-business-use-case-usage": '{"1":[{"estimated_time_to_regain_access":1}]}'}, 60),
        ({}, None),
    ],
)
def test_a_wait_is_read_from_the_headers(headers: dict[str, str], seconds: float | None) -> None:
    assert retry_after(headers) == seconds


async def test_a_throttled_send_says_how_long_to_wait(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    httpx2_mock.post(MESSAGES).mock(return_value=graph(130429, headers={"Retry-After": "12"}))

    assert (await failure(cloud)).retry_after_s == 12


async def test_a_message_is_marked_as_read_with_a_typing_indicator(
    cloud: CloudClient, httpx2_mock: respx.Router
) -> None:
    route = httpx2_mock.post(MESSAGES).respond(json={"success": True})

    await cloud.mark_read("106", "wamid.9")
    await cloud.mark_read("106", "wamid.9", typing=True)

    plain, typing = (json.loads(call.request.content) for call in route.calls)
    assert plain == {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.9"}
    assert typing == plain | {"typing_indicator": {"type": "text"}}


async def test_a_number_and_its_account_say_what_is_set_up(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    facts = {"id": "106", "display_phone_number": "+1 555", "throughput": {"level": "STANDARD"}, "is_on_biz_app": True}
    httpx2_mock.get(f"{BASE}/v26.0/106").respond(json=facts | {"platform_type": "CLOUD_API"})
    app = {"whatsapp_business_api_data": {"id": "7", "name": "Laneway", "link": "x"}}
    httpx2_mock.get(f"{BASE}/v26.0/9/subscribed_apps").respond(json={"data": [app]})

    number, apps = await cloud.phone_number("106"), await cloud.subscribed_apps("9")

    assert (number.display, number.throughput, number.coexists) == ("+1 555", "STANDARD", True)
    assert [(one.id, one.name) for one in apps] == [("7", "Laneway")]


async def test_a_file_is_uploaded_unless_it_is_too_large(cloud: CloudClient, httpx2_mock: respx.Router) -> None:
    route = httpx2_mock.post(f"{BASE}/v26.0/106/media").respond(json={"id": "m1"})

    assert await cloud.upload("106", b"\x89PNG", "image/png", "a.png") == "m1"
    with pytest.raises(CloudError, match="5000000 bytes"):
        await cloud.upload("106", b"x" * 5_000_001, "image/png", "a.png")

    assert b'name="messaging_product"\r\n\r\nwhatsapp' in route.calls.last.request.content
    assert route.call_count == 1


@pytest.mark.parametrize("node", ["", "../me", "1/2", "1?x=y", "1\r\nX: y", "x" * 129])
async def test_an_id_that_is_none_makes_no_call(cloud: CloudClient, httpx2_mock: respx.Router, node: str) -> None:
    with pytest.raises(CloudError) as failed:
        await cloud.media(node)

    assert failed.value.kind == "never"
    assert httpx2_mock.calls.call_count == 0


async def test_opening_with_the_systems_certificates_blocks_nothing() -> None:
    async with open_cloud(base_url=BASE, version="v26.0", token=SecretStr(TOKEN)) as client:
        assert client


@pytest.mark.parametrize("token", ["", "EAAx\n", "a b", "ñandú"])
async def test_a_token_that_no_header_can_carry_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(SettingsError) as refused:
        async with open_cloud(base_url=BASE, version="v26.0", token=SecretStr(token), verify=False):
            pass

    assert not token or token not in str(refused.value)


@pytest.mark.parametrize(
    ("base", "version"), [("graph.test", "v26.0"), ("https://u:p@g", "v26.0"), (BASE, "26"), (BASE, "v26.0/../me")]
)
async def test_an_address_or_version_that_is_none_is_refused(base: str, version: str) -> None:
    with pytest.raises(SettingsError):
        async with open_cloud(base_url=base, version=version, token=SecretStr(TOKEN), verify=False):
            pass


async def test_the_token_and_phone_numbers_are_in_no_error_no_repr_and_no_log(
    cloud: CloudClient, httpx2_mock: respx.Router, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    message = f"Malformed access token {TOKEN} for +34600111222"
    httpx2_mock.post(MESSAGES).mock(return_value=graph(190, 401, message=message))

    error = await failure(cloud)

    shown = "".join(traceback.format_exception(error)) + repr(cloud) + repr(vars(cloud)) + repr(error) + caplog.text
    assert "Malformed access token [...] for [...]" in shown
    assert "EAAcanary" not in shown
    assert "34600111222" not in shown
