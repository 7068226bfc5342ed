"""`kill -9` at a station loses no key, certificate, update or critical event (rules SEC-06, SEC-16, FW-02)."""

from __future__ import annotations

import asyncio
import base64
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from csms_core.pki import Pki
from ocppj.times import timestamp
from simulator import VirtualClock
from simulator.v16.profiles.firmware import make_image
from tests import ROOT
from tests.simulator.support.files import http_folder
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation
from tests.simulator.support.security import NOW, clock_of_today, expired_root, signed

pytestmark = pytest.mark.asyncio

EVENT = "SecurityEventNotification"
KIND = "CentralSystemRootCertificate"
NEW_KEY = "FFEEDDCCBBAA99887766554433221100"


@pytest.fixture
def clock() -> VirtualClock:
    return clock_of_today()


async def burden(csms: ScriptedCsms, pki: Pki, firmware: str) -> str:
    """Give the station a key, a root, an update, and an event that is not answered; returns its request (PEM)."""

    async def never(_: dict[str, Any]) -> dict[str, Any]:
        return await asyncio.get_running_loop().create_future()

    await csms.receives(EVENT, type="StartupOfTheDevice")
    await csms.call("ChangeConfiguration", key="AuthorizationKey", value=NEW_KEY)
    await csms.until(lambda: csms.connections == 2)
    for root in pki.roots:
        answer = await csms.call("InstallCertificate", certificateType=KIND, certificate=root.pem)
        assert answer == {"status": "Accepted"}
    await csms.call("ExtendedTriggerMessage", requestedMessage="SignChargePointCertificate")
    csr = (await csms.receives("SignCertificate"))["csr"]
    later = timestamp(NOW + timedelta(hours=1))
    await csms.call("UpdateFirmware", location=firmware, retrieveDate=later)
    csms.answers[EVENT] = never
    answer = await csms.call("InstallCertificate", certificateType=KIND, certificate=expired_root())
    assert answer == {"status": "Rejected"}
    await csms.receives(EVENT, type="InvalidCentralSystemCertificate")
    return csr


async def test_sec_06_sec_16_fw_02_nothing_is_lost(
    csms: ScriptedCsms, start: StartStation, clock: VirtualClock, pki: Pki, tmp_path: Path
) -> None:
    async with http_folder() as folder:
        folder.files["/fw.bin"] = make_image("2.0.0")
        process = await asyncio.create_subprocess_exec(
            *(
                sys.executable,
                "-m",
                "tests.simulator.v16.profiles.security.doomed",
                csms.url,
                str(tmp_path / "stations.db"),
            ),
            cwd=ROOT,
        )
        try:
            csr = await burden(csms, pki, f"{folder.url}/fw.bin")
        finally:
            process.kill()
            await process.wait()
        await csms.until(lambda: csms.peer is None)
        csms.answers[EVENT] = {}
        csms.forget()
        await start(store=tmp_path / "stations.db")

        header = csms.handshakes[-1]["Authorization"].removeprefix("Basic ")
        assert base64.b64decode(header) == b"CP1:" + bytes.fromhex(NEW_KEY)
        told = [payload["type"] for payload in csms.payloads(EVENT)]
        assert told == ["InvalidCentralSystemCertificate", "StartupOfTheDevice"]
        roots = await csms.call("GetInstalledCertificateIds", certificateType=KIND)
        assert len(roots["certificateHashData"]) == 2
        chain = signed(pki, "CP1", csr)
        assert await csms.call("CertificateSigned", certificateChain=chain) == {"status": "Accepted"}
        assert folder.requests == []
        await clock.advance(3700)
        statuses = [payload["status"] for payload in csms.payloads("FirmwareStatusNotification")]
        assert statuses == ["Downloading", "Downloaded", "Installing", "Installed"]
