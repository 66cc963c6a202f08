"""A toy cipher that shows which key was used, and salts, so that equal values have unequal ciphertexts."""

from secrets import token_bytes


class Shift:
    """Adds a number to every byte, after eight random ones."""

    def __init__(self, by: int) -> None:
        self._by = by

    def encrypt(self, plaintext: bytes) -> tuple[str, bytes]:
        return "shift", bytes((byte + self._by) % 256 for byte in token_bytes(8) + plaintext)

    def decrypt(self, ciphername: str, ciphertext: bytes) -> bytes:
        return bytes((byte - self._by) % 256 for byte in ciphertext)[8:]
