"""Security profiles 0 to 3 over real TLS (security white paper A00, A01, A05; rules SEC-01 to SEC-14)."""

from __future__ import annotations

import base64
import ssl
from datetime import timedelta
from typing import Any

import pytest
from cryptography import x509

from csms_core.pki import Pki
from csms_core.pki.contexts import OLD_SUITES, TlsSettings, make_context
from csms_core.pki.folder import pem
from simulator import ConnectFailed, Station, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.pki.chains import split
from simulator.pki.contexts import SUITES, for_csms
from simulator.pki.vault import CSMS, Root
from simulator.v16.profiles.security import Provision, SecurityEvents, SecurityProfiles
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import (
    KEY,
    NOW,
    clock_of_today,
    own_certificate,
    provision,
    root,
    signed,
    successor,
)

pytestmark = pytest.mark.asyncio

HIGH_KEY = bytes(range(0xEC, 0x100))
NEW_KEY = "FFEEDDCCBBAA99887766554433221100"


@pytest.fixture
def clock() -> VirtualClock:
    return clock_of_today()


async def serves(csms: ScriptedCsms, tls: ssl.SSLContext | None) -> None:
    """The CSMS comes back at the same port, speaking TLS like this."""
    await csms.stop()
    csms.tls = tls
    await csms.start()


def context(pki: Pki, **settings: Any) -> ssl.SSLContext:
    return make_context(pki, TlsSettings(**settings))


def credentials(csms: ScriptedCsms, at: int = -1) -> bytes | None:
    """User and password of a handshake."""
    header = csms.handshakes[at].get("Authorization")
    return None if header is None else base64.b64decode(header.removeprefix("Basic "))


def shown(csms: ScriptedCsms, at: int = -1) -> str | None:
    """The certificate the station has shown, as PEM."""
    der = csms.certificates[at]
    return None if der is None else pem(x509.load_der_x509_certificate(der))


def events(csms: ScriptedCsms) -> list[str]:
    return [payload["type"] for payload in csms.payloads("SecurityEventNotification")]


async def change(csms: ScriptedCsms, key: str, value: str) -> str:
    return (await csms.call("ChangeConfiguration", key=key, value=value))["status"]


async def reconnected(csms: ScriptedCsms, station: Station, connections: int) -> None:
    await csms.until(lambda: csms.connections == connections)
    await station.until(lambda s: s.online, within=5)


async def lost_and_back(csms: ScriptedCsms, station: Station, clock: VirtualClock, tls: ssl.SSLContext) -> None:
    """The CSMS goes away and comes back otherwise; the station tries until it gets in, or for ten minutes."""
    await csms.stop()
    await station.until(lambda s: not s.connected, within=5)
    csms.tls = tls
    await csms.start()
    await clock.advance(600)


# --- how it connects --------------------------------------------------------------------------------------------------


async def test_sec_01_profile_0_shows_nothing(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start()

    assert credentials(csms) is None
    assert station.configuration["SecurityProfile"] == "0"


async def test_sec_01_sec_02_profile_1_sends_its_key_with_every_handshake(
    start: StartStation, csms: ScriptedCsms
) -> None:
    station = await start(id="CP 1", auth_key=KEY)
    await station.lose_network()
    await station.restore_network()
    await reconnected(csms, station, 2)

    assert [credentials(csms, at) for at in (0, 1)] == [b"CP 1:" + KEY] * 2
    assert station.configuration["SecurityProfile"] == "1"


async def test_sec_01_sec_02_profile_2_does_it_within_tls(start: StartStation, csms: ScriptedCsms, pki: Pki) -> None:
    await serves(csms, context(pki))
    factory = provision(pki, **own_certificate(pki, "CP1"))
    station = await start(auth_key=KEY, provision=factory)

    assert credentials(csms) == b"CP1:" + KEY
    assert shown(csms) is None
    assert station.configuration["SecurityProfile"] == "2"


async def test_sec_01_sec_02_profile_3_shows_its_certificate_instead(
    start: StartStation, csms: ScriptedCsms, pki: Pki
) -> None:
    await serves(csms, context(pki))
    own = own_certificate(pki, "CP1")
    station = await start(provision=provision(pki, profile=3, **own), auth_key=KEY)

    assert credentials(csms) is None
    assert shown(csms) == split(own["certificate"])[0]
    assert station.configuration["SecurityProfile"] == "3"


async def test_sec_01_the_profile_follows_from_address_and_certificate(
    start: StartStation, csms: ScriptedCsms, pki: Pki
) -> None:
    await serves(csms, context(pki))
    station = await start(provision=provision(pki, **own_certificate(pki, "CP1")))

    assert station.configuration["SecurityProfile"] == "3"
    assert shown(csms) is not None


async def test_sec_01_the_address_within_tls_may_be_another_one(
    start: StartStation, csms: ScriptedCsms, pki: Pki
) -> None:
    await serves(csms, context(pki))
    factory = provision(pki, profile=2, tls_url=csms.url)
    async with Station("ws://127.0.0.1:1/nobody", id="CP1", auth_key=KEY, provision=factory) as station:
        assert station.online
    assert csms.paths == ["/ocpp/CP1"]


async def test_a_context_of_the_maker_is_used_as_it_is(start: StartStation, csms: ScriptedCsms, pki: Pki) -> None:
    await serves(csms, context(pki))
    given = ssl.create_default_context(cafile=str(pki.roots_file))
    station = await start(auth_key=KEY, ssl=given)

    assert station.configuration["SecurityProfile"] == "2"
    assert station._parts.link.dial.ssl is given


@pytest.mark.parametrize("key", [KEY, HIGH_KEY, bytes(16)], ids=["ascii", "high", "zeros"])
async def test_sec_04_the_octets_of_the_key_are_the_password(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, key: bytes
) -> None:
    station = await start(auth_key=KEY)
    assert await change(csms, "AuthorizationKey", key.hex()) == "Accepted"
    await reconnected(csms, station, 2)

    assert credentials(csms) == b"CP1:" + key


async def test_sec_04_a_key_that_is_a_text_stands_for_itself(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start(auth_key=KEY)
    assert await change(csms, "authorizationkey", "a pass phrase, 20 ch") == "Accepted"
    await reconnected(csms, station, 2)

    assert credentials(csms) == b"CP1:a pass phrase, 20 ch"


@pytest.mark.parametrize("value", ["", "short", "0123456789abcde", "ab" * 21, "g" * 32, "a" * 33, "pässword with ä!"])
async def test_sec_04_a_key_of_another_length_is_rejected(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, value: str
) -> None:
    await start(auth_key=KEY)

    assert await change(csms, "AuthorizationKey", value) == "Rejected"
    await clock.settle()
    assert csms.connections == 1


# --- a new key --------------------------------------------------------------------------------------------------------


async def test_sec_06_a_new_key_is_used_at_once_and_survives(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(auth_key=KEY, store=memory.of("CP1"))
    csms.forget()
    assert await change(csms, "AuthorizationKey", NEW_KEY) == "Accepted"
    await reconnected(csms, station, 2)
    assert "BootNotification" not in csms.actions
    await station.stop()
    await start(auth_key=KEY, store=memory.of("CP1"))

    assert [credentials(csms, at) for at in (1, 2)] == [b"CP1:" + bytes.fromhex(NEW_KEY)] * 2


async def test_cfg_08_the_key_cannot_be_read(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start(auth_key=KEY)
    await change(csms, "AuthorizationKey", NEW_KEY)
    await reconnected(csms, station, 2)

    for keys in ({"key": ["AuthorizationKey"]}, {}):
        answer = await csms.call("GetConfiguration", **keys)
        told = [entry for entry in answer["configurationKey"] if entry["key"] == "AuthorizationKey"]
        assert told == [{"key": "AuthorizationKey", "readonly": False}]


async def test_a_key_for_a_higher_profile_waits_for_it(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start()
    assert await change(csms, "AuthorizationKey", NEW_KEY) == "Accepted"
    await clock.settle()
    assert csms.connections == 1
    assert await change(csms, "SecurityProfile", "1") == "Accepted"
    await reconnected(csms, station, 2)

    assert credentials(csms) == b"CP1:" + bytes.fromhex(NEW_KEY)


async def test_a_refused_key_is_an_event_in_the_log(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(auth_key=KEY)
    csms.refuses = lambda request: 401
    await station.lose_network()
    await station.restore_network()
    await clock.advance(300)
    csms.refuses = lambda request: None
    await clock.advance(300)

    log = station.features[SecurityEvents].text(None, None) or ""
    assert log.count("FailedToAuthenticateAtCentralSystem") == 1  # of a whole series of failures
    assert events(csms) == ["StartupOfTheDevice"]


# --- TLS --------------------------------------------------------------------------------------------------------------


async def test_sec_07_an_old_version_is_refused_and_told(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    await serves(csms, context(pki))
    station = await start(auth_key=KEY, provision=provision(pki))
    csms.forget()
    old = ssl.TLSVersion.TLSv1_1
    await lost_and_back(csms, station, clock, context(pki, minimum=old, maximum=old, suites=OLD_SUITES, level=0))
    assert not station.connected
    await lost_and_back(csms, station, clock, context(pki))

    assert station.online
    assert events(csms) == ["InvalidTLSVersion"]


@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3])
async def test_sec_07_a_new_version_is_spoken(
    start: StartStation, csms: ScriptedCsms, pki: Pki, version: ssl.TLSVersion
) -> None:
    await serves(csms, context(pki, minimum=version, maximum=version))

    assert (await start(auth_key=KEY, provision=provision(pki))).online


@pytest.mark.parametrize("suite", SUITES)
async def test_sec_09_every_suite_of_the_white_paper_works(
    start: StartStation, csms: ScriptedCsms, pki: Pki, suite: str
) -> None:
    await serves(csms, context(pki, maximum=ssl.TLSVersion.TLSv1_2, suites=(suite,)))

    assert (await start(auth_key=KEY, provision=provision(pki))).online


async def test_sec_10_nothing_else_is_offered_and_a_server_without_them_is_told(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    made = for_csms((), None)
    old = {suite["name"] for suite in made.get_ciphers() if suite["protocol"] != "TLSv1.3"}
    assert old == set(SUITES)
    assert made.options & ssl.OP_NO_COMPRESSION

    await serves(csms, context(pki))
    station = await start(auth_key=KEY, provision=provision(pki))
    csms.forget()
    strange = context(pki, maximum=ssl.TLSVersion.TLSv1_2, suites=("ECDHE-RSA-AES256-GCM-SHA384",))
    await lost_and_back(csms, station, clock, strange)
    assert not station.connected
    await lost_and_back(csms, station, clock, context(pki))
    assert events(csms) == ["InvalidTLSCipherSuite"]


@pytest.mark.parametrize("problem", ["foreign", "other name", "small key"])
async def test_sec_11_a_server_that_is_not_the_csms_is_left_and_told(
    start: StartStation,
    csms: ScriptedCsms,
    clock: VirtualClock,
    pki: Pki,
    problem: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    await serves(csms, context(pki))
    station = await start(auth_key=KEY, provision=provision(pki))
    csms.forget()
    if problem == "foreign":
        other = Pki.create(tmp_path_factory.mktemp("other") / "pki")
        wrong = context(other)
    elif problem == "other name":
        other = Pki.create(tmp_path_factory.mktemp("other") / "pki", hosts=("elsewhere.invalid",))
        wrong = context(other)
        station._parts.vault.install(Root(CSMS, other.roots[1].pem))  # vouches for its servers, but not for this name
    else:
        wrong = context(pki, served="small key", level=0, maximum=ssl.TLSVersion.TLSv1_2)
    await lost_and_back(csms, station, clock, wrong)
    assert not station.connected
    assert csms.connections == 1
    await lost_and_back(csms, station, clock, context(pki))

    assert [event for event in events(csms) if event != "StartupOfTheDevice"] == ["InvalidCentralSystemCertificate"]


async def test_sec_11_nobody_is_trusted_without_a_root(start: StartStation, csms: ScriptedCsms, pki: Pki) -> None:
    await serves(csms, context(pki))

    with pytest.raises(ConnectFailed, match="certificate of the server is not trusted"):
        await start(auth_key=KEY, provision=Provision(profile=2))
    assert csms.connections == 0


# --- rising -----------------------------------------------------------------------------------------------------------


async def test_sec_14_from_0_to_3_step_by_step(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    station = await start(store=memory.of("CP1"), configuration={"CpoName": "plugproof"})

    assert await change(csms, "SecurityProfile", "1") == "Rejected"  # no key
    await change(csms, "AuthorizationKey", NEW_KEY)
    assert await change(csms, "SecurityProfile", "1") == "Accepted"
    await reconnected(csms, station, 2)
    assert credentials(csms) == b"CP1:" + bytes.fromhex(NEW_KEY)

    assert await change(csms, "SecurityProfile", "2") == "Rejected"  # no root
    for text in split(pki.roots_file.read_text()):
        await csms.call("InstallCertificate", certificateType="CentralSystemRootCertificate", certificate=text)
    assert await change(csms, "SecurityProfile", "2") == "Accepted"
    await station.until(lambda s: not s.connected, within=5)
    await clock.advance(600)
    assert csms.connections == 2  # it does not come back without TLS
    await serves(csms, context(pki))
    await clock.advance(600)
    await reconnected(csms, station, 3)
    assert (credentials(csms), shown(csms)) == (b"CP1:" + bytes.fromhex(NEW_KEY), None)

    assert await change(csms, "SecurityProfile", "3") == "Rejected"  # no certificate
    await csms.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    chain = signed(pki, "CP1", (await csms.receives("SignCertificate"))["csr"])
    assert await csms.call("CertificateSigned", certificateChain=chain) == {"status": "Accepted"}
    assert await change(csms, "SecurityProfile", "3") == "Accepted"
    await reconnected(csms, station, 4)
    assert (credentials(csms), shown(csms)) == (None, split(chain)[0])

    for lower in ("3", "2", "1", "0", "03"):
        assert await change(csms, "SecurityProfile", lower) == "Rejected"
    await station.stop()
    await start(store=memory.of("CP1"))
    assert (credentials(csms), shown(csms)) == (None, split(chain)[0])


@pytest.mark.parametrize("value", ["4", "-1", "one", "", "1.0"])
async def test_sec_14_there_is_no_other_profile(start: StartStation, csms: ScriptedCsms, value: str) -> None:
    await start(auth_key=KEY)

    assert await change(csms, "SecurityProfile", value) == "Rejected"


async def test_sec_14_an_expired_root_or_certificate_is_none(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    station = await start(auth_key=KEY, provision=provision(pki, **own_certificate(pki, "CP1")))
    await station.set_clock(NOW + timedelta(days=400))
    assert await change(csms, "SecurityProfile", "3") == "Rejected"
    await station.set_clock(NOW + timedelta(days=21 * 365))
    assert await change(csms, "SecurityProfile", "2") == "Rejected"
    await station.set_clock(NOW)
    assert await change(csms, "SecurityProfile", "2") == "Accepted"


async def test_sec_14_a_key_that_is_too_short_does_not_count(start: StartStation, csms: ScriptedCsms, pki: Pki) -> None:
    await start(auth_key=b"short", provision=provision(pki))

    assert await change(csms, "SecurityProfile", "2") == "Rejected"


async def test_a_profile_is_no_reason_to_come_back_while_the_network_is_lost(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    station = await start(auth_key=KEY)
    await station.lose_network()
    await station.features[SecurityProfiles].reconnect()
    await clock.advance(600)

    assert csms.connections == 1


# --- fallbacks --------------------------------------------------------------------------------------------------------


async def renewed(csms: ScriptedCsms, pki: Pki, name: str = "CP1") -> str:
    """The CSMS lets the station renew its certificate; the new chain."""
    await csms.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    chain = signed(pki, name, (await csms.receives("SignCertificate"))["csr"])
    assert await csms.call("CertificateSigned", certificateChain=chain) == {"status": "Accepted"}
    return chain


async def test_a_new_certificate_is_shown_at_once_and_the_old_one_is_gone(
    start: StartStation, csms: ScriptedCsms, pki: Pki
) -> None:
    await serves(csms, context(pki))
    old = own_certificate(pki, "CP1")
    station = await start(provision=provision(pki, profile=3, **old))
    chain = await renewed(csms, pki)
    await reconnected(csms, station, 2)

    assert [shown(csms, at) for at in (0, 1)] == [split(old["certificate"])[0], split(chain)[0]]
    assert station._parts.vault.previous is None


@pytest.mark.parametrize("status", [401, 403])
async def test_a_new_certificate_that_is_refused_gives_way_to_the_old_one(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki, status: int
) -> None:
    await serves(csms, context(pki))
    old = own_certificate(pki, "CP1")
    station = await start(provision=provision(pki, profile=3, **old))
    answers = [status]
    csms.refuses = lambda request: answers.pop() if answers else None
    chain = await renewed(csms, pki)
    await station.until(lambda s: not s.connected, within=5)
    await clock.advance(10)
    await reconnected(csms, station, 2)
    assert shown(csms) == split(old["certificate"])[0]
    await station.lose_network()
    await station.restore_network()
    await reconnected(csms, station, 3)

    assert shown(csms) == split(chain)[0]  # the next connection tries the new one again
    assert station._parts.vault.previous is None


async def test_a_root_that_does_not_fit_gives_way_to_the_one_before(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, pki: Pki
) -> None:
    await serves(csms, context(pki, maximum=ssl.TLSVersion.TLSv1_2, suites=SUITES[:2]))
    station = await start(
        auth_key=KEY,
        configuration={"AdditionalRootCertificateCheck": "true"},
        provision=Provision(roots=pki.roots[1].pem),
    )
    vault = station._parts.vault
    vault.replace(Root(CSMS, successor("second", "first"), root("first")))
    await station.lose_network()
    await station.restore_network()
    await clock.advance(60)

    assert station.online
    assert [one.fallback for one in vault.roots] == [True, False]
    log = station.features[SecurityEvents].text(None, None) or ""
    assert log.count("InvalidCentralSystemCertificate") == 1


async def test_a_root_that_fits_ends_the_one_before(start: StartStation, csms: ScriptedCsms, pki: Pki) -> None:
    await serves(csms, context(pki, maximum=ssl.TLSVersion.TLSv1_2, suites=SUITES[:2]))
    station = await start(auth_key=KEY, provision=Provision(roots=pki.roots[1].pem))
    vault = station._parts.vault
    # the authority under the root is one that the root has signed, and vouches for the same server
    vault.replace(Root(CSMS, pki.issuers[1].pem, pki.roots[1].pem))
    await station.lose_network()
    await station.restore_network()
    await reconnected(csms, station, 2)

    assert [one.pem for one in vault.roots] == [pki.issuers[1].pem]
