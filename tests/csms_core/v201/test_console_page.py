"""The console in a real browser: connectors, transactions, variables and operations of a station of OCPP 2.0.1."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from csms_core import Csms
from csms_core.store import stations
from tests.csms_core.support import bench
from tests.csms_core.support.bench import STATION
from tests.csms_core.support.browser import Opening, browser, csms, needs_chromium, opening, playwright_api
from tests.csms_core.v201.support import NOW, Station, connect, token
from tests.csms_core.v201.test_inbound import REPORT

expect = playwright_api.expect

__all__ = ["browser", "csms", "opening"]  # fixtures

pytestmark = [
    needs_chromium,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.xdist_group("browser"),
]

HERE = f"/#/stations/{STATION}"


@pytest_asyncio.fixture(loop_scope="module")
async def station(csms: Csms) -> AsyncIterator[Station]:
    station = await connect(csms.url, STATION)
    unit = {"model": "Rapid", "vendorName": "ACME", "firmwareVersion": "1.2.3"}
    await station.boot(chargingStation=unit)
    await station.occupied(1, 1, "Available")
    await station.occupied(2, 1, "Available")
    yield station
    await station.close()


def values(energy: int) -> list[dict[str, Any]]:
    samples = [
        {"value": energy},
        {"value": 7.4, "measurand": "Power.Active.Import", "unitOfMeasure": {"unit": "kW"}},
    ]
    return [{"timestamp": NOW, "sampledValue": samples}]


async def test_it_shows_connectors_and_transactions_as_they_change(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    bay = page.get_by_role("article", name="EVSE 1, connector 1")
    await expect(bay).to_contain_text("Available")
    await expect(page.locator("#station")).to_contain_text("ACME Rapid · firmware 1.2.3 · OCPP 2.0.1")

    await station.tell(0, "Started", "CablePluggedIn", evse={"id": 1, "connectorId": 1}, meterValue=values(1000))
    await station.occupied()
    await expect(bay).to_contain_text("Occupied")
    await station.tell(1, "Updated", "Authorized", idToken=token())
    await station.tell(2, chargingState="Charging", meterValue=values(3500))

    await expect(bay).to_have_attribute("data-status", "Charging")
    await expect(bay).to_contain_text("GOOD")
    await expect(bay).to_contain_text("2.50 kWh")
    await expect(bay).to_contain_text("7.4 kW")
    await expect(page.locator("#n-charging")).to_have_text("1")

    await station.tell(3, "Ended", "EVCommunicationLost", stoppedReason="EVDisconnected", meterValue=values(4000))
    await station.occupied(status="Available")
    await expect(bay).to_contain_text("No transaction")
    await page.get_by_role("tab", name="Transactions").click()
    row = page.get_by_role("row", name="GOOD")
    await expect(row).to_contain_text("3.00 kWh")
    await expect(row).to_contain_text("EVDisconnected")


async def test_transactions_of_both_versions_are_shown_together(opening: Opening, csms: Csms, station: Station) -> None:
    await csms.store.write(lambda connection: stations.put(connection, "OLD", NOW))
    old = await bench.connect(csms.url, "OLD")
    await old.boot()
    await old.start("GOOD2")
    await station.tell(0, "Started", "Authorized", evse={"id": 2}, idToken=token())

    page = await opening("/")

    running = page.locator(".overview table").first
    await expect(running.get_by_role("row", name="OLD")).to_contain_text("GOOD2")
    await expect(running.get_by_role("row", name=STATION)).to_contain_text("GOOD")
    await expect(page.locator("#n-running")).to_have_text("2")
    await old.close()


async def test_the_device_model_is_shown(opening: Opening, station: Station) -> None:
    await station.call("NotifyReport", {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": [REPORT]})
    page = await opening(HERE)

    await page.get_by_role("tab", name="Variables").click()

    await expect(page.get_by_role("row", name="OCPPCommCtrlr")).to_contain_text("OfflineThreshold")
    await expect(page.get_by_role("row", name="OCPPCommCtrlr")).to_contain_text("60")
    await page.get_by_role("tab", name="Details").click()
    await expect(page.locator(".facts")).to_contain_text("vendorName")


async def test_an_operation_is_sent_as_filled_in(opening: Opening, station: Station) -> None:
    page = await opening(HERE)
    await page.get_by_role("radio", name="RequestStartTransaction", exact=True).check()
    await page.get_by_label("remoteStartId").fill("7")
    await page.locator(".fields input[name=idToken]").first.fill("GOOD")
    await page.locator(".fields select").first.select_option("ISO14443")
    await expect(page.locator(".fields").first).not_to_contain_text("customData")

    await page.get_by_role("button", name="Send RequestStartTransaction").click()

    call = await station.next_call()
    assert (call.action, call.payload) == ("RequestStartTransaction", {"remoteStartId": 7, "idToken": token()})
    await expect(page.locator(".results")).to_contain_text("Accepted")


TEN = (
    "ChangeAvailability",
    "ClearCache",
    "GetBaseReport",
    "GetVariables",
    "RequestStartTransaction",
    "RequestStopTransaction",
    "Reset",
    "SetVariables",
    "TriggerMessage",
    "UnlockConnector",
)


async def test_every_operation_has_a_form_and_those_of_1_6_are_not_offered(opening: Opening, station: Station) -> None:
    page = await opening(HERE)

    for action in TEN:
        await page.get_by_role("radio", name=action, exact=True).check()
        await expect(page.get_by_role("button", name=f"Send {action}")).to_be_enabled()
    await expect(page.get_by_role("radio", name="RemoteStartTransaction", exact=True)).to_have_count(0)


async def test_a_station_that_comes_back_with_another_version_is_shown_anew(
    opening: Opening, csms: Csms, station: Station
) -> None:
    page = await opening(HERE)
    await expect(page.get_by_role("tab", name="Variables")).to_be_visible()

    old = await bench.connect(csms.url, STATION)
    await old.boot()

    await expect(page.get_by_role("tab", name="Variables")).to_have_count(0)
    await expect(page.get_by_role("radio", name="RemoteStartTransaction", exact=True)).to_have_count(1)
    await old.close()
