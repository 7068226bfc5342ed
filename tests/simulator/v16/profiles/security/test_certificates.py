"""Roots that the CSMS installs, asks for and deletes (security white paper M03 to M05)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from csms_core.pki import hash_data
from csms_core.pki.hashes import parse_certificate
from ocppj.errors import CallRefused
from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.pki.chains import hash_data as named_by
from simulator.pki.chains import parse
from simulator.v16.profiles.core import CoreProfile
from simulator.v16.profiles.security import Provision
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import (
    KEY,
    bare_root,
    clock_of_today,
    expired_root,
    forged_root,
    future_root,
    no_authority,
    old_fashioned_root,
    root,
    short_root,
    small_root,
    successor,
    unknown_signature,
)

pytestmark = pytest.mark.asyncio

CSMS, MANUFACTURER = "CentralSystemRootCertificate", "ManufacturerRootCertificate"
KINDS = [CSMS, MANUFACTURER]


@pytest.fixture
def clock() -> VirtualClock:
    return clock_of_today()


async def install(csms: ScriptedCsms, text: str, kind: str = CSMS) -> str:
    return (await csms.call("InstallCertificate", certificateType=kind, certificate=text))["status"]


async def installed(csms: ScriptedCsms, kind: str = CSMS) -> list[dict[str, str]]:
    answer = await csms.call("GetInstalledCertificateIds", certificateType=kind)
    assert answer["status"] == ("Accepted" if "certificateHashData" in answer else "NotFound")
    return answer.get("certificateHashData", [])


async def delete(csms: ScriptedCsms, named: dict[str, str]) -> str:
    return (await csms.call("DeleteCertificate", certificateHashData=named))["status"]


def named(text: str, algorithm: str = "SHA256") -> dict[str, str]:
    """The hash data as the CSMS computes it."""
    return hash_data(parse_certificate(text), algorithm)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_root_is_installed_told_and_deleted(station: Station, csms: ScriptedCsms, kind: str) -> None:
    first, second = root("first"), root("second")
    assert await installed(csms, kind) == []
    assert await install(csms, first, kind) == "Accepted"
    assert await install(csms, second, kind) == "Accepted"
    assert await install(csms, first, kind) == "Accepted"  # it is there already

    told = await installed(csms, kind)
    assert sorted(told, key=str) == sorted([named(first), named(second)], key=str)
    assert await delete(csms, named(first)) == "Accepted"
    assert await installed(csms, kind) == [named(second)]
    assert await delete(csms, named(first)) == "NotFound"
    other = KINDS[1 - KINDS.index(kind)]
    assert await installed(csms, other) == []


@pytest.mark.parametrize("algorithm", ["SHA256", "SHA384", "SHA512"])
@pytest.mark.parametrize("letters", [str.lower, str.upper])
async def test_a_root_is_deleted_by_any_algorithm_and_spelling(
    station: Station, csms: ScriptedCsms, algorithm: str, letters: Callable[[str], str]
) -> None:
    text = short_root()
    await install(csms, text)
    spelled = {
        name: value if name == "hashAlgorithm" else letters(value) for name, value in named(text, algorithm).items()
    }
    assert len(spelled["serialNumber"]) == 4
    spelled["serialNumber"] = "00" + spelled["serialNumber"]

    assert await delete(csms, spelled) == "Accepted"
    assert await installed(csms) == []


@pytest.mark.parametrize("member", ["issuerNameHash", "issuerKeyHash", "serialNumber"])
async def test_what_names_another_certificate_deletes_nothing(
    station: Station, csms: ScriptedCsms, member: str
) -> None:
    await install(csms, root("first"))

    assert await delete(csms, {**named(root("first")), member: "12ab"}) == "NotFound"
    assert await installed(csms) == [named(root("first"))]


@pytest.mark.parametrize(
    "make",
    [
        expired_root,
        future_root,
        no_authority,
        bare_root,
        small_root,
        forged_root,
        old_fashioned_root,
        unknown_signature,
        lambda: "no certificate",
        lambda: root("first") + root("second"),
    ],
    ids=["expired", "future", "no authority", "bare", "small key", "forged", "SHA-1", "unknown", "no text", "two"],
)
@pytest.mark.parametrize("kind", KINDS)
async def test_an_unfit_root_is_rejected_and_an_event(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, make: Callable[[], str], kind: str
) -> None:
    assert await install(csms, make(), kind) == "Rejected"
    await clock.settle()

    assert await installed(csms, kind) == []
    told = [payload["type"] for payload in csms.payloads("SecurityEventNotification")]
    assert told == (["InvalidCentralSystemCertificate"] if kind == CSMS else [])


async def test_there_is_room_for_as_many_as_the_key_says(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await start(configuration={"CertificateStoreMaxLength": "2"})
    assert await install(csms, root("first")) == "Accepted"
    assert await install(csms, root("second"), MANUFACTURER) == "Accepted"
    assert await install(csms, root("third")) == "Rejected"
    assert await install(csms, root("first")) == "Accepted"
    await clock.settle()
    assert csms.payloads("SecurityEventNotification") == []
    assert await delete(csms, named(root("second"))) == "Accepted"
    assert await install(csms, root("third")) == "Accepted"


async def test_with_the_additional_check_a_root_comes_from_the_one_before(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await start(configuration={"AdditionalRootCertificateCheck": "true"}, provision=Provision(roots=root("first")))
    assert await install(csms, root("stranger")) == "Rejected"
    await csms.receives("SecurityEventNotification", type="InvalidCentralSystemCertificate")
    assert await install(csms, root("first")) == "Accepted"
    assert await install(csms, successor("second", "first")) == "Accepted"
    assert len(await installed(csms)) == 2  # the fallback is one of them
    assert await install(csms, successor("stray", "first")) == "Rejected"
    assert await install(csms, successor("third", "second")) == "Accepted"

    told = {entry["issuerNameHash"] for entry in await installed(csms)}
    issuers = [successor("second", "first"), successor("third", "second")]
    assert told == {
        named_by(parse(text)[0], parse(by)[0])["issuerNameHash"]
        for text, by in zip(issuers, (root("first"), successor("second", "first")), strict=True)
    }
    # other kinds of roots are not checked this way
    assert await install(csms, root("stranger"), MANUFACTURER) == "Accepted"


async def test_roots_survive_the_process_and_deleted_ones_stay_away(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms
) -> None:
    factory = Provision(roots=root("first") + root("second"), manufacturer_roots=root("maker"))
    first = await start(store=memory.of("CP1"), provision=factory)
    assert await delete(csms, named(root("first"))) == "Accepted"
    assert await install(csms, root("third")) == "Accepted"
    await first.stop()
    await start(store=memory.of("CP1"), provision=factory)

    assert sorted(await installed(csms), key=str) == sorted(map(named, (root("second"), root("third"))), key=str)
    assert await installed(csms, MANUFACTURER) == [named(root("maker"))]


async def test_the_last_root_stays_while_the_station_needs_it(start: StartStation, csms: ScriptedCsms) -> None:
    station = await start(provision=Provision(roots=root("first")), auth_key=KEY)
    await install(csms, root("second"))
    station.configuration.set("SecurityProfile", "2")

    assert await delete(csms, named(root("first"))) == "Accepted"
    assert await delete(csms, named(root("second"))) == "Failed"
    assert await installed(csms) == [named(root("second"))]


async def test_err_03_a_station_without_the_extensions_supports_none_of_this(
    start: StartStation, csms: ScriptedCsms
) -> None:
    await start(features=(CoreProfile,))

    with pytest.raises(CallRefused, match="NotSupported"):
        await installed(csms)


async def test_a_provision_that_cannot_be_is_one_sentence() -> None:
    with pytest.raises(ValueError, match="certificate and key of a station belong together"):
        Provision(certificate=root())
    with pytest.raises(ValueError, match="profile is 0, 1, 2 or 3, not 4"):
        Provision(profile=4)
    with pytest.raises(ValueError, match="the provision of the station cannot be used"):
        Station("ws://127.0.0.1:1/ocpp", id="CP1", provision=Provision(roots="nonsense"))
