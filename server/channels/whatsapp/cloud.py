"""A thin client of Meta's Cloud API. It repeats nothing by itself: a POST sent twice is a message sent twice."""

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any, Final, TypeVar

import httpcore2  # noqa: F401 # httpx2 imports it when a client is made, and it reads files: not on the event loop
import httpx2
from pydantic import BaseModel, SecretStr, ValidationError

from server.channels.whatsapp.answers import MediaInfo, PhoneNumber, Sent, SubscribedApp, SubscribedApps, Uploaded
from server.channels.whatsapp.files import META_HOSTS, Download, Files
from server.channels.whatsapp.refusals import CloudError, ErrorKind, refusal
from server.public_addresses import PublicTransport, Resolve, resolve
from state.errors import SettingsError

TIMEOUT: Final = httpx2.Timeout(connect=5, read=30, write=30, pool=5)
"""Seconds. A short read timeout makes more sends ambiguous, not fewer."""
_DOWNLOAD_S: Final = 60.0
_ANSWER_MOST: Final = 1 << 20
_NODE: Final = re.compile(r"[A-Za-z0-9_-]{1,128}")
_FACTS: Final = (
    "id,display_phone_number,verified_name,quality_rating,status,code_verification_status,name_status,"
    "platform_type,throughput,is_on_biz_app"
)
_MB: Final = 1_000_000
_UPLOADS: Final = {"audio": 16 * _MB, "video": 16 * _MB, "image": 5 * _MB, "sticker": 500_000}
_DOCUMENT: Final = 100 * _MB
_NOT_SENT: Final = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.UnsupportedProtocol)

A = TypeVar("A", bound=BaseModel)


class CloudClient:
    """One access token at one version of the API. Every method raises `CloudError`, which says what to do about it."""

    def __init__(self, http: httpx2.AsyncClient, files: Files, *, version: str) -> None:
        self._http = http
        self._files = files
        self._version = version

    async def send(self, phone_number_id: str, body: Mapping[str, Any]) -> Sent:
        """Send one message as `outbound` shapes it; that it was taken doesn't mean that it arrives.

        Raises:
            CloudError: `ambiguous` when it may have been sent; any other kind when it was not.
        """
        answer = await self._call(self._post(phone_number_id, body), sends=True)
        return _read(Sent, answer, otherwise="ambiguous")

    async def mark_read(self, phone_number_id: str, wamid: str, *, typing: bool = False) -> None:
        """Show the customer that a message was read and, for 25 s or until an answer, that one is being written."""
        body: dict[str, Any] = {"messaging_product": "whatsapp", "status": "read", "message_id": wamid}
        if typing:
            body["typing_indicator"] = {"type": "text"}
        await self._call(self._post(phone_number_id, body))

    async def media(self, media_id: str) -> MediaInfo:
        """Return where a file can be fetched, for about five minutes."""
        return _read(MediaInfo, await self._call(self._get(_node(media_id))))

    async def download(self, url: str, limit_bytes: int) -> Download:
        """Fetch a file from an address that `media` gave or a webhook named; nothing beyond `limit_bytes` is kept."""
        return await self._files.fetch(url, limit_bytes)

    async def upload(self, phone_number_id: str, content: bytes, mime: str, filename: str) -> str:
        """Give Meta a file and return its media id, which is good for 30 days."""
        most = _UPLOADS.get("sticker" if mime == "image/webp" else mime.partition("/")[0], _DOCUMENT)
        if len(content) > most:
            raise CloudError("never", f"a file of type {mime!r} may have {most} bytes, this one has {len(content)}.")
        request = self._http.build_request(
            "POST",
            f"{self._version}/{_node(phone_number_id)}/media",
            data={"messaging_product": "whatsapp", "type": mime},
            files={"file": (filename, content, mime)},
        )
        return _read(Uploaded, await self._call(request)).id

    async def phone_number(self, phone_number_id: str, *, proof: str = "") -> PhoneNumber:
        """Return what Meta knows of a sending number.

        With `proof` (`appsecret_proof`: the token signed with the app's secret) Meta refuses when the secret is wrong.
        """
        proven = f"&appsecret_proof={_node(proof)}" if proof else ""
        return _read(PhoneNumber, await self._call(self._get(f"{_node(phone_number_id)}?fields={_FACTS}{proven}")))

    async def subscribed_apps(self, account_id: str) -> list[SubscribedApp]:
        """Return the apps that get the webhooks of a WhatsApp Business account; without one nothing arrives."""
        return _read(SubscribedApps, await self._call(self._get(f"{_node(account_id)}/subscribed_apps"))).data

    def _get(self, path: str) -> httpx2.Request:
        return self._http.build_request("GET", f"{self._version}/{path}")

    def _post(self, phone_number_id: str, body: Mapping[str, Any]) -> httpx2.Request:
        content = json.dumps(body, separators=(",", ":")).encode()
        path, headers = f"{self._version}/{_node(phone_number_id)}/messages", {"Content-Type": "application/json"}
        return self._http.build_request("POST", path, content=content, headers=headers)

    async def _call(self, request: httpx2.Request, *, sends: bool = False) -> bytes:
        try:
            answer = await self._http.send(request, stream=True)
            async with aclosing(answer):
                body = await _capped(answer)
        except _NOT_SENT as error:
            raise CloudError("retry", f"could not be reached: {type(error).__name__}.") from error
        except (httpx2.HTTPError, httpx2.StreamError) as error:
            what = type(error).__name__
            raise CloudError("ambiguous" if sends else "retry", f"no answer: {what}.") from error
        if not answer.is_success:
            raise refusal(answer.status_code, answer.headers, body, sends=sends)
        return body


@asynccontextmanager
async def open_cloud(
    *,
    base_url: str,
    version: str,
    token: SecretStr,
    media_hosts: tuple[str, ...] = META_HOSTS,
    timeouts: httpx2.Timeout = TIMEOUT,
    download_s: float = _DOWNLOAD_S,
    resolved: Resolve = resolve,
    verify: ssl.SSLContext | bool = True,
) -> AsyncIterator[CloudClient]:
    """Open a client whose connections are kept for the next call; proxies of the environment are not used.

    Args:
        base_url: where the Graph API is, without the version.
        version: such as `v26.0`.
        token: goes to `base_url` and, for files, to `media_hosts`.
        media_hosts: where files may be fetched besides `base_url`; `*.` stands for any name before it.
        timeouts: of a call's steps, seconds.
        download_s: how long a whole file may take.
        resolved: how names become addresses.
        verify: how certificates are checked.

    Raises:
        SettingsError: the address, the version or the token can't be used.
    """
    base, secret = _base(base_url, version), _secret(token)
    if verify is True:
        verify = await asyncio.to_thread(httpx2.create_ssl_context, trust_env=False)
    limits = httpx2.Limits(max_connections=100, max_keepalive_connections=50, keepalive_expiry=20)
    once = httpx2.Limits(max_connections=20, max_keepalive_connections=0)  # a kept one would be found by its address
    public = PublicTransport(
        httpx2.AsyncHTTPTransport(verify=verify, trust_env=False, limits=once), resolved, trusted=base
    )
    async with (
        httpx2.AsyncClient(
            base_url=base,
            headers={"Authorization": f"Bearer {secret}"},
            timeout=timeouts,
            limits=limits,
            follow_redirects=False,
            trust_env=False,
            verify=verify,
        ) as http,
        httpx2.AsyncClient(transport=public, timeout=timeouts, follow_redirects=False, trust_env=False) as fetching,
    ):
        files = Files(fetching, base=base, token=secret, hosts=media_hosts, patience_s=download_s)
        yield CloudClient(http, files, version=version)


def _base(url: str, version: str) -> httpx2.URL:
    hint = "LANEWAY_WHATSAPP_* name them; Meta's own are https://graph.facebook.com and a version such as v26.0."
    try:
        base = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise SettingsError(f"The Cloud API's address {url!r} can't be understood.", hint=hint) from error
    if base.scheme not in {"http", "https"} or not base.host or base.userinfo or base.query or base.fragment:
        raise SettingsError(f"The Cloud API's address {url!r} is not a plain http(s) address.", hint=hint)
    if not re.fullmatch(r"v[0-9]{1,3}\.[0-9]{1,2}", version):
        raise SettingsError(f"The Cloud API's version {version!r} is not like v26.0.", hint=hint)
    return base


def _secret(token: SecretStr) -> str:
    """Return the token when it can stand in a header: an error that quotes the header would quote it."""
    secret = token.get_secret_value()
    if not re.fullmatch(r"[!-~]+", secret):
        raise SettingsError(
            "The Cloud API's access token is empty or holds spaces, line breaks or letters that a header can't.",
            hint="Copy it again from Meta's page, without quotes or line breaks.",
        )
    return secret


def _node(value: str) -> str:
    if not _NODE.fullmatch(value):
        raise CloudError("never", "an id of the Cloud API has letters, digits, - and _ only.")
    return value


def _read(form: type[A], answer: bytes, *, otherwise: ErrorKind = "retry") -> A:
    try:
        return form.model_validate_json(answer)
    except ValidationError as error:
        raise CloudError(otherwise, f"an answer could not be read as {form.__name__}.") from error


async def _capped(answer: httpx2.Response) -> bytes:
    content = bytearray()
    async for chunk in answer.aiter_bytes(65_536):
        content += chunk
        if len(content) > _ANSWER_MOST:
            raise httpx2.DecodingError("an answer is too long", request=answer.request)
    return bytes(content)
