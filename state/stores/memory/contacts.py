"""Contacts in memory."""

from collections.abc import Sequence
from dataclasses import replace

from state.contact import Contact, Flag, Identity
from state.ids import ContactId, new_contact_id


class MemoryContacts:
    """Contacts by account and id, and ids by account and identity."""

    def __init__(self) -> None:
        self._ids: dict[tuple[str, str], ContactId] = {}
        self._contacts: dict[tuple[str, ContactId], Contact] = {}

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
        return contact

    async def get(self, account: str, contact: ContactId) -> Contact | None:
        """Return a contact; None when it isn't known."""
        return self._contacts.get((account, contact))

    async def flag(self, account: str, contact: ContactId, what: Flag, value: int) -> None:
        """Note whether a contact wants no more messages (1 or 0), or until when a person of ours answers them (ms)."""
        known = self._contacts.get((account, contact)) or Contact(contact, account, {})
        self._contacts[account, contact] = (
            replace(known, stopped=bool(value)) if what == "stopped" else replace(known, paused=value)
        )
