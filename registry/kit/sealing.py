"""What must be read again but not by everybody who reads the database: sealed with the registry's secret key."""

import base64
import hmac

from cryptography.fernet import Fernet


class Seal:
    """Encrypts and authenticates for one purpose; what was sealed for another cannot be opened with it."""

    def __init__(self, secret_key: str, purpose: str) -> None:
        # The key is random, not a password: nothing is won by a slow derivation.
        derived = hmac.digest(secret_key.encode(), b"seal:" + purpose.encode(), "sha256")
        self._fernet = Fernet(base64.urlsafe_b64encode(derived))

    def close(self, content: bytes) -> bytes:
        """Return the content sealed."""
        return self._fernet.encrypt(content)

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed; `cryptography.fernet.InvalidToken` for what was sealed with another key."""
        return self._fernet.decrypt(sealed)
