"""SignedUpdateFirmware with real certificates, signatures and downloads (white paper L01; rules FW-01 to FW-03)."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from csms_core.pki import Pki
from ocppj.times import timestamp
from simulator import Station, VirtualClock
from simulator.kernel.store import SqliteFile
from simulator.v16.profiles.firmware import make_image
from tests.simulator.support.files import Folder, http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import (
    KEY,
    NOW,
    Signer,
    clock_of_today,
    ec_key,
    own_certificate,
    provision,
    root,
    rsa_key,
)

pytestmark = pytest.mark.asyncio

STATUS = "SignedFirmwareStatusNotification"
IMAGE = make_image("2.0.0", b"code" * 1000)
BEGIN = ["Downloading", "Downloaded", "SignatureVerified"]
WHOLE = [*BEGIN, "Installing", "InstallRebooting", "Installed"]


@pytest.fixture
def clock() -> VirtualClock:
    return clock_of_today()


@pytest_asyncio.fixture
async def folder() -> AsyncIterator[Folder]:
    async with http_folder() as folder:
        folder.files = {"/fw.bin": IMAGE, "/broken.bin": IMAGE + b"!"}
        yield folder


@pytest.fixture
def signer(pki: Pki) -> Signer:
    return Signer(pki, ec_key("signer"))


@pytest_asyncio.fixture
async def station(start: StartStation, csms: ScriptedCsms, pki: Pki) -> Station:
    station = await start(provision=provision(pki), auth_key=KEY, firmware_version="1.0.0")
    await csms.receives("SecurityEventNotification", type="StartupOfTheDevice")
    csms.forget()
    return station


async def update(csms: ScriptedCsms, location: str, signer: Signer, **more: Any) -> dict[str, Any]:
    firmware = {
        "location": location,
        "retrieveDateTime": timestamp(more.pop("at", NOW)),
        "signingCertificate": more.pop("certificate", signer.certificate),
        "signature": more.pop("signature", None) or signer.sign(IMAGE),
    }
    if "install" in more:
        firmware["installDateTime"] = timestamp(more.pop("install"))
    return await csms.call("SignedUpdateFirmware", **{"requestId": 5, "firmware": firmware, **more})


def statuses(csms: ScriptedCsms) -> list[str]:
    return [payload["status"] for payload in csms.payloads(STATUS)]


def events(csms: ScriptedCsms) -> list[str]:
    return [payload["type"] for payload in csms.payloads("SecurityEventNotification")]


async def test_fw_02_the_whole_update_is_told(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    assert await update(csms, f"{folder.url}/fw.bin", signer) == {"status": "Accepted"}
    await clock.advance(60)

    assert statuses(csms) == WHOLE
    assert {payload["requestId"] for payload in csms.payloads(STATUS)} == {5}
    assert csms.payloads("BootNotification")[0]["firmwareVersion"] == "2.0.0"
    assert events(csms) == ["ResetOrReboot", "StartupOfTheDevice", "FirmwareUpdated"]
    assert csms.payloads("FirmwareStatusNotification") == []
    assert [csms.statuses(number)[-1] for number in (0, 1, 2)] == ["Available"] * 3


@pytest.mark.parametrize(("kind", "pss"), [("ec", False), ("rsa", True), ("rsa", False)])
async def test_every_kind_of_signature_is_verified(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, pki: Pki, kind: str, pss: bool
) -> None:
    signer = Signer(pki, ec_key("other") if kind == "ec" else rsa_key())
    await update(csms, f"{folder.url}/fw.bin", signer, signature=signer.sign(IMAGE, pss=pss))
    await clock.settle()
    assert statuses(csms)[:3] == BEGIN
    csms.forget()
    await clock.advance(60)
    await update(csms, f"{folder.url}/fw.bin", signer, signature=signer.sign(IMAGE + b"?", pss=pss))
    await clock.settle()

    assert statuses(csms)[-3:] == ["Downloading", "Downloaded", "InvalidSignature"]


@pytest.mark.parametrize(
    "signature", [base64.b64encode(b"no signature").decode(), "not base64!", base64.b64encode(bytes(72)).decode()]
)
async def test_a_signature_that_is_wrong_is_told_and_nothing_is_installed(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer, signature: str
) -> None:
    answer = await update(csms, f"{folder.url}/fw.bin", signer, signature=signature)
    assert answer == {"status": "Accepted"}
    await clock.advance(3600)

    assert statuses(csms) == ["Downloading", "Downloaded", "InvalidSignature"]
    assert events(csms) == ["InvalidFirmwareSignature"]
    assert "BootNotification" not in csms.actions
    assert csms.statuses(1) == []


@pytest.mark.parametrize("problem", ["foreign", "expired", "no text", "not for code"])
async def test_a_certificate_nobody_vouches_for_may_not_sign(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, pki: Pki, signer: Signer, problem: str
) -> None:
    certificate = {
        "foreign": root("foreign"),
        "expired": Signer(pki, ec_key(), now=NOW - timedelta(days=11 * 365)).certificate,
        "no text": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "not for code": Signer(pki, ec_key(), "station").certificate,
    }[problem]
    answer = await update(csms, f"{folder.url}/fw.bin", signer, certificate=certificate)
    await clock.advance(3600)

    assert answer == {"status": "InvalidCertificate"}
    assert events(csms) == ["InvalidFirmwareSigningCertificate"]
    assert folder.requests == []
    assert statuses(csms) == []


async def test_a_certificate_that_does_not_say_what_it_is_for_may_sign(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, pki: Pki
) -> None:
    signer = Signer(pki, ec_key("issuing"), "issuing")
    assert await update(csms, f"{folder.url}/fw.bin", signer) == {"status": "Accepted"}
    await clock.settle()

    assert statuses(csms)[:3] == BEGIN


async def test_without_a_root_of_the_manufacturer_nobody_may_sign(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    await start()

    assert await update(csms, f"{folder.url}/fw.bin", signer) == {"status": "InvalidCertificate"}
    assert await csms.receives("SecurityEventNotification", type="InvalidFirmwareSigningCertificate")


async def test_a_revoked_certificate_may_not_sign(
    start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, pki: Pki, signer: Signer
) -> None:
    other, good = Signer(pki, ec_key("another")), Signer(pki, ec_key("good"))
    lists = other.revocations() + signer.revocations() + good.revocations(forged=True)
    await start(provision=provision(pki, revocations=lists))

    assert await update(csms, f"{folder.url}/fw.bin", signer) == {"status": "RevokedCertificate"}
    assert await update(csms, f"{folder.url}/fw.bin", good) == {"status": "Accepted"}
    await clock.settle()
    assert statuses(csms)[:3] == BEGIN


async def test_fw_01_download_and_installation_wait_for_their_times(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    hour = timedelta(hours=1)
    await update(csms, f"{folder.url}/fw.bin", signer, at=NOW + hour, install=NOW + 2 * hour)
    await clock.advance(3599)
    assert statuses(csms) == ["DownloadScheduled"]
    await clock.advance(3600)
    assert statuses(csms) == ["DownloadScheduled", *BEGIN, "InstallScheduled"]
    assert csms.statuses(1) == []
    await clock.advance(60)

    assert statuses(csms) == ["DownloadScheduled", *BEGIN, "InstallScheduled", *WHOLE[3:]]


async def test_fw_05_between_two_tries_the_download_is_paused(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    folder.answers = [500, 500, 500]
    await update(csms, f"{folder.url}/fw.bin", signer, retries=2, retryInterval=60)
    await clock.advance(3600)

    again = ["DownloadPaused", "Downloading"]
    assert statuses(csms) == ["Downloading", *again, *again, "DownloadFailed"]


async def test_fw_02_a_signed_image_that_is_damaged_is_not_installed(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    await update(csms, f"{folder.url}/broken.bin", signer, signature=signer.sign(IMAGE + b"!"))
    await clock.advance(3600)

    assert statuses(csms) == [*BEGIN, "InstallVerificationFailed"]


async def test_fw_02_a_broken_memory(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    await station.jam_firmware()
    await update(csms, f"{folder.url}/fw.bin", signer)
    await clock.advance(3600)

    assert statuses(csms) == [*BEGIN, "Installing", "InstallationFailed"]


async def test_fw_03_waits_for_who_charges(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    await station.plug_in(1)
    await station.present("TAG-1")
    await update(csms, f"{folder.url}/fw.bin", signer)
    await clock.advance(3600)
    assert statuses(csms) == BEGIN
    assert csms.statuses(2) == ["Unavailable"]
    await station.present("TAG-1")
    await clock.advance(60)

    assert statuses(csms) == WHOLE


async def test_a_new_order_cancels_the_one_before(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    later = NOW + timedelta(hours=1)
    assert (await update(csms, f"{folder.url}/fw.bin", signer, at=later, requestId=1))["status"] == "Accepted"
    assert (await update(csms, f"{folder.url}/fw.bin", signer, requestId=2))["status"] == "AcceptedCanceled"
    await clock.settle()
    assert statuses(csms)[-1] == "Installing"
    assert (await update(csms, f"{folder.url}/fw.bin", signer, requestId=3))["status"] == "Rejected"
    await clock.advance(7200)

    told = [(payload["requestId"], payload["status"]) for payload in csms.payloads(STATUS)]
    assert told == [(1, "DownloadScheduled"), *((2, status) for status in WHOLE)]


async def test_trg_02_the_status_is_told_when_asked(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, signer: Signer
) -> None:
    async def asked() -> dict[str, Any]:
        answer = await csms.call("ExtendedTriggerMessage", requestedMessage="FirmwareStatusNotification")
        assert answer == {"status": "Accepted"}
        await clock.settle()
        return csms.payloads(STATUS)[-1]

    assert await asked() == {"status": "Idle"}
    await update(csms, f"{folder.url}/fw.bin", signer, install=NOW + timedelta(hours=1))
    await clock.settle()
    assert await asked() == {"status": "InstallScheduled", "requestId": 5}
    assert await csms.call("TriggerMessage", requestedMessage="FirmwareStatusNotification") == {"status": "Accepted"}
    await clock.settle()
    assert csms.payloads("FirmwareStatusNotification") == [{"status": "Idle"}]
    await clock.advance(3700)
    assert await asked() == {"status": "Idle"}


async def test_an_order_survives_the_process(
    memory: SqliteFile, start: StartStation, csms: ScriptedCsms, clock: VirtualClock, folder: Folder, pki: Pki
) -> None:
    signer = Signer(pki, ec_key("signer"))
    factory = provision(pki, **own_certificate(pki, "CP1"))
    first = await start(provision=factory, store=memory.of("CP1"))
    await update(csms, f"{folder.url}/fw.bin", signer, install=NOW + timedelta(hours=1))
    await clock.settle()
    await first.stop()
    csms.forget()
    await start(provision=factory, store=memory.of("CP1"))
    await clock.advance(3700)

    assert statuses(csms) == [*BEGIN, "InstallScheduled", *WHOLE[3:]]
    assert {payload["requestId"] for payload in csms.payloads(STATUS)} == {5}
    assert "FirmwareUpdated" in events(csms)
