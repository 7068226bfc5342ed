"""What the cases about reservations have in common, beside the states of the catalogue (OCPP 1.6 §5.13)."""

from __future__ import annotations

from harness.peers.driving import EvDriver
from harness.v16.charge_point import states
from harness.v16.charge_point.csms import Csms


async def charge(csms: Csms, driver: EvDriver, connector: int, tag: str, reservation: int, *, rule: str) -> None:
    """Charging, at a connector that is Reserved: a remote start, judged by the tag and reservation it leads to.

    Preparing may be told when the cable goes in or when somebody may start, and Authorize is a matter of configuration,
    so neither is insisted on.
    """
    await driver.plug_in(connector)
    answer = await csms.sends("RemoteStartTransaction", connectorId=connector, idTag=tag)
    answer.shows(status="Accepted")
    await csms.receives("StartTransaction", rule=rule, reservationId=reservation, idTag=tag)
    await states.status(csms, connector, "Charging")


async def unfit(csms: Csms, driver: EvDriver, connector: int, answer: str) -> None:
    """A connector, or with 0 the station, that cannot be reserved, so that ``answer`` is right; Rejected: any is."""
    if answer == "Faulted":
        await states.faulted(csms, driver, connector)
    elif answer == "Unavailable":
        await states.unavailable(csms, connector)
    elif answer == "Occupied":
        for one in range(1, csms.connectors + 1) if connector == 0 else (connector,):
            await states.occupied(csms, driver, one)


def knows_parent(csms: Csms, parent: str) -> None:
    """From now on the CSMS says of every card that it is accepted, and of this parent."""
    for action in ("Authorize", "StartTransaction"):
        csms.answers(action, idTagInfo={"status": "Accepted", "parentIdTag": parent})
