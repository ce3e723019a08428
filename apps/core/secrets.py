"""Keyed hashes of credentials, keys derived from the ring, encryption at rest. The ring's first key is current."""

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def keyed_hash(value: str) -> str:
    """What is stored of a credential: HMAC-SHA-256 under the current key, hex."""
    return _hash(settings.KEY_RING[0], value)


def keyed_hashes(value: str) -> list[str]:
    """The same under every key of the ring: a row may have been written under an older one."""
    return [_hash(key, value) for key in settings.KEY_RING]


def derive(purpose: str) -> str:
    """A secret that can be made again from the installation's key, such as a browser's or a node's credential."""
    return base64.urlsafe_b64encode(_digest(settings.KEY_RING[-1], f"derive:{purpose}")).decode().rstrip("=")


def encrypt(value: str) -> str:
    return _fernet().encrypt(value.encode()).decode()


def decrypt(value: str) -> str:
    """Raises `cryptography.fernet.InvalidToken` where no key of the ring fits."""
    return _fernet().decrypt(value.encode()).decode()


def _hash(key: str, value: str) -> str:
    return _digest(key, value).hex()


def _digest(key: str, value: str) -> bytes:
    return hmac.new(key.encode(), value.encode(errors="surrogatepass"), hashlib.sha256).digest()


def _fernet() -> MultiFernet:
    return MultiFernet([Fernet(base64.urlsafe_b64encode(_digest(key, "encrypt"))) for key in settings.KEY_RING])
