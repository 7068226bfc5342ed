"""Who is let in at the bay, and what counts of a station's credentials while a case changes them."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import msgspec
import pytest

from harness.bay.bay import Bay
from harness.bay.knock import Credentials, Knock
from harness.bay.listener import Refusal
from harness.pki import Pki, hash_data
from harness.processes.embedded_file import reference_station_file
from harness.sut.reading import load
from harness.v16.charge_point.credentials import Changes
from ocppj.session.session import Memory

KEY, OTHER = b"plugproof-0123456789", b"another-0123456789--"


class Host:
    """Keeps who was turned away."""

    def __init__(self) -> None:
        self.refusals: list[Refusal] = []

    def turned_away(self, knock: Knock, refusal: Refusal) -> None:
        self.refusals.append(refusal)


@pytest.fixture
def bay(tmp_path: Path) -> Bay:
    with reference_station_file(tmp_path, version="1.6") as file:
        sut = load(file)
    lane = msgspec.structs.replace(sut.lane(0), identity="CP1")
    bay = Bay(sut, lane, Memory())
    bay.host = Host()  # type: ignore[assignment]
    return bay


def _why(bay: Bay, **shown: Any) -> str | None:
    members: dict[str, Any] = {"profile": bay.profile, "identity": "CP1", "path": "/CP1", "offered": ("ocpp1.6",)}
    refusal = bay._gate(Knock(**{**members, **shown}))
    return None if refusal is None else refusal.reason


@pytest.fixture(scope="module")
def pki() -> Pki:
    return Pki.ephemeral()


def test_only_the_station_under_test_is_let_in(bay: Bay) -> None:
    assert _why(bay) is None
    assert "not the one under test" in (_why(bay, identity="CP2") or "")
    bay.is_open = False
    assert _why(bay) == "the network is down"


@pytest.mark.parametrize("profile", [1, 2])
def test_a_password_is_asked_for(bay: Bay, profile: int) -> None:
    bay.changes_to(profile, KEY)
    assert _why(bay) == "user name and password are missing"
    assert _why(bay, credentials=Credentials("CP2", KEY)) == "the user name is CP2, not the identity"
    assert _why(bay, credentials=Credentials("CP1", OTHER)) == "the password is another one"
    assert _why(bay, credentials=Credentials("CP1", KEY)) is None
    bay.also = OTHER
    assert _why(bay, credentials=Credentials("CP1", OTHER)) is None


def test_a_station_comes_in_its_profile_and_in_no_other(bay: Bay) -> None:
    bay.changes_to(2, KEY)
    right = Credentials("CP1", KEY)
    assert _why(bay, profile=1, credentials=right) == "it comes without TLS, and is to come in security profile 2"
    bay.changes_to(1, KEY)
    assert _why(bay, profile=2, version="TLSv1.3", credentials=right) == (
        "it comes within TLS, and is to come in security profile 1"
    )


def test_the_client_certificate_names_the_operator_and_the_station(bay: Bay, pki: Pki) -> None:
    bay.changes_to(3, None)
    assert _why(bay) == "the client certificate is missing"
    shown = ssl.PEM_cert_to_DER_cert(pki.client("SN-1", "plugproof").certificate)
    assert _why(bay, certificate=shown) is None  # no serial number is known yet
    bay.serials.add("SN-1")
    assert _why(bay, certificate=shown) is None
    for name, operator, why in (("SN-2", "plugproof", "is for SN-2"), ("SN-1", "elsewhere", "the operator elsewhere")):
        other = ssl.PEM_cert_to_DER_cert(pki.client(name, operator).certificate)
        assert why in (_why(bay, certificate=other) or "")


def test_a_port_that_nobody_listens_at_lets_nobody_in(bay: Bay) -> None:
    bay.changes_to(2, KEY)
    bay.is_down.add(True)
    shown: dict[str, Any] = {"version": "TLSv1.3", "credentials": Credentials("CP1", KEY)}
    assert _why(bay, **shown) == "nobody listens at this port now"
    bay.is_down.clear()
    assert _why(bay, **shown) is None


# --- what a case changes ---------------------------------------------------------------------------------------------


def _sets(changes: Changes, key: str, value: str, status: str) -> None:
    changes.answered("ChangeConfiguration", {"key": key, "value": value}, status)


def test_a_password_counts_when_it_is_taken(bay: Bay) -> None:
    bay.changes_to(1, KEY)
    changes = Changes(bay)
    _sets(changes, "AuthorizationKey", OTHER.hex(), "Rejected")
    assert (bay.key, changes.is_other) == (KEY, False)
    _sets(changes, "AuthorizationKey", OTHER.hex().upper(), "Accepted")
    assert (bay.key, changes.is_other) == (OTHER, True)
    _sets(changes, "AuthorizationKey", KEY.hex(), "Accepted")
    assert (bay.key, changes.is_other) == (KEY, False)


def test_what_wants_a_reboot_counts_from_the_reset_on(bay: Bay) -> None:
    bay.changes_to(1, KEY)
    changes = Changes(bay)
    _sets(changes, "SecurityProfile", "2", "RebootRequired")
    _sets(changes, "AuthorizationKey", OTHER.hex(), "RebootRequired")
    assert (bay.profile, bay.key, changes.is_other) == (1, KEY, True)
    changes.answered("Reset", {"type": "Hard"}, "Accepted")
    assert (bay.profile, bay.key) == (2, OTHER)


def test_roots_are_remembered_until_they_are_deleted_or_kept(bay: Bay, pki: Pki) -> None:
    changes, one, two = Changes(bay), pki.another_root(), pki.another_root()
    for root in (one, two):
        changes.answered("InstallCertificate", {"certificate": root}, "Accepted")
    changes.answered("DeleteCertificate", {"certificateHashData": hash_data(one, "SHA384")}, "Accepted")
    assert changes.roots == [two]
    changes.keeps(two)
    assert (changes.roots, changes.is_other) == ([], False)


def test_a_new_certificate_is_remembered_until_the_station_is_started_anew(bay: Bay, pki: Pki) -> None:
    changes = Changes(bay)
    changes.answered("CertificateSigned", {"certificateChain": pki.root()}, "Accepted")
    assert (changes.certificate, changes.is_other) == (pki.root(), True)
    changes.forgets()
    assert (changes.certificate, changes.is_other) == (None, False)
