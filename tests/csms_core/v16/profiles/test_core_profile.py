"""Core profile, station -> CSMS, over the wire (OCPP 1.6 §4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from csms_core import Csms
from csms_core.hub.registry import Handler
from csms_core.store import stations, tags
from csms_core.v16.profiles import HANDLERS
from csms_core.v16.store import statuses, tables, transactions
from ocppj.peers.aio import CallRefused
from tests.csms_core.support.bench import STATION, Connecting, Station, configured

pytestmark = pytest.mark.asyncio

VALUE = {"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": "1"}]}


def dict_of_handlers() -> dict[str, Handler]:
    assert isinstance(HANDLERS, dict)
    return HANDLERS


async def test_boot_is_accepted_with_time_and_interval(connecting: Connecting) -> None:
    answer = await (await connecting()).boot()

    assert answer["status"] == "Accepted"
    assert answer["interval"] == 300
    assert answer["currentTime"].endswith("Z")
    assert abs(datetime.fromisoformat(answer["currentTime"]) - datetime.now(UTC)) < timedelta(seconds=60)


async def test_boot_08_heartbeat_tells_the_time(station: Station) -> None:
    answer = await station.call("Heartbeat")

    assert datetime.fromisoformat(answer["currentTime"]).tzinfo is not None


async def test_err_11_nothing_but_a_boot_before_acceptance(connecting: Connecting) -> None:
    station = await connecting()
    with pytest.raises(CallRefused) as refused:
        await station.call("Heartbeat")
    assert refused.value.error.code == "SecurityError"

    await station.boot()
    assert "currentTime" in await station.call("Heartbeat")


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_err_11_a_station_that_was_not_accepted_is_refused(
    csms: Csms, connecting: Connecting, status: str
) -> None:
    await csms.store.write(lambda c: stations.put(c, STATION, "", registration=status, interval=7))
    station = await connecting()

    answer = await station.boot()

    assert (answer["status"], answer["interval"]) == (status, 7)
    with pytest.raises(CallRefused, match="SecurityError"):
        await station.call("Heartbeat")


async def test_con_09_acceptance_outlives_the_connection(station: Station, connecting: Connecting) -> None:
    await station.close()

    again = await connecting()

    assert "currentTime" in await again.call("Heartbeat")


@pytest.mark.parametrize(
    ("id_tag", "info"),
    [
        ("GOOD", {"status": "Accepted"}),
        ("GOOD2", {"status": "Accepted", "parentIdTag": "FAMILY"}),
        ("BLOCKED", {"status": "Blocked"}),
        ("EXPIRED", {"status": "Expired", "expiryDate": "2020-01-01T00:00:00.000Z"}),
        ("NOBODY", {"status": "Invalid"}),
    ],
)
async def test_auth_03_every_tag_gets_its_status(station: Station, id_tag: str, info: dict[str, Any]) -> None:
    assert await station.call("Authorize", {"idTag": id_tag}) == {"idTagInfo": info}


async def test_val_06_an_id_tag_is_the_same_in_any_case(station: Station) -> None:
    assert await station.call("Authorize", {"idTag": "gOOd"}) == {"idTagInfo": {"status": "Accepted"}}


@pytest.mark.parametrize(("id_tag", "status"), [("GOOD", "Accepted"), ("BLOCKED", "Blocked"), ("NOBODY", "Invalid")])
async def test_tx_01_a_start_is_booked_and_its_tag_judged(
    csms: Csms, station: Station, id_tag: str, status: str
) -> None:
    answer = await station.start(id_tag, reservationId=9)

    assert answer["idTagInfo"]["status"] == status
    booked = await csms.store.read(lambda c: transactions.find(c, answer["transactionId"]))
    assert booked is not None
    assert (booked.identity, booked.id_tag, booked.meter_start, booked.reservation_id) == (STATION, id_tag, 100, 9)
    assert booked.running


async def test_val_17_transaction_ids_are_unique_and_positive(station: Station) -> None:
    ids = [(await station.start(meterStart=n))["transactionId"] for n in range(5)]

    assert len(set(ids)) == 5
    assert min(ids) > 0


async def test_tx_18_a_repeated_start_is_booked_once(csms: Csms, station: Station, connecting: Connecting) -> None:
    first = await station.start()
    await station.close()
    again = await connecting()

    assert await again.start(id_tag="good", timestamp="2026-11-21T11:00:00.000+01:00") == first
    assert len(await csms.store.read(transactions.listing)) == 1


async def test_tx_18_a_repeated_start_keeps_its_answer_when_the_tag_changed(csms: Csms, station: Station) -> None:
    first = await station.start("NOBODY")
    await csms.store.write(lambda c: tags.put(c, tags.Tag("NOBODY")))

    assert await station.start("NOBODY") == first
    assert (await station.start("NOBODY", meterStart=101))["idTagInfo"]["status"] == "Accepted"


async def test_tx_18_a_repeated_stop_is_booked_once(csms: Csms, station: Station) -> None:
    started = await station.start()
    data = [{"timestamp": "2026-11-21T11:00:00Z", "sampledValue": [{"value": "900"}]}]

    first = await station.stop(started["transactionId"], idTag="GOOD", transactionData=data, reason="EVDisconnected")
    second = await station.stop(started["transactionId"], idTag="GOOD", transactionData=data, reason="EVDisconnected")

    assert first == second == {"idTagInfo": {"status": "Accepted"}}
    (booked,) = await csms.store.read(transactions.listing)
    assert (booked.meter_stop, booked.stop_reason, booked.stop_id_tag) == (900, "EVDisconnected", "GOOD")
    assert await csms.store.read(lambda c: transactions.values_of(c, booked)) == data_normal(data)


def data_normal(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [value | {"timestamp": "2026-11-21T11:00:00.000000Z"} for value in data]


async def test_val_13_a_stop_without_reason_means_local(csms: Csms, station: Station) -> None:
    started = await station.start()

    assert await station.stop(started["transactionId"]) == {}

    (booked,) = await csms.store.read(transactions.listing)
    assert booked.stop_reason == "Local"


@pytest.mark.parametrize("transaction_id", [-1, 0, 4711, 2**31 - 1])
async def test_tx_02_a_stop_of_an_unknown_transaction_is_answered(station: Station, transaction_id: int) -> None:
    assert await station.stop(transaction_id) == {}
    assert await station.stop(transaction_id) == {}
    assert await station.stop(transaction_id, idTag="BLOCKED") == {"idTagInfo": {"status": "Blocked"}}


async def test_tx_02_a_stop_below_the_start_is_booked(csms: Csms, station: Station) -> None:
    started = await station.start(meterStart=1000)

    await station.stop(started["transactionId"], meterStop=-5)

    (booked,) = await csms.store.read(transactions.listing)
    assert booked.meter_stop == -5


async def test_a_second_and_different_stop_does_not_change_the_first(csms: Csms, station: Station) -> None:
    started = await station.start()
    await station.stop(started["transactionId"], meterStop=500)

    assert await station.stop(started["transactionId"], meterStop=900) == {}

    (booked,) = await csms.store.read(transactions.listing)
    assert booked.meter_stop == 500


async def test_a_station_cannot_stop_the_transaction_of_another(
    csms: Csms, station: Station, connecting: Connecting
) -> None:
    await csms.store.write(lambda c: stations.put(c, "OTHER", ""))
    other = await connecting("OTHER")
    await other.boot()
    started = await station.start()

    assert await other.stop(started["transactionId"]) == {}

    (booked,) = await csms.store.read(transactions.listing)
    assert booked.running


@pytest.mark.parametrize("transaction_id", [None, -1, 4711])
async def test_tx_09_meter_values_are_always_answered(station: Station, transaction_id: int | None) -> None:
    value = {"timestamp": "2026-11-21T10:00:00Z", "sampledValue": [{"value": "1", "unit": "Celsius"}]}
    named = {} if transaction_id is None else {"transactionId": transaction_id}

    assert await station.call("MeterValues", {"connectorId": 1, "meterValue": [value], **named}) == {}


async def test_tx_05_late_messages_keep_their_own_time(csms: Csms, station: Station) -> None:
    await station.start(timestamp="2026-11-20T08:30:00.5+02:00")

    (booked,) = await csms.store.read(transactions.listing)
    assert booked.started_at == "2026-11-20T06:30:00.500000Z"


@pytest.mark.parametrize("connector", [0, 1, 99, 4000, 2**31 - 1])
async def test_stat_08_every_status_is_answered_and_kept(
    api: httpx.AsyncClient, station: Station, connector: int
) -> None:
    assert await station.status("Faulted", connector, "GroundFailure") == {}

    (kept,) = (await api.get(f"/api/v1/stations/{STATION}")).json()["connectors"]
    assert (kept["connectorId"], kept["status"]) == (connector, "Faulted")


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("StatusNotification", {"connectorId": -1, "status": "Available", "errorCode": "NoError"}),
        ("StartTransaction", {"connectorId": 0, "idTag": "GOOD", "meterStart": 0, "timestamp": "2026-11-21T10:00:00Z"}),
        ("MeterValues", {"connectorId": -1, "meterValue": [VALUE]}),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
async def test_a_connector_that_cannot_be_is_refused_and_not_booked(
    csms: Csms, station: Station, action: str, payload: dict[str, Any]
) -> None:
    """The tables of OCPP 1.6 §6.31, §6.45 and §6.47 say which numbers a connectorId may be."""
    with pytest.raises(CallRefused, match=r"PropertyConstraintViolation.*connectorId is at least"):
        await station.call(action, payload)

    assert await csms.store.read(transactions.listing) == []
    assert await csms.store.read(lambda c: statuses.listing(c, STATION)) == []
    assert await csms.store.read(lambda c: c.execute(select(tables.meter_values)).all()) == []


async def test_what_is_not_kept_for_want_of_room_is_not_acknowledged(csms: Csms, station: Station) -> None:
    for number in range(statuses.MOST_ODD):
        await station.status("Available", 5000 + number)

    with pytest.raises(CallRefused, match="no room for one more connector"):
        await station.status("Available", 4000)

    assert await station.status("Charging", 5000) == {}, "one that is known goes on"
    assert await station.status("Available", 7) == {}
    assert len(await csms.store.read(lambda c: statuses.listing(c, STATION))) == statuses.MOST_ODD + 1


async def test_the_last_status_of_a_connector_is_kept(csms: Csms, station: Station) -> None:
    await station.status("Preparing")
    await station.status("Charging")

    (kept,) = await csms.store.read(lambda c: statuses.listing(c, STATION))
    assert (kept["connectorId"], kept["status"], kept["errorCode"]) == (1, "Charging", "NoError")


async def test_dt_01_unknown_vendor(station: Station) -> None:
    assert await station.call("DataTransfer", {"vendorId": "nobody"}) == {"status": "UnknownVendorId"}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("DiagnosticsStatusNotification", {"status": "Uploaded"}),
        ("FirmwareStatusNotification", {"status": "Installed"}),
        ("LogStatusNotification", {"status": "Uploaded"}),
        ("SecurityEventNotification", {"type": "SettingSystemTime", "timestamp": "2026-11-21T10:00:00Z"}),
        ("SignedFirmwareStatusNotification", {"status": "Installed"}),
    ],
)
async def test_fw_06_reports_of_other_profiles_are_answered_and_kept(
    csms: Csms, station: Station, action: str, payload: dict[str, Any]
) -> None:
    assert await station.call(action, payload) == {}

    (notice,) = await csms.store.read(lambda c: stations.notices_of(c, STATION))
    assert (notice["action"], notice["payload"]) == (action, payload)


async def test_err_03_what_is_not_supported_says_so(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(dict_of_handlers(), "DataTransfer")  # every message of 1.6 has a handler

    with pytest.raises(CallRefused) as refused:
        await station.call("DataTransfer", {"vendorId": "x"})

    assert refused.value.error.code == "NotSupported"


async def test_the_csms_breaks_no_rule_itself(station: Station) -> None:
    started = await station.start()
    await station.status("Charging")
    await station.stop(started["transactionId"])
    await station.call("Heartbeat")

    assert [finding for finding in station.peer.findings if finding.party == "csms"] == []


@configured(concurrent_transactions=False)
class TestConcurrentTransactionsRefused:
    async def test_a_tag_that_charges_elsewhere_gets_concurrent_tx(self, station: Station) -> None:
        first = await station.start(connectorId=1)
        second = await station.start("good", connectorId=2)

        assert second["idTagInfo"]["status"] == "ConcurrentTx"
        assert second["transactionId"] != first["transactionId"]

        await station.stop(first["transactionId"])
        assert (await station.start(connectorId=2, meterStart=7))["idTagInfo"]["status"] == "Accepted"

    async def test_the_same_connector_is_not_elsewhere(self, station: Station) -> None:
        await station.start(connectorId=1)

        assert (await station.start(connectorId=1, meterStart=7))["idTagInfo"]["status"] == "Accepted"


@configured(data_transfer={"acme": frozenset({"hello"}), "any": frozenset()})
class TestDataTransfer:
    @pytest.mark.parametrize(
        ("payload", "status"),
        [
            ({"vendorId": "acme", "messageId": "hello"}, "Accepted"),
            ({"vendorId": "acme", "messageId": "other"}, "UnknownMessageId"),
            ({"vendorId": "acme"}, "UnknownMessageId"),
            ({"vendorId": "any", "messageId": "other", "data": "x"}, "Accepted"),
            ({"vendorId": "nobody", "messageId": "hello"}, "UnknownVendorId"),
        ],
    )
    async def test_dt_01_known_vendors_and_messages(
        self, station: Station, payload: dict[str, Any], status: str
    ) -> None:
        assert await station.call("DataTransfer", payload) == {"status": status}
