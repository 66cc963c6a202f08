"""The webhook: who may call it, what becomes of what it tells; on a worker with memory twins."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from pydantic import JsonValue, SecretStr

from server import failures
from server.channels.whatsapp.accounts import WhatsAppApp
from server.channels.whatsapp.intake import Intake
from server.channels.whatsapp.routes import LARGEST_WEBHOOK, whatsapp_routes
from server.channels.whatsapp.signature import sign, signed
from state.contact import Contact, Identity
from state.ids import SessionId, TurnId
from state.outbox import SendStatus
from state.stores.memory import MemoryContacts
from state.turn import ReactionPart, TextPart
from tests.desk import ports
from tests.unit.floor import Floor, floor, service_on
from tests.whatsapp import OUR_NUMBER, PHONE, USER, change, contact, document, message, messages, status

OLD, NEW = "old-secret", "new-secret"
VERIFY = "let-me-in"
ACCOUNT = "1065"


@dataclass
class Hook:
    """A webhook, and what it led to."""

    floor: Floor
    http: httpx2.AsyncClient
    contacts: MemoryContacts
    unread: list[tuple[str, JsonValue]] = field(default_factory=list)
    reported: list[tuple[str, str, str, str | None, str | None]] = field(default_factory=list)

    async def report(
        self, session: SessionId, row: str, status: SendStatus, *, ref: str | None = None, code: str | None = None
    ) -> bool:
        self.reported.append((session, row, status, ref, code))
        return True

    async def said_in(self, session: SessionId, ref: str) -> TurnId | None:
        return TurnId("trn_ours") if ref == "wamid.ours" else None

    async def keep(self, found: Sequence[tuple[str, JsonValue]]) -> None:
        self.unread += found

    async def post(self, body: Any, secret: str = NEW, path: str = "", **headers: str) -> int:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        given = {"X-Hub-Signature-256": f"sha256={sign(raw, secret)}", **headers}
        return (await self.http.post(f"/webhooks/whatsapp{path}", content=raw, headers=given)).status_code

    async def known(self, value: str = PHONE, kind: str = "phone") -> Contact:
        return await self.contacts.identify(ACCOUNT, [Identity(kind, value)])  # type: ignore[arg-type] # a kind's name

    def said(self) -> list[list[str]]:
        """Return the words that wait, by turn, of every session."""
        found: list[list[str]] = []
        for box in self.floor.sessions.boxes.values():
            turns: dict[str, list[str]] = {}
            for one in box.waiting:
                turns.setdefault(one.turn_id, []).extend(p.text for p in one.parts if isinstance(p, TextPart))
            found += turns.values()
        return found


@asynccontextmanager
async def opened() -> AsyncIterator[Hook]:
    async with floor(ports(), working=False) as one:
        contacts = MemoryContacts()
        hook = Hook(one, httpx2.AsyncClient(), contacts)
        app = FastAPI()
        failures.install(app)
        for name in ("", "mexico"):
            connected = WhatsAppApp(name, ACCOUNT, SecretStr("t"), [NEW, OLD], VERIFY, rate=80)
            app.include_router(whatsapp_routes(connected, Intake(connected, service_on(one), contacts, hook, hook)))
        async with httpx2.AsyncClient(transport=httpx2.ASGITransport(app), base_url="http://laneway") as http:
            hook.http = http
            yield hook


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    async with opened() as one:
        yield one


async def test_the_handshake_gives_the_challenge_back_to_who_knows_the_token(hook: Hook) -> None:
    asked = {"hub.mode": "subscribe", "hub.verify_token": VERIFY, "hub.challenge": "1158201444"}

    right = await hook.http.get("/webhooks/whatsapp", params=asked)
    wrong = [
        await hook.http.get("/webhooks/whatsapp", params=asked | one)
        for one in (
            {"hub.verify_token": "x"},
            {"hub.mode": "unsubscribe"},
            {"hub.challenge": "<script>"},
            {"hub.challenge": ""},
            {"hub.verify_token": "ñ"},
        )
    ]

    assert (right.status_code, right.text) == (200, "1158201444")
    assert right.headers["content-type"].startswith("text/plain")
    assert [(one.status_code, one.content) for one in wrong] == [(403, b"")] * 5


@pytest.mark.parametrize("secret", [NEW, OLD])
async def test_a_signed_message_is_stored_as_a_turn_of_its_sender(hook: Hook, secret: str) -> None:
    assert await hook.post(messages(message(), contacts=[contact()]), secret) == 200

    assert hook.said() == [["hola"]]
    person = await hook.known()
    assert (person.name, person.heard) == ("Ana", 1750091045000)
    assert (await hook.known(USER, "user")).id == person.id


async def test_a_body_whose_signature_is_not_right_is_refused_and_not_read(hook: Hook) -> None:
    body = json.dumps(messages(message())).encode()
    right = sign(body, NEW)
    headers = [
        {"X-Hub-Signature-256": ""},
        {"X-Hub-Signature-256": right},
        {"X-Hub-Signature-256": f"SHA256={right}"},
        {"X-Hub-Signature-256": f"sha256={right.upper()}"},
        {"X-Hub-Signature-256": f"sha256={right[:-1]}"},
        {"X-Hub-Signature-256": f"sha256={'0' * 64}"},
        {"X-Hub-Signature-256": f"sha256={sign(body + b' ', NEW)}"},
    ]

    answers = [await hook.http.post("/webhooks/whatsapp", content=body, headers=one) for one in headers]
    answers.append(await hook.http.post("/webhooks/whatsapp", content=body))
    twice = [("X-Hub-Signature-256", f"sha256={right}")] * 2
    answers.append(await hook.http.post("/webhooks/whatsapp", content=body, headers=twice))

    assert [(one.status_code, one.content) for one in answers] == [(401, b"")] * 9
    assert hook.said() == []


def test_a_body_with_one_bit_turned_is_not_signed() -> None:
    body = b'{"text":"\\u00bfqu\\u00e9 hora?"}'
    header = f"sha256={sign(body, NEW)}"

    turned = [bytes([*body[:at], body[at] ^ 1, *body[at + 1 :]]) for at in range(len(body))]

    assert signed(body, header, [OLD, NEW])
    assert not any(signed(one, header, [OLD, NEW]) for one in turned)
    assert not signed(body, header, [])


async def test_a_body_over_three_megabytes_is_refused(hook: Hook) -> None:
    assert await hook.post(b" " * (LARGEST_WEBHOOK + 1)) == 413


@pytest.mark.parametrize("body", [b"", b"nonsense", b"[]", b"null", b'{"entry": 5}', b"\xff\xfe", b"NaN"])
async def test_whatever_is_signed_is_taken(hook: Hook, body: bytes) -> None:
    assert await hook.post(body) == 200
    assert hook.said() == []


async def test_a_message_delivered_again_starts_nothing_also_with_another_body(hook: Hook) -> None:
    for body in (messages(message()), messages(message()), messages(message(text={"body": "otra cosa"}))):
        assert await hook.post(body) == 200

    assert hook.said() == [["hola"]]


async def test_a_batch_of_many_people_keeps_each_ones_order(hook: Hook) -> None:
    people = [f"3460000{number:04}" for number in range(20)]
    batch = [
        message(text={"body": f"{person} {place}"}, id=f"wamid.{person}.{place}", **{"from": person}, type="text")
        for place in range(5)
        for person in people
    ]

    assert await hook.post(messages(*batch)) == 200

    said = sorted(hook.said())
    assert said == [[f"{person} {place}" for place in range(5)] for person in people]


async def test_someone_with_a_username_only_is_a_contact_like_any_other(hook: Hook) -> None:
    made = message(from_user_id=USER, type="text", text={"body": "hola"})
    del made["from"]

    assert await hook.post(messages(made, contacts=[{"profile": {"username": "ana"}, "user_id": USER}])) == 200

    assert hook.said() == [["hola"]]
    assert (await hook.known(USER, "user")).identities == {"user": USER}


async def test_statuses_of_our_messages_are_reported_and_others_noted(hook: Hook) -> None:
    ours = "ses_1/trn_1:0"
    told = [
        status("delivered", biz_opaque_callback_data=ours),
        status("failed", biz_opaque_callback_data=ours, errors=[{"code": 131026, "title": "x"}]),
        status("read"),
        status("read", biz_opaque_callback_data="somebody else's"),
        status("exploded", biz_opaque_callback_data=ours),
    ]

    assert await hook.post(document(change(statuses=told))) == 200

    assert hook.reported == [
        ("ses_1", "trn_1:0", "delivered", "wamid.OURS", None),
        ("ses_1", "trn_1:0", "failed", "wamid.OURS", "131026"),
    ]


async def test_an_answer_by_hand_from_our_number_silences_us_for_that_customer(hook: Hook) -> None:
    echo = message(text={"body": "voy"}, type="text", to=PHONE, **{"from": OUR_NUMBER})

    assert await hook.post(document(change("smb_message_echoes", message_echoes=[echo]))) == 200

    assert (await hook.known()).paused > 0
    assert hook.said() == []


async def test_who_changes_number_stays_the_same_contact(hook: Hook) -> None:
    await hook.post(messages(message()))
    before = await hook.known()
    moved = message("system", system={"type": "user_changed_number", "wa_id": "34699999999", "body": "x"}, id="wamid.S")

    assert await hook.post(messages(moved)) == 200

    assert (await hook.known("34699999999")).id == before.id


async def test_a_session_that_expired_goes_on_under_its_name_and_knows_what_was_answered(hook: Hook) -> None:
    await hook.post(messages(message()))
    hook.floor.sessions.facts.clear()

    assert await hook.post(messages(message())) == 200
    assert await hook.post(messages(message(id="wamid.B", text={"body": "otra"}, type="text"))) == 200

    assert hook.said() == [["hola", "otra"]]


async def test_what_nobody_waits_to_be_answered_becomes_no_turn(hook: Hook) -> None:
    silent = [
        message("system", system={"type": "customer_identity_changed", "body": "x"}, id="wamid.1"),
        message("reaction", reaction={"message_id": "wamid.0", "emoji": ""}, id="wamid.2"),
        message("revoke", revoke={"original_message_id": "wamid.0"}, id="wamid.3"),
        message("text", text={"body": "hola a todos"}, group_id="G1", id="wamid.4"),
    ]

    assert await hook.post(messages(*silent)) == 200

    assert hook.said() == []
    assert all(not box.waiting for box in hook.floor.sessions.boxes.values())


async def test_a_reaction_says_which_turn_it_is_on_where_the_message_is_ours(hook: Hook) -> None:
    ours, foreign = (
        message("reaction", reaction={"message_id": ref, "emoji": "👍"}, id=f"{ref}.r")
        for ref in ("wamid.ours", "wamid.foreign")
    )

    await hook.post(messages(ours, foreign))

    parts = [part for box in hook.floor.sessions.boxes.values() for one in box.waiting for part in one.parts]
    assert [part.turn for part in parts if isinstance(part, ReactionPart)] == ["trn_ours", None]


async def test_what_nobody_can_read_is_kept(hook: Hook) -> None:
    odd = {"type": "text"}

    assert await hook.post(document(change(messages=[message(), odd]), change("account_update", x=1))) == 200

    assert [what for what, _ in hook.unread] == ["messages/text", "account_update/account_update"]
    assert hook.unread[0][1] == odd
    assert hook.said() == [["hola"]]


async def test_a_number_is_one_and_the_same_with_and_without_a_plus(hook: Hook) -> None:
    await hook.post(messages(message(type="text", text={"body": "hola"}, **{"from": f"+{PHONE}"})))

    assert (await hook.known()).identities == {"phone": PHONE}


async def test_every_app_has_a_webhook_and_contacts_of_its_own(hook: Hook) -> None:
    assert await hook.post(messages(message())) == 200
    assert await hook.post(messages(message()), path="/mexico") == 200
    assert await hook.post(messages(message()), path="/nobody") == 404

    accounts = [one.account or "" for box in hook.floor.sessions.boxes.values() for one in box.waiting]
    assert sorted(accounts) == [ACCOUNT, f"mexico/{ACCOUNT}"]
