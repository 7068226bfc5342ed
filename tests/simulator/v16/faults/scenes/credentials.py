"""Passwords, TLS and security profiles, and what breaks their rules."""

from __future__ import annotations

from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from tests.simulator.support.security import KEY, own_certificate, provision
from tests.simulator.v16.faults.bench import Bench
from tests.simulator.v16.faults.proof import Judge, Open, Proof, Record, answers, each_is, prove, within
from tests.simulator.v16.faults.tls import PAIRS, TLS_1_2, Shown, shown

_OTHER_KEY = "4F43415F4F4354545F61646D696E5F74657374"
_TLS = "wss://localhost/ocpp"
_SERIAL = "SN-0815"


async def secured(open: Open, profile: int, **more: Any) -> Bench:
    """A station of this security profile."""
    options: dict[str, Any] = {"today": True, "serial_number": _SERIAL, "configuration": {"CpoName": "plugproof"}}
    factory: dict[str, Any] = {}
    if profile in (1, 2):
        options["auth_key"] = KEY
    if profile == 3 or more.pop("certified", False):
        factory = own_certificate(open.pki, _SERIAL)
    options["provision"] = provision(open.pki, profile=profile, **factory)
    bench = await open(url=_TLS if profile > 1 else "ws://localhost/ocpp", **{**options, **more})
    bench.notes["pki"] = open.pki
    return bench


# --- passwords --------------------------------------------------------------------------------------------------------


async def password_changed(open: Open) -> Bench:
    bench = await secured(open, 1)
    bench.mark()
    await bench.ask("ChangeConfiguration", key="AuthorizationKey", value=_OTHER_KEY)
    await bench.ask("ChangeConfiguration", key="AuthorizationKey", value=KEY.hex())
    return bench


def _comes_back_with(nth: int, password: bytes) -> Judge:
    return lambda record: len(record.dialled) > nth and record.dialled[nth].basic_auth == ("CP1", password)


async def reset_profile_1(open: Open) -> Bench:
    return await _reset(await secured(open, 1))


async def reset_profile_2(open: Open) -> Bench:
    return await _reset(await secured(open, 2))


async def reset_profile_3(open: Open) -> Bench:
    return await _reset(await secured(open, 3))


async def _reset(bench: Bench) -> Bench:
    bench.mark()
    await bench.ask("Reset", type="Hard")
    await bench.wait(10)
    return bench


def _user(record: Record) -> bool:
    (dialled,) = record.dialled
    return dialled.basic_auth is not None and dialled.basic_auth[0] == dialled.identity


def _length(record: Record) -> bool:
    (dialled,) = record.dialled
    return dialled.basic_auth is not None and 16 <= len(dialled.basic_auth[1]) <= 20


def _plain(record: Record) -> bool:
    (dialled,) = record.dialled
    return dialled.basic_auth is not None and dialled.basic_auth[1] == KEY


def _credentials() -> list[Proof]:
    changed = [answers("ChangeConfiguration", nth, status="Accepted") for nth in range(2)]
    return [
        *prove(
            password_changed,
            ("change-configuration-rejected", changed[0], "073.R3"),
            ("password-kept change-configuration-undone", _comes_back_with(0, bytes.fromhex(_OTHER_KEY)), "073.R4"),
            ("change-configuration-rejected", changed[1], "073.R7"),
            ("change-configuration-undone user-name-wrong", _comes_back_with(1, KEY), "073.R8"),
        ),
        *prove(
            reset_profile_1,
            ("user-name-wrong", _user, "085.R1"),
            ("password-short", _length, "085.R2"),
            ("password-in-hex", _plain, "085.R3"),
        ),
    ]


# --- TLS --------------------------------------------------------------------------------------------------------------


def hello(record: Record) -> Shown:
    tls = record.dialled[-1].tls
    assert tls is not None, "the station connects without TLS"
    return shown(tls, record.notes["pki"])


def _new_enough(record: Record) -> bool:
    return max(hello(record).versions) >= TLS_1_2


def _both_of_a_pair(record: Record) -> bool:
    return any(pair <= hello(record).suites for pair in PAIRS)


def _long_enough(record: Record) -> bool:
    certificate = hello(record).certificate
    assert certificate is not None, "no certificate is shown"
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= 2048
    return isinstance(key, ec.EllipticCurvePublicKey) and key.key_size >= 224


def _named(record: Record) -> bool:
    certificate = hello(record).certificate
    assert certificate is not None, "no certificate is shown"
    names = [name.value for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    return names == [_SERIAL] and certificate.serial_number > 0


def _tls() -> list[Proof]:
    return [
        *prove(
            reset_profile_2,
            ("tls-1-1", _new_enough, "086.R1"),
            ("tls-one-suite", _both_of_a_pair, "086.R2"),
            ("user-name-wrong", _user, "086.R3"),
            ("password-short", _length, "086.R4"),
        ),
        *prove(
            reset_profile_3,
            ("tls-1-1", _new_enough, "087.R1"),
            ("tls-one-suite", _both_of_a_pair, "087.R2"),
            ("client-key-short", _long_enough, "087.R3"),
            ("client-certificate-of-other", _named, "087.R4"),
        ),
    ]


# --- profiles ---------------------------------------------------------------------------------------------------------


async def profile_raised(open: Open) -> Bench:
    bench = await secured(open, 1)
    bench.mark()
    await bench.ask("ChangeConfiguration", key="SecurityProfile", value="2")
    bench.chapter("reset")
    await bench.ask("Reset", type="Hard")
    await bench.wait(10)
    return bench


async def profile_lowered(open: Open) -> Bench:
    bench = await secured(open, 2)
    bench.mark()
    await bench.ask("ChangeConfiguration", key="SecurityProfile", value="1")
    return bench


def _only_within_tls(record: Record) -> bool:
    return bool(record.dialled) and all(one.url.startswith("wss:") and one.tls is not None for one in record.dialled)


def _profiles() -> list[Proof]:
    return [
        *prove(
            profile_raised,
            (
                "change-configuration-rejected",
                answers("ChangeConfiguration", status={"Accepted", "RebootRequired"}),
                "083.R3",
            ),
            ("reset-rejected", answers("Reset", status="Accepted"), "083.R5"),
            ("available-as-unavailable", within("reset", each_is("Available")), "083.R7"),
            ("tls-left-out security-profile-undone", _only_within_tls, "083.R8 083.R9 083.R10"),
        ),
        *prove(
            profile_lowered,
            (
                "change-configuration-accepts-everything",
                answers("ChangeConfiguration", status="Rejected"),
                "084.R3",
            ),
        ),
    ]


PROOFS = [*_credentials(), *_tls(), *_profiles()]
