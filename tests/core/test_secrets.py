"""Keyed hashes, derived keys, encryption, and the ring of keys behind them."""

import pytest
from cryptography.fernet import InvalidToken
from pytest_django import Settings

from apps.core.secrets import decrypt, derive, encrypt, keyed_hash, keyed_hashes


@pytest.fixture(autouse=True)
def ring(settings: Settings) -> Settings:
    settings.KEY_RING = ("first-key", "older-key")
    return settings


def test_a_hash_depends_on_the_key_and_on_the_value(ring: Settings) -> None:
    hashed = keyed_hash("value")
    assert len(hashed) == 64
    assert hashed != keyed_hash("other")
    ring.KEY_RING = ("another-key",)
    assert keyed_hash("value") != hashed


def test_a_hash_written_under_an_older_key_is_still_found(ring: Settings) -> None:
    hashed = keyed_hash("value")
    ring.KEY_RING = ("new-key", *ring.KEY_RING)
    assert hashed in keyed_hashes("value")
    assert keyed_hashes("value")[0] == keyed_hash("value") != hashed


def test_a_derived_key_stays_when_a_new_key_comes_in_front(ring: Settings) -> None:
    before = derive("browser:x")
    ring.KEY_RING = ("new-key", *ring.KEY_RING)
    assert derive("browser:x") == before
    assert derive("browser:y") != before


def test_what_is_encrypted_comes_back_also_after_a_new_key_came(ring: Settings) -> None:
    sealed = encrypt("a secret word")
    assert "secret" not in sealed
    ring.KEY_RING = ("new-key", *ring.KEY_RING)
    assert decrypt(sealed) == "a secret word"
    ring.KEY_RING = ("new-key",)
    with pytest.raises(InvalidToken):
        decrypt(sealed)


def test_a_hash_a_derived_key_and_a_cipher_never_meet() -> None:
    assert keyed_hash("derive:x") != derive("x")


@pytest.mark.parametrize("value", ["", "\x00", "é", "\udcff", "x" * 100_000])
def test_any_text_can_be_hashed(value: str) -> None:
    assert len(keyed_hash(value)) == 64
