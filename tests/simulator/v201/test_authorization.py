"""Block C: Authorize, cache, groups, and what holds offline."""

from typing import Any

import pytest

from simulator import VirtualClock
from simulator.v201.station import Station
from tests.simulator.v201.conftest import Csms, Start

pytestmark = pytest.mark.asyncio


def _said(status: str, **more: Any) -> dict[str, Any]:
    return {"idTokenInfo": {"status": status, **more}}


async def test_a_token_that_the_csms_refuses_charges_nothing(station: Station, csms: Csms, clock: VirtualClock) -> None:
    csms.answers["Authorize"] = _said("Invalid")
    await station.present("TAG-9", 1, "KeyCode")
    await clock.settle()
    assert csms.payloads("Authorize") == [{"idToken": {"idToken": "TAG-9", "type": "KeyCode"}}]
    assert csms.told == []


async def test_a_cached_token_is_not_asked_about_when_that_is_configured(
    start: Start, csms: Csms, clock: VirtualClock
) -> None:
    station = await start(configuration={"AuthCtrlr.LocalPreAuthorize": "true", "TxCtrlr.TxStopPoint": "Authorized"})
    for _ in range(2):
        await station.present("TAG-1", 1)
        await station.present("tag-1", 1)
        await clock.settle()
    assert len(csms.payloads("Authorize")) == 1
    assert csms.told == ["Started Authorized", "Ended StopAuthorized"] * 2
    assert await csms.call("ClearCache") == {"status": "Accepted"}
    await station.present("TAG-1", 1)
    assert len(csms.payloads("Authorize")) == 2


async def test_a_cached_token_counts_for_its_lifetime(start: Start, csms: Csms, clock: VirtualClock) -> None:
    lifetime = {"AuthCtrlr.LocalPreAuthorize": "true", "AuthCacheCtrlr.LifeTime": "100"}
    station = await start(configuration={**lifetime, "TxCtrlr.TxStopPoint": "Authorized"})
    await station.present("TAG-1", 1)
    await station.present("TAG-1", 1)
    await clock.advance(100)
    await station.present("TAG-1", 1)
    assert len(csms.payloads("Authorize")) == 2


async def test_without_a_cache_there_is_nothing_to_clear(station: Station, csms: Csms) -> None:
    await csms.set(AuthCacheCtrlr__Enabled="false")
    assert await csms.call("ClearCache") == {"status": "Rejected"}


async def test_offline_a_cached_token_charges_and_an_unknown_one_when_configured(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    await station.present("TAG-1", 1)
    await station.present("TAG-1", 1)
    await clock.settle()
    await station.lose_network()
    await station.present("TAG-2", 2)
    assert station.connector(2).admission is None
    await station.present("TAG-1", 2)
    assert station.connector(2).admission is not None
    station.device_model.put("AuthCtrlr.OfflineTxForUnknownIdEnabled", "true")
    await station.present("TAG-3", 1)
    assert station.connector(1).admission is not None


async def test_a_token_of_the_same_group_stops(station: Station, csms: Csms, clock: VirtualClock) -> None:
    csms.answers["Authorize"] = _said("Accepted", groupIdToken={"idToken": "G", "type": "Central"})
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await station.present("TAG-2", 1)
    await clock.settle()
    stopped = csms.payloads("TransactionEvent")[-2]
    assert (stopped["triggerReason"], stopped["idToken"]["idToken"]) == ("StopAuthorized", "TAG-2")


async def test_a_stranger_stops_nothing_and_a_master_pass_does(
    charging: Station, csms: Csms, clock: VirtualClock
) -> None:
    await charging.present("TAG-2", 1)
    await clock.settle()
    assert csms.told == []
    await csms.set(AuthCtrlr__MasterPassGroupId="MASTERS")
    csms.answers["Authorize"] = _said("Accepted", groupIdToken={"idToken": "MASTERS", "type": "Central"})
    await charging.present("TAG-9", 2)
    assert charging.connector(2).admission is None  # it starts nothing
    await charging.present("TAG-9", 1)
    await charging.unplug(1)
    await clock.settle()
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["stoppedReason"] == "MasterPass"


async def test_a_station_that_asks_nobody_charges_whoever_comes(start: Start, csms: Csms, clock: VirtualClock) -> None:
    station = await start(configuration={"AuthCtrlr.Enabled": "false"})
    await station.plug_in(1)
    await clock.settle()
    assert csms.payloads("Authorize") == []
    assert csms.payloads("TransactionEvent")[1]["idToken"] == {"idToken": "", "type": "NoAuthorization"}
    assert station.connector(1).charging_state == "Charging"


async def test_what_the_csms_says_to_an_event_ends_the_charging(
    station: Station, csms: Csms, clock: VirtualClock
) -> None:
    csms.answers["TransactionEvent"] = lambda event: _said("Blocked") if "idToken" in event else {}
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()
    assert csms.told[-1] == "Updated Deauthorized"
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["chargingState"] == "EVConnected"
    await station.unplug(1)
    assert station.connector(1).locked  # the cable waits for its owner
    await station.present("TAG-2", 1)
    assert station.connector(1).locked
    await station.present("TAG-1", 1)
    assert not station.connector(1).locked
    await clock.settle()
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["stoppedReason"] == "DeAuthorized"


async def test_or_only_holds_the_energy_back(station: Station, csms: Csms, clock: VirtualClock) -> None:
    await csms.set(TxCtrlr__StopTxOnInvalidId="false")
    csms.answers["TransactionEvent"] = lambda event: _said("Blocked") if "idToken" in event else {}
    await station.plug_in(1)
    await station.present("TAG-1", 1)
    await clock.settle()
    assert csms.payloads("TransactionEvent")[-1]["transactionInfo"]["chargingState"] == "SuspendedEVSE"
    assert station.connector(1).meter.power == 0
