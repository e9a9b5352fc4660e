"""Sealing texts and files, keys by version, and the hash that finds them again."""

import base64

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st

from core.checks import database_is_new_enough, keys_are_well_formed
from core.crypto import SealBroken, keyed_hash, seal_file, seal_text, unseal_file, unseal_text

ONE, TWO = (base64.b64encode(bytes([n]) * 32).decode() for n in (1, 2))


@given(st.text())
def test_a_sealed_text_opens_again(text):
    assert unseal_text(seal_text(text)) == text


@given(st.binary())
def test_a_sealed_file_opens_again(content):
    assert unseal_file(seal_file(content)) == content


def test_the_same_text_is_sealed_differently_each_time():
    assert seal_text("129999194901010017") != seal_text("129999194901010017")


def test_the_newest_key_seals_and_older_ones_still_open(settings):
    settings.FIELD_KEYS = f"1:{ONE}"
    old = seal_text("旧")
    settings.FIELD_KEYS = f"1:{ONE}, 2:{TWO}"
    assert seal_text("新").startswith("v2:")
    assert unseal_text(old) == "旧"


def test_a_lost_key_is_named(settings):
    settings.FIELD_KEYS = f"2:{TWO}"
    sealed = seal_text("x")
    settings.FIELD_KEYS = f"1:{ONE}"
    with pytest.raises(SealBroken, match="no key of version 2"):
        unseal_text(sealed)


@pytest.mark.parametrize("stored", ["", "129999194901010017", "v1:", "v1:AAAA", "v1:not base64", "v:AAAA", "vx:AAAA"])
def test_what_was_never_sealed_is_refused(stored):
    with pytest.raises(SealBroken):
        unseal_text(stored)


@pytest.mark.parametrize("place", [1, 13, -1])
def test_a_changed_byte_is_noticed(place):
    sealed = bytearray(seal_file(b"roster"))
    sealed[place] ^= 1
    with pytest.raises(SealBroken):
        unseal_file(bytes(sealed))


def test_an_empty_file_was_never_sealed():
    with pytest.raises(SealBroken):
        unseal_file(b"")


def test_the_hash_is_keyed_and_steady(settings):
    settings.HASH_KEY = ONE
    first = keyed_hash("129999194901010017")
    assert (len(first), keyed_hash("129999194901010017"), keyed_hash("")) == (64, first, "")
    settings.HASH_KEY = TWO
    assert keyed_hash("129999194901010017") != first


@pytest.mark.parametrize(
    "keys",
    [
        "",
        "1",
        ONE,
        f"x:{ONE}",
        f"0:{ONE}",
        f"256:{ONE}",
        "1:c2hvcnQ=",
        f"1:{ONE},1:{TWO}",
        "1:not base64",
        f"1:{ONE[:24]}",
    ],
)
def test_badly_formed_field_keys_stop_the_check_and_the_work(keys, settings):
    settings.FIELD_KEYS = keys
    assert [error.id for error in keys_are_well_formed(None)] == ["core.E002"]
    with pytest.raises(ImproperlyConfigured):
        seal_text("x")


@pytest.mark.parametrize("key", ["", "c2hvcnQ=", "not base64"])
def test_a_badly_formed_hash_key_stops_the_check_and_the_work(key, settings):
    settings.HASH_KEY = key
    assert [error.id for error in keys_are_well_formed(None)] == ["core.E002"]
    with pytest.raises(ImproperlyConfigured):
        keyed_hash("x")


def test_good_keys_and_a_new_database_pass():
    assert (keys_are_well_formed(None), database_is_new_enough(None)) == ([], [])


def test_an_old_sqlite_is_refused(monkeypatch, settings):
    monkeypatch.setattr("sqlite3.sqlite_version_info", (3, 38, 5))
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.sqlite3")
    assert [error.id for error in database_is_new_enough(None)] == ["core.E001"]
