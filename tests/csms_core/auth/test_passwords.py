"""Basic authentication, passwords and profiles, without sockets (OCPP-J §6.2, white paper A00)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Iterator
from itertools import product

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from hypothesis import given
from hypothesis import strategies as st

from csms_core.auth import basic, certificates, passwords
from csms_core.auth.passwords import Vault
from csms_core.auth.terms import Terms, allowed_profiles, settle
from csms_core.pki import building


@pytest.fixture
def vault() -> Iterator[Vault]:
    vault = Vault(remembered=4, remembered_wrong=4)
    yield vault
    vault.close()


@given(st.text(st.characters(codec="utf-8")), st.binary())
def test_sec_04_any_octets_come_through_the_header(user: str, password: bytes) -> None:
    header = "Basic " + base64.b64encode(user.encode() + b":" + password).decode()
    found = basic.parse(header)

    assert (found is None) == (len(header) > 1024)
    assert found is None or found.password_of(user) == password


def test_a_user_name_is_a_whole_one() -> None:
    found = basic.Credentials(b"a:b:secret")

    assert [found.password_of(user) for user in ("a", "a:b", "a:", "b", "")] == [
        b"b:secret",
        b"secret",
        None,
        None,
        None,
    ]


@given(st.text(max_size=60))
def test_a_header_never_raises(text: str) -> None:
    found = basic.parse(f"Basic {text}")

    assert found is None or isinstance(found, basic.Credentials)


def test_a_password_is_not_shown_with_the_credentials() -> None:
    assert "geheim" not in repr(basic.Credentials(b"me:geheim"))


@given(st.binary(min_size=0, max_size=30))
def test_sec_04_a_key_is_16_to_20_octets_in_hex_digits(key: bytes) -> None:
    expected = key if 16 <= len(key) <= 20 else None

    assert basic.key_of_value(key.hex()) == basic.key_of_value(key.hex().upper()) == expected


@pytest.mark.parametrize(
    ("text", "octets"),
    [("5a" * 16, b"Z" * 16), ("5a" * 20, b"Z" * 20), ("test1234", b"test1234"), ("ä" * 16, "ä".encode() * 16)],
)
def test_a_written_password_is_hex_when_it_looks_like_it(text: str, octets: bytes) -> None:
    assert basic.key_of_text(text) == octets


def test_equal_passwords_have_different_hashes_that_both_fit() -> None:
    one, other = passwords.hashed(b"secret"), passwords.hashed(b"secret")

    assert one != other
    assert passwords.matches(b"secret", one)
    assert passwords.matches(b"secret", other)
    assert not passwords.matches(b"Secret", one)
    assert not passwords.matches(b"", one)


def test_a_hash_carries_its_cost_so_that_it_can_be_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = passwords.hashed(b"secret")
    monkeypatch.setattr(passwords, "COST", 2**13)
    dear = passwords.hashed(b"secret")

    assert dear.startswith("scrypt$8192$8$1$")
    assert passwords.matches(b"secret", cheap)
    assert passwords.matches(b"secret", dear)


def test_a_hash_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="'argon2' is no way of hashing"):
        passwords.matches(b"secret", "argon2$1$1$1$AA==$AA==")


@pytest.mark.asyncio
async def test_without_a_hash_no_password_fits(vault: Vault) -> None:
    assert await vault.check(b"", None) is False
    assert vault.computed == 0


@pytest.mark.asyncio
async def test_what_was_checked_is_remembered_until_the_hash_changes(vault: Vault) -> None:
    stored = await vault.hash(b"secret")
    computed = vault.computed
    outcomes = [await vault.check(given, stored) for given in (b"secret", b"wrong", b"secret", b"wrong")]
    assert (outcomes, vault.computed - computed) == ([True, False, True, False], 2)

    assert await vault.check(b"secret", await vault.hash(b"other")) is False
    assert await vault.check(b"secret", stored) is True


@pytest.mark.asyncio
async def test_what_is_remembered_is_bounded_and_holds_no_password(vault: Vault) -> None:
    for number in range(6):
        password = b"secret%d" % number
        assert await vault.check(password, await vault.hash(password))
        assert not await vault.check(password, await vault.hash(b"other"))

    assert (len(vault._right), len(vault._wrong)) == (4, 4)
    assert not any(b"secret" in mark for mark in (*vault._right, *vault._wrong))


@pytest.mark.asyncio
async def test_wrong_passwords_push_out_no_right_one(vault: Vault) -> None:
    stored = await vault.hash(b"secret")
    assert await vault.check(b"secret", stored)
    for number in range(10):
        await vault.check(b"wrong%d" % number, stored)
    computed = vault.computed

    assert await vault.check(b"secret", stored)
    assert vault.computed == computed


@pytest.mark.asyncio
async def test_who_guesses_at_one_station_holds_up_no_other(vault: Vault) -> None:
    """Of each station one password is computed at a time, a few wait, and more are turned away."""
    stored = passwords.hashed(b"secret")
    guesses = [asyncio.ensure_future(vault.check(b"guess%d" % n, stored, "A")) for n in range(300)]
    other = asyncio.ensure_future(vault.check(b"secret", passwords.hashed(b"secret"), "B"))
    await asyncio.wait([*guesses, other], return_when=asyncio.FIRST_COMPLETED)

    assert sum(isinstance(guess.exception(), passwords.Busy) for guess in guesses if guess.done()) == 300 - 5
    assert await other is True
    assert await asyncio.gather(*guesses, return_exceptions=True)
    assert await vault.check(b"secret", stored, "A") is True, "the station itself comes in when they have been judged"
    assert vault._turns == {}


@pytest.mark.asyncio
async def test_one_password_that_is_tried_many_times_is_computed_once(vault: Vault) -> None:
    stored = passwords.hashed(b"secret")

    assert await asyncio.gather(*(vault.check(b"secret", stored, "A") for _ in range(4))) == [True] * 4
    assert vault.computed == 1


@pytest.mark.asyncio
async def test_hashing_does_not_stop_the_loop(vault: Vault) -> None:
    checking = asyncio.gather(*(vault.check(b"p%d" % n, passwords.hashed(b"p0")) for n in range(4)))
    ticks = 0
    while not checking.done():
        await asyncio.sleep(0)
        ticks += 1

    assert ticks > 10
    assert await checking == [True, False, False, False]


@pytest.mark.parametrize(("minimum", "has_password"), list(product(range(4), [False, True])))
def test_sec_01_without_a_profile_of_its_own_a_station_uses_the_lowest_or_a_higher_one(
    minimum: int, has_password: bool
) -> None:
    lowest = max(minimum, 1 if has_password else 0)

    assert allowed_profiles(Terms(minimum, has_password=has_password)) == frozenset(range(lowest, 4))


@pytest.mark.parametrize(("own", "announced", "minimum"), list(product(range(4), [None, 0, 1, 2, 3], range(4))))
def test_sec_15_a_station_only_ever_rises(own: int, announced: int | None, minimum: int) -> None:
    allowed = allowed_profiles(Terms(minimum, own, announced))

    assert own in allowed
    assert min(allowed) == own
    assert allowed <= {own, announced}


@pytest.mark.parametrize(
    ("status", "valid"),
    [("Accepted", "new"), ("Rejected", "old"), ("NotSupported", "old"), ("RebootRequired", "both"), (None, "both")],
)
def test_sec_05_which_key_is_valid(status: str | None, valid: str) -> None:
    assert settle(status) == valid


@pytest.mark.parametrize(
    ("key", "strong"),
    [
        (rsa.generate_private_key(65537, 1024), False),
        (rsa.generate_private_key(65537, 2048), True),
        (ec.generate_private_key(ec.SECP256R1()), True),
    ],
    ids=["rsa-1024", "rsa-2048", "ec-256"],
)
def test_sec_13_a_short_key_is_a_problem(key: building.PrivateKey, strong: bool) -> None:
    made = building.root(building.name("operator", "S1"), key)
    read = certificates.read(made.public_bytes(serialization.Encoding.DER))

    assert (read.common_name, read.organization) == ("S1", "operator")
    assert int(read.serial, 16) == made.serial_number
    found = certificates.problems(read, {"S1"}, "operator")
    assert found == (frozenset() if strong else {"weak"})
    assert certificates.problems(read, {"S2"}, "else", is_revoked=True) - {"weak"} == {"name", "operator", "revoked"}
    assert "operator" not in certificates.problems(read, {"S1"}, None)
