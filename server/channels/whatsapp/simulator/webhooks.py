"""Webhook documents: how Meta nests, escapes and signs what happened."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from server.channels.whatsapp.simulator.account import Account, user_id

_IN_A_CHANGE: Final = 3
_IN_AN_ENTRY: Final = 60


@dataclass(frozen=True, slots=True)
class Update:
    """One message or status on its way; `due` in simulated seconds, `tries` so far."""

    kind: Literal["messages", "statuses"]
    number: str
    phone: str
    item: dict[str, Any]
    due: float
    tries: int = 0

    def later(self, due: float) -> "Update":
        """Return the update as it is to be tried again."""
        return replace(self, due=due, tries=self.tries + 1)


def document(account: Account, updates: Sequence[Update], *, only_user_ids: bool, at: int) -> bytes:
    """Return the body of one webhook, non-ASCII and slashes escaped, as Meta writes it.

    Neighbours of one kind share a change, sixty updates an entry: a reader of only the first of anything loses some.
    """
    entries = []
    for first in range(0, len(updates), _IN_AN_ENTRY):
        changes = [_change(account, group, only_user_ids) for group in _alike(updates[first : first + _IN_AN_ENTRY])]
        entries.append({"id": account.account_id, "time": at, "changes": changes})
    written = json.dumps({"object": "whatsapp_business_account", "entry": entries}, separators=(",", ":"))
    return written.replace("/", "\\/").encode("ascii")


def signature(secret: str, body: bytes) -> str:
    """Return the value of `X-Hub-Signature-256`."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def _alike(updates: Sequence[Update]) -> list[list[Update]]:
    groups: list[list[Update]] = []
    for update in updates:
        last = groups[-1] if groups else []
        if last and (last[0].kind, last[0].number) == (update.kind, update.number) and len(last) < _IN_A_CHANGE:
            last.append(update)
        else:
            groups.append([update])
    return groups


def _change(account: Account, updates: Sequence[Update], only_user_ids: bool) -> dict[str, Any]:
    number = updates[0].number
    value: dict[str, Any] = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": account.numbers[number], "phone_number_id": number},
    }
    contacts = {update.phone: _contact(update, only_user_ids) for update in updates}
    value["contacts"] = list(contacts.values())
    value[updates[0].kind] = [_item(update, only_user_ids) for update in updates]
    return {"field": "messages", "value": value}


def _contact(update: Update, only_user_ids: bool) -> dict[str, Any]:
    contact: dict[str, Any] = {"user_id": user_id(update.phone)}
    if update.kind == "messages":
        contact["profile"] = {"name": f"Customer {update.phone[-4:]}"}
    return contact if only_user_ids else {"wa_id": update.phone, **contact}


def _item(update: Update, only_user_ids: bool) -> dict[str, Any]:
    phone, person = ("from", "from_user_id") if update.kind == "messages" else ("recipient_id", "recipient_user_id")
    item = {**update.item, person: user_id(update.phone)}
    return item if only_user_ids else {phone: update.phone, **item}
