"""Tokens of other workspaces, encrypted before they are stored (Fernet: AES-128-CBC with HMAC-SHA256)."""

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from bot.core.errors import GiveUp, Reach


class Sealer:
    """Seals and opens with one key.

    Args:
        key: any long random text (`SOSIK_SECRET_KEY`).
    """

    def __init__(self, key: str) -> None:
        digest = hashlib.sha256(b"sosik tokens 1\0" + key.encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(digest))

    def seal(self, secret: str) -> bytes:
        """What may be stored."""
        return self._fernet.encrypt(secret.encode())

    def open(self, sealed: bytes) -> str:
        """The secret again.

        Raises:
            GiveUp: `slack.sealed`: another key sealed it, or it was changed.
        """
        try:
            return self._fernet.decrypt(sealed).decode()
        except InvalidToken as error:
            raise GiveUp("slack.sealed", reach=Reach.WORKSPACE) from error
