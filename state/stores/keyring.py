"""Keys that change over time: the newest encrypts, every one still held decrypts."""

from collections.abc import Mapping

from langgraph.checkpoint.serde.base import CipherProtocol


class KeyRing:
    """A cipher made of ciphers, for `EncryptedSerializer(KeyRing(...), state_serializer())`.

    Args:
        ciphers: by the id of their key; an id is stored beside what it encrypted, so it must never be used again.
        current: the id of the key that encrypts.

    Rotate by adding a cipher and naming it `current`. An old one can go when the last thread that it encrypted has
    expired or been written to in full.
    """

    def __init__(self, ciphers: Mapping[str, CipherProtocol], *, current: str) -> None:
        if bad := next((key for key in ciphers if not key or set(key) & set("+:\0")), None):
            raise ValueError(f"A key's id can't be empty or hold '+', ':' or a zero byte: {bad!r}.")
        self._ciphers = dict(ciphers)
        self._current = current
        self._ciphers[current]  # a KeyError here beats one at the first write

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        """Return the key's id with the cipher's name, and the ciphertext."""
        name, ciphertext = self._ciphers[self._current].encrypt(plaintext)
        return f"{self._current}:{name}", ciphertext

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        """Decrypt with the key that `ciphername` names; raise KeyError when it is not held."""
        key, _, name = ciphername.partition(":")
        return self._ciphers[key].decrypt(name, ciphertext)
