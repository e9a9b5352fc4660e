"""Encryption of secrets at rest and the keyed hash they are looked up by.

FIELD_KEYS: "1:BASE64[,2:BASE64]", 32 bytes each; the highest version encrypts, every version decrypts.
"""

import base64
import hmac
import os
from collections.abc import Iterable, Sequence
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

KEY_BYTES = 32
NONCE_BYTES = 12
FIELD_KEYS_WORDS = "FIELD_KEYS must read 1:BASE64[,2:BASE64]: versions 1 to 255, each once, keys of 32 bytes"
HASH_KEY_WORDS = "HASH_KEY must be base64 of at least 32 bytes"


class SealBroken(Exception):
    """What should be decrypted was changed, or its key is not among FIELD_KEYS."""


@lru_cache(maxsize=4)
def _ciphers(text: str) -> dict[int, AESGCM]:
    ciphers = {}
    for part in text.split(","):
        version, _, encoded = part.strip().partition(":")
        try:
            number, key = int(version), base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise ImproperlyConfigured(FIELD_KEYS_WORDS) from error
        if not 1 <= number <= 255 or number in ciphers or len(key) != KEY_BYTES:
            raise ImproperlyConfigured(FIELD_KEYS_WORDS)
        ciphers[number] = AESGCM(key)
    return ciphers


@lru_cache(maxsize=4)
def _hash_key(text: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise ImproperlyConfigured(HASH_KEY_WORDS) from error
    if len(key) < KEY_BYTES:
        raise ImproperlyConfigured(HASH_KEY_WORDS)
    return key


def check_keys() -> None:
    """ImproperlyConfigured, in words for who installs, unless both settings are well formed."""
    _ciphers(settings.FIELD_KEYS)
    _hash_key(settings.HASH_KEY)


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
    if len(sealed) < NONCE_BYTES:
        raise SealBroken("ciphertext is too short")
    try:
        return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None)
    except InvalidTag as error:
        raise SealBroken("ciphertext was changed") from error


def seal_text(plain: str) -> str:
    """Text for a column: `v1:` + base64."""
    version, sealed = seal(plain.encode())
    return f"v{version}:{base64.b64encode(sealed).decode()}"


def seal_texts(plains: Sequence[str]) -> list[str]:
    """seal_text() of each of many: the key is looked up once, the nonces are drawn at once."""
    ciphers = _ciphers(settings.FIELD_KEYS)
    version = max(ciphers)
    encrypt, head, encode = ciphers[version].encrypt, f"v{version}:", base64.b64encode
    drawn = os.urandom(NONCE_BYTES * len(plains))
    nonces = [drawn[start : start + NONCE_BYTES] for start in range(0, len(drawn), NONCE_BYTES)]
    return [
        head + encode(nonce + encrypt(nonce, plain.encode(), None)).decode()
        for nonce, plain in zip(nonces, plains, strict=True)
    ]


def unseal_text(stored: str) -> str:
    """The inverse of seal_text."""
    head, _, body = stored.partition(":")
    if not head.startswith("v") or not head[1:].isdigit():
        raise SealBroken("not a sealed text")
    try:
        sealed = base64.b64decode(body, validate=True)
    except ValueError as error:
        raise SealBroken("not a sealed text") from error
    return unseal(int(head[1:]), sealed).decode()


def seal_file(plain: bytes) -> bytes:
    """Bytes for a file: one version byte, then nonce and ciphertext."""
    version, sealed = seal(plain)
    return bytes([version]) + sealed


def unseal_file(stored: bytes) -> bytes:
    """The inverse of seal_file."""
    if not stored:
        raise SealBroken("not a sealed file")
    return unseal(stored[0], stored[1:])


def keyed_hash(value: str) -> str:
    """64 hex digits by which an encrypted value is found again; '' for ''."""
    if not value:
        return ""
    return hmac.digest(_hash_key(settings.HASH_KEY), value.encode(), "sha256").hex()


def keyed_hashes(values: Iterable[str]) -> dict[str, str]:
    """keyed_hash() of each: the key is set up once."""
    begun = hmac.new(_hash_key(settings.HASH_KEY), digestmod="sha256")
    hashes = {}
    for value in values:
        one = begun.copy()
        one.update(value.encode())
        hashes[value] = one.hexdigest() if value else ""
    return hashes
