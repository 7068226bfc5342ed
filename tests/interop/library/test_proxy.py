"""A charge point made with the `ocpp` package and the reference CSMS, with the proxy between them: neither notices."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from ocpp.v16 import call

from csms_core import Config, Csms
from tests.csms_core.support.bench import STATION, default_config, provision
from tests.harness.instruments.proxy.support import Proxy, proxied
from tests.interop.library.station import connected, library_station

pytestmark = [pytest.mark.asyncio]

ANSWERS = {"Reset": {"status": "Accepted"}, "TriggerMessage": {"status": "NotImplemented"}}


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return default_config(tmp_path)


@pytest_asyncio.fixture
async def csms(config: Config) -> AsyncIterator[Csms]:
    async with Csms(config) as csms:
        await provision(csms)
        yield csms


@pytest_asyncio.fixture
async def proxy(tmp_path: Path, csms: Csms) -> AsyncIterator[Proxy]:
    async with proxied(tmp_path, csms.url) as proxy:
        yield proxy


async def test_a_session_of_the_library_through_the_proxy(csms: Csms, proxy: Proxy) -> None:
    async with connected(library_station(ANSWERS), proxy.url + "/ocpp", STATION) as station:
        boot = await station.call(call.BootNotification(charge_point_model="test", charge_point_vendor="plugproof"))
        authorized = await station.call(call.Authorize(id_tag="GOOD"))
        started = await station.call(
            call.StartTransaction(connector_id=1, id_tag="GOOD", meter_start=0, timestamp="2026-11-21T10:00:00Z")
        )
        await station.call(
            call.StopTransaction(
                meter_stop=10, timestamp="2026-11-21T11:00:00Z", transaction_id=started.transaction_id, id_tag="GOOD"
            )
        )
        async with httpx.AsyncClient(base_url=csms.api_url, verify=False, timeout=30) as api:
            reset = await api.post(f"/api/v1/stations/{STATION}/operations/Reset", json={"type": "Soft"})
    await proxy.watching.closed()

    assert (boot.status, authorized.id_tag_info["status"]) == ("Accepted", "Accepted")
    assert started.transaction_id > 0
    assert reset.json() == {"status": "Accepted"}
    assert station.received == [("Reset", {"type": "Soft"})]
    assert proxy.judge.figures.messages == {"station": 5, "csms": 5}
    assert proxy.watching.rules == []
    assert "StartTransaction" in proxy.trace()
