"""Reservations: rules RES-01 to RES-05, TX-16, VAL-18."""

from typing import Any

import pytest

from simulator import Station, VirtualClock
from simulator.v16.profiles.core import CoreProfile
from tests.simulator.support.scripted_csms import ScriptedCsms, StartStation

pytestmark = pytest.mark.asyncio

SOON = "2026-01-01T00:10:00Z"


async def reserve(csms: ScriptedCsms, connector: int, number: int = 1, tag: str = "OWNER", **more: Any) -> str:
    payload = {"reservationId": number, "connectorId": connector, "idTag": tag, "expiryDate": SOON, **more}
    return (await csms.call("ReserveNow", **payload))["status"]


async def cancel(csms: ScriptedCsms, number: int = 1) -> str:
    return (await csms.call("CancelReservation", reservationId=number))["status"]


def parents(csms: ScriptedCsms, **groups: str) -> None:
    """The CSMS tells these parentIdTags."""

    def authorize(payload: dict[str, Any]) -> dict[str, Any]:
        group = groups.get(payload["idTag"])
        return {"idTagInfo": {"status": "Accepted", **({} if group is None else {"parentIdTag": group})}}

    csms.answers["Authorize"] = authorize


async def test_res_01_a_free_connector_is_reserved_after_the_answer(station: Station, csms: ScriptedCsms) -> None:
    assert await reserve(csms, 1) == "Accepted"
    await csms.receives("StatusNotification", connectorId=1, status="Reserved")
    assert csms.statuses(2) == []


async def test_res_01_occupied_also_when_reserved(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await reserve(csms, 1)
    assert await reserve(csms, 1, number=2) == "Occupied"
    await station.plug_in(2)
    assert await reserve(csms, 2, number=2) == "Occupied"


async def test_res_01_the_same_number_replaces(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await reserve(csms, 1, tag="ONE")
    assert await reserve(csms, 1, tag="OTHER") == "Accepted"
    assert await reserve(csms, 2, tag="OTHER") == "Accepted"
    await clock.settle()

    assert csms.statuses(1) == ["Reserved", "Available"]
    assert csms.statuses(2) == ["Reserved"]
    await station.present("OTHER", 2)
    assert station.connector(2).status == "Preparing"


@pytest.mark.parametrize("connector", [0, 1])
async def test_res_01_faulted_and_unavailable(station: Station, csms: ScriptedCsms, connector: int) -> None:
    await station.raise_fault(connector, "GroundFailure")
    assert await reserve(csms, connector) == "Faulted"
    await station.clear_fault(connector)
    await csms.call("ChangeAvailability", connectorId=connector, type="Inoperative")
    assert await reserve(csms, connector) == "Unavailable"


async def test_res_01_what_cannot_be_reserved(station: Station, csms: ScriptedCsms) -> None:
    assert await reserve(csms, 3) == "Rejected"
    assert await reserve(csms, 1, expiryDate="2025-12-31T23:59:59Z") == "Rejected"


async def test_res_01_rejected_without_the_profile(start: StartStation, csms: ScriptedCsms) -> None:
    await start(features=(CoreProfile,))
    assert [await reserve(csms, connector) for connector in (0, 1)] == ["Rejected", "Rejected"]


async def test_res_02_any_connector_needs_a_key(start: StartStation, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await start(configuration={"ReserveConnectorZeroSupported": "false"})
    assert await reserve(csms, 0) == "Rejected"


async def test_res_02_for_any_connector_the_last_free_one_is_kept(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    assert await reserve(csms, 0) == "Accepted"
    await clock.settle()
    assert csms.actions == []
    await station.plug_in(1)
    await station.present("STRANGER", 1)
    await clock.settle()
    assert csms.statuses(2) == ["Reserved"]
    assert await reserve(csms, 0, number=2) == "Occupied"
    await station.present("STRANGER-2", 2)
    assert station.connector(2).status == "Reserved"

    await station.present("STRANGER", 1)
    await station.unplug(1)
    await clock.settle()
    assert csms.statuses(2) == ["Reserved", "Available"]
    await station.plug_in(1)
    await station.present("OWNER", 1)
    await clock.settle()
    assert csms.payloads("StartTransaction")[-1]["reservationId"] == 1
    assert await cancel(csms) == "Rejected"


async def test_res_02_occupied_when_no_connector_is_free(station: Station, csms: ScriptedCsms) -> None:
    await station.plug_in(1)
    await station.plug_in(2)
    assert await reserve(csms, 0) == "Occupied"


async def test_res_03_a_stranger_is_refused_without_a_question(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await reserve(csms, 1)
    await station.present("STRANGER", 1)
    await clock.settle()
    assert csms.actions == ["StatusNotification"]
    assert await csms.call("RemoteStartTransaction", idTag="STRANGER", connectorId=1) == {"status": "Rejected"}
    await station.present("STRANGER")  # the common reader means the other connector
    assert station.connector(2).status == "Preparing"


@pytest.mark.parametrize("cable_first", [False, True])
async def test_res_03_tx_16_the_owner_is_let_in(
    station: Station, csms: ScriptedCsms, clock: VirtualClock, cable_first: bool
) -> None:
    await reserve(csms, 1, number=77)
    if cable_first:
        await station.plug_in(1)
        await clock.settle()
        assert csms.statuses(1) == ["Reserved"]
    await station.present("owner")
    if not cable_first:
        await station.plug_in(1)
    await clock.settle()

    assert csms.payloads("StartTransaction")[0]["reservationId"] == 77
    assert csms.statuses(1) == ["Reserved", "Preparing", "Charging"]


async def test_res_03_the_group_is_let_in_after_a_question(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    parents(csms, FRIEND="GROUP", OTHER="OTHERS")
    await reserve(csms, 1, parentIdTag="GROUP")
    await station.plug_in(1)
    await station.present("OTHER", 1)
    await station.present("NOBODY", 1)
    assert station.connector(1).status == "Reserved"
    await station.present("FRIEND", 1)
    await clock.settle()

    start = csms.payloads("StartTransaction")[0]
    assert (start["idTag"], start["reservationId"]) == ("FRIEND", 1)


async def test_res_03_remote_start_for_the_owner_and_for_the_group(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    parents(csms, FRIEND="GROUP")
    await reserve(csms, 1)
    await reserve(csms, 2, number=2, parentIdTag="GROUP")
    await station.plug_in(1)
    await station.plug_in(2)
    assert await csms.call("RemoteStartTransaction", idTag="OWNER") == {"status": "Accepted"}
    assert await csms.call("RemoteStartTransaction", idTag="FRIEND", connectorId=2) == {"status": "Accepted"}
    await clock.settle()

    assert [p["reservationId"] for p in csms.payloads("StartTransaction")] == [1, 2]


async def test_res_03_without_authorize_the_group_has_to_be_known(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    parents(csms, FRIEND="GROUP")
    station.configuration.set("AuthorizeRemoteTxRequests", "false")
    await reserve(csms, 1, parentIdTag="GROUP")
    await station.plug_in(1)
    assert await csms.call("RemoteStartTransaction", idTag="FRIEND", connectorId=1) == {"status": "Rejected"}
    await station.present("FRIEND", 2)  # the cache learns the group
    assert await csms.call("RemoteStartTransaction", idTag="FRIEND", connectorId=1) == {"status": "Accepted"}
    assert (await csms.receives("StartTransaction"))["reservationId"] == 1


async def test_res_04_it_expires(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await reserve(csms, 1)
    await reserve(csms, 2, number=2, expiryDate="2026-01-01T00:20:00Z")
    await clock.advance(599)
    assert csms.statuses(1) == ["Reserved"]
    await clock.advance(1)
    assert csms.statuses(1) == ["Reserved", "Available"]
    await clock.advance(600)
    assert csms.statuses(2) == ["Reserved", "Available"]
    assert await cancel(csms, 2) == "Rejected"


async def test_res_04_it_expires_while_the_power_is_off(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await reserve(csms, 1)
    await reserve(csms, 2, number=2, expiryDate="2026-01-01T00:20:00Z")
    await clock.settle()
    await station.cut_power()
    await clock.advance(900)
    csms.forget()
    await station.restore_power()
    await clock.settle()
    assert [csms.statuses(number) for number in (1, 2)] == [["Available"], ["Reserved"]]
    await clock.advance(300)
    assert csms.statuses(2) == ["Reserved", "Available"]


async def test_res_04_a_fault_and_the_end_of_service_end_it(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await reserve(csms, 1)
    await reserve(csms, 2, number=2)
    await station.raise_fault(1, "GroundFailure")
    await station.clear_fault(1)
    await csms.call("ChangeAvailability", connectorId=2, type="Inoperative")
    await clock.settle()

    assert csms.statuses(1) == ["Reserved", "Faulted", "Available"]
    assert csms.statuses(2) == ["Reserved", "Unavailable"]
    assert [await cancel(csms, number) for number in (1, 2)] == ["Rejected", "Rejected"]


async def test_res_04_for_any_connector_it_moves_on_until_none_is_left(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await reserve(csms, 0)
    await station.plug_in(1)
    await station.raise_fault(2, "GroundFailure")
    await station.unplug(1)
    await clock.settle()
    assert csms.statuses(1) == ["Preparing", "Available", "Reserved"]
    await station.raise_fault(1, "GroundFailure")
    assert await cancel(csms) == "Rejected"


async def test_res_04_a_card_that_gives_up_leaves_the_reservation(
    station: Station, csms: ScriptedCsms, clock: VirtualClock
) -> None:
    await reserve(csms, 1)
    await station.present("OWNER", 1)
    await clock.advance(120)

    assert csms.statuses(1) == ["Reserved", "Preparing", "Available", "Reserved"]


async def test_res_05_cancel(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    assert await cancel(csms) == "Rejected"
    await reserve(csms, 1)
    assert await cancel(csms, 2) == "Rejected"
    assert await cancel(csms) == "Accepted"
    await clock.settle()
    assert csms.statuses(1) == ["Reserved", "Available"]
    await station.plug_in(1)
    await station.present("STRANGER", 1)
    assert "reservationId" not in await csms.receives("StartTransaction")


async def test_val_18_a_reservation_keeps_its_number(station: Station, csms: ScriptedCsms, clock: VirtualClock) -> None:
    await reserve(csms, 1, number=-2147483648)
    await station.plug_in(1)
    await station.present("OWNER", 1)
    assert (await csms.receives("StartTransaction"))["reservationId"] == -2147483648
