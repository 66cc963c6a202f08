"""Contacts in memory."""

from collections.abc import Sequence
from dataclasses import replace

from state.contact import Contact, Flag, Identity
from state.ids import ContactId, TurnId, new_contact_id


class MemoryContacts:
    """Contacts by account and id, and ids by account and identity."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], ContactId] = {}
        self._contacts: dict[tuple[str, ContactId], Contact] = {}
        self._flagged: dict[tuple[str, ContactId, Flag], int] = {}

    async def identify(
        self, account: str, identities: Sequence[Identity], *, name: str | None = None, heard: int = 0
    ) -> Contact:
        """Return the contact with one of these identities, the surest first, made if there is none."""
        known = [self._ids[account, str(one)] for one in identities if (account, str(one)) in self._ids]
        found = known[0] if known else new_contact_id()
        before = self._contacts.get((account, found)) or Contact(found, account, {})
        for one in identities:
            self._ids[account, str(one)] = found
        contact = replace(
            before,
            identities=before.identities | {one.kind: one.value for one in identities},
            name=name or before.name,
            heard=max(heard, before.heard),
        )
        self._contacts[account, found] = contact
        return replace(contact, fresh=not known)

    async def get(self, account: str, contact: ContactId) -> Contact | None:
        """Return a contact; None when it isn't known."""
        return self._contacts.get((account, contact))

    async def flag(self, account: str, contact: ContactId, what: Flag, value: str, at: int) -> bool:
        """Note what was said of a contact at a time (ms since 1970 UTC); False when something later is known."""
        known = self._contacts.get((account, contact))
        if known is None or self._flagged.get((account, contact, what), 0) > at:
            return False
        self._flagged[account, contact, what] = at
        match what:
            case "stopped":
                known = replace(known, stopped=TurnId(value) if value else None)
            case "paused":
                known = replace(known, paused=int(value or 0))
            case "no_marketing":
                known = replace(known, no_marketing=bool(value))
        self._contacts[account, contact] = known
        return True
