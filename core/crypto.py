"""Encryption of secrets at rest and the keyed hash they are looked up by.

FIELD_KEYS: "1:BASE64[,2:BASE64]", 32 bytes each; the highest version encrypts, every version decrypts.
"""

import base64
import hashlib
import hmac
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

NONCE_BYTES = 12


class SealBroken(Exception):
    """What should be decrypted was changed, or its key is not among FIELD_KEYS."""


@lru_cache(maxsize=4)
def _ciphers(text: str) -> dict[int, AESGCM]:
    ciphers = {}
    for part in text.split(","):
        version, _, key = part.strip().partition(":")
        try:
            ciphers[int(version)] = AESGCM(base64.b64decode(key, validate=True))
        except ValueError as error:
            raise ImproperlyConfigured("FIELD_KEYS must read 1:BASE64[,2:BASE64] with keys of 32 bytes") from error
    return ciphers


def seal(plain: bytes) -> tuple[int, bytes]:
    """Encrypt with the newest key; returns (key version, nonce + ciphertext)."""
    ciphers = _ciphers(settings.FIELD_KEYS)
    version = max(ciphers)
    nonce = os.urandom(NONCE_BYTES)
    return version, nonce + ciphers[version].encrypt(nonce, plain, None)


def unseal(version: int, sealed: bytes) -> bytes:
    """Decrypt; SealBroken if the key is unknown or the bytes were changed."""
    cipher = _ciphers(settings.FIELD_KEYS).get(version)
    if cipher is None:
        raise SealBroken(f"no key of version {version}")
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except InvalidTag as error:
        raise SealBroken("ciphertext was changed") from error


def seal_text(plain: str) -> str:
    """Text for a column: `v1:` + base64."""
    version, sealed = seal(plain.encode())
    return f"v{version}:{base64.b64encode(sealed).decode()}"


def unseal_text(stored: str) -> str:
    """The inverse of seal_text."""
    head, _, body = stored.partition(":")
    if not head.startswith("v") or not head[1:].isdigit():
        raise SealBroken("not a sealed text")
    return unseal(int(head[1:]), base64.b64decode(body)).decode()


def seal_file(plain: bytes) -> bytes:
    """Bytes for a file: one version byte, then nonce and ciphertext."""
    version, sealed = seal(plain)
    return bytes([version]) + sealed


def unseal_file(stored: bytes) -> bytes:
    """The inverse of seal_file."""
    return unseal(stored[0], stored[1:])


def keyed_hash(value: str) -> str:
    """64 hex digits by which an encrypted value is found again; '' for ''."""
    if not value:
        return ""
    return hmac.new(base64.b64decode(settings.HASH_KEY), value.encode(), hashlib.sha256).hexdigest()
