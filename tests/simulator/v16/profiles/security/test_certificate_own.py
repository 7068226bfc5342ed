"""The certificate of the station: asked for, judged, kept (security white paper A02, A03; rule SEC-13)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from csms_core.pki import Pki, building, check_csr
from csms_core.pki.folder import pem
from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.pki.vault import Own
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import KEY, NOW, clock_of_today, ec_key, own_certificate, provision

pytestmark = pytest.mark.asyncio

SERIAL = "SN-0815"


@pytest.fixture
def clock() -> VirtualClock:
    return clock_of_today()


@pytest_asyncio.fixture
async def station(start: StartStation, csms: ScriptedCsms, pki: Pki) -> Station:
    station = await start(
        serial_number=SERIAL, provision=provision(pki), auth_key=KEY, configuration={"CpoName": "plugproof"}
    )
    await csms.receives("SecurityEventNotification", type="StartupOfTheDevice")
    csms.forget()
    return station


async def asked(csms: ScriptedCsms) -> str:
    """What ExtendedTriggerMessage is answered with, and the request that follows."""
    answer = await csms.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    assert answer == {"status": "Accepted"}
    csr = (await csms.receives("SignCertificate"))["csr"]
    await csms.call("GetConfiguration", key=["CpoName"])  # behind the answer to the request
    return csr


def signed(pki: Pki, csr: str, *, name: str = SERIAL, **more: Any) -> str:
    """The chain that the CSMS makes of a request."""
    return pem(*pki.issue_station(name, x509.load_pem_x509_csr(csr.encode()).public_key(), **more))  # type: ignore[arg-type]


async def deliver(csms: ScriptedCsms, chain: str) -> str:
    return (await csms.call("CertificateSigned", certificateChain=chain))["status"]


def events(csms: ScriptedCsms) -> list[str]:
    return [payload["type"] for payload in csms.payloads("SecurityEventNotification")]


def own(station: Station) -> Own | None:
    return station._parts.vault.own


async def test_sec_13_the_request_is_proper_and_each_has_a_new_key(station: Station, csms: ScriptedCsms) -> None:
    first, second = await asked(csms), await asked(csms)

    for text in (first, second):
        name, operator, key = check_csr(text, [SERIAL], "plugproof")
        assert (name, operator) == (SERIAL, "plugproof")
        assert isinstance(key, ec.EllipticCurvePublicKey)
        assert key.curve.name == "secp256r1"
    assert first != second
    assert check_csr(first, [SERIAL], None)[2] != check_csr(second, [SERIAL], None)[2]


async def test_sec_13_a_station_without_a_serial_number_is_called_by_its_identity(
    start: StartStation, csms: ScriptedCsms, pki: Pki
) -> None:
    csms.excused = {"VAL-06"}  # GetConfiguration shows a name that a certificate may have and a CiString may not
    await start(id="CP 1/é", provision=provision(pki), configuration={"CpoName": "Somebody's Ëlectricity"})

    assert check_csr(await asked(csms), ["CP 1/é"], "Somebody's Ëlectricity")


async def test_sec_13_without_the_name_of_the_operator_nothing_is_asked(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    await start(provision=provision(pki))
    answer = await csms.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    await clock.settle()

    assert answer == {"status": "Rejected"}
    assert csms.payloads("SignCertificate") == []


async def test_the_operator_of_the_present_certificate_is_good_enough(
    start: StartStation, csms: ScriptedCsms, pki: Pki
) -> None:
    factory = provision(pki, **own_certificate(pki, "CP1", organization="the CPO before"))
    await start(provision=factory)

    assert check_csr(await asked(csms), ["CP1"], "the CPO before")


async def test_a_certificate_for_the_key_that_waits_is_taken(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    chain = signed(pki, await asked(csms))
    assert await deliver(csms, chain) == "Accepted"
    await clock.settle()

    taken = own(station)
    assert taken is not None
    assert taken.chain == chain
    assert station.connected  # profile 1 shows no certificate, so there is no reason to reconnect
    assert csms.connections == 1
    assert events(csms) == []
    assert await deliver(csms, chain) == "Rejected"  # nobody has asked again


def _foreign(pki: Pki, csr: str) -> str:
    key = x509.load_pem_x509_csr(csr.encode()).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    issuer = building.root(pki.issuers[1].certificate.subject, ec_key("impostor"))
    return pem(building.station(building.name("plugproof", SERIAL), key, issuer, ec_key("impostor")), issuer)


@pytest.mark.parametrize(
    "make",
    [
        lambda pki, csr: "no certificate",
        lambda pki, csr: signed(pki, csr, days=0, now=NOW - timedelta(days=2)),
        lambda pki, csr: signed(pki, csr, now=NOW + timedelta(days=2)),
        lambda pki, csr: signed(pki, csr, name="another station"),
        lambda pki, csr: pem(*pki.issue_station(SERIAL, ec_key("not asked for").public_key())),
        lambda pki, csr: pem(pki.issue_station(SERIAL, x509.load_pem_x509_csr(csr.encode()).public_key())[0]),
        _foreign,
    ],
    ids=["no text", "expired", "future", "name", "key", "no issuer", "foreign"],
)
async def test_a_certificate_that_is_wrong_is_rejected_and_an_event(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, pki: Pki, make: Callable[[Pki, str], str]
) -> None:
    csr = await asked(csms)
    assert await deliver(csms, make(pki, csr)) == "Rejected"
    await clock.settle()

    assert events(csms) == ["InvalidChargePointCertificate"]
    assert own(station) is None
    assert await deliver(csms, signed(pki, csr)) == "Accepted"  # the right one may still come


async def test_a_chain_may_not_be_longer_than_the_key_says(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    await start(
        serial_number=SERIAL,
        provision=provision(pki),
        configuration={"CpoName": "plugproof", "CertificateSignedMaxChainSize": "1000"},
    )
    chain = signed(pki, await asked(csms))
    assert len(chain) > 1000

    assert await deliver(csms, chain) == "Rejected"
    assert (await csms.receives("SecurityEventNotification"))["techInfo"] == (
        "the chain is longer than CertificateSignedMaxChainSize"
    )


async def test_after_a_refusal_nothing_is_waited_for(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    csms.answers["SignCertificate"] = {"status": "Rejected"}
    csr = await asked(csms)
    await clock.settle()

    assert await deliver(csms, signed(pki, csr)) == "Rejected"


async def test_the_key_that_waits_survives_the_process(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms, pki: Pki, clock: VirtualClock
) -> None:
    options = {"provision": provision(pki), "serial_number": SERIAL, "configuration": {"CpoName": "plugproof"}}
    first = await start(store=memory.of("CP1"), **options)
    csr = await asked(csms)
    await clock.settle()
    await first.stop()
    second = await start(store=memory.of("CP1"), **options)
    chain = signed(pki, csr)
    assert await deliver(csms, chain) == "Accepted"
    await second.stop()
    third = await start(store=memory.of("CP1"), **options)

    taken = own(third)
    assert taken is not None
    assert taken.chain == chain


@pytest.mark.parametrize(("days", "asks"), [(29, True), (31, False)])
async def test_a_certificate_that_ends_soon_is_renewed_by_the_station_itself(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki, days: int, asks: bool
) -> None:
    factory = provision(pki, **own_certificate(pki, "CP1", days=days))
    station = await start(provision=factory)
    await clock.settle()
    assert len(csms.payloads("SignCertificate")) == asks
    await station.lose_network()
    await station.restore_network()
    await clock.settle()

    assert len(csms.payloads("SignCertificate")) == asks  # the certificate may still be on its way
    await csms.call("Reset", type="Soft")
    await clock.advance(10)

    assert len(csms.payloads("SignCertificate")) == 2 * asks
