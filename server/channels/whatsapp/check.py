"""Is a number connected as it should be? Each question by itself, each answer with what to do."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import httpx2

from server.channels.whatsapp.accounts import WhatsAppApp
from server.channels.whatsapp.cloud import CloudClient, open_cloud
from server.channels.whatsapp.refusals import CloudError
from server.channels.whatsapp.signature import sign
from server.settings import Settings

_CHALLENGE: Final = "laneway-check"
_TIMEOUT_S: Final = 10.0
_TOKEN: Final = (
    "Make a new token for a system user with whatsapp_business_messaging, and set LANEWAY_WHATSAPP_ACCESS_TOKEN."  # noqa: S105 # words
)
_NUMBER: Final = (
    "Copy the phone number's id, not the number, from WhatsApp > API setup: LANEWAY_WHATSAPP_PHONE_NUMBER_ID."
)
_SECRET: Final = "Copy the app secret from App settings > Basic into LANEWAY_WHATSAPP_APP_SECRET."  # noqa: S105 # words
_HOOK: Final = "In WhatsApp > Configuration enter the webhook's address and the verify token."
_ONLINE: Final = "Can this machine reach LANEWAY_WHATSAPP_GRAPH_URL? A proxy of the environment is not used."
_BAD_TOKEN: Final = 190


@dataclass(frozen=True, slots=True)
class Check:
    """One question: `passed` is None when it could not be asked; `fix` says what to do."""

    name: str
    passed: bool | None
    says: str
    fix: str = ""


async def checks(
    app: WhatsAppApp, settings: Settings, *, account_id: str | None = None, url: str | None = None
) -> list[Check]:
    """Return the answers, in the order in which things must be right; raises `SettingsError` for what can't be used."""
    async with open_cloud(
        base_url=settings.whatsapp_graph_url, version=settings.whatsapp_version, token=app.token
    ) as cloud:
        number = await _number(cloud, app)
        if number.passed is False:
            return [number, await _webhook(app, url)]
        return [
            number,
            *[await _secret(cloud, app, secret) for secret in app.secrets],
            await _subscribed(cloud, account_id),
            await _webhook(app, url),
        ]


async def _number(cloud: CloudClient, app: WhatsAppApp) -> Check:
    try:
        facts = await cloud.phone_number(app.number_id)
    except CloudError as error:
        if error.error_code is None:
            return Check("Cloud API", False, error.message, _ONLINE)
        bad = error.error_code == _BAD_TOKEN
        return Check("token" if bad else "number", False, error.message, _TOKEN if bad else _NUMBER)
    ready = facts.status in {"", "CONNECTED"}
    says = f"{facts.display or facts.id} {facts.verified_name}, {facts.status or 'status not told'}"
    coexists = "It is in the Business app as well: set LANEWAY_WHATSAPP_RATE=20." if facts.coexists else ""
    return Check("number", ready, says, coexists if ready else "Finish the number's registration in WhatsApp Manager.")


async def _secret(cloud: CloudClient, app: WhatsAppApp, secret: str) -> Check:
    proof = sign(app.token.get_secret_value().encode(), secret)
    return await _asked(
        "app secret",
        lambda: cloud.phone_number(app.number_id, proof=proof),
        "it signs for the token's app",
        _SECRET,
    )


async def _subscribed(cloud: CloudClient, account_id: str | None) -> Check:
    if account_id is None:
        return Check("subscription", None, "not asked", "--account ID asks whether its webhooks come to an app.")
    try:
        apps = await cloud.subscribed_apps(account_id)
    except CloudError as error:
        return Check("subscription", False, error.message, "Copy the WhatsApp Business account's id from API setup.")
    names = ", ".join(app.name for app in apps)
    return Check("subscription", bool(apps), names or "no app gets the account's webhooks", "" if apps else _HOOK)


async def _webhook(app: WhatsAppApp, url: str | None) -> Check:
    if url is None:
        return Check("webhook", None, "not asked", "--url https://... asks the server as Meta does.")
    if not url.startswith(("https://", "http://127.0.0.1", "http://localhost")):
        return Check("webhook", False, f"{url!r} is no https address", "Meta delivers to https addresses only.")
    asked = {"hub.mode": "subscribe", "hub.verify_token": app.verify_token, "hub.challenge": _CHALLENGE}
    try:
        async with httpx2.AsyncClient(timeout=_TIMEOUT_S) as http:
            answer = await http.get(f"{url.rstrip('/')}{app.path}", params=asked)
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        return Check("webhook", False, f"{type(error).__name__}", "Is the address right, public, and https?")
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return Check("webhook", False, "the verify token is another one there", "Start the server with these settings.")
    right = answer.status_code == HTTPStatus.OK and answer.text == _CHALLENGE
    says = "answers as Meta expects" if right else f"HTTP {answer.status_code}: that is not our webhook"
    return Check("webhook", right, says, "" if right else _HOOK)


async def _asked(name: str, ask: Callable[[], Awaitable[object]], says: str, fix: str) -> Check:
    try:
        await ask()
    except CloudError as error:
        return Check(name, False, error.message, fix)
    return Check(name, True, says)
