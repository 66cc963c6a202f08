"""Contacts on Redis: who writes, by any of the names a channel gives them."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final, cast, get_args

from redis.asyncio import Redis

from state.contact import Contact, Flag, Identity, IdentityKind
from state.ids import ContactId, TurnId, new_contact_id
from state.stores.faults import store_errors
from state.stores.scripts import script

KEPT_MS: Final = 400 * 24 * 3_600_000
"""How long somebody who is silent is remembered."""
_KINDS: Final = get_args(IdentityKind)


class RedisContacts:
    """All keys of one account carry its hash tag; contact.lua has the data model."""

    def __init__(self, client: Redis) -> None:
        self._client = client
        self._identify = script(client, "contact")
        self._flag = script(client, "contact_flag")

    async def identify(
        self, account: str, identities: Sequence[Identity], *, name: str | None = None, heard: int = 0
    ) -> Contact:
        """Return the contact with one of these identities, the surest first, made if there is none."""
        names = [f"lw:{{acc:{account}}}:id:{one}" for one in identities]
        parts = [part for one in identities for part in (one.kind, one.value)]
        new = new_contact_id()
        with store_errors():
            answer = await self._identify(keys=names, args=[new, _prefix(account), KEPT_MS, name or "", heard, *parts])
        found = _contact(account, answer[0], dict(zip(answer[1::2], answer[2::2], strict=True)))
        return replace(found, fresh=found.id == new)

    async def get(self, account: str, contact: ContactId) -> Contact | None:
        """Return a contact; None when it isn't known."""
        with store_errors():
            found = cast("dict[bytes, bytes]", await self._client.hgetall(_prefix(account) + contact))
        return _contact(account, contact.encode(), found) if found else None

    async def flag(self, account: str, contact: ContactId, what: Flag, value: str, at: int) -> bool:
        """Note what was said of a contact at a time (ms since 1970 UTC); False when something later is known."""
        with store_errors():
            return bool(await self._flag(keys=[_prefix(account) + contact], args=[what, value, at]))


def _prefix(account: str) -> str:
    return f"lw:{{acc:{account}}}:con:"


def _contact(account: str, name: bytes, facts: dict[bytes, bytes]) -> Contact:
    known = {kind: facts[kind.encode()].decode() for kind in _KINDS if facts.get(kind.encode())}

    def flag(what: Flag) -> str:
        return facts.get(what.encode(), b"").decode().partition(" ")[2]

    return Contact(
        id=ContactId(name.decode()),
        account=account,
        identities=known,
        name=facts.get(b"name", b"").decode() or None,
        heard=int(facts.get(b"heard", b"0")),
        stopped=TurnId(flag("stopped")) if flag("stopped") else None,
        paused=int(flag("paused") or 0),
        no_marketing=bool(flag("no_marketing")),
    )
